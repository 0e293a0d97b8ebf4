/**
 * One thread's part of a search by several: it takes states from the part of a level that is being expanded, and what it cannot decide
 * it leaves to the thread that knows the system. A lane knows nothing but integers.
 */
import { lookUp } from './decision-tree.ts';
import { Expander, type Observer } from './expander.ts';
import type { Layout } from './layout.ts';
import { SharedStateSet, type SharedStates } from './shared-state-set.ts';
import type { Watched } from './watch.ts';

/** States that a lane takes at once. */
const BLOCK = 64;

/** The places in the control words. */
export const ROUND = 0;
export const RUNNING = 1;
export const CURSOR = 2;
export const END = 3;
export const MISSED = 4;
export const FOUND = 5;
export const STOP = 6;
export const QUIT = 7;
export const CONTROL_WORDS = 8;

/** What every lane shares. */
export interface LaneMemory {
  readonly control: Int32Array;
  /** The next number that no state has. */
  readonly next: Int32Array;
  /** States that somebody else has to expand; the complement of a number where only room was missing. */
  readonly missed: Int32Array;
  /** What was found, in threes: kind, what, state. */
  readonly found: Int32Array;
  /** Edges, and new states, of each lane. */
  readonly totals: Float64Array;
  readonly trees: Int32Array;
  readonly leaves: Int32Array;
  readonly programs: Int32Array;
  readonly roots: Int32Array;
  readonly predicateRoots: Int32Array;
  readonly slots: number;
}

/** What a lane is told before a round. */
export interface LaneOrders {
  readonly states: SharedStates;
  readonly ofStates: readonly Watched[];
  readonly ofEnds: readonly Watched[];
}

/** The kinds of what is found: a property is decided by a state; a move is seen for the first time. */
export const DECIDED = 0;
export const MOVE = 1;

export class Lane implements Observer {
  readonly states: SharedStateSet;
  readonly #memory: LaneMemory;
  readonly #index: number;
  readonly #expander: Expander;
  #ofStates: readonly Watched[] = [];
  #ofEnds: readonly Watched[] = [];
  readonly #full = new Set<number>();

  constructor(memory: LaneMemory, index: number, layout: Layout, states?: SharedStateSet) {
    this.#memory = memory;
    this.#index = index;
    this.states = states ?? new SharedStateSet(layout, memory.next, (parent) => this.tellFull(parent));
    const { trees, leaves, programs, roots } = memory;
    const lookups = { trees: { data: trees }, leaves: { data: leaves }, programs: { data: programs }, roots, evaluate: () => 0 };
    this.#expander = new Expander(lookups, this.states, memory.slots, this);
  }

  obey({ states, ofStates, ofEnds }: LaneOrders): void {
    this.states.see(states);
    this.#ofStates = ofStates;
    this.#ofEnds = ofEnds;
  }

  /** Expands states of the round until there are no more. */
  run(): void {
    const { control } = this.#memory;
    const end = Atomics.load(control, END);
    this.#full.clear();
    while (Atomics.load(control, STOP) === 0) {
      const begin = Atomics.add(control, CURSOR, BLOCK);
      if (begin >= end) break;
      for (let id = begin; id < Math.min(begin + BLOCK, end); id += 1)
        if (this.states.isState(id) && !this.#expander.expand(id)) this.#push(id);
    }
    this.states.finish();
    this.#memory.totals[2 * this.#index] = this.#expander.edges;
    this.#memory.totals[2 * this.#index + 1] = this.states.added;
  }

  /** A successor of this state found no room. */
  tellFull(parent: number): void {
    Atomics.store(this.#memory.control, STOP, 1);
    if (this.#full.has(parent)) return;
    this.#full.add(parent);
    this.#push(~parent);
  }

  onState(id: number, values: Int32Array): boolean {
    for (const watched of this.#ofStates) {
      const leaf = this.#answer(watched, values);
      if (leaf === 0) return false;
      if (leaf !== watched.deciding) continue;
      this.#find(DECIDED, watched.property, id);
      this.#ofStates = this.#ofStates.filter(({ property }) => property !== watched.property);
    }
    return true;
  }

  onEnd(id: number, values: Int32Array): boolean {
    for (const watched of this.#ofEnds) {
      const leaf = this.#answer(watched, values);
      if (leaf === 0) return false;
      if (leaf !== watched.deciding) continue;
      this.#find(DECIDED, watched.property, id);
      this.#ofEnds = this.#ofEnds.filter(({ property }) => property !== watched.property);
    }
    return true;
  }

  onMove(move: number, from: number): void {
    this.#find(MOVE, move, from);
  }

  #answer({ predicate }: Watched, values: Int32Array): number {
    return lookUp(this.#memory.trees, this.#memory.predicateRoots[predicate] as number, values);
  }

  #push(id: number): void {
    this.#memory.missed[Atomics.add(this.#memory.control, MISSED, 1)] = id;
  }

  #find(kind: number, what: number, id: number): void {
    const { control, found } = this.#memory;
    const at = 3 * Atomics.add(control, FOUND, 1);
    if (at + 3 > found.length) throw new RangeError(`more than ${found.length / 3} findings in one round`);
    found.set([kind, what, id], at);
  }
}
