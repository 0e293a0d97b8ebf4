/** Compiled charts as a reactive system: which of an alphabet's events a state takes, which of them it waits for, and what is seen of it. */
import type { AnyEventObject } from 'xstate';
import type { Chart, LocalState, LocalStep, Output } from '../compile/compile.ts';
import type { Reaction, ReactiveSystem } from './machine.ts';

/** What happens to a chart: `start` with what it is begun with, `timeout` with the name of a limit, or an event with its facts. */
export interface ChartInput {
  readonly type: string;
  readonly [fact: string]: unknown;
}

/** Where the chart is: which instance, and its local state. Before `start` both are -1. */
export interface ChartWorld {
  readonly instance: number;
  readonly state: number;
  /** What the tester remembers. */
  readonly past: string;
}

/** One way to begin. */
export interface ChartInstance {
  readonly chart: Chart;
  /** The facts of the input that begins it. */
  readonly start: Readonly<Record<string, unknown>>;
}

/** What a chart is tried with. */
export interface ChartAlphabet {
  /** Every event with every combination of its facts. Delays need no mention: `timeout` is an input wherever they run. */
  readonly events: readonly AnyEventObject[];
  /** Whether an event can be brought about in a state at all. Default: always. */
  readonly canHappen?: (state: LocalState, event: AnyEventObject, past: string) => boolean;
  /**
   * What a tester remembers of its own inputs, where that decides what it can still do: a connection that it has closed brings nothing more. It
   * counts as something that is seen. Default: nothing, which is ''.
   */
  readonly remember?: (past: string, input: ChartInput, next: LocalState) => string;
  /**
   * Whether an event answers something that the chart itself has under way. It can happen only where the chart names it (no wildcard), and a
   * tester sees whether it is waited for.
   */
  readonly isAwaited?: (event: AnyEventObject) => boolean;
  /** What else a tester sees of a state without doing anything. Default: nothing. */
  readonly looks?: (state: LocalState) => string;
  /** Whether a tester can bring an event about where the chart does not take it, and see that nothing follows. Default: never. */
  readonly isQuiet?: (state: LocalState, event: AnyEventObject) => boolean;
}

const before: ChartWorld = { instance: -1, state: -1, past: '' };

/**
 * One or more instances of a chart. Without `start` there is one, and it has begun. Inputs of a final state are not defined; what is seen
 * of a state is whether it is final, the delays that run (under the virtual clock they can be seen) and the events that it awaits.
 */
export class ChartSystem implements ReactiveSystem<ChartWorld, ChartInput, Output> {
  readonly name: string;
  readonly initial: ChartWorld;
  readonly #instances: readonly ChartInstance[];
  readonly #alphabet: ChartAlphabet;
  readonly #known = new Map<string, readonly Reaction<ChartWorld, ChartInput, Output>[]>();

  constructor(charts: Chart | readonly ChartInstance[], alphabet: ChartAlphabet) {
    const begun = 'step' in charts;
    this.#instances = begun ? [{ chart: charts, start: {} }] : charts;
    this.name = this.#instances[0]?.chart.id ?? 'no chart';
    this.initial = begun ? { instance: 0, state: charts.initial.id, past: '' } : before;
    this.#alphabet = alphabet;
  }

  key({ instance, state, past }: ChartWorld): string {
    return `${instance}.${state} ${past}`;
  }

  nameOf(world: ChartWorld): string {
    const { path = '(before start)' } = this.localState(world) ?? {};
    return world.past === '' ? path : `${path} (${world.past})`;
  }

  /** The local state of the chart; undefined before `start`. */
  localState({ instance, state }: ChartWorld): LocalState | undefined {
    return this.#instances[instance]?.chart.state(state);
  }

  sight(world: ChartWorld): string {
    const local = this.localState(world);
    if (local === undefined) return 'not begun';
    if (local.final) return 'ended';
    const awaited = this.#alphabet.events.filter((event) => this.#awaits(world, event));
    const looks = this.#alphabet.looks?.(local);
    return [
      ...(looks ? [looks] : []),
      ...(world.past === '' ? [] : [`(${world.past})`]),
      ...local.delays,
      ...new Set(awaited.map(({ type }) => type)),
    ].join(' ');
  }

  reactions(world: ChartWorld): readonly Reaction<ChartWorld, ChartInput, Output>[] {
    const key = this.key(world);
    let reactions = this.#known.get(key);
    if (reactions === undefined) {
      reactions = this.#inputs(world).flatMap((input) => {
        const step = this.step(world, input);
        return step === undefined ? [] : [{ input, outputs: step.outputs, next: this.after(world, input, step.next) }];
      });
      this.#known.set(key, reactions);
    }
    return reactions;
  }

  /** The world behind an input that leads the chart to `next`. */
  after(world: ChartWorld, input: ChartInput, next: LocalState): ChartWorld {
    const past = this.#alphabet.remember?.(world.past, input, next) ?? '';
    return { instance: this.#instanceBehind(world, input), state: next.id, past };
  }

  /** The chart's own step, with the transitions that it takes; undefined where the input is not defined. */
  step(world: ChartWorld, input: ChartInput): LocalStep | undefined {
    const chart = this.#instances[this.#instanceBehind(world, input)]?.chart;
    if (chart === undefined) return undefined;
    if (world.state < 0) return { next: chart.initial, outputs: chart.initialOutputs, taken: [], further: [], armed: [] };
    if (input.type === 'timeout') return chart.expire(world.state, String(input['limit']));
    const local = chart.state(world.state);
    if (local.final || this.#alphabet.canHappen?.(local, input, world.past) === false) return undefined;
    if (this.#alphabet.isAwaited?.(input)) return this.#awaits(world, input) ? chart.step(world.state, input) : undefined;
    const step = chart.step(world.state, input);
    return (
      step ??
      (this.#alphabet.isQuiet?.(local, input) ? { next: local, outputs: [], taken: [], further: [], armed: [] } : undefined)
    );
  }

  #inputs(world: ChartWorld): readonly ChartInput[] {
    const local = this.localState(world);
    if (local === undefined) return this.#instances.map(({ start }) => ({ type: 'start', ...start }));
    return [...this.#alphabet.events, ...local.delays.map((limit) => ({ type: 'timeout', limit }))];
  }

  #instanceBehind(world: ChartWorld, input: ChartInput): number {
    if (world.instance >= 0) return world.instance;
    const text = JSON.stringify(input);
    return this.#instances.findIndex(({ start }) => JSON.stringify({ type: 'start', ...start }) === text);
  }

  #awaits(world: ChartWorld, event: AnyEventObject): boolean {
    const { isAwaited, canHappen } = this.#alphabet;
    const chart = this.#instances[world.instance]?.chart;
    if (chart === undefined || !isAwaited?.(event) || canHappen?.(chart.state(world.state), event, world.past) === false)
      return false;
    return chart.step(world.state, event)?.taken[0]?.event === event.type;
  }
}
