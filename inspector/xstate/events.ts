/**
 * Moments as XState's own inspection events, in the form in which @statelyai/inspect sends and receives them: each machine is an actor, what it gets is
 * an event, and where it is then a snapshot.
 */
import type { Chart, ChartState, ChartTransition, MachineState, Moment, Reaction, Recording } from '../contract.ts';

/** The version of @statelyai/inspect whose form this is. */
const VERSION = '0.7.2';

/** What is common to all of them. `rootId`: each machine is its own root. */
interface Inspected {
  readonly rootId: string;
  readonly sessionId: string;
  /** Milliseconds since 1970, as text. */
  readonly createdAt: string;
  readonly id: null;
  readonly _version: string;
}

interface Snapshot {
  readonly status: 'active' | 'done' | 'error';
  readonly value: StateValue;
  readonly context: unknown;
}

type StateValue = string | { readonly [key: string]: StateValue };

/** An event for whoever inspects machines of XState. */
export type XstateEvent = Inspected &
  (
    | {
        readonly type: '@xstate.actor';
        readonly name: string;
        readonly definition: string;
        readonly parentId: undefined;
        readonly snapshot: Snapshot;
      }
    | { readonly type: '@xstate.event'; readonly event: { readonly type: string }; readonly sourceId: string | undefined }
    | { readonly type: '@xstate.snapshot'; readonly event: { readonly type: string }; readonly snapshot: Snapshot }
  );

export class XstateEvents {
  readonly #recording: Recording;
  readonly #known = new Set<string>();
  readonly #definitions = new Map<string, string>();

  constructor(recording: Recording) {
    this.#recording = recording;
  }

  /** That these machines are there, where nobody was told yet, and where they are. */
  *machines(machines: readonly MachineState[]): Generator<XstateEvent> {
    for (const machine of machines) {
      const snapshot = snapshotOf(machine.active, machine.status, machine.context);
      if (this.#known.has(machine.id))
        yield { ...this.#common(machine.id), type: '@xstate.snapshot', event: { type: '' }, snapshot };
      else yield this.#actor(machine.id, machine.chart, snapshot);
    }
  }

  /** What happened in a moment. */
  *moment({ reactions, drawn, time }: Moment): Generator<XstateEvent> {
    const chartOf = new Map(this.#recording.lifelines.map(({ id, chart }) => [id, chart]));
    const lead = drawn[0];
    for (const reaction of reactions) {
      const chart = chartOf.get(reaction.lifeline);
      if (chart === undefined) continue;
      if (!this.#known.has(reaction.machine))
        yield this.#actor(reaction.machine, chart, snapshotOf(reaction.from, 'running'), time);
      const event = { ...reaction.event.facts, type: reaction.event.type };
      const source = lead?.kind === 'message' && lead.to === reaction.lifeline ? lead.from : undefined;
      yield { ...this.#common(reaction.machine, time), type: '@xstate.event', event, sourceId: source };
      yield { ...this.#common(reaction.machine, time), type: '@xstate.snapshot', event, snapshot: behind(reaction) };
    }
  }

  #actor(machine: string, chart: string, snapshot: Snapshot, time?: number): XstateEvent {
    this.#known.add(machine);
    return {
      ...this.#common(machine, time),
      type: '@xstate.actor',
      name: machine,
      definition: this.#definitionOf(chart),
      parentId: undefined,
      snapshot,
    };
  }

  #common(sessionId: string, time: number = Date.now()): Inspected {
    return { rootId: sessionId, sessionId, createdAt: String(Math.round(time)), id: null, _version: VERSION };
  }

  #definitionOf(id: string): string {
    const known = this.#definitions.get(id);
    if (known !== undefined) return known;
    const chart = this.#recording.charts.find((one) => one.id === id);
    const definition = JSON.stringify(chart === undefined ? { id } : definitionOf(chart));
    this.#definitions.set(id, definition);
    return definition;
  }
}

const behind = ({ to }: Reaction): Snapshot =>
  snapshotOf(to, to.every((path) => /^(closed|joined)$/.test(path)) ? 'over' : to.includes('failed') ? 'crashed' : 'running');

function snapshotOf(active: readonly string[], status: MachineState['status'], context: unknown = {}): Snapshot {
  const value = stateValueOf(active.map((path) => path.split('.')));
  return { status: status === 'running' ? 'active' : status === 'over' ? 'done' : 'error', value, context };
}

/** Paths of leaves as XState has them: `{ leaf: 'open', bolt: 'free' }`. */
function stateValueOf(paths: readonly (readonly string[])[]): StateValue {
  const [only] = paths;
  if (paths.length === 1 && only?.length === 1) return only[0] as string;
  const inner = new Map<string, (readonly string[])[]>();
  for (const [key, ...rest] of paths) {
    if (key === undefined) continue;
    inner.set(key, [...(inner.get(key) ?? []), ...(rest.length === 0 ? [] : [rest])]);
  }
  return Object.fromEntries([...inner].map(([key, rest]) => [key, rest.length === 0 ? {} : stateValueOf(rest)]));
}

/** A chart as a machine's configuration, with names in place of everything that is a function. */
function definitionOf({ root, transitions }: Chart): object {
  const bySource = new Map<string, ChartTransition[]>();
  for (const transition of transitions) bySource.set(transition.source, [...(bySource.get(transition.source) ?? []), transition]);
  return { id: root.id, ...stateOf(root, bySource) };
}

function stateOf(state: ChartState, bySource: ReadonlyMap<string, readonly ChartTransition[]>): object {
  const { type, description, entry, exit, initial, children } = state;
  const own = bySource.get(state.id) ?? [];
  return {
    ...(type === 'parallel' || type === 'final' || type === 'history' ? { type } : {}),
    ...(description === undefined ? {} : { description }),
    ...(initial === undefined ? {} : { initial: children.find(({ id }) => id === initial)?.name }),
    ...(entry.length === 0 ? {} : { entry }),
    ...(exit.length === 0 ? {} : { exit }),
    ...grouped(
      'on',
      own.filter(({ delay, event }) => delay === undefined && event !== ''),
      ({ event }) => event,
    ),
    ...grouped(
      'after',
      own.filter(({ delay }) => delay !== undefined),
      ({ delay = '' }) => delay,
    ),
    ...listed(
      'always',
      own.filter(({ event }) => event === ''),
    ),
    ...(children.length === 0
      ? {}
      : { states: Object.fromEntries(children.map((child) => [child.name, stateOf(child, bySource)])) }),
  };
}

function grouped(key: string, transitions: readonly ChartTransition[], nameOf: (transition: ChartTransition) => string): object {
  const groups = new Map<string, object[]>();
  for (const transition of transitions)
    groups.set(nameOf(transition), [...(groups.get(nameOf(transition)) ?? []), written(transition)]);
  return groups.size === 0 ? {} : { [key]: Object.fromEntries(groups) };
}

const listed = (key: string, transitions: readonly ChartTransition[]) =>
  transitions.length === 0 ? {} : { [key]: transitions.map(written) };

function written({ targets, guard, actions, description }: ChartTransition): object {
  return {
    ...(targets.length === 0 ? {} : { target: targets.map((target) => `#${target}`) }),
    ...(guard === undefined ? {} : { guard }),
    ...(actions.length === 0 ? {} : { actions }),
    ...(description === undefined ? {} : { description }),
  };
}
