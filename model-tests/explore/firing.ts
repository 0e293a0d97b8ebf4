/** What a leaf says, applied to values one by one. */
import { lookUp } from './decision-tree.ts';
import { NOTHING, type Tables } from './tables.ts';

/** Where the first firing of a leaf stands, behind its position. */
export const FIRST_FIRING = 2;

/** Applies the firing at `p` of the leaves to values, and answers where the next firing stands. Its move is `leaves[p]`. */
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
    let p = FIRST_FIRING - leaf;
    for (let firing = data[-leaf] as number; firing > 0; firing -= 1) {
      const next = values.slice();
      const move = data[p] as number;
      p = applyToValues(data, p, next);
      yield { move, values: next };
    }
  }
}
