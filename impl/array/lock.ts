/**
 * One lock over all tables of an array, for critical sections of microseconds that never wait and never nest.
 *
 * The word is 0 when free, else the holder's token and a count of its holdings. A waiter spins a little, then blocks in
 * short pauses. A holder that dies cannot block the others for ever: who sees one and the same holding for STEAL_AFTER takes the lock
 * over. That is why every critical section keeps the tables valid after each single store (the word that makes an entry visible is stored last,
 * the one that hides it first), and why a holder gives back only its own holding. A process that is stopped inside a
 * critical section for longer than that and then goes on is not fenced off: it may spoil the entry that it was at.
 */
import { ArrayError } from './errors.ts';
import type { Signal } from './memory/memory.ts';
import type { Words } from './memory/words.ts';

const SPINS = 200;
const PAUSE_MS = 2;
/** Milliseconds after which a holding that never changed counts as abandoned. */
export const STEAL_AFTER = 1_000;
const MAX_WAIT_FACTOR = 10;

export class Lock {
  readonly #words: Words;
  readonly #signal: Signal;
  readonly #word: number;
  readonly #token: number;
  #count = 0;

  /** `token` tells holders apart; it is cut to 16 bits, not zero. */
  constructor(words: Words, signal: Signal, word: number, token: number) {
    this.#words = words;
    this.#signal = signal;
    this.#word = word;
    this.#token = (token & 0xffff || 1) << 16;
  }

  /** Runs `section` alone. `section` is synchronous, short, and takes no lock. */
  run<T>(section: () => T): T {
    this.#count = (this.#count + 1) & 0xffff;
    const holding = (this.#token | this.#count) >>> 0;
    this.#take(holding);
    try {
      return section();
    } finally {
      if (this.#words.compareExchange(this.#word, holding, 0) === holding) this.#signal.notify(this.#word);
    }
  }

  #take(holding: number): void {
    for (let spin = 0; spin < SPINS; spin += 1) {
      if (this.#words.compareExchange(this.#word, 0, holding) === 0) return;
    }
    let seen = this.#words.load(this.#word);
    let pauses = 0;
    for (let round = 0; round < (MAX_WAIT_FACTOR * STEAL_AFTER) / PAUSE_MS; round += 1) {
      if (this.#words.compareExchange(this.#word, 0, holding) === 0) return;
      const now = this.#words.load(this.#word);
      if (now !== seen) {
        seen = now;
        pauses = 0;
      }
      if (seen === 0) continue;
      if (pauses * PAUSE_MS >= STEAL_AFTER && this.#words.compareExchange(this.#word, seen, holding) === seen) return;
      this.#signal.pause(this.#word, seen, PAUSE_MS);
      pauses += 1;
    }
    throw new ArrayError(
      'noBuffers',
      `the array's tables stayed locked for ${MAX_WAIT_FACTOR * STEAL_AFTER} ms, expected microseconds`,
    );
  }
}
