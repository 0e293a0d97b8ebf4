/**
 * Memory of a file that several processes map, in /dev/shm or on a disk, and a Signal over its futexes.
 *
 * It is never unmapped: a view that is touched behind that kills the process, and the system unmaps at its end anyway.
 * Whoever may write the file may also cut it off, which kills those who touch what is missing: so it is its owner's alone.
 */
import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import type { Signal } from './memory.ts';
import { loadNative, type Native } from './native.ts';

/** A file that is mapped. */
export interface MappedFile {
  readonly buffer: ArrayBuffer;
  readonly signal: Signal;
  /** The number of this thread in the system. */
  readonly thread: number;
}

/** The file is none that may be mapped: another kind, owner or size than expected. */
export class FileRefused extends Error {
  override readonly name = 'FileRefused';
}

const OWNER_ONLY = 0o600;
const CHUNK = 1 << 20;

/**
 * Makes a file of `byteLength` zero bytes that only its owner may read and write, and lets `fill` write its beginning. It must not be there yet. All
 * of it is really there when this returns: no store into it can fail for want of space. Throws what node:fs throws.
 */
export function createFile(
  path: string,
  byteLength: number,
  fill: (write: (bytes: Uint8Array, at: number) => void) => void,
): void {
  const file = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, OWNER_ONLY);
  try {
    const zeros = new Uint8Array(CHUNK);
    for (let at = 0; at < byteLength; at += CHUNK) writeAll(file, zeros.subarray(0, Math.min(CHUNK, byteLength - at)), at);
    ftruncateSync(file, byteLength);
    fill((bytes, at) => writeAll(file, bytes, at));
  } catch (error) {
    unlinkSync(path);
    throw error;
  } finally {
    closeSync(file);
  }
}

function writeAll(file: number, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done, at + done);
}

/**
 * Maps a file. `expect` sees its first bytes before anything is mapped and gives the size that the file has to have.
 * Throws FileRefused, NativeUnavailable, and what node:fs throws.
 */
export function mapFile(path: string, headBytes: number, expect: (head: Uint8Array) => number): MappedFile {
  const native = loadNative();
  const file = openSync(path, constants.O_RDWR | constants.O_NOFOLLOW);
  try {
    const found = fstatSync(file);
    if (!found.isFile()) throw new FileRefused(`${path} is no file`);
    if ((found.mode & 0o077) !== 0) {
      throw new FileRefused(
        `${path} may be used by others than its owner (mode ${(found.mode & 0o777).toString(8)}), expected 600`,
      );
    }
    const head = new Uint8Array(Math.min(headBytes, found.size));
    for (let done = 0; done < head.length; ) {
      const count = readSync(file, head, done, head.length - done, done);
      if (count === 0) break;
      done += count;
    }
    const expected = expect(head);
    if (found.size !== expected) {
      throw new FileRefused(`${path} is ${found.size} bytes long, expected ${expected}`);
    }
    const { buffer, address } = native.map(file, found.size);
    return { buffer, signal: new MappedSignal(native, address), thread: native.thread };
  } finally {
    closeSync(file);
  }
}

/** How long a thread of the pool sleeps at most before it looks again, in milliseconds. */
const LONGEST_SLEEP = 1_000;

/** Futexes of a mapping. A wait takes one thread of libuv's pool (UV_THREADPOOL_SIZE, 4 by default) and keeps the process alive while it lasts. */
class MappedSignal implements Signal {
  readonly #native: Native;
  readonly #address: bigint;
  /** Words that are waited on, so that the end of the process need not wait for them. */
  readonly #waiting = new Map<number, number>();
  readonly #wakeAll = () => {
    for (const word of this.#waiting.keys()) this.notify(word);
  };

  constructor(native: Native, address: bigint) {
    this.#native = native;
    this.#address = address;
  }

  async wait(word: number, value: number): Promise<void> {
    if (this.#waiting.size === 0) process.on('exit', this.#wakeAll);
    this.#waiting.set(word, (this.#waiting.get(word) ?? 0) + 1);
    try {
      await this.#native.waitAsync(this.#addressOf(word), value, LONGEST_SLEEP);
    } finally {
      const count = (this.#waiting.get(word) ?? 1) - 1;
      if (count > 0) this.#waiting.set(word, count);
      else this.#waiting.delete(word);
      if (this.#waiting.size === 0) process.off('exit', this.#wakeAll);
    }
  }

  pause(word: number, value: number, milliseconds: number): void {
    this.#native.wait(this.#addressOf(word), value, milliseconds);
  }

  notify(word: number): void {
    this.#native.wake(this.#addressOf(word));
  }

  #addressOf(word: number): bigint {
    return this.#address + BigInt(word * 4);
  }
}
