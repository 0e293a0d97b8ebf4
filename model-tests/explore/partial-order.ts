/**
 * Which rules have to fire in a state so that no deadlock and no violation of a watched property is missed: a stubborn set (Valmari 1990).
 *
 * A set of rules is stubborn when (1) with a rule that can fire it has every rule that depends on it, and (2) with a rule that cannot
 * fire it has every rule that may write one of the slots whose values keep it from firing: what those are, its decision tree tells.
 * Two rules depend on each other when one may write what the other may touch. A set with a rule that may change what a property looks at
 * has to have every rule; so has one from which nothing new is reached, or a rule could be put off for ever.
 */
import { readsOf } from './decision-tree.ts';
import { NOTHING, type Tables } from './tables.ts';

export class StubbornSets<Move> {
  readonly #tables: Tables<Move>;
  /** For each rule, those that depend on it. */
  readonly #dependents: readonly (readonly number[])[];
  /** For each slot, the rules that may write it. */
  readonly #writers: readonly (readonly number[])[];
  /** Rules that may change what a property looks at. */
  readonly #visible: ReadonlySet<number>;

  constructor(tables: Tables<Move>, visibleSlots: ReadonlySet<number>, visibleRules: ReadonlySet<number>) {
    this.#tables = tables;
    const { rules, slots } = tables.system;
    const every = [...slots.keys()];
    const touched = rules.map(({ touches = every }) => new Set(touches));
    const written = rules.map(({ touches = every, mayWrite = touches }) => new Set(mayWrite));
    const meets = (one: ReadonlySet<number>, other: ReadonlySet<number>) => [...one].some((slot) => other.has(slot));
    this.#dependents = rules.map((_, a) =>
      [...rules.keys()].filter(
        (b) =>
          meets(written[a] as Set<number>, touched[b] as Set<number>) ||
          meets(written[b] as Set<number>, touched[a] as Set<number>),
      ),
    );
    this.#writers = every.map((slot) => [...rules.keys()].filter((rule) => written[rule]?.has(slot)));
    this.#visible = new Set([
      ...visibleRules,
      ...[...rules.keys()].filter((rule) => meets(written[rule] as Set<number>, visibleSlots)),
    ]);
  }

  /** The rules of a smallest stubborn set in this state, of those that can fire; undefined where it has to be all of them. */
  choose(values: Int32Array, leaves: Int32Array): ReadonlySet<number> | undefined {
    const enabled = [...leaves.keys()].filter((rule) => leaves[rule] !== NOTHING);
    let best: ReadonlySet<number> | undefined;
    for (const seed of enabled) {
      if (best !== undefined && best.size === 1) break;
      const chosen = this.#closure(seed, values, leaves, best?.size ?? enabled.length);
      if (chosen !== undefined) best = chosen;
    }
    return best;
  }

  /** The rules that can fire in the least stubborn set around `seed`, when they are fewer than `bound`. */
  #closure(seed: number, values: Int32Array, leaves: Int32Array, bound: number): ReadonlySet<number> | undefined {
    const [members, enabled, queue] = [new Set([seed]), new Set<number>(), [seed]];
    for (let rule = queue.pop(); rule !== undefined; rule = queue.pop()) {
      const canFire = leaves[rule] !== NOTHING;
      if (canFire) {
        if (this.#visible.has(rule)) return undefined;
        enabled.add(rule);
        if (enabled.size >= bound) return undefined;
      }
      const needed = canFire ? (this.#dependents[rule] ?? []) : this.#enablers(rule, values);
      for (const other of needed) {
        if (members.has(other)) continue;
        members.add(other);
        queue.push(other);
      }
    }
    return enabled;
  }

  /** The rules that may write what keeps `rule` from firing. */
  #enablers(rule: number, values: Int32Array): number[] {
    const reads = readsOf(this.#tables.trees.data, this.#tables.roots[rule] as number, values);
    return reads.flatMap((slot) => this.#writers[slot] ?? []);
  }
}
