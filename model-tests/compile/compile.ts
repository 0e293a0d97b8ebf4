/**
 * From a statechart to an integer transition table: each local state gets a number, each (state, event) is evaluated once through
 * XState's own pure `transition()` and remembered. Knows nothing of the handshake: it takes any machine.
 */
import { type AnyEventObject, type AnyMachineSnapshot, type AnyStateMachine, initialTransition, transition } from 'xstate';
import { type ChartTransition, chartDelays, chartTransitions } from './chart-transitions.ts';

/** An action that a step gives to the environment, as the chart names it. */
export interface Output {
  readonly type: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

/** A local state: what a chart's future depends on. */
export interface LocalState {
  readonly id: number;
  /** The paths of the active leaf states, joined with ` + ` when there are several. */
  readonly path: string;
  readonly context: unknown;
  /** Names of the delays that are running, sorted. */
  readonly delays: readonly string[];
  /** A top-level final state was reached: no event is accepted any more. */
  readonly final: boolean;
}

/** The reaction to one event. */
export interface LocalStep {
  readonly next: LocalState;
  readonly outputs: readonly Output[];
  /** The transitions of the chart that were taken by the event itself. */
  readonly taken: readonly ChartTransition[];
}

/** A chart that cannot be explored faithfully: says which state and why. */
export class CompileError extends Error {
  override readonly name = 'CompileError';
}

/** What the compiler keeps for a local state beyond what it shows. */
interface Interned {
  readonly local: LocalState;
  readonly snapshot: AnyMachineSnapshot;
  readonly pending: ReadonlyMap<string, string>;
  readonly steps: Map<string, LocalStep | undefined>;
}

/** A compiled chart, instantiated with one input. Local states are numbered in the order in which they are met; the initial one is 0. */
export class CompiledChart {
  readonly id: string;
  readonly transitions: readonly ChartTransition[];
  readonly initial: LocalState;
  readonly initialOutputs: readonly Output[];
  readonly #machine: AnyStateMachine;
  readonly #rows: Map<object, ChartTransition>;
  readonly #delays: Map<string, { event: string; name: string }>;
  readonly #states: Interned[] = [];
  readonly #byKey = new Map<string, Interned>();

