/**
 * Memory that several threads or processes share, as two ports: Words to read and write it, Signal to wait for a change of it.
 * This folder imports nothing of ours. Everything that is read through it was written by somebody who may be wrong or hostile: readers check.
 */

/** Shared memory as 32-bit words with sequentially consistent access, and as bytes without any order of their own. Values are unsigned. */
export interface Words {
  /** All of the memory. Ordered only by the word that is stored after writing, and loaded before reading. */
  readonly bytes: Uint8Array;
  load(word: number): number;
  store(word: number, value: number): void;
  /** Stores and gives the value that was there. */
  exchange(word: number, value: number): number;
  /** Stores `value` if `expected` is there; gives what was there. */
  compareExchange(word: number, expected: number, value: number): number;
  /** Adds, modulo 2^32; gives the value that was there. */
  add(word: number, value: number): number;
}

/** Waiting on a word. A waiter waits on a flag word of its own that only wakers set: on a word with another meaning wake-ups get lost. */
export interface Signal {
  /** Resolves when `word` no longer is `value`, or at a notify. Keeps nothing alive: whoever needs the process to stay holds it. */
  wait(word: number, value: number): Promise<void>;
  /** Blocks this thread until `word` no longer is `value`, a notify, or `milliseconds`. For critical sections only. */
  pause(word: number, value: number, milliseconds: number): void;
  /** Wakes every waiter of `word`. */
  notify(word: number): void;
}
