/** What a generated suite is, whatever its criterion: sequences of inputs, one reset each, and what it says of itself. */
import { definedInputs, type Machine, nextState } from './machine.ts';

/** How many of something there are, and how many of them the suite takes. */
export interface Covered {
  readonly covered: number;
  readonly total: number;
}

/** How much there is to do: paths, each of which begins with a reset, and the inputs of all of them. */
export interface SuiteSize {
  readonly paths: number;
  readonly steps: number;
}

/** A suite for a machine. */
export interface Suite {
  /** For example `transitions`, `wp (k = 1)`. */
  readonly criterion: string;
  /** The machine that the paths are of: their numbers are indexes of its inputs. */
  readonly machine: Machine;
  readonly size: SuiteSize;
  /** Of what is reachable: each input in each state where it is defined, and each two of them that can follow each other. */
  readonly coverage: { readonly transitions: Covered; readonly pairs: Covered };
  /** What has to be true of an implementation for the suite's promise; empty where it makes none. */
  readonly assumptions: readonly string[];
  /** The paths as sequences of inputs, none of them the beginning of another one, produced when they are asked for. */
  paths(): Generator<readonly number[], void>;
}

/** Counts the transitions and pairs of transitions of a machine that something takes. */
export class CoverageCount {
  readonly #machine: Machine;
  readonly #defined: readonly (readonly number[])[];
  /** By cell of the machine's tables: the number of the transition, and that of the first pair which begins with it. */
  readonly #number: Int32Array;
  readonly #firstPair: Int32Array;
  readonly #transitions: Uint8Array;
  readonly #pairs: Uint8Array;

  constructor(machine: Machine) {
    this.#machine = machine;
    this.#number = new Int32Array(machine.next.length);
    this.#firstPair = new Int32Array(machine.next.length);
    this.#defined = definedInputs(machine);
    let [transitions, pairs] = [0, 0];
    for (const [state, inputs] of this.#defined.entries()) {
      for (const input of inputs) {
        const cell = state * machine.inputs.length + input;
        this.#number[cell] = transitions;
        this.#firstPair[cell] = pairs;
        transitions += 1;
        pairs += this.#defined[nextState(machine, state, input)]?.length ?? 0;
      }
    }
    this.#transitions = new Uint8Array(transitions);
    this.#pairs = new Uint8Array(pairs);
  }

  /** An input was taken in a state. */
  transition(state: number, input: number): void {
    this.#transitions[this.#numberOf(state, input)] = 1;
  }

  /** One input was taken in a state, and another one behind it. */
  pair(state: number, input: number, second: number): void {
    const { inputs, next } = this.#machine;
    const cell = state * inputs.length + input;
    const behind = next[cell] ?? 0;
    const first = this.#defined[behind]?.[0] ?? 0;
    const place = this.#numberOf(behind, second) - this.#numberOf(behind, first);
    this.#pairs[(this.#firstPair[cell] ?? 0) + place] = 1;
  }

  result(): Suite['coverage'] {
    return { transitions: countOf(this.#transitions), pairs: countOf(this.#pairs) };
  }

  #numberOf(state: number, input: number): number {
    return this.#number[state * this.#machine.inputs.length + input] ?? 0;
  }
}

/** A suite of paths that are there already. Paths that are the beginning of another one, and all but one of equal ones, are left out. */
export function suiteOfPaths(criterion: string, machine: Machine, given: Iterable<readonly number[]>): Suite {
  const paths = withoutPrefixes([...given]);
  const count = new CoverageCount(machine);
  let steps = 0;
  for (const path of paths) {
    steps += path.length;
    let state = 0;
    for (const [at, input] of path.entries()) {
      count.transition(state, input);
      const second = path[at + 1];
      if (second !== undefined) count.pair(state, input, second);
      state = nextState(machine, state, input);
    }
  }
  return {
    criterion,
    machine,
    size: { paths: paths.length, steps },
    coverage: count.result(),
    assumptions: [],
    *paths() {
      yield* paths;
    },
  };
}

/** The paths in their order without those that are the beginning of another one. */
function withoutPrefixes(paths: readonly (readonly number[])[]): (readonly number[])[] {
  const sorted = [...paths.entries()].sort(([a, one], [b, other]) => compare(one, other) || a - b);
  const kept = sorted.filter(([, path], place) => {
    const following = sorted[place + 1]?.[1];
    return following === undefined || !path.every((input, at) => following[at] === input);
  });
  return kept.sort(([a], [b]) => a - b).map(([, path]) => path);
}

function compare(one: readonly number[], other: readonly number[]): number {
  for (let at = 0; at < Math.min(one.length, other.length); at += 1) {
    const difference = (one[at] ?? 0) - (other[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

function countOf(flags: Uint8Array): Covered {
  return { covered: flags.reduce((sum, flag) => sum + flag, 0), total: flags.length };
}
