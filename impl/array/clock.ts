/** Time of the array: what the heartbeats are written from, and what holds the process while something of the array is open. */

/** Something that happens again and again until it is cancelled. */
export interface Ticker {
  /** It happens no more. Idempotent. */
  cancel(): void;
}

/** The time that attachments live in: their heartbeats are compared with it. */
export interface ArrayClock {
  /** Milliseconds since an epoch that all attachments of one array share. */
  now(): number;
  /** Calls `fire` every `milliseconds`, without keeping the process alive. */
  every(milliseconds: number, fire: () => void): Ticker;
}

/** The clock of this machine. */
export const arrayClock: ArrayClock = {
  now: () => Date.now(),
  every(milliseconds, fire) {
    const handle = setInterval(fire, milliseconds).unref();
    return { cancel: () => clearInterval(handle) };
  },
};

const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Keeps the process alive while something is open, as an open net socket does: waiting on shared memory alone does not.
 * Counts holds; the last release lets go.
 */
export class Hold {
  #count = 0;
  #handle: NodeJS.Timeout | undefined;

  take(): void {
    this.#count += 1;
    this.#handle ??= setInterval(() => undefined, LONGEST_TIMER);
  }

  release(): void {
    this.#count -= 1;
    if (this.#count > 0) return;
    clearInterval(this.#handle);
    this.#handle = undefined;
  }
}
