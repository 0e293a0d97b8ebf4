/** Breadth-first search: each state is expanded once, nearest first. */
import { Expander, type Observer, type Reductions } from './expander.ts';
import { fits, layoutFor } from './layout.ts';
import { NO_PARENT, StateSet } from './state-set.ts';
import type { Tables } from './tables.ts';

/** States that are expanded at once. */
const SLICE = 2_048;

/** How far a search has come, whoever searches. */
export interface SearchProgress {
  readonly states: StateSet;
  /** How many states were found. */
  readonly found: number;
  readonly edges: number;
  /** States that were expanded. */
  readonly expanded: number;
  /** Moves from the initial state to the states that are expanded next. */
  readonly depth: number;
  readonly done: boolean;
  /** Expands some more states, nearest first. */
  advance(): void | Promise<void>;
  /** Gives back what it holds beside memory. */
  close(): void | Promise<void>;
}

export class Search<Move> implements SearchProgress {
  readonly states: StateSet;
  expanded = 0;
  depth = 0;
  readonly #tables: Tables<Move>;
  readonly #expander: Expander;
  #levelEnd = 1;

  constructor(tables: Tables<Move>, observer: Observer, reductions: Reductions = {}) {
    this.#tables = tables;
    this.states = new StateSet(layoutFor(tables.domains));
    tables.programs.makeFor(this.states.layout);
    const lookups = {
      trees: tables.trees,
      leaves: tables.leaves,
      programs: tables.programs.arena,
      roots: tables.roots,
      evaluate: (rule: number, values: Int32Array) => {
        const leaf = tables.evaluate(rule, values);
        this.#makeRoom();
        return leaf;
      },
    };
    const { canonical } = reductions;
    const renaming =
      canonical &&
      ((values: Int32Array) => {
        canonical(values);
        this.#makeRoom();
      });
    this.#expander = new Expander(lookups, this.states, tables.initial.length, observer, { ...reductions, canonical: renaming });
    this.#expander.stage(tables.initial.slice(), NO_PARENT);
    this.states.flush();
  }

  get edges(): number {
    return this.#expander.edges;
  }

  get found(): number {
    return this.states.count;
  }

  get done(): boolean {
    return this.expanded === this.states.count;
  }

  close(): void {}

  advance(): void {
    for (let i = 0; i < SLICE && !this.done; i += 1) {
      this.#expander.expand(this.expanded);
      this.expanded += 1;
      if (this.expanded < this.#levelEnd) continue;
      this.states.flush();
      this.#levelEnd = this.states.count;
      if (!this.done) this.depth += 1;
    }
  }

  /** New values may need more bits, new leaves need programs. */
  #makeRoom(): void {
    const { domains, programs } = this.#tables;
    if (!fits(this.states.layout, domains)) this.states.relayout(layoutFor(domains), domains.length);
    programs.makeFor(this.states.layout);
  }
}
