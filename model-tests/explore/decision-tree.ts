/**
 * What a pure function of slots has answered, as a tree of integers: a node names the slot that was read next and has a child for each
 * value of it; a leaf is the answer. The function is evaluated only where the tree has no leaf yet.
 *
 * ```text
 * node at p: [ slot, capacity, child for value 0, child for value 1, … ]
 * child:     > 0 the position of a node, < 0 a leaf, 0 not known yet
 * ```
 */
import type { Arena } from './arena.ts';

/** A function that does not give the same answer for the same slots. */
export class ImpureError extends Error {
  override readonly name = 'ImpureError';
}

/** What was read, in order: a slot and the number of its value, alternating. */
export type Reads = readonly number[];

/** The answer for these slot values: < 0 a leaf, 0 not known yet. */
export function lookUp(data: Int32Array, root: number, values: Int32Array): number {
  let p = root;
  while (p > 0) {
    const value = values[data[p] as number] as number;
    p = value < (data[p + 1] as number) ? (data[p + 2 + value] as number) : 0;
  }
  return p;
}

/**
 * Puts a leaf where these reads lead to, and answers the root, which may be another one now.
 * @throws ImpureError when the reads contradict what is there: the function read other slots for the same values.
 */
export function insert(arena: Arena, root: number, reads: Reads, leaf: number, name: string): number {
  const [slot, value] = reads;
  if (slot === undefined || value === undefined) {
    if (root > 0) throw new ImpureError(`${name} is not pure: for the same slots it once read more and once less`);
    return leaf;
  }
  if (root < 0) throw new ImpureError(`${name} is not pure: for the same slots it once read less and once more`);
  let node = root === 0 ? newNode(arena, slot, value + 1) : root;
  if (arena.data[node] !== slot) throw new ImpureError(`${name} is not pure: for the same slots it once read another one next`);
  if (value >= (arena.data[node + 1] as number)) node = widened(arena, node, value + 1);
  const child = insert(arena, arena.data[node + 2 + value] as number, reads.slice(2), leaf, name);
  // The last thing that is written makes the new part of the tree visible, also to other threads.
  Atomics.store(arena.data, node + 2 + value, child);
  return node;
}

function newNode(arena: Arena, slot: number, values: number): number {
  const capacity = 2 ** Math.ceil(Math.log2(values + 1));
  const node = arena.allocate(2 + capacity);
  arena.data[node] = slot;
  arena.data[node + 1] = capacity;
  return node;
}

function widened(arena: Arena, node: number, values: number): number {
  const wider = newNode(arena, arena.data[node] as number, values);
  arena.data.copyWithin(wider + 2, node + 2, node + 2 + (arena.data[node + 1] as number));
  return wider;
}

/** The slots that are read on the way to the leaf for these values. */
export function readsOf(data: Int32Array, root: number, values: Int32Array): number[] {
  const slots: number[] = [];
  for (let p = root; p > 0; ) {
    const slot = data[p] as number;
    slots.push(slot);
    const value = values[slot] as number;
    p = value < (data[p + 1] as number) ? (data[p + 2 + value] as number) : 0;
  }
  return slots;
}
