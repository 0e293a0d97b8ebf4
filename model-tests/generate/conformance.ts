/** Whether an implementation that is a machine itself does what a model says, and whether a path notices when it does not. */
import { definedInputs, type Machine, nextState, stateCover } from './machine.ts';

/** Something deterministic that reacts to the inputs of a machine, told in that machine's numbers; numbers that it does not have are negative. */
export interface Implementation {
  readonly initial: number;
  /** What is seen of a state without doing anything. */
  sight(state: number): number;
  /** The state behind an input; every input has one, the same state where nothing happens. */
  next(state: number, input: number): number;
  /** What is seen of an input. */
  output(state: number, input: number): number;
}

/** Index of the first step of a path at which the implementation shows something else, -1 when its first state does; undefined when it passes. */
export function failsAt(machine: Machine, implementation: Implementation, path: readonly number[]): number | undefined {
  const width = machine.inputs.length;
  let [state, own] = [0, implementation.initial];
  if (machine.states[0]?.sight !== implementation.sight(own)) return -1;
  for (let at = 0; at < path.length; at += 1) {
    const input = path[at] ?? -1;
    const cell = state * width + input;
    if (machine.output[cell] !== implementation.output(own, input)) return at;
    state = machine.next[cell] ?? -1;
    own = implementation.next(own, input);
    if (machine.states[state]?.sight !== implementation.sight(own)) return at;
  }
  return undefined;
}

/** What a comparison of an implementation with its model found. */
export interface Comparison {
  /** A shortest sequence of defined inputs that shows a difference; undefined where there is none: the implementation conforms. */
  readonly difference: readonly number[] | undefined;
  /** Numbers of the implementation's states that defined inputs lead to; of a wrong one, as far as was looked. */
  readonly states: ReadonlySet<number>;
}

/** Compares by search over pairs of states: sequences of inputs that are defined in the model, and nothing else, are what counts. */
export function compare(machine: Machine, implementation: Implementation): Comparison {
  interface Pair {
    readonly state: number;
    readonly own: number;
    readonly via: { readonly pair: Pair; readonly input: number } | undefined;
  }
  const defined = definedInputs(machine);
  const width = machine.inputs.length;
  const states = new Set([implementation.initial]);
  if (machine.states[0]?.sight !== implementation.sight(implementation.initial)) return { difference: [], states };
  const queue: Pair[] = [{ state: 0, own: implementation.initial, via: undefined }];
  const seen = new Set([`0 ${implementation.initial}`]);
  for (const pair of queue) {
    for (const input of defined[pair.state] ?? []) {
      const cell = pair.state * width + input;
      const state = machine.next[cell] ?? -1;
      const own = implementation.next(pair.own, input);
      const next: Pair = { state, own, via: { pair, input } };
      states.add(own);
      if (
        machine.output[cell] !== implementation.output(pair.own, input) ||
        machine.states[state]?.sight !== implementation.sight(own)
      ) {
        const difference: number[] = [];
        for (let { via } = next; via !== undefined; via = via.pair.via) difference.push(via.input);
        return { difference: difference.reverse(), states };
      }
      const key = `${state} ${own}`;
      if (seen.has(key)) continue;
      seen.add(key);
      queue.push(next);
    }
  }
  return { difference: undefined, states };
}

/** The first path of a suite that an implementation fails, with the step; undefined when it passes them all. */
export function killedBy(
  machine: Machine,
  implementation: Implementation,
  paths: Iterable<readonly number[]>,
): { readonly path: readonly number[]; readonly at: number } | undefined {
  for (const path of paths) {
    const at = failsAt(machine, implementation, path);
    if (at !== undefined) return { path, at };
  }
  return undefined;
}

/**
 * How many inputs beyond the state cover the farthest state of an implementation lies: the smallest k for whose suites it is within the fault
 * domain. Infinite where that is more than `most`.
 */
export function reachOf(machine: Machine, implementation: Implementation, most: number): number {
  const defined = definedInputs(machine);
  const count = machine.states.length;
  /** A pair of states is one number; what defined inputs lead to from it. */
  const behind = (pair: number) => {
    const [state, own] = [pair % count, Math.floor(pair / count)];
    return (defined[state] ?? []).map((input) => nextState(machine, state, input) + count * implementation.next(own, input));
  };
  const all = new Set([count * implementation.initial]);
  for (const pair of all) for (const next of behind(pair)) all.add(next);
  const states = new Set([...all].map((pair) => Math.floor(pair / count)));
  const follow = (access: readonly number[]) =>
    access.reduce((own, input) => implementation.next(own, input), implementation.initial);
  let layer = stateCover(machine).map((access, state) => state + count * follow(access));
  const reached = new Set<number>();
  for (let k = 0; k <= most; k += 1) {
    for (const pair of layer) reached.add(Math.floor(pair / count));
    if (reached.size === states.size) return k;
    layer = [...new Set(layer.flatMap(behind))];
  }
  return Number.POSITIVE_INFINITY;
}
