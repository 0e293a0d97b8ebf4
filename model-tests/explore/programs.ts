/**
 * Leaves of rules as they are carried out on packed words: firings that change the same are one, and so are changes within one word.
 *
 * ```text
 * program at p: [ number of changes, number of firings, then for each change: number of words, then for each: word, what stays, what comes ]
 * ```
 */
import { Arena } from './arena.ts';
import type { Layout } from './layout.ts';

/** What is read of a leaf; `firing.ts` says how it is laid out. */
const PROGRAM = 1;
const FIRST_FIRING = 2;

export class Programs {
  readonly arena: Arena;
  readonly #leaves: Arena;
  /** The position of every leaf, and how many of them have a program for the layout. */
  readonly #positions: number[] = [];
  #made = 0;
  #layout: Layout | undefined;

  constructor(leaves: Arena, shared: boolean) {
    this.#leaves = leaves;
    this.arena = new Arena(shared);
  }

  get bytes(): number {
    return this.arena.bytes;
  }

  /** There is a new leaf at this position. */
  expect(position: number): void {
    this.#positions.push(position);
  }

  /** Makes the programs that are missing for this layout. */
  makeFor(layout: Layout): void {
    if (layout !== this.#layout) {
      this.#layout = layout;
      this.#made = 0;
      this.arena.used = 1;
    }
    for (; this.#made < this.#positions.length; this.#made += 1) this.#make(layout, this.#positions[this.#made] as number);
  }

  #make(layout: Layout, q: number): void {
    const { data } = this.#leaves;
    const firings = data[q] as number;
    const changes = new Map<string, readonly number[]>();
    let p = q + FIRST_FIRING;
    for (let firing = 0; firing < firings; firing += 1) {
      const end = p + 2 + 2 * (data[p + 1] as number);
      const words = wordsOf(layout, data.subarray(p + 2, end));
      // What changes nothing needs no successor.
      if (words.length > 0) changes.set(words.join(), [words.length / 3, ...words]);
      p = end;
    }
    data[q + PROGRAM] = this.arena.append([changes.size, firings, ...[...changes.values()].flat()]);
  }
}

/** Writes to slots as writes to words: word, the bits that stay, the bits that come. */
function wordsOf({ wordOf, shiftOf, maskOf }: Layout, writes: Int32Array): number[] {
  const words = new Map<number, { stays: number; comes: number }>();
  for (let i = 0; i < writes.length; i += 2) {
    const [slot, value] = [writes[i] as number, writes[i + 1] as number];
    const word = words.get(wordOf[slot] as number) ?? { stays: -1, comes: 0 };
    const shift = shiftOf[slot] as number;
    const bits = (maskOf[slot] as number) << shift;
    words.set(wordOf[slot] as number, { stays: word.stays & ~bits, comes: (word.comes & ~bits) | (value << shift) });
  }
  return [...words].flatMap(([word, { stays, comes }]) => [word, stays, comes]);
}
