/**
 * From a statechart to an integer transition table: each local state gets a number, each (state, event) is evaluated once by XState's own
 * code and remembered. Knows nothing of the handshake: it takes any machine, with its delays and with the machines that it invokes and spawns.
 */
import type { AnyEventObject, AnyStateMachine, StateValue } from 'xstate';
import type { Actor, Pending } from './actor.ts';
import { type ActorLogic, Logics } from './actor-logic.ts';
import type { ChartTransition } from './chart-transitions.ts';
import { type ActorValue, decode, encode } from './codec.ts';
import { CompileError, type Place } from './compile-error.ts';
import { growth } from './growth.ts';
import { type Instrumented, missingDelays } from './instrument.ts';
import { firstDifference, jsonCopy, shortText } from './json.ts';
import type { Message, Output } from './outputs.ts';
import { Run, type Taken } from './run.ts';

export { CompileError } from './compile-error.ts';
export type { Output } from './outputs.ts';

/** A delay that is running. */
export interface RunningDelay {
  /** Tells it from every other delay of the same local state that would do something else. */
  readonly key: string;
  /** As the chart calls it; that of a child has the ids of the children in front: `child/patience`. */
  readonly name: string;
  /** The type of the event that it ends in. */
  readonly event: string;
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
  readonly running: readonly RunningDelay[];
  /** All of it as a value that JSON can carry: equal local states have equal values, in every process. */
  readonly value: ActorValue;
}

/** The reaction to one event. */
export interface LocalStep {
  readonly next: LocalState;
  readonly outputs: readonly Output[];
  /** The transitions of the chart that were taken by the event itself. */
  readonly taken: readonly ChartTransition[];
  /** The transitions that followed in the same step: eventless ones, those of raised events, and those of the chart's children. */
  readonly further: readonly ChartTransition[];
  /** The delays that run behind the step because it has started them, by name, sorted: also those that ran before and start anew. */
  readonly armed: readonly string[];
}

/** What a chart does when it starts. */
export type Beginning = Pick<LocalStep, 'next' | 'outputs' | 'further'>;

/** How a chart is compiled. */
export interface CompileOptions {
  /** More local states than this are an error that says what grows. Default 65,535. */
  readonly maxStates?: number;
}

interface Interned {
  readonly local: LocalState;
  readonly steps: Map<string, LocalStep | undefined>;
}

/** A compiled chart, instantiated with one input. Local states are numbered in the order in which they are met; the initial one is 0. */
export class CompiledChart {
  readonly id: string;
  readonly machine: AnyStateMachine;
  readonly transitions: readonly ChartTransition[];
  readonly initial: LocalState;
  readonly initialOutputs: readonly Output[];
  /** Every transition that some step took so far, those of children too: rows of `transitions` and of the children's charts. */
  readonly taken = new Set<ChartTransition>();
  /** @internal */
  readonly instrumented: Instrumented;
  readonly #root: ActorLogic;
  readonly #logics = new Logics();
  readonly #maxStates: number;
  readonly #states: Interned[] = [];
  readonly #byText = new Map<string, Interned>();
  readonly #byValue = new WeakMap<ActorValue, Interned>();

  constructor(machine: AnyStateMachine, input?: unknown, { maxStates = 65_535 }: CompileOptions = {}) {
    this.machine = machine;
    this.id = machine.id;
    this.#maxStates = maxStates;
    const root = this.#logics.of(machine);
    if (typeof root === 'string' || root.kind !== 'machine') throw new TypeError(`${this.id} is not a machine of XState`);
    this.#root = root;
    this.instrumented = root.chart;
    this.transitions = [...root.chart.rows.values()];
    const [missing] = missingDelays(machine);
    if (missing !== undefined)
      throw this.#error('(initial)', undefined, `delay ${missing} is not implemented: XState would let it expire at once`);
    const { next, outputs } = this.start(input);
    this.initial = next;
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

  /** The local state that a value describes: one of this chart, whichever process made it. */
  of(value: ActorValue): LocalState {
    const known = this.#byValue.get(value) ?? this.#intern(value, '(given)');
    this.#byValue.set(value, known);
    return known.local;
  }

  /** What the chart does when it begins with this input. */
  start(input?: unknown): Beginning {
    const evaluate = () =>
      this.#evaluate('(initial)', undefined, (run) => {
        const root = run.makeRoot(this.#root, input);
        run.start(root);
        return root;
      });
    return this.#twice('(initial)', undefined, evaluate);
  }

