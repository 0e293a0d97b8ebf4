/**
 * How a thread waits: it looks again and again for a while, since whoever is about to answer does so within a microsecond, and then lets the system
 * wake it, which costs some 40 µs each way. Looking is worth its while only when answers come soon: a fixed budget makes sparse traffic slower
 * and burns the processor, so the default adapts.
 */

/** `adaptive`, or how often to look before sleeping: 0 never spins. */
export type Spin = 'adaptive' | number;

/** Looks before sleeping at most, some 200 µs: what a sleeping peer needs to wake and to answer. */
const MOST = 20_000;
/** A sleep that was shorter than this, in milliseconds, would have been worth looking a little longer. */
const SHORT_SLEEP = 0.2;
/** After this many budgets in a row that were spent for nothing, looking pauses until a short sleep. */
const MISSES = 2;

/** The budget of one place where one thread waits. */
export class Spinner {
  readonly #fixed: number | undefined;
  #budget = MOST;
  #misses = 0;

  constructor(spin: Spin = 'adaptive') {
    this.#fixed = spin === 'adaptive' ? undefined : spin;
  }

  /** Looks at `ready` once, and on as often as is worth it; gives what it said last. */
  spin(ready: () => boolean): boolean {
    if (ready()) return true;
    const budget = this.#fixed ?? this.#budget;
    for (let look = 0; look < budget; look += 1) {
      if (ready()) {
        this.#misses = 0;
        return true;
      }
    }
    if (budget > 0) {
      this.#misses += 1;
      if (this.#misses >= MISSES) this.#budget = 0;
    }
    return false;
  }

  /** Tells how long a sleep took, in milliseconds: the next wait may be as long. */
  slept(milliseconds: number): void {
    if (milliseconds < SHORT_SLEEP) {
      this.#budget = MOST;
      this.#misses = 0;
    }
  }
}
