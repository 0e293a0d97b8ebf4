/**
 * The handshake exactly as the source text has it: server processes ‖ one client process that collects one set of connections after the
 * other ‖ somebody who knows nothing. No HELLO, no tags, no time limits.
 */
import type { Property, Slot, System, Value } from '../../../../compose/system.ts';
import { at } from '../../stage.ts';
import type { ExploredMove } from '../moves.ts';
import { letterOf } from '../plan.ts';
import { descriptions } from '../properties.ts';
import { clientLifeline, intruderLifeline, showMove } from '../show.ts';
import type { DescribedOptions } from './options.ts';
import { DescribedRules } from './rules.ts';
import { DescribedCharts } from './stage.ts';
import {
  type DescribedClient,
  type DescribedPlan,
  type DescribedServer,
  type DescribedSession,
  describedPlan,
  freshClient,
  isIdle,
} from './state.ts';

/** A composition of the described handshake, with what it has to fulfil. */
export interface DescribedSystem {
  readonly system: System<ExploredMove>;
  readonly properties: readonly Property<ExploredMove>[];
}

export function describedSystem(options: DescribedOptions): DescribedSystem {
  const plan = describedPlan(options);
  const charts = new DescribedCharts(options.mode);
  const system: System<ExploredMove> = {
    slots: initialSlots(plan),
    rules: new DescribedRules(plan, charts).all(),
    lifelines: [
      ...plan.serverSlots.map((_, index) => `server ${letterOf(index)}`),
      clientLifeline,
      ...((options.intruder ?? 0) > 0 ? [intruderLifeline] : []),
    ],
    show: (move) => showMove(plan.links, move),
  };
  return { system, properties: describedProperties(plan) };
}

function initialSlots(plan: DescribedPlan): Slot[] {
  const { options, links } = plan;
  const values: Value[] = plan.slots.map(() => null);
  for (const slot of plan.serverSlots) values[slot] = { state: 'connectingFirst', number: -1 };
  for (const { name, slot } of links) if (name === 'first') values[slot] = { phase: 'dialing', toDialer: [], toAcceptor: [] };
  values[plan.clientSlot] = freshClient;
  values[plan.sessionsSlot] = [];
  values[plan.crashSlot] = options.crash ?? 0;
  values[plan.restartSlot] = options.restart ?? 0;
  values[plan.intruderSlot] = options.intruder ?? 0;
  return plan.slots.map((name, slot) => ({ name, initial: values[slot] as Value }));
}

function describedProperties(plan: DescribedPlan): Property<ExploredMove>[] {
  const serverOf = (link: number) => at(plan.links, link).server;
  const sessions = (view: { get(slot: number): Value }) => view.get(plan.sessionsSlot) as unknown as readonly DescribedSession[];
  const client = (view: { get(slot: number): Value }) => view.get(plan.clientSlot) as unknown as DescribedClient;
  const servers = (view: { get(slot: number): Value }) =>
    plan.serverSlots.map((slot) => view.get(slot) as unknown as DescribedServer);
  return [
    {
      id: 'pairing',
      description: 'The connections that the client process takes for one set come from one server process.',
      kind: 'always',
      holds: (view) => {
        const now = client(view);
        const sets = now === 'killed' || now.other < 0 ? sessions(view) : [...sessions(view), now];
        return sets.every(({ first, other }) => serverOf(other) < 0 || serverOf(first) === serverOf(other));
      },
    },
    {
      id: 'noStaleNumber',
      description: descriptions.noStaleNumber,
      kind: 'always',
      holds: (view) => sessions(view).every(({ first, other }) => serverOf(other) < 0 || serverOf(first) === serverOf(other)),
    },
    {
      id: 'noIntruder',
      description: descriptions.noIntruder,
      kind: 'never',
      holds: (view) => sessions(view).some(({ first, other }) => serverOf(first) < 0 || serverOf(other) < 0),
    },
    {
      id: 'ends',
      description: descriptions.ends,
      kind: 'eventually',
      holds: (view) => isOver(client(view), servers(view)),
    },
    {
      id: 'ends.deadlock',
      description: descriptions['ends.deadlock'],
      kind: 'noDeadlock',
      mayEnd: (view) => isOver(client(view), servers(view)),
    },
  ];
}

/** Nobody waits: every server process that is alive has its session, and the client process collects no set. */
const isOver = (client: DescribedClient, servers: readonly DescribedServer[]) =>
  (client === 'killed' || isIdle(client)) && servers.every((server) => server === 'killed' || server.state === 'established');
