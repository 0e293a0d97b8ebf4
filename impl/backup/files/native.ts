/**
 * Calls of the system that Node has not, through the optional package koffi: times to the nanosecond, and where the holes of a file are.
 * Without it everything works, less exactly: times to a quarter of a microsecond, and holes are found by looking for zeros.
 */
import { createRequire } from 'node:module';

/** What koffi adds. */
export interface NativeFiles {
  /** Sets the time of last change of an open file; gives whether that worked. */
  setTime(descriptor: number, mtime: bigint): boolean;
  /** The same of a symbolic link itself. */
  setLinkTime(path: Buffer, mtime: bigint): boolean;
  /** Where data begins, from `offset` on: undefined when there is none. Throws when the file system cannot tell. */
  nextData(descriptor: number, offset: number): number | undefined;
  /** Where the next hole begins; the end of the file is one. */
  nextHole(descriptor: number, offset: number): number;
}

type Foreign = (...args: unknown[]) => unknown;
interface Koffi {
  load(path: null): { func(declaration: string): Foreign };
  errno(): number;
}

const NANOSECONDS = 1_000_000_000n;
const UTIME_OMIT = 1_073_741_822n;
const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const SEEK_DATA = 3;
const SEEK_HOLE = 4;
const ENXIO = 6;

/** Undefined where there is no koffi, or another system than Linux on a 64-bit processor. */
export function loadNativeFiles(load: (name: string) => unknown = createRequire(import.meta.url)): NativeFiles | undefined {
  if (process.platform !== 'linux' || !['x64', 'arm64', 'riscv64'].includes(process.arch)) return undefined;
  try {
    return bind(load('koffi') as Koffi);
  } catch {
    return undefined;
  }
}

function bind(koffi: Koffi): NativeFiles {
  const library = koffi.load(null);
  const futimens = library.func('int futimens(int, void*)');
  const utimensat = library.func('int utimensat(int, void*, void*, int)');
  const lseek = library.func('int64_t lseek(int, int64_t, int)');
  const seek = (descriptor: number, offset: number, whence: number): number | undefined => {
    const place = Number(lseek(descriptor, offset, whence));
    if (place >= 0) return place;
    if (koffi.errno() === ENXIO) return undefined;
    throw new Error(`lseek failed with error ${koffi.errno()}`);
  };
  return {
    setTime: (descriptor, mtime) => futimens(descriptor, timesOf(mtime)) === 0,
    setLinkTime: (path, mtime) =>
      utimensat(AT_FDCWD, Buffer.concat([path, Buffer.of(0)]), timesOf(mtime), AT_SYMLINK_NOFOLLOW) === 0,
    nextData: (descriptor, offset) => seek(descriptor, offset, SEEK_DATA),
    nextHole: (descriptor, offset) => seek(descriptor, offset, SEEK_HOLE) ?? offset,
  };
}

/** Two timespecs: that of last access stays, that of last change is `mtime`. */
function timesOf(mtime: bigint): BigInt64Array {
  let seconds = mtime / NANOSECONDS;
  let nanoseconds = mtime % NANOSECONDS;
  if (nanoseconds < 0n) {
    seconds -= 1n;
    nanoseconds += NANOSECONDS;
  }
  return new BigInt64Array([0n, UTIME_OMIT, seconds, nanoseconds]);
}
