/** The statecharts by their names on the command line, and each alone as a system: whatever can be said to it may be said at any time. */
import type { AnyEventObject, AnyStateMachine } from 'xstate';
import {
  clientMachine,
  describedClientMachine,
  describedServerMachine,
  serverMachine,
  socketMachine,
} from '../machines/index.ts';
import {
  chartTransitions,
  clientAlphabet,
  compose,
  eventsOf,
  type NamedComposition,
  serverAlphabet,
  socketEvents,
} from '../model-tests/index.ts';
import { couldNotRun } from './outcome.ts';

type Mode = 'network' | 'storage';

interface Chart {
  readonly machine: AnyStateMachine;
  /** Every event with all its facts. */
  readonly events: readonly AnyEventObject[];
  /** What it is begun with, for a chart that asks. */
  readonly input?: (mode: Mode | undefined) => object;
}

/** Where no event carries facts, those that the chart names are all. */
const withoutFacts = (machine: AnyStateMachine): readonly AnyEventObject[] =>
  [...new Set([...chartTransitions(machine).values()].map(({ event }) => event))].map((type) => ({ type }));

const charts = {
  client: { machine: clientMachine, events: eventsOf(clientAlphabet) },
  server: {
    machine: serverMachine,
    events: eventsOf(serverAlphabet),
    input: (mode) => (mode === undefined ? { mode: 'storage', fallback: true } : { mode, fallback: false }),
  },
  socket: { machine: socketMachine, events: socketEvents },
  'described-client': {
    machine: describedClientMachine,
    events: withoutFacts(describedClientMachine),
    input: (mode = 'network') => ({ mode }),
  },
  'described-server': {
    machine: describedServerMachine,
    events: withoutFacts(describedServerMachine),
    input: (mode = 'network') => ({ mode }),
  },
} as const satisfies Readonly<Record<string, Chart>>;

/** The name of a chart. */
export type ChartName = keyof typeof charts;

/** The chart as it is written. */
export const chartCalled = (name: ChartName): AnyStateMachine => charts[name].machine;

/**
 * The chart alone as a system.
 *
 * @param mode - of a chart that has modes; without one a server process asks for storage mode and may fall back, so that it sees both
 * @throws VerbError for a mode where the chart has none
 */
export function chartAlone(name: ChartName, mode?: Mode): NamedComposition<unknown> {
  const { machine, events, input }: Chart = charts[name];
  if (mode !== undefined && input === undefined) throw couldNotRun(`the chart ${name} has no mode to choose`);
  const description = { chart: machine, events, ...(input === undefined ? {} : { input: input(mode) }) };
  return {
    id: mode === undefined ? name : `${name}-${mode}`,
    title: `The chart ${name} alone`,
    system: compose({ machines: { [name]: description } }) as unknown as NamedComposition<unknown>['system'],
    properties: [],
  };
}