  constructor(machine: AnyStateMachine, input?: unknown) {
    this.#machine = machine;
    this.id = machine.id;
    this.#rows = chartTransitions(machine);
    this.#delays = chartDelays(machine);
    this.transitions = [...this.#rows.values()];
    const [snapshot, actions] = initialTransition(machine, input as never);
    const { outputs, pending } = this.#sort(actions, new Map(), '(initial)');
    this.initial = this.#intern(snapshot, pending).local;
    this.initialOutputs = outputs;
  }

  /** Every local state met so far. */
  get states(): readonly LocalState[] {
    return this.#states.map((state) => state.local);
  }

  /** The local state with this number. */
  state(id: number): LocalState {
    return this.#interned(id).local;
  }

  /** The reaction of `state` to `event`, or undefined when it accepts no such event. */
  step(state: number, event: AnyEventObject): LocalStep | undefined {
    const interned = this.#interned(state);
    const key = JSON.stringify(event);
    if (interned.steps.has(key)) return interned.steps.get(key);
    const step = this.#evaluate(interned, event);
    interned.steps.set(key, step);
    return step;
  }

  /** The reaction of `state` to the end of one of its running delays, by name. */
  expire(state: number, delay: string): LocalStep | undefined {
    for (const [event, name] of this.#interned(state).pending) if (name === delay) return this.step(state, { type: event });
    return undefined;
  }

  #interned(id: number): Interned {
    const interned = this.#states[id];
    if (interned === undefined)
      throw new RangeError(`chart ${this.id} has no local state ${id}: it has 0 to ${this.#states.length - 1}`);
    return interned;
  }

  #evaluate(from: Interned, event: AnyEventObject): LocalStep | undefined {
    if (from.local.final) return undefined;
    const definitions = this.#machine.getTransitionData(from.snapshot, event as never);
    if (definitions.length === 0) return undefined;
    const [snapshot, actions] = transition(this.#machine, from.snapshot, event as never);
    const { outputs, pending } = this.#sort(actions, from.pending, from.local.path, event.type);
    const next = this.#intern(snapshot, pending);
    this.#insistOnPurity(from, event, next, outputs);
    const taken = definitions.map((definition) => {
      const row = this.#rows.get(definition);
      if (row === undefined)
        throw new CompileError(
          `chart ${this.id}, state ${from.local.path}: a transition of ${event.type} is not among the chart's own`,
        );
      return row;
    });
    return { next: next.local, outputs, taken };
  }

  /** A second evaluation has to say the same: a guard or assign that reads a clock, a counter or chance cannot be explored. */
  #insistOnPurity(from: Interned, event: AnyEventObject, next: Interned, outputs: readonly Output[]): void {
    const [snapshot, actions] = transition(this.#machine, from.snapshot, event as never);
    const again = this.#sort(actions, from.pending, from.local.path, event.type);
    if (
      keyOf(snapshot, again.pending) !== keyOf(next.snapshot, next.pending) ||
      JSON.stringify(again.outputs) !== JSON.stringify(outputs)
    ) {
      throw new CompileError(
        `chart ${this.id}, state ${from.local.path}, event ${event.type}: two evaluations differ, so a guard, an assign or an action's parameters are impure`,
      );
    }
  }

  /** Separates what the environment has to do from what XState schedules for itself. */
  #sort(actions: readonly ExecutableAction[], before: ReadonlyMap<string, string>, state: string, event?: string) {
    const pending = new Map(before);
    const outputs: Output[] = [];
    for (const action of actions) {
      const params = action.params as Record<string, unknown> | undefined;
      if (action.type === 'xstate.cancel') pending.delete(String(params?.['sendId']));
      else if (action.type === 'xstate.raise') {
        const { event: raisedEvent } = action.params as { event: AnyEventObject };
        const raised = raisedEvent.type;
        const delay = this.#delays.get(raised);
        if (delay === undefined)
          throw new CompileError(`chart ${this.id}, state ${state}: raises ${raised} with a delay that is not an \`after\``);
        pending.set(raised, delay.name);
      } else if (action.type.startsWith('xstate.')) {
        throw new CompileError(
          `chart ${this.id}, state ${state}${event === undefined ? '' : `, event ${event}`}: ${action.type} cannot be explored`,
        );
      } else outputs.push(params === undefined ? { type: action.type } : { type: action.type, params });
    }
    if (event !== undefined && this.#delays.has(event)) pending.delete(event);
    return { outputs, pending };
  }

  #intern(snapshot: AnyMachineSnapshot, pending: ReadonlyMap<string, string>): Interned {
    const key = keyOf(snapshot, pending);
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const local: LocalState = {
      id: this.#states.length,
      path: leafPaths(snapshot.value).join(' + '),
      context: snapshot.context,
      delays: [...pending.values()].sort(),
      final: snapshot.status !== 'active',
    };
    const interned: Interned = { local, snapshot, pending: local.final ? new Map() : pending, steps: new Map() };
    this.#states.push(interned);
    this.#byKey.set(key, interned);
    return interned;
  }
}

type ExecutableAction = { readonly type: string; readonly params?: unknown };

function keyOf(snapshot: AnyMachineSnapshot, pending: ReadonlyMap<string, string>): string {
  const history = Object.entries(snapshot.historyValue as Record<string, readonly { id: string }[]>).map(([id, nodes]) => [
    id,
    nodes.map((node) => node.id),
  ]);
  return JSON.stringify([snapshot.value, snapshot.context, snapshot.status, history, [...pending.keys()].sort()]);
}

/** The dotted paths of the leaf states of a state value: `{a: {b: 'c'}}` is `['a.b.c']`. */
export function leafPaths(value: unknown, prefix = ''): string[] {
  if (typeof value === 'string') return value === '' ? [prefix.slice(0, -1)] : [prefix + value];
  return Object.entries(value as Record<string, unknown>).flatMap(([key, inner]) => {
    const empty = typeof inner === 'object' && inner !== null && Object.keys(inner).length === 0;
    return empty ? [prefix + key] : leafPaths(inner, `${prefix}${key}.`);
  });
}

/** Compiles a chart with an input; throws CompileError where it cannot be explored faithfully. */
export function compile(machine: AnyStateMachine, input?: unknown): CompiledChart {
  return new CompiledChart(machine, input);
}
