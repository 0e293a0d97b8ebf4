/**
 * Breadth-first search over integers. Each state is expanded once: what its rules may do is looked up, each successor is built at the
 * tail of the visited states, and stays there when it is new.
 */
import type { System } from '../compose/system.ts';
import { lookUp } from './decision-tree.ts';
import { applyFiring, applyToValues } from './firing.ts';
import { fits, layoutFor, pack } from './layout.ts';
import { NO_PARENT, StateSet } from './state-set.ts';
import type { Canonical } from './symmetry.ts';
import { NOTHING, type Tables } from './tables.ts';

/** What wants to know of a search while it runs. */
export interface Observer {
  /** Each state before it is expanded, nearest first; the array is used again. */
  onState(id: number, values: Int32Array): void;
  /** The first edge with each move. */
  onMove(move: number, from: number): void;
  /** A state without a move. */
  onEnd(id: number, values: Int32Array): void;
}

/** What makes a search look at fewer states. */
export interface Reductions {
  readonly canonical?: Canonical | undefined;
  readonly stubborn?: { choose(values: Int32Array, leaves: Int32Array): ReadonlySet<number> | undefined } | undefined;
}

export class Search<Move> {
  readonly tables: Tables<Move>;
  readonly states: StateSet;
  edges = 0;
  /** States that were expanded. */
  expanded = 0;
  /** Moves from the initial state to the state that is expanded next. */
  depth = 0;
  /** The values of the state that is expanded. */
  readonly values: Int32Array;
  /** What each rule may do in it. */
  readonly #leaves: Int32Array;
  readonly #observer: Observer;
  #seen = new Uint8Array(256);
  #levelEnd = 1;

  readonly #reductions: Reductions;
  readonly #next: Int32Array;

  constructor(tables: Tables<Move>, observer: Observer, reductions: Reductions = {}) {
    this.tables = tables;
    this.#reductions = reductions;
    this.#observer = observer;
    this.values = new Int32Array(tables.system.slots.length);
    this.#leaves = new Int32Array(tables.system.rules.length);
    this.states = new StateSet(layoutFor(tables.domains));
    this.#next = tables.initial.slice();
    this.#stageNext(NO_PARENT);
    this.states.flush();
  }

  get system(): System<Move> {
    return this.tables.system;
  }

  get done(): boolean {
    return this.expanded === this.states.count;
  }

  /** Expands the oldest state that was not expanded yet. */
  expandNext(): void {
    const id = this.expanded;
    if (id === this.#levelEnd) {
      this.depth += 1;
      this.#levelEnd = this.states.count;
    }
    this.states.read(id, this.values);
    this.#observer.onState(id, this.values);
    this.#lookUpRules();
    const before = this.edges;
    const chosen = this.#reductions.stubborn?.choose(this.values, this.#leaves);
    if (chosen === undefined || !this.#reachesNew(id, chosen)) {
      for (let rule = 0; rule < this.#leaves.length; rule += 1) {
        const leaf = this.#leaves[rule] as number;
        if (leaf !== NOTHING && chosen?.has(rule) !== true) this.#fire(id, -leaf);
      }
    }
    if (this.edges === before) this.#observer.onEnd(id, this.values);
    this.expanded = id + 1;
    if (this.expanded === this.#levelEnd) this.states.flush();
  }

  /** Fires these rules only, and says whether a state that was not visited before came of it. */
  #reachesNew(id: number, chosen: ReadonlySet<number>): boolean {
    this.states.flush();
    const known = this.states.count;
    for (const rule of chosen) this.#fire(id, -(this.#leaves[rule] as number));
    this.states.flush();
    return this.states.count > known;
  }

  #lookUpRules(): void {
    const { tables, values } = this;
    const [leaves, roots] = [this.#leaves, tables.roots];
    let data = tables.trees.data;
    for (let rule = 0; rule < leaves.length; rule += 1) {
      let leaf = lookUp(data, roots[rule] as number, values);
      if (leaf === 0) {
        leaf = tables.evaluate(rule, values);
        data = tables.trees.data;
        this.#makeRoom();
      }
      leaves[rule] = leaf;
    }
  }

  /** New values may need more bits, new moves more places. */
  #makeRoom(): void {
    const { tables, states } = this;
    if (!fits(states.layout, tables.domains)) states.relayout(layoutFor(tables.domains), this.values.length);
    if (tables.moves.length > this.#seen.length) {
      const larger = new Uint8Array(this.#seen.length * 2 + tables.moves.length);
      larger.set(this.#seen);
      this.#seen = larger;
    }
  }

  /** Every firing of the leaf at `q`, applied to state `id`. */
  #fire(id: number, q: number): void {
    const { states } = this;
    const data = this.tables.leaves.data;
    const { layout } = states;
    const { words } = layout;
    const [from, at] = [states.chunkOf(id), states.offsetOf(id)];
    const firings = data[q] as number;
    const isReduced = this.#reductions.canonical !== undefined;
    let p = q + 1;
    for (let firing = 0; firing < firings; firing += 1) {
      const move = data[p] as number;
      if (isReduced) {
        this.#next.set(this.values);
        p = applyToValues(data, p, this.#next);
        this.#stageNext(id);
      } else {
        const { staged, stagedAt } = states;
        for (let k = 0; k < words; k += 1) staged[stagedAt + k] = from[at + k] as number;
        p = applyFiring(data, p, layout, staged, stagedAt);
        states.stage(id);
      }
      if (this.#seen[move] === 0) {
        this.#seen[move] = 1;
        this.#observer.onMove(move, id);
      }
    }
    this.edges += firings;
  }

  /** Stages the state that stands for `#next`. */
  #stageNext(parent: number): void {
    this.#reductions.canonical?.(this.#next);
    this.#makeRoom();
    pack(this.states.layout, this.#next, this.states.staged, this.states.stagedAt);
    this.states.stage(parent);
  }
}
