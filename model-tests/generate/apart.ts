/** Which states of a partial machine can be told apart, and by which inputs: apartness, and shortest witnesses of it. */
import { definedInputs, type Machine, nextState } from './machine.ts';

/** For each pair of states, whether and how a tester tells them apart. */
export class Apartness {
  readonly #machine: Machine;
  readonly #size: number;
  /** Length of a shortest witness by pair, -1 where there is none. */
  readonly #length: Int32Array;
  /** First input of a shortest witness by pair. */
  readonly #first: Int32Array;

  /**
   * Two states are apart when they look different, or when a sequence of inputs that is defined in both shows different outputs or different looks
   * on its way. What is defined in one of them only tells nothing: nobody knows what the other would do.
   */
  constructor(machine: Machine) {
    this.#machine = machine;
    this.#size = machine.states.length;
    this.#length = new Int32Array(this.#size ** 2).fill(-1);
    this.#first = new Int32Array(this.#size ** 2).fill(-1);
    const { states } = machine;
    let open: [number, number][] = [];
    for (let one = 0; one < this.#size; one += 1) {
      for (let other = 0; other < one; other += 1) {
        if (states[one]?.sight !== states[other]?.sight) this.#set(one, other, 0, -1);
        else open.push([one, other]);
      }
    }
    const defined = definedInputs(machine);
    for (let length = 1, found = true; found; length += 1) {
      const rest = open.filter(([one, other]) => !this.#tryLength(one, other, length, defined[one] ?? []));
      found = rest.length < open.length;
      open = rest;
    }
  }

  /** The number of inputs of a shortest witness: 0 when the states look different, -1 when they are not apart. */
  distance(one: number, other: number): number {
    return this.#length[one * this.#size + other] ?? -1;
  }

  /** A shortest sequence of inputs, defined in both states, that shows that they are apart; undefined when they are not. */
  witness(one: number, other: number): readonly number[] | undefined {
    if (this.distance(one, other) < 0) return undefined;
    const sequence: number[] = [];
    for (let pair = [one, other]; this.distance(pair[0] ?? 0, pair[1] ?? 0) > 0; ) {
      const [a = 0, b = 0] = pair;
      const input = this.#first[a * this.#size + b] ?? -1;
      sequence.push(input);
      if (this.distance(a, b) === 1) break;
      pair = [nextState(this.#machine, a, input), nextState(this.#machine, b, input)];
    }
    return sequence;
  }

  /** Pairs of different states that are not apart, by their numbers. */
  *blindPairs(): Generator<readonly [number, number]> {
    for (let one = 0; one < this.#size; one += 1) {
      for (let other = 0; other < one; other += 1) if (this.distance(one, other) < 0) yield [other, one];
    }
  }

  #set(one: number, other: number, length: number, first: number): void {
    for (const cell of [one * this.#size + other, other * this.#size + one]) {
      this.#length[cell] = length;
      this.#first[cell] = first;
    }
  }

  #tryLength(one: number, other: number, length: number, inputs: readonly number[]): boolean {
    const { output, inputs: all, next } = this.#machine;
    for (const input of inputs) {
      const [a, b] = [one * all.length + input, other * all.length + input];
      const [nextA = -1, nextB = -1] = [next[a], next[b]];
      if (nextB < 0) continue;
      const differs = output[a] !== output[b] || this.distance(nextA, nextB) === 0;
      if (length === 1 ? !differs : this.distance(nextA, nextB) !== length - 1) continue;
      this.#set(one, other, length, input);
      return true;
    }
    return false;
  }
}
