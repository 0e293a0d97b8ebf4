/** What a leaf says, applied to packed words or to values. */
import { lookUp } from './decision-tree.ts';
import type { Layout } from './layout.ts';
import { NOTHING, type Tables } from './tables.ts';

/**
 * Applies the firing at `p` of the leaves to the words at `at`, and answers where the next firing stands. The move of the firing is
 * `leaves[p]`.
 */
export function applyFiring(leaves: Int32Array, p: number, layout: Layout, words: Uint32Array, at: number): number {
  const { wordOf, shiftOf, maskOf } = layout;
  const begin = p + 2;
  const end = begin + 2 * (leaves[p + 1] as number);
  for (let q = begin; q < end; q += 2) {
    const slot = leaves[q] as number;
    const word = at + (wordOf[slot] as number);
    const shift = shiftOf[slot] as number;
    words[word] = ((words[word] as number) & ~((maskOf[slot] as number) << shift)) | ((leaves[q + 1] as number) << shift);
  }
  return end;
}

/** The same for values that stand one by one. */
export function applyToValues(leaves: Int32Array, p: number, values: Int32Array): number {
  const end = p + 2 + 2 * (leaves[p + 1] as number);
  for (let q = p + 2; q < end; q += 2) values[leaves[q] as number] = leaves[q + 1] as number;
  return end;
}

/** One thing that may follow a state. */
export interface Follower {
  readonly move: number;
  readonly values: Int32Array;
}

/** What may follow the state with these values, in the order of the rules. */
export function* followers<Move>(tables: Tables<Move>, values: Int32Array): Generator<Follower> {
  for (let rule = 0; rule < tables.roots.length; rule += 1) {
    const leaf = lookUp(tables.trees.data, tables.roots[rule] as number, values) || tables.evaluate(rule, values);
    if (leaf === NOTHING) continue;
    const { data } = tables.leaves;
    let p = 1 - leaf;
    for (let firing = data[-leaf] as number; firing > 0; firing -= 1) {
      const next = values.slice();
      const move = data[p] as number;
      p = applyToValues(data, p, next);
      yield { move, values: next };
    }
  }
}
