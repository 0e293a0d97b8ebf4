/** Where each slot stands in the packed words of a state: as many bits as its values need, none across a word's end. */
import type { Domain } from './domain.ts';

/** Bits that a slot gets beyond what its values need today, so that states are seldom packed anew. */
const SPARE_BITS = 1;

export interface Layout {
  /** Words of a state. */
  readonly words: number;
  readonly wordOf: Int32Array;
  readonly shiftOf: Int32Array;
  /** The bits of the slot, at the low end. */
  readonly maskOf: Int32Array;
}

/** A layout in which every value of today fits. */
export function layoutFor(domains: readonly Domain[]): Layout {
  const [wordOf, shiftOf, maskOf] = [0, 0, 0].map(() => new Int32Array(domains.length)) as [Int32Array, Int32Array, Int32Array];
  const free: number[] = [];
  const widths = domains.map(({ size }, slot) => ({ slot, width: 32 - Math.clz32(size - 1) + SPARE_BITS }));
  // The widest first: first fit then leaves the fewest bits unused.
  for (const { slot, width } of widths.sort((a, b) => b.width - a.width || a.slot - b.slot)) {
    let word = free.findIndex((bits) => bits >= width);
    if (word < 0) word = free.push(32) - 1;
    const left = free[word] as number;
    wordOf[slot] = word;
    shiftOf[slot] = 32 - left;
    maskOf[slot] = 2 ** width - 1;
    free[word] = left - width;
  }
  return { words: Math.max(1, free.length), wordOf, shiftOf, maskOf };
}

/** Whether every value of today fits into the layout. */
export function fits({ maskOf }: Layout, domains: readonly Domain[]): boolean {
  return domains.every(({ size }, slot) => size - 1 <= (maskOf[slot] as number));
}

/** Packs values into words, at an offset. */
export function pack({ words, wordOf, shiftOf }: Layout, values: Int32Array, into: Uint32Array, offset: number): void {
  into.fill(0, offset, offset + words);
  for (let slot = 0; slot < values.length; slot += 1) {
    const at = offset + (wordOf[slot] as number);
    into[at] = (into[at] as number) | ((values[slot] as number) << (shiftOf[slot] as number));
  }
}

/** The inverse of `pack`. */
export function unpack({ wordOf, shiftOf, maskOf }: Layout, from: Uint32Array, offset: number, values: Int32Array): void {
  for (let slot = 0; slot < values.length; slot += 1)
    values[slot] = ((from[offset + (wordOf[slot] as number)] as number) >>> (shiftOf[slot] as number)) & (maskOf[slot] as number);
}
