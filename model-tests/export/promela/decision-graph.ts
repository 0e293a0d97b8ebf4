/** Trees with equal parts joined: what several values of a slot have in common is said once. */
import type { Tabulated } from '../../explore/tabulate.ts';

/** A node of a decision graph; equal ones are the same object. `outcome`: the caller's number for what is decided. */
export type Decision =
  | { readonly id: number; readonly outcome: number }
  | { readonly id: number; readonly slot: number; readonly branches: readonly Branch[] };

/** Where some values of a slot lead. */
export interface Branch {
  /** In ascending order. */
  readonly values: readonly number[];
  readonly to: Decision;
}

export class DecisionGraphs {
  readonly #domainSizes: readonly number[];
  readonly #nodes = new Map<string, Decision>();

  /** `domainSizes`: how many values each slot takes. */
  constructor(domainSizes: readonly number[]) {
    this.#domainSizes = domainSizes;
  }

  /**
   * The graph of a tree whose answers are told apart by `outcomeOf` only; what it answers undefined for is left out, like combinations of
   * values that no reachable state has. Undefined when nothing is left.
   */
  from<Answer>(tree: Tabulated<Answer>, outcomeOf: (answer: Answer) => number | undefined): Decision | undefined {
    if ('answer' in tree) {
      const outcome = outcomeOf(tree.answer);
      return outcome === undefined ? undefined : this.#node(`= ${outcome}`, (id) => ({ id, outcome }));
    }
    const { slot } = tree;
    const groups = new Map<Decision, number[]>();
    for (const [value, child] of tree.children) {
      const to = this.from(child, outcomeOf);
      if (to === undefined) continue;
      const group = groups.get(to);
      if (group === undefined) groups.set(to, [value]);
      else group.push(value);
    }
    const branches = [...groups].map(([to, values]) => ({ to, values: values.sort((a, b) => a - b) }));
    const [first] = branches;
    if (first === undefined) return undefined;
    if (first.values.length === this.#domainSizes[slot]) return first.to;
    const key = branches.map(({ to, values }) => `${values.join(',')}>${to.id}`).join(' ');
    return this.#node(`${slot} ${key}`, (id) => ({ id, slot, branches }));
  }

  #node(key: string, make: (id: number) => Decision): Decision {
    const known = this.#nodes.get(key);
    if (known !== undefined) return known;
    const node = make(this.#nodes.size);
    this.#nodes.set(key, node);
    return node;
  }
}
