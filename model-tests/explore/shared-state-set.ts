/**
 * The visited states of several threads. A thread writes a state under a number of its own first and then puts the number into the table
 * by one compare-and-exchange: who finds an entry finds the whole state. Numbers come in blocks, so that threads seldom meet.
 */
import type { Layout } from './layout.ts';
import { BATCH, HOLE, MAX_LOAD, type Memory, StateSet } from './state-set.ts';

/** Numbers that a thread takes at once. */
const BLOCK = 256;

/** Memory that every thread sees. What is never written takes no room. */
export const sharedMemory: Memory = {
  words: (length) => new Uint32Array(new SharedArrayBuffer(4 * length)),
  table: (length) => new Int32Array(new SharedArrayBuffer(4 * length)),
};

/** What a thread has to be told to see the same states. */
export interface SharedStates {
  readonly layout: Layout;
  readonly chunks: readonly Uint32Array[];
  readonly table: Int32Array;
}

export class SharedStateSet extends StateSet {
  /** The next number that nobody has taken, and the first one that there is no room for. */
  readonly #next: Int32Array;
  #own = 0;
  #ownEnd = 0;
  #room = 0;
  readonly #onFull: (parent: number) => void;

  /** `next` is one shared integer. `onFull` is told of states whose successors found no room. */
  constructor(layout: Layout, next: Int32Array, onFull: (parent: number) => void) {
    super(layout, sharedMemory);
    this.#next = next;
    this.#onFull = onFull;
  }

  get shared(): SharedStates {
    return { layout: this.layout, chunks: this.chunks, table: this.tableWords };
  }

  /** Sees what another thread has made. */
  see({ layout, chunks, table }: SharedStates): void {
    this.layout = layout;
    this.stride = layout.words + 1;
    this.chunks = [...chunks];
    this.tableWords = table;
    this.mask = table.length - 1;
    this.#room = this.#roomOf(table.length);
    if (this.staged.length !== BATCH * layout.words) this.staged = new Uint32Array(BATCH * layout.words);
  }

  /** Makes room for so many more states; only while no other thread works. */
  makeRoom(more: number): void {
    this.count = Atomics.load(this.#next, 0);
    let capacity = this.tableWords.length;
    while (this.#roomOf(capacity) < this.count + more) capacity *= 2;
    if (capacity > this.tableWords.length) this.rehash(capacity);
    this.reserve(this.#roomOf(capacity));
    this.#room = this.#roomOf(capacity);
  }

  /** Gives the rest of the numbers that this thread has taken back as holes; only at the end of a round. */
  finish(): void {
    this.flush();
    for (let id = this.#own; id < this.#ownEnd; id += 1) this.chunkOf(id)[this.offsetOf(id) - 1] = HOLE;
    this.#own = this.#ownEnd;
    this.count = Atomics.load(this.#next, 0);
  }

  #roomOf(capacity: number): number {
    return Math.floor(capacity * MAX_LOAD);
  }

  protected override append(place: number, hash: number, from: number, parent: number): void {
    if (this.#own === this.#ownEnd && !this.#takeBlock()) {
      this.#onFull(parent);
      return;
    }
    const id = this.#own;
    this.write(id, from, parent);
    const entry = (hash & ~this.mask) | (id + 1);
    for (let at = place; Atomics.compareExchange(this.tableWords, at, 0, entry) !== 0; ) {
      // Somebody was faster: it may have been the same state.
      at = this.place(hash, at, this.staged, from);
      if (at >= 0) return;
      at = ~at;
    }
    this.#own = id + 1;
    this.added += 1;
  }

  #takeBlock(): boolean {
    const begin = Atomics.add(this.#next, 0, BLOCK);
    if (begin + BLOCK > this.#room) {
      Atomics.sub(this.#next, 0, BLOCK);
      return false;
    }
    this.#own = begin;
    this.#ownEnd = begin + BLOCK;
    return true;
  }
}
