/**
 * Files with holes, as GNU tar has them in pax archives. Written: format 1.0, where a map of the extents stands before the data.
 * Read: 1.0, and 0.1 and 0.0, where the map is in the extended header.
 */
import { BLOCK, type Extent, type Sparse, TarError } from './entry.ts';

/** So many extents a file may have, in archives that are read and written. */
export const MAX_EXTENTS = 100_000;

const NEWLINE = 0x0a;

/** The map before the data, in whole blocks. A file that ends in a hole has an empty part at its end: GNU tar takes its length from there. */
export function encodeMap({ extents: parts, realSize }: Sparse): Buffer {
  const last = parts.at(-1);
  const extents = last && last.offset + last.length === realSize ? parts : [...parts, { offset: realSize, length: 0 }];
  const lines = [extents.length, ...extents.flatMap(({ offset, length }) => [offset, length])];
  const text = Buffer.from(`${lines.join('\n')}\n`);
  return Buffer.concat([text, Buffer.alloc((BLOCK - (text.length % BLOCK)) % BLOCK)]);
}

/** Reads a map block by block. */
export class MapReader {
  readonly #numbers: number[] = [];
  #digits = '';
  #wanted = 1;

  /** Takes one block; gives the extents once it has them all. Throws TarError. */
  push(block: Buffer): Extent[] | undefined {
    for (const byte of block) {
      if (byte === NEWLINE) this.#take();
      else this.#digits += String.fromCharCode(byte);
      if (this.#digits.length > 20) throw malformed('a number in it is too long');
      if (this.#numbers.length === this.#wanted) return extentsOf(this.#numbers.slice(1));
    }
    return undefined;
  }

  #take(): void {
    const number = wholeNumber(this.#digits);
    this.#digits = '';
    this.#numbers.push(number);
    if (this.#numbers.length > 1) return;
    if (number > MAX_EXTENTS) throw malformed(`it has more than ${MAX_EXTENTS} parts`);
    this.#wanted = 1 + 2 * number;
  }
}

/** The extents of `offset,length,offset,length…`. Throws TarError. */
export function parseInlineMap(text: string): Extent[] {
  const numbers = text === '' ? [] : text.split(',').map(wholeNumber);
  if (numbers.length > 2 * MAX_EXTENTS) throw malformed(`it has more than ${MAX_EXTENTS} parts`);
  return extentsOf(numbers);
}

/** Throws TarError unless the extents stand in order inside the file, and take `size` bytes in all. */
export function checkSparse({ extents, realSize }: Sparse, size: number): void {
  let end = 0;
  let sum = 0;
  for (const { offset, length } of extents) {
    if (offset < end) throw malformed('its parts overlap');
    end = offset + length;
    sum += length;
  }
  if (!Number.isSafeInteger(end) || end > realSize) throw malformed('a part of it lies behind its end');
  if (sum !== size) throw malformed('its parts are not as long as its data');
}

function extentsOf(numbers: readonly number[]): Extent[] {
  if (numbers.length % 2 !== 0) throw malformed('an offset has no length');
  return Array.from({ length: numbers.length / 2 }, (_, index) => ({
    offset: numbers[2 * index] ?? 0,
    length: numbers[2 * index + 1] ?? 0,
  }));
}

function wholeNumber(text: string): number {
  const number = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw malformed('a number in it is none');
  return number;
}

const malformed = (why: string) => new TarError('malformed', `the map of a file with holes is not right: ${why}`);
