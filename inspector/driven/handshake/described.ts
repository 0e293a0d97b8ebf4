/** Reads the slots of a described composition, which its names tell apart. */
import type { SlotValues } from '../../../model-tests/compose/as-transition-system.ts';
import type { System } from '../../../model-tests/compose/system.ts';
import type {
  DescribedClient,
  DescribedLink,
  DescribedServer,
  DescribedSession,
} from '../../../model-tests/drive/handshake/explored/described/state.ts';
import type { Frame } from '../../../model-tests/drive/handshake/world.ts';
import type { Field } from '../../contract.ts';
import { ARRAY } from './hardened.ts';
import type { LinkNow, LinkPlan, ProcessNow, StandNow } from './slots.ts';

/** The links of a described composition: in the order of their numbers. */
export function describedLinks(
  system: Pick<System<never>, 'slots'>,
): (LinkPlan & { readonly slot: number; readonly channel: string })[] {
  return system.slots.flatMap(({ name }, slot) => {
    const [, letter, channel] = /^(?:([A-Z])\.(first|second|array)|intruder\.\d+)$/.exec(name) ?? [];
    if (channel === undefined && !name.startsWith('intruder.')) return [];
    const server = letter === undefined ? -1 : letter.charCodeAt(0) - 'A'.charCodeAt(0);
    return [{ server, label: name, slot, channel: channel ?? 'first' }];
  });
}

/** How a described composition stands in a state. */
export function describedStand(system: Pick<System<never>, 'slots'>, state: SlotValues): StandNow {
  const named = (pattern: RegExp) => system.slots.flatMap(({ name }, slot) => (pattern.test(name) ? [state[slot]] : []));
  const client = named(/^client process$/)[0] as unknown as DescribedClient;
  const servers = named(/^server [A-Z]$/) as unknown as readonly DescribedServer[];
  return {
    servers: servers.map((server, index) => processNow(index, server === 'killed' ? undefined : server.state)),
    clients: [processNow(-1, client === 'killed' ? undefined : client.state)],
    links: describedLinks(system).flatMap(({ slot, channel }, index) =>
      linkNow(index, channel, state[slot] as unknown as DescribedLink),
    ),
    array: arrayOf(client, system),
    facts: factsOf(system, state),
  };
}

const processNow = (index: number, path: string | undefined): ProcessNow => ({
  index,
  path,
  limits: [],
  status: path === undefined ? 'crashed' : 'running',
});

function linkNow(index: number, channel: string, value: DescribedLink): LinkNow[] {
  if (value === null) return [];
  const items = (frames: readonly Frame[]) => frames.map((message) => ({ kind: 'message', message }) as const);
  const phase = value.phase === 'dialing' ? 'dialing' : 'open';
  return [{ index, channel, phase, toDialer: items(value.toDialer), toAcceptor: items(value.toAcceptor) }];
}

function arrayOf(client: DescribedClient, system: Pick<System<never>, 'slots'>): StandNow['array'] {
  if (!system.slots.some(({ name }) => name.endsWith('.array'))) return undefined;
  const isListening = client !== 'killed' && client.listensOnPort;
  const ports = isListening
    ? [{ port: ARRAY.firstPort + Math.max(0, client.number), holder: 'client process', waiting: client.portBacklog.length }]
    : [];
  return { name: ARRAY.name, ports, groups: [] };
}

function factsOf(system: Pick<System<never>, 'slots'>, state: SlotValues): Field[] {
  const label = (link: number) => describedLinks(system)[link]?.label ?? 'nobody';
  return system.slots.flatMap(({ name }, slot) => {
    if (name === 'sessions') {
      const sessions = state[slot] as unknown as readonly DescribedSession[];
      const texts = sessions.map(({ first, other }) => `${label(first)} with ${label(other)}`);
      return texts.length === 0 ? [] : [{ name: 'sets taken for a session', value: texts.join(', ') }];
    }
    return name.endsWith(' left') || name === 'intruder' ? [{ name, value: String(state[slot]) }] : [];
  });
}
