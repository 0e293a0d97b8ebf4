/** One state for all that differ by an exchange of identical processes. */
import type { Symmetry } from '../compose/system.ts';
import type { Tables } from './tables.ts';

/** More members than this are too many permutations to try where values name members. */
const MAX_RENAMED = 6;

/** Changes the values of a state to those of the one that stands for it. */
export type Canonical = (values: Int32Array) => void;

/** @throws RangeError where a symmetry with a renaming has more than MAX_RENAMED members */
export function canonicalFor<Move>(tables: Tables<Move>): Canonical {
  const steps = (tables.system.symmetries ?? []).map((symmetry) =>
    symmetry.rename === undefined ? sorting(symmetry.members) : renaming(tables, symmetry, symmetry.rename),
  );
  return (values) => {
    for (const step of steps) step(values);
  };
}

/** Nobody names a member: members in the order of their values are as good as in any other. */
function sorting(members: Symmetry['members']): Canonical {
  return (values) => {
    const held = members.map((slots) => slots.map((slot) => values[slot] as number)).sort(compare);
    for (const [index, slots] of members.entries())
      for (const [place, slot] of slots.entries()) values[slot] = held[index]?.[place] as number;
  };
}

/** Values name members: of all permutations the one with the least values. */
function renaming<Move>(tables: Tables<Move>, { members }: Symmetry, rename: NonNullable<Symmetry['rename']>): Canonical {
  if (members.length > MAX_RENAMED)
    throw new RangeError(`a symmetry that renames has ${members.length} members, more than ${MAX_RENAMED}`);
  const size = tables.system.slots.length;
  const others = [...permutationsOf(members.length)].filter((to) => to.some((place, member) => place !== member));
  const permutations = others.map((to) => ({ to, source: sourceOf(size, members, to) }));
  const known = permutations.map(() => Array.from({ length: size }, (): number[] => []));
  const renamed = (index: number, slot: number, value: number): number => {
    const memo = known[index]?.[slot] as number[];
    const domain = tables.domains[slot];
    const { to } = permutations[index] as { to: readonly number[] };
    memo[value] ??= domain?.intern(rename(domain.value(value), slot, to)) ?? value;
    return memo[value] as number;
  };
  const [best, candidate] = [new Int32Array(size), new Int32Array(size)];
  return (values) => {
    best.set(values);
    for (const [index, { source }] of permutations.entries()) {
      const at = (slot: number) => {
        const from = source[slot] as number;
        return renamed(index, from, values[from] as number);
      };
      // Most permutations are decided by the first slots.
      let slot = 0;
      let difference = 0;
      for (; slot < size && difference === 0; slot += 1) {
        candidate[slot] = at(slot);
        difference = (candidate[slot] as number) - (best[slot] as number);
      }
      if (difference >= 0) continue;
      for (; slot < size; slot += 1) candidate[slot] = at(slot);
      best.set(candidate);
    }
    values.set(best);
  };
}

/** Which slot each slot gets its value from. */
function sourceOf(size: number, members: Symmetry['members'], to: readonly number[]): number[] {
  const source = Array.from({ length: size }, (_, slot) => slot);
  for (const [member, slots] of members.entries())
    for (const [place, slot] of slots.entries()) source[members[to[member] as number]?.[place] as number] = slot;
  return source;
}

function* permutationsOf(length: number, chosen: readonly number[] = []): Generator<readonly number[]> {
  if (chosen.length === length) yield chosen;
  for (let next = 0; next < length; next += 1) if (!chosen.includes(next)) yield* permutationsOf(length, [...chosen, next]);
}

function compare(a: ArrayLike<number>, b: ArrayLike<number>): number {
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return (a[i] as number) - (b[i] as number);
  return 0;
}