  /** The reaction of `state` to `event`, or undefined when it accepts no such event. */
  step(state: number, event: AnyEventObject): LocalStep | undefined {
    const { local, steps } = this.#interned(state);
    if (local.final) return undefined;
    const key = JSON.stringify(event);
    if (steps.has(key)) return steps.get(key);
    const step = this.#react(local, event.type, (run) => run.send(jsonCopy(event, 'the event') as Message));
    const nothing = step.next === local && step.taken.length + step.further.length + step.outputs.length === 0;
    steps.set(key, nothing ? undefined : step);
    return nothing ? undefined : step;
  }

  /** The reaction of `state` to the end of one of its running delays, by its name or key; undefined when none of these is running. */
  expire(state: number, delay: string): LocalStep | undefined {
    const { local, steps } = this.#interned(state);
    const running = local.running.find(({ key, name }) => key === delay || name === delay);
    if (running === undefined) return undefined;
    const known = steps.get(running.key);
    if (known !== undefined) return known;
    const step = this.#react(local, running.event, (run, root) => {
      const [actor, pending] = pendingOf(root).find(([at, entry]) => keyOf(at, entry) === running.key) as [Actor, Pending];
      run.expire(actor, pending);
    });
    steps.set(running.key, step);
    return step;
  }

  #interned(id: number): Interned {
    const interned = this.#states[id];
    if (interned === undefined)
      throw new RangeError(`chart ${this.id} has no local state ${id}: it has 0 to ${this.#states.length - 1}`);
    return interned;
  }

  #react(from: LocalState, event: string, act: (run: Run, root: Actor) => void): LocalStep {
    const evaluate = () =>
      this.#evaluate(from.path, event, (run) => {
        const root = decode(from.value, this.#root, run, this.#logics);
        act(run, root);
        return root;
      });
    return this.#twice(from.path, event, evaluate);
  }

  /** A second evaluation has to say the same: an assign that reads a clock, a counter or chance cannot be explored. */
  #twice(state: string, event: string | undefined, evaluate: () => Evaluation): LocalStep {
    const first = evaluate();
    const second = evaluate();
    const difference =
      firstDifference(first.value, second.value, 'state') ?? firstDifference(first.outputs, second.outputs, 'outputs');
    if (difference !== undefined) {
      const { path, one, other } = difference;
      throw this.#error(
        state,
        event,
        `two evaluations differ (${path}: ${shortText(one)} and ${shortText(other)}), so an assign or an action's parameters are impure`,
      );
    }
    const rows = (list: readonly Taken[]) => list.map((taken) => this.#rowOf(taken));
    const step = {
      next: this.#intern(first.value, state, event).local,
      outputs: first.outputs,
      taken: rows(first.taken),
      further: rows(first.further),
      armed: first.armed,
    };
    for (const row of [...step.taken, ...step.further]) this.taken.add(row);
    return step;
  }

  #evaluate(state: string, event: string | undefined, act: (run: Run) => Actor): Evaluation {
    const run = new Run(this.#logics);
    try {
      const root = act(run);
      const armed = pendingOf(root).flatMap(([actor, entry]) =>
        run.armed.has(entry) ? [[...actor.address, entry.name].join('/')] : [],
      );
      return { value: encode(root, run), outputs: run.outputs, taken: run.taken, further: run.further, armed: armed.sort() };
    } catch (cause) {
      throw this.#error(state, event, reasonOf(cause), cause);
    }
  }

  #rowOf({ by, definition }: Taken): ChartTransition {
    const row = by.kind === 'machine' ? by.chart.rows.get(definition) : undefined;
    if (row === undefined) throw new TypeError(`a transition that chart ${by.id} took is not among its own`);
    return row;
  }

  #intern(value: ActorValue, state: string, event?: string): Interned {
    const text = JSON.stringify(value);
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const path = leafPaths(value.state as StateValue).join(' + ');
    if (this.#states.length >= this.#maxStates) {
      const alike = this.#states.flatMap(({ local }) => (local.path === path ? [local.value] : []));
      throw this.#error(state, event, `more than ${this.#maxStates} local states; ${growth(path, [...alike, value])}`);
    }
    const running = runningDelays(value);
    const local: LocalState = {
      id: this.#states.length,
      path,
      context: value.context ?? {},
      delays: running.map(({ name }) => name).sort(),
      final: value.ended !== undefined,
      running,
      value,
    };
    const interned = { local, steps: new Map() };
    this.#states.push(interned);
    this.#byText.set(text, interned);
    return interned;
  }

  #error(state: string, event: string | undefined, why: string, cause?: unknown): CompileError {
    const place: Place = { chart: this.id, state, event };
    return new CompileError(place, why, cause === undefined ? undefined : { cause });
  }
}

