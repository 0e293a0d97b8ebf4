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

/** The clock of this machine: the same in all of its processes, and nobody sets it. */
export const arrayClock: ArrayClock = {
  now: () => Number(process.hrtime.bigint() / 1_000_000n),
  every(milliseconds, fire) {
    const handle = setInterval(fire, milliseconds).unref();
    return { cancel: () => clearInterval(handle) };
  },
};

const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Keeps the process alive while something is open, as an open net socket does: waiting on shared memory alone does not.
 * Counts holds; the last release lets go and calls `idle`.
 */
export class Hold {
  readonly #idle: () => void;
  #count = 0;
  #handle: NodeJS.Timeout | undefined;
  #taken: (() => void)[] = [];

  constructor(idle: () => void = () => undefined) {
    this.#idle = idle;
  }

  take(): void {
    this.#count += 1;
    // One timer, held and let go again: making one for each wait costs more than the wait itself.
    this.#handle ??= setInterval(() => undefined, LONGEST_TIMER);
    if (this.#count === 1) this.#handle.ref();
    for (const resolve of this.#taken.splice(0)) resolve();
  }

  release(): void {
    this.#count -= 1;
    if (this.#count > 0) return;
    this.#handle?.unref();
    this.#idle();
  }

  /** Nothing will be held any more. */
  end(): void {
    clearInterval(this.#handle);
    this.#handle = undefined;
  }

  /** Undefined while something is held, else what resolves when something is. */
  untilTaken(): Promise<void> | undefined {
    if (this.#count > 0) return undefined;
    return new Promise((resolve) => this.#taken.push(resolve));
  }
}
