/**
 * Memory that several threads or processes share: Words to read and write it, Signal to wait for a change of it.
 * This folder imports nothing of ours. Everything that is read through it was written by somebody who may be wrong or hostile: readers check.
 */

/** Waiting on a word. A waiter waits on a flag word of its own that only wakers clear or set: on a word with another meaning wake-ups get lost. */
export interface Signal {
  /**
   * Resolves when `word` no longer is `value`, at a notify, or now and then for no reason: the caller looks again. Does not promise to keep the process
   * alive, and may do so: whoever needs it to stay holds it, and nobody waits who does not.
   */
  wait(word: number, value: number): Promise<void>;
  /** Blocks this thread until `word` no longer is `value`, a notify, or `milliseconds`. */
  pause(word: number, value: number, milliseconds: number): void;
  /** Wakes every waiter of `word`. */
  notify(word: number): void;
}
