/**
 * One lock over all tables of an array, for critical sections of microseconds that never wait and never nest.
 *
 * The word is 0 when free, else the holder's token and a count of its holdings. A waiter spins a little, then blocks in short pauses. A holder that died
 * cannot block the others for ever, and one that lives is never robbed, however long it was stopped: it would go on writing. So
 *
 * - a holder of which the system says that it is gone is robbed at once;
 * - one that is there is waited for, and then the waiter gives up with an error; what stands already needs no lock;
 * - of another thread of one process nobody can say. It is robbed when one and the same holding has been seen for STEAL_AFTER in which this thread ran
 *   on (a stop of the process stops the counting too), which only a thread that was ended inside a section leaves behind.
 *
 * Every critical section keeps the tables valid after each single store: the word that makes an entry visible is stored last, the one that hides it
 * first. What a death in between leaves over, sweep() of the tables finds. A holder gives back only its own holding.
 */
import { ArrayError } from './errors.ts';
import { LOCK } from './layout.ts';
import type { Identity, Probe } from './liveness.ts';
import type { Signal } from './memory/memory.ts';
import type { Words } from './memory/words.ts';

const SPINS = 200;
const PAUSE_MS = 2;
/** Milliseconds after which the holding of a thread that nobody can ask for counts as abandoned. */
export const STEAL_AFTER = 1_000;
/** Milliseconds after which a waiter gives up. */
export const GIVE_UP_AFTER = 2 * STEAL_AFTER;
/** Pauses between two questions whether the holder is still there. */
const ASK_EVERY = 10;
const COUNT_BITS = 10;
const COUNT_MASK = (1 << COUNT_BITS) - 1;
const TOKEN_MASK = 0x3f_ffff;

/** Whose lock it is when it is taken: the thread's number, else anything but 0 that tells holders apart; at most 22 bits. */
export interface LockHolder {
  readonly token: number;
  readonly identity: Identity;
  readonly probe: Probe;
}

export class Lock {
  readonly #words: Words;
  readonly #signal: Signal;
  readonly #word: number;
  readonly #holder: LockHolder;
  #count = 0;
  /** Whether a holder that died was robbed since this was last asked for. */
  robbed = false;

  constructor(words: Words, signal: Signal, word: number, holder: LockHolder) {
    this.#words = words;
    this.#signal = signal;
    this.#word = word;
    this.#holder = holder;
  }

  /** Runs `section` alone. `section` is synchronous, short, and takes no lock. Throws noBuffers when the lock is not to be had. */
  run<T>(section: () => T): T {
    const done = this.attempt(section, GIVE_UP_AFTER);
    if (done) return done.value;
    throw new ArrayError(
      'noBuffers',
      `the array's tables stayed locked for ${GIVE_UP_AFTER} ms, expected microseconds; thread ${this.#words.load(this.#word) >>> COUNT_BITS} holds the lock`,
    );
  }

  /** The same; undefined when the lock was not to be had within `patience` milliseconds. */
  attempt<T>(section: () => T, patience: number): { readonly value: T } | undefined {
    this.#count = (this.#count + 1) & COUNT_MASK;
    const holding = (((this.#holder.token & TOKEN_MASK || 1) << COUNT_BITS) | this.#count) >>> 0;
    if (!this.#take(holding, patience)) return undefined;
    this.#sign(holding);
    try {
      return { value: section() };
    } finally {
      if (this.#words.compareExchange(this.#word, holding, 0) === holding) this.#signal.notify(this.#word);
    }
  }

  #sign(holding: number): void {
    const { start, boot, space } = this.#holder.identity;
    const words = this.#words;
    words.store(this.#word + LOCK.START, start);
    words.store(this.#word + LOCK.BOOT, boot);
    words.store(this.#word + LOCK.SPACE, space);
    words.store(this.#word + LOCK.COPY, holding);
  }

  #take(holding: number, patience: number): boolean {
    for (let spin = 0; spin < SPINS; spin += 1) {
      if (this.#words.compareExchange(this.#word, 0, holding) === 0) return true;
    }
    let seen = this.#words.load(this.#word);
    let pauses = 0;
    for (let round = 0; round < patience / PAUSE_MS; round += 1) {
      if (this.#words.compareExchange(this.#word, 0, holding) === 0) return true;
      const now = this.#words.load(this.#word);
      if (now !== seen) {
        seen = now;
        pauses = 0;
      }
      if (seen === 0) continue;
      if (this.#abandoned(seen, pauses) && this.#words.compareExchange(this.#word, seen, holding) === seen) {
        this.robbed = true;
        return true;
      }
      this.#signal.pause(this.#word, seen, PAUSE_MS);
      pauses += 1;
    }
    return false;
  }

  #abandoned(seen: number, pauses: number): boolean {
    if (pauses === 0 || pauses % ASK_EVERY !== 0) return false;
    const words = this.#words;
    // A holder that has not signed yet is asked for by its number alone, with the start that a thread of that number has now: it is gone when there is none.
    const signed = words.load(this.#word + LOCK.COPY) === seen;
    const { identity, probe } = this.#holder;
    const life = probe({
      process: 0,
      thread: seen >>> COUNT_BITS,
      start: signed ? words.load(this.#word + LOCK.START) : -1,
      boot: signed ? words.load(this.#word + LOCK.BOOT) : identity.boot,
      space: signed ? words.load(this.#word + LOCK.SPACE) : identity.space,
    });
    return life === 'gone' || (life === 'unknown' && pauses * PAUSE_MS >= STEAL_AFTER);
  }
}
