/** Expands single states: what the rules may do is looked up, each successor is staged among the visited states. One for each thread. */
import { applyToValues, FIRST_FIRING } from './firing.ts';
import { pack } from './layout.ts';
import type { StateSet } from './state-set.ts';
import type { Canonical } from './symmetry.ts';
import { NOTHING } from './tables.ts';

/** The tables of a system, as far as a thread needs them. */
export interface Lookups {
  readonly trees: { readonly data: Int32Array };
  readonly leaves: { readonly data: Int32Array };
  readonly programs: { readonly data: Int32Array };
  readonly roots: Int32Array;
  /** What a rule may do for these values; 0 where this thread cannot find it out. */
  evaluate(rule: number, values: Int32Array): number;
}

/** What wants to know of a search while it runs. Where it answers false, the state has to be expanded again by somebody who knows more. */
export interface Observer {
  /** Each state before it is expanded, nearest first; the array is used again. */
  onState(id: number, values: Int32Array): boolean;
  /** An edge with each move, among those of a nearest state the first; it may be told more than once. */
  onMove(move: number, from: number): void;
  /** A state without a move. */
  onEnd(id: number, values: Int32Array): boolean;
}

/** What makes a search look at fewer states. */
export interface Reductions {
  readonly canonical?: Canonical | undefined;
  readonly stubborn?: { choose(values: Int32Array, leaves: Int32Array): ReadonlySet<number> | undefined } | undefined;
}

export class Expander {
  edges = 0;
  readonly #tables: Lookups;
  readonly #states: StateSet;
  readonly #observer: Observer;
  readonly #reductions: Reductions;
  /** The values of the state that is expanded, and of its successor where states stand for others. */
  readonly #values: Int32Array;
  readonly #next: Int32Array;
  /** What each rule may do in the state that is expanded. */
  readonly #leaves: Int32Array;
  /** The values for which `#leaves` was looked up last, and the slots that each rule's look-up read, as bits (32 slots apart share one). */
  readonly #last: Int32Array;
  readonly #readBits: Int32Array;
  /** Leaves that have fired, by their positions. */
  #fired = new Uint8Array(256);

  constructor(tables: Lookups, states: StateSet, slots: number, observer: Observer, reductions: Reductions = {}) {
    this.#tables = tables;
    this.#states = states;
    this.#observer = observer;
    this.#reductions = reductions;
    this.#values = new Int32Array(slots);
    this.#next = new Int32Array(slots);
    this.#leaves = new Int32Array(tables.roots.length);
    this.#last = new Int32Array(slots).fill(-1);
    this.#readBits = new Int32Array(tables.roots.length).fill(-1);
  }

  /** Stages every successor of a state; false, and nothing staged, where something about it is not known to this thread. */
  expand(id: number): boolean {
    this.#states.read(id, this.#values);
    if (!this.#observer.onState(id, this.#values) || !this.#lookUpRules()) return false;
    const before = this.edges;
    const chosen = this.#reductions.stubborn?.choose(this.#values, this.#leaves);
    if (chosen === undefined || !this.#reachesNew(id, chosen)) {
      for (let rule = 0; rule < this.#leaves.length; rule += 1) {
        const leaf = this.#leaves[rule] as number;
        if (leaf !== NOTHING && chosen?.has(rule) !== true) this.#fire(id, -leaf);
      }
    }
    return this.edges > before || this.#observer.onEnd(id, this.#values);
  }

  /** Stages the state that stands for the one with these values. */
  stage(values: Int32Array, parent: number): void {
    this.#reductions.canonical?.(values);
    pack(this.#states.layout, values, this.#states.staged, this.#states.stagedAt);
    this.#states.stage(parent);
  }

  /** Fires these rules only, and says whether a state that was not visited before came of it. */
  #reachesNew(id: number, chosen: ReadonlySet<number>): boolean {
    this.#states.flush();
    const known = this.#states.count;
    for (const rule of chosen) this.#fire(id, -(this.#leaves[rule] as number));
    this.#states.flush();
    return this.#states.count > known;
  }

  /** States that are expanded one after the other are mostly siblings: a rule that read nothing of what differs may do the same. */
  #lookUpRules(): boolean {
    const tables = this.#tables;
    const values = this.#values;
    const leaves = this.#leaves;
    const roots = tables.roots;
    const changed = this.#changedBits();
    let data = tables.trees.data;
    for (let rule = 0; rule < leaves.length; rule += 1) {
      if (((this.#readBits[rule] as number) & changed) === 0) continue;
      let [p, read] = [roots[rule] as number, 0];
      while (p > 0) {
        const slot = data[p] as number;
        const value = values[slot] as number;
        read |= 1 << slot;
        p = value < (data[p + 1] as number) ? (data[p + 2 + value] as number) : 0;
      }
      if (p === 0) {
        p = tables.evaluate(rule, values);
        read = -1;
        if (p === 0) {
          this.#last.fill(-1);
          return false;
        }
        data = tables.trees.data;
      }
      this.#readBits[rule] = read;
      leaves[rule] = p;
    }
    return true;
  }

  /** The slots in which the state differs from the last one, as bits. */
  #changedBits(): number {
    const [values, last] = [this.#values, this.#last];
    let changed = 0;
    for (let slot = 0; slot < values.length; slot += 1) {
      if (values[slot] === last[slot]) continue;
      changed |= 1 << slot;
      last[slot] = values[slot] as number;
    }
    return changed;
  }

  /** Every firing of the leaf at `q`, applied to state `id`. */
  #fire(id: number, q: number): void {
    const states = this.#states;
    if (this.#fired[q] !== 1) this.#see(q, id);
    if (this.#reductions.canonical !== undefined) {
      this.#fireValues(id, q);
      return;
    }
    const program = this.#tables.programs.data;
    const words = states.layout.words;
    const from = states.chunkOf(id);
    const at = states.offsetOf(id);
    let p = this.#tables.leaves.data[q + 1] as number;
    let changes = program[p] as number;
    this.edges += program[p + 1] as number;
    p += 2;
    for (; changes > 0; changes -= 1) {
      const { staged, stagedAt } = states;
      for (let k = 0; k < words; k += 1) staged[stagedAt + k] = from[at + k] as number;
      const end = p + 1 + 3 * (program[p] as number);
      for (p += 1; p < end; p += 3) {
        const word = stagedAt + (program[p] as number);
        staged[word] = ((staged[word] as number) & (program[p + 1] as number)) | (program[p + 2] as number);
      }
      states.stage(id);
    }
  }

  /** The same where each successor has to be changed to the one that stands for it. */
  #fireValues(id: number, q: number): void {
    const { data } = this.#tables.leaves;
    const firings = data[q] as number;
    for (let p = q + FIRST_FIRING, firing = 0; firing < firings; firing += 1) {
      this.#next.set(this.#values);
      p = applyToValues(data, p, this.#next);
      this.stage(this.#next, id);
    }
    this.edges += firings;
  }

  /** Tells of the moves of a leaf that fires for the first time. */
  #see(q: number, id: number): void {
    if (q >= this.#fired.length) {
      const larger = new Uint8Array(2 * (q + 1));
      larger.set(this.#fired);
      this.#fired = larger;
    }
    this.#fired[q] = 1;
    const { data } = this.#tables.leaves;
    for (let p = q + FIRST_FIRING, firing = data[q] as number; firing > 0; firing -= 1) {
      this.#observer.onMove(data[p] as number, id);
      p += 2 + 2 * (data[p + 1] as number);
    }
  }
}