interface Evaluation extends Pick<Run, 'outputs' | 'taken' | 'further'> {
  readonly value: ActorValue;
  readonly armed: readonly string[];
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  if (cause instanceof TypeError && /read only|not extensible|Cannot (assign|delete|add|define)/.test(cause.message)) {
    return `a function of the chart changes the context or the event in place: ${cause.message}`;
  }
  // XState wraps what a guard throws in a sentence of its own that ends in a line break and the message.
  return cause.message.slice(cause.message.lastIndexOf('\n') + 1);
}

function pendingOf(actor: Actor): [Actor, Pending][] {
  return [...actor.pending.map((entry): [Actor, Pending] => [actor, entry]), ...[...actor.children.values()].flatMap(pendingOf)];
}

function keyOf(actor: Actor, entry: Pending): string {
  return delayKey(actor.address, entry);
}

/** XState's events for delays have unique ids; where there is none, equal entries do the same. */
function delayKey(address: readonly string[], { id, event, to }: Pending): string {
  return [...address, id ?? JSON.stringify([event, to])].join('/');
}

function runningDelays(value: ActorValue, address: readonly string[] = []): RunningDelay[] {
  const own = ((value.pending ?? []) as unknown as readonly Pending[]).map((entry) => ({
    key: delayKey(address, entry),
    name: [...address, entry.name].join('/'),
    event: entry.event.type,
  }));
  return [...own, ...Object.entries(value.children ?? {}).flatMap(([id, child]) => runningDelays(child, [...address, id]))];
}

/** The dotted paths of the leaf states of a state value: `{a: {b: 'c'}}` is `['a.b.c']`. */
export function leafPaths(value: unknown, prefix = ''): string[] {
  if (typeof value === 'string') return value === '' ? [prefix.slice(0, -1)] : [prefix + value];
  return Object.entries(value as Record<string, unknown>).flatMap(([key, inner]) => {
    const empty = typeof inner === 'object' && inner !== null && Object.keys(inner).length === 0;
    return empty ? [prefix + key] : leafPaths(inner, `${prefix}${key}.`);
  });
}

/** What those who only follow a chart need of it. */
export type Chart = Pick<CompiledChart, 'id' | 'initial' | 'initialOutputs' | 'transitions' | 'state' | 'step' | 'expire'>;

/** Compiles a chart with an input; throws CompileError where it cannot be explored faithfully. */
export function compile(machine: AnyStateMachine, input?: unknown, options?: CompileOptions): CompiledChart {
  return new CompiledChart(machine, input, options);
}
