/** The paths that a generator of paths finds in one chart, in words that runs of the composition can be compared with. */
import { type AnyEventObject, type AnyMachineSnapshot, type AnyStateMachine, getInitialSnapshot } from 'xstate';
import { clientMachine, serverMachine } from '../../machines/index.ts';
import { chartDelays, chartTransitions } from '../compile/chart-transitions.ts';
import { type CompiledChart, compile, type LocalStep, leafPaths } from '../compile/compile.ts';
import { delayEvent, withExplicitDelays } from '../explicit-delays.ts';
import { type Alphabet, clientAlphabet, eventsOf, serverAlphabet } from '../validate/alphabet.ts';
import { canSpeak, clientSpeaking, isOutcome, type Speaking, serverSpeaking } from '../validate/possible-events.ts';

/** A role, with one input. */
export interface ModelledRole {
  readonly name: string;
  readonly role: 'client' | 'server';
  readonly machine: AnyStateMachine;
  readonly alphabet: Alphabet;
  readonly speaking: Speaking;
  readonly input: Readonly<Record<string, unknown>>;
}

const client = {
  role: 'client',
  machine: clientMachine as AnyStateMachine,
  alphabet: clientAlphabet,
  speaking: clientSpeaking,
} as const;
const server = {
  role: 'server',
  machine: serverMachine as AnyStateMachine,
  alphabet: serverAlphabet,
  speaking: serverSpeaking,
} as const;

/** Both roles, the server process with each configuration that matters. */
export const modelledRoles: readonly ModelledRole[] = [
  { name: 'the client process', ...client, input: {} },
  { name: 'the server process in network mode', ...server, input: { mode: 'network', fallback: false } },
  { name: 'the server process in storage mode', ...server, input: { mode: 'storage', fallback: false } },
  { name: 'the server process in storage mode that may fall back', ...server, input: { mode: 'storage', fallback: true } },
];

/** What a generator is given beside the chart. */
export interface Traversal {
  readonly derived: AnyStateMachine;
  readonly fromState: AnyMachineSnapshot;
  events(snapshot: AnyMachineSnapshot): readonly AnyEventObject[];
  /** Events that a chart accepts by a wildcard where they cannot happen: not tried. */
  readonly leftOut: ReadonlySet<string>;
}

/**
 * The derived chart, and the events to try in each of its states. Facts that the chart does not tell apart there are tried once: of all
 * events of a type that take the same transition, the first. An event is tried where it can happen: a frame comes from a connection that
 * there is, an outcome where something is under way. A chart's wildcards are wider than that.
 */
export function traversalOf({ machine, alphabet, speaking, input }: ModelledRole): Traversal {
  const derived = withExplicitDelays(machine);
  const rows = chartTransitions(derived);
  const delays = [...new Set([...chartDelays(machine).values()].map(({ name }) => name))];
  const all: readonly AnyEventObject[] = [...eventsOf(alphabet), ...delays.map((delay) => ({ type: delayEvent(delay) }))];
  const leftOut = new Set<string>();
  const events = (snapshot: AnyMachineSnapshot): readonly AnyEventObject[] => {
    if (snapshot.status !== 'active') return [];
    const [path = ''] = leafPaths(snapshot.value);
    const tried = new Set<string>();
    return all.filter((event) => {
      const taken = derived.getTransitionData(snapshot, event as never);
      if (taken.length === 0) return false;
      const key = `${event.type} by ${taken.map((definition) => rows.get(definition)?.id).join(' + ')}`;
      if (tried.has(key)) return false;
      tried.add(key);
      const isOutOfPlace = isOutcome(event.type) && taken.some(({ eventType }) => eventType !== event.type);
      if (!isOutOfPlace && canSpeak(speaking, path, event.type)) return true;
      leftOut.add(`${event.type} in ${path}`);
      return false;
    });
  };
  return { derived, events, fromState: getInitialSnapshot(derived, input as never), leftOut };
}

/** What every generator gives, as far as it is looked at. */
export interface GeneratedPath {
  readonly steps: readonly { readonly event: AnyEventObject; readonly state: AnyMachineSnapshot }[];
}

/** One path of one chart: its events, and a token for each that says which transition it took. */
export interface ChartPath {
  readonly events: readonly AnyEventObject[];
  readonly tokens: readonly string[];
}

/** The paths in the words of the original chart. XState's own first step, which only begins, is none. */
export function chartPaths({ machine, input }: ModelledRole, generated: readonly GeneratedPath[]): ChartPath[] {
  const chart = compile(machine, input);
  return generated.map(({ steps }) => {
    const events = steps.map(({ event }) => event).filter(({ type }) => type !== 'xstate.init');
    return { events, tokens: tokensOf(chart, events) };
  });
}

function tokensOf(chart: CompiledChart, events: readonly AnyEventObject[]): string[] {
  const prefix = delayEvent('');
  let at = chart.initial;
  return events.map((event) => {
    const limit = event.type.startsWith(prefix) ? event.type.slice(prefix.length) : undefined;
    const step = limit === undefined ? chart.step(at.id, event) : chart.expire(at.id, limit);
    if (step === undefined) throw new RangeError(`chart ${chart.id} accepts no ${event.type} in ${at.path}`);
    at = step.next;
    return tokenOf(limit === undefined ? event : { type: 'timeout', limit }, step);
  });
}

/** Which transition an event took, and where it led: what it carried beyond that decided nothing. */
export function tokenOf(event: AnyEventObject, { taken, next }: LocalStep): string {
  const name = event.type === 'timeout' ? `timeout ${String(event['limit'])}` : event.type;
  return `${name} by ${taken.map(({ id }) => id).join(' + ')} to ${next.path}`;
}
