/** Time as a port: the session layer reads no other clock and sets no other timer. */

/** A timer that was set; cancel is idempotent. */
export interface Timer {
  /** The timer fires no more. */
  cancel(): void;
}

/** A source of time and of timers. */
export interface Clock {
  /** Milliseconds since an epoch of the clock's own choice. */
  now(): number;
  /** Calls `fire` once, `milliseconds` from now, unless cancelled. `limit` is the name of the time limit (docs/protocol.md, section 7). */
  setTimer(limit: string, milliseconds: number, fire: () => void): Timer;
}

/** The clock of this process. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer(_limit, milliseconds, fire) {
    const handle = setTimeout(fire, milliseconds);
    return { cancel: () => clearTimeout(handle) };
  },
};
