/** Reads the slots of a hardened composition. */
import type { SlotValues } from '../../../model-tests/compose/as-transition-system.ts';
import type { Cast } from '../../../model-tests/drive/handshake/explored/cast.ts';
import { pathOf } from '../../../model-tests/drive/handshake/explored/labels.ts';
import type { PlannedLink } from '../../../model-tests/drive/handshake/explored/plan.ts';
import {
  type ClientValue,
  isRunning,
  type LinkValue,
  type ProcessState,
  type ServerEnd,
  type ServerValue,
} from '../../../model-tests/drive/handshake/explored/values.ts';
import { at } from '../../../model-tests/drive/handshake/stage.ts';
import type { Field } from '../../contract.ts';
import type { LinkNow, ProcessNow, StandNow } from './slots.ts';

/** Dynamic ports and group of the array that implementations are driven with. */
export const ARRAY = { name: 'sym0', firstPort: 49_152, group: 'STG0', segments: 32, segmentsOfSession: 4 } as const;

type Instance = Exclude<ClientValue, null>;

/** How a hardened composition stands in a state. */
export function hardenedStand(cast: Cast, state: SlotValues): StandNow {
  const { plan, processes, serverLabels, clientLabels } = cast;
  const there = instances(plan.links, state);
  return {
    servers: plan.serverSlots.map((slot, index): ProcessNow => {
      const value = state[slot] as unknown as ServerValue;
      if (!isRunning(value)) return { index, path: undefined, limits: [], status: statusOf(value) };
      const { delays } = at(processes.servers, index).state(at(serverLabels, index).id(value.state));
      return { index, path: pathOf(value.state), limits: delays, status: 'running' };
    }),
    clients: [...there].map(([index, value]): ProcessNow => {
      const { delays } = processes.client.state(clientLabels.id(value.state));
      return { index, path: pathOf(value.state), limits: delays, status: 'running' };
    }),
    links: plan.links.flatMap((link, index) => linkNow(link, index, state[link.slot] as unknown as LinkValue)),
    array: arrayOf(cast, state, there),
    facts: factsOf(cast, state),
  };
}

/** The instances of the client process that are there, by the numbers of their links. */
function instances(links: readonly PlannedLink[], state: SlotValues): Map<number, Instance> {
  const there = new Map<number, Instance>();
  for (const [index, { instanceSlot }] of links.entries()) {
    const value = instanceSlot < 0 ? null : (state[instanceSlot] as unknown as ClientValue);
    if (value !== null) there.set(index, value);
  }
  return there;
}

function linkNow({ name }: PlannedLink, index: number, value: LinkValue): LinkNow[] {
  if (value === null) return [];
  const { phase, inbox } = value.connection;
  const channel = name !== 'any' ? name : value.port >= 0 ? 'array' : 'first';
  return [{ index, phase, channel, toDialer: inbox.dialer, toAcceptor: inbox.acceptor }];
}

const statusOf = (end: ServerEnd) => (end === 'over' ? 'over' : end === 'stopped' ? 'stopped' : 'crashed');

/** The array, where some session of the composition may go through it. */
function arrayOf({ plan }: Cast, state: SlotValues, there: ReadonlyMap<number, Instance>): StandNow['array'] {
  if (plan.options.servers.every(({ mode }) => mode === 'network')) return undefined;
  const holders = state[plan.portsSlot] as readonly number[];
  const attached = [...there.values()].filter(({ array, state: label }) => array >= 0 && /^(established|closing)/.test(label));
  return {
    name: ARRAY.name,
    ports: holders.flatMap((holder, port) => {
      if (holder < 0) return [];
      const waiting = there.get(holder)?.backlog.length ?? 0;
      return [
        { port: ARRAY.firstPort + port, generation: holder, holder: `client process (${at(plan.links, holder).label})`, waiting },
      ];
    }),
    groups: [
      {
        name: ARRAY.group,
        size: ARRAY.segments,
        used: Math.min(ARRAY.segments, attached.length * ARRAY.segmentsOfSession),
        hosts: ['host-a', 'backup-1'],
      },
    ],
  };
}

/** What is left of budgets, and who was given which number. */
function factsOf({ plan }: Cast, state: SlotValues): Field[] {
  const process = state[plan.processSlot] as unknown as ProcessState;
  const holder = (index: number) => (index < 0 ? 'free' : at(plan.links, index).label);
  const numbers = (state[plan.numbersSlot] as readonly number[]).map((index, number) => `${number}: ${holder(index)}`);
  const left = [...plan.budgetSlots].map(([fault, slot]) => ({ name: `${fault} left`, value: String(state[slot]) }));
  return [
    { name: 'client process', value: typeof process === 'string' ? process : 'dying' },
    ...(numbers.length === 0 ? [] : [{ name: 'descriptor numbers', value: numbers.join(', ') }]),
    ...(plan.intruderSlot < 0 ? [] : [{ name: 'connections left to the intruder', value: String(state[plan.intruderSlot]) }]),
    ...left,
  ];
}
