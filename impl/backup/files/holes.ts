/** Where the data of a file is, when it has holes. */
import { readSync } from 'node:fs';
import type { Extent } from '../tar/entry.ts';
import { MAX_EXTENTS } from '../tar/sparse.ts';
import type { NativeFiles } from './native.ts';

/** Holes shorter than this are taken for data where the system has to be guessed at. */
const GRAIN = 4_096;
const PIECE = 1 << 20;
const BLOCK_BYTES = 512;

/** The extents of an open file of `size` bytes which takes `blocks` blocks on disk; undefined when it is best taken as it is. */
export function extentsOf(
  descriptor: number,
  size: number,
  blocks: number,
  native: NativeFiles | undefined,
): Extent[] | undefined {
  if (blocks * BLOCK_BYTES >= size) return undefined;
  const found = (native && told(descriptor, size, native)) ?? guessed(descriptor, size);
  const whole = found.length === 1 && found[0]?.offset === 0 && found[0].length === size;
  return whole || found.length > MAX_EXTENTS ? undefined : found;
}

/** Undefined where the file system does not tell. */
function told(descriptor: number, size: number, native: NativeFiles): Extent[] | undefined {
  const extents: Extent[] = [];
  try {
    for (let at = 0; at < size && extents.length <= MAX_EXTENTS; ) {
      const offset = native.nextData(descriptor, at);
      if (offset === undefined || offset >= size) break;
      const end = Math.min(size, native.nextHole(descriptor, offset));
      if (end <= offset) break;
      extents.push({ offset, length: end - offset });
      at = end;
    }
    return extents;
  } catch {
    return undefined;
  }
}

/** Reads the file: where there are only zeros, there might as well be a hole. */
function guessed(descriptor: number, size: number): Extent[] {
  const extents: Extent[] = [];
  const buffer = Buffer.allocUnsafe(PIECE);
  const zeros = Buffer.alloc(GRAIN);
  for (let at = 0; at < size && extents.length <= MAX_EXTENTS; ) {
    const count = readSync(descriptor, buffer, 0, Math.min(PIECE, size - at), at);
    if (count === 0) break;
    for (let grain = 0; grain < count; grain += GRAIN) {
      const bytes = buffer.subarray(grain, Math.min(count, grain + GRAIN));
      if (bytes.equals(zeros.subarray(0, bytes.length))) continue;
      const last = extents.at(-1);
      if (last && last.offset + last.length === at + grain) {
        extents[extents.length - 1] = { offset: last.offset, length: last.length + bytes.length };
      } else extents.push({ offset: at + grain, length: bytes.length });
    }
    at += count;
  }
  return extents;
}
