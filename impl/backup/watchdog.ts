/** Notices that nothing moves any more. */
import type { Clock, Timer } from '../index.ts';

export class Watchdog {
  readonly #clock: Clock;
  readonly #patience: number;
  readonly #bark: () => void;
  #last: number;
  #timer: Timer | undefined;

  /** Calls `bark` once, when touch() was not called for `patience` milliseconds. */
  constructor(clock: Clock, patience: number, bark: () => void) {
    this.#clock = clock;
    this.#patience = patience;
    this.#bark = bark;
    this.#last = clock.now();
    this.#watch(patience);
  }

  /** Something moved. */
  touch(): void {
    this.#last = this.#clock.now();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** One timer is set at a time, and touch() does not set another: it is called for every piece. */
  #watch(milliseconds: number): void {
    this.#timer = this.#clock.setTimer('idleTimeout', milliseconds, () => {
      const left = this.#last + this.#patience - this.#clock.now();
      if (left > 0) this.#watch(left);
      else this.#bark();
    });
  }
}
