/** The edges of an explored state graph. They are not kept: they are made again from the tables, state by state. */
import { lookUp } from './decision-tree.ts';
import { FIRST_FIRING } from './firing.ts';
import type { StateSet } from './state-set.ts';
import { NOTHING, type Tables } from './tables.ts';

/** One edge, by the numbers of its states and of its move. */
export interface Step {
  readonly from: number;
  readonly move: number;
  readonly to: number;
}

export class Edges<Move> {
  readonly tables: Tables<Move>;
  readonly states: StateSet;
  /** The edges of the state that was read last. */
  count = 0;
  targets = new Int32Array(64);
  moves = new Int32Array(64);
  rules = new Int32Array(64);
  /** The values of the state that was read last. */
  readonly values: Int32Array;
  readonly #words: Uint32Array;

  constructor(tables: Tables<Move>, states: StateSet) {
    this.tables = tables;
    this.states = states;
    this.values = new Int32Array(tables.system.slots.length);
    this.#words = new Uint32Array(states.layout.words);
  }

  /** Reads the edges of a state that was expanded. Targets are numbers of states. */
  read(id: number): void {
    const { tables, states, values } = this;
    states.read(id, values);
    this.count = 0;
    for (let rule = 0; rule < tables.roots.length; rule += 1) {
      const leaf = lookUp(tables.trees.data, tables.roots[rule] as number, values);
      if (leaf !== NOTHING) this.#readRule(id, rule, -leaf);
    }
  }

  /** The edges of `from`, which was read last. */
  *all(from: number): Generator<Step & { readonly rule: number }> {
    for (let i = 0; i < this.count; i += 1)
      yield { from, move: this.moves[i] as number, to: this.targets[i] as number, rule: this.rules[i] as number };
  }

  #readRule(id: number, rule: number, q: number): void {
    const { states } = this;
    const data = this.tables.leaves.data;
    const [from, at, words] = [states.chunkOf(id), states.offsetOf(id), this.#words];
    const firings = data[q] as number;
    if (this.count + firings > this.targets.length) this.#grow(this.count + firings);
    for (let p = q + FIRST_FIRING, firing = 0; firing < firings; firing += 1) {
      for (let k = 0; k < words.length; k += 1) words[k] = from[at + k] as number;
      this.moves[this.count] = data[p] as number;
      p = this.#apply(data, p);
      this.targets[this.count] = states.findWords(words);
      this.rules[this.count] = rule;
      this.count += 1;
    }
  }

  /** Applies the firing at `p` to the words, and answers where the next one stands. */
  #apply(leaves: Int32Array, p: number): number {
    const { wordOf, shiftOf, maskOf } = this.states.layout;
    const words = this.#words;
    const end = p + 2 + 2 * (leaves[p + 1] as number);
    for (let q = p + 2; q < end; q += 2) {
      const slot = leaves[q] as number;
      const word = wordOf[slot] as number;
      const shift = shiftOf[slot] as number;
      words[word] = ((words[word] as number) & ~((maskOf[slot] as number) << shift)) | ((leaves[q + 1] as number) << shift);
    }
    return end;
  }

  #grow(needed: number): void {
    for (const name of ['targets', 'moves', 'rules'] as const) {
      const larger = new Int32Array(needed * 2);
      larger.set(this[name]);
      this[name] = larger;
    }
  }
}
