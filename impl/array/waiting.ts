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
/** After this many budgets in a row that were spent for nothing, looking pauses. */
const MISSES = 2;
/**
 * So many short sleeps in a row make it worth trying again, twice as many after each try that was for nothing. The peer may be waiting for the very
 * processor that this thread looks on: then looking only delays the answer, while trying now and then lets the system see that two want to run.
 */
const FIRST_PAUSE = 8;
const LONGEST_PAUSE = 512;

/** The budget of one place where one thread waits. */
export class Spinner {
  readonly #fixed: number | undefined;
  #looks = true;
  #misses = 0;
  #pause = FIRST_PAUSE;
  #shortSleeps = 0;

  constructor(spin: Spin = 'adaptive') {
    this.#fixed = spin === 'adaptive' ? undefined : spin;
  }

  /** Looks at `ready` once, and on as often as is worth it; gives what it said last. */
  spin(ready: () => boolean): boolean {
    if (ready()) return true;
    const budget = this.#fixed ?? (this.#looks ? MOST : 0);
    for (let look = 0; look < budget; look += 1) {
      if (ready()) {
        this.#misses = 0;
        this.#pause = FIRST_PAUSE;
        return true;
      }
    }
    if (budget > 0) this.#missed();
    return false;
  }

  /** Tells how long a sleep took, in milliseconds: the next wait may be as long. */
  slept(milliseconds: number): void {
    this.#shortSleeps = milliseconds < SHORT_SLEEP ? this.#shortSleeps + 1 : 0;
    if (this.#looks || this.#shortSleeps < this.#pause) return;
    this.#looks = true;
    this.#misses = 0;
    this.#shortSleeps = 0;
  }

  #missed(): void {
    this.#misses += 1;
    if (this.#misses < MISSES) return;
    if (this.#looks && this.#misses === MISSES) this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
    this.#looks = false;
    this.#shortSleeps = 0;
  }
}
