/**
 * The states that were visited: packed words, the parent of each on a shortest way, and a table to find them by. States are numbered in
 * the order in which they came. Exact: states are equal when all their words are.
 *
 * ```text
 * chunk: for each of its states [ parent, word 0, word 1, … ]
 * table: open addressing; an entry is 0, or number + 1 in the low bits and a tag, the hash's high bits, in the others
 * ```
 */
import { type Layout, pack, unpack } from './layout.ts';

/** States of a chunk, as a power of two: memory grows chunk by chunk and nothing is copied. */
const CHUNK_BITS = 16;
const CHUNK = 1 << CHUNK_BITS;

/** Occupied part of the table above which it grows. */
export const MAX_LOAD = 0.6;

/** Candidates that are looked for together: while one waits for memory, the next ones ask already. */
export const BATCH = 256;

/** The parent of the initial state. */
export const NO_PARENT = 0xffff_ffff;

/** The parent of a number that no state has: threads take numbers in blocks, and the rest of the last block stays unused. */
export const HOLE = 0xffff_fffe;

/** One word's part of a state's hash; the parts are joined by exclusive or, so that a changed word changes its part only. */
export function mix(word: number, index: number): number {
  let h = Math.imul(word ^ Math.imul(index + 1, 0x9e37_79b1), 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 15), 0xc2b2_ae35);
  h ^= h >>> 13;
  return Math.imul(h, 0x27d4_eb2f) ^ (h >>> 16);
}

/** Memory for integers, of one thread or of several. */
export interface Memory {
  words(length: number): Uint32Array;
  table(length: number): Int32Array;
}

/** Memory of the thread that asks for it. */
export const ownMemory: Memory = {
  words: (length) => new Uint32Array(length),
  table: (length) => new Int32Array(length),
};

export class StateSet {
  layout: Layout;
  count = 0;
  /** Where the next candidate is built: its words begin at `stagedAt`. */
  staged: Uint32Array;
  stagedAt = 0;
  /** Candidates that turned out to be new, of all that were ever staged here. */
  added = 0;
  protected chunks: Uint32Array[] = [];
  protected tableWords: Int32Array;
  protected mask: number;
  protected stride: number;
  readonly #memory: Memory;
  readonly #hashes = new Int32Array(BATCH);
  readonly #parents = new Uint32Array(BATCH);
  /** What is loaded ahead; kept so that the loads are not idle. */
  readonly #ahead = new Int32Array(BATCH);
  #waiting = 0;

  constructor(layout: Layout, memory: Memory = ownMemory, capacity = 1 << 12) {
    this.layout = layout;
    this.stride = layout.words + 1;
    this.#memory = memory;
    this.tableWords = memory.table(capacity);
    this.mask = capacity - 1;
    this.staged = new Uint32Array(BATCH * layout.words);
  }

  /** Bytes of everything that is kept. */
  get bytes(): number {
    return this.tableWords.byteLength + this.count * this.stride * 4;
  }

  chunkOf(id: number): Uint32Array {
    return this.chunks[id >>> CHUNK_BITS] as Uint32Array;
  }

  /** Where the words of a state begin in its chunk. */
  offsetOf(id: number): number {
    return (id & (CHUNK - 1)) * this.stride + 1;
  }

  parentOf(id: number): number {
    return this.chunkOf(id)[this.offsetOf(id) - 1] as number;
  }

  /** Whether the number is that of a state, and none that was left over. */
  isState(id: number): boolean {
    return this.parentOf(id) !== HOLE;
  }

  read(id: number, values: Int32Array): void {
    unpack(this.layout, this.chunkOf(id), this.offsetOf(id), values);
  }

  /** Takes the candidate that was built at `stagedAt`; it is looked for when the batch is full, or flushed. */
  stage(parent: number): void {
    const { words } = this.layout;
    const at = this.#waiting;
    let hash = 0;
    for (let k = 0; k < words; k += 1) hash ^= mix(this.staged[this.stagedAt + k] as number, k);
    this.#hashes[at] = hash;
    this.#parents[at] = parent;
    this.#waiting = at + 1;
    this.stagedAt += words;
    if (this.#waiting === BATCH) this.flush();
  }

  /** Adds every candidate that is new, in the order in which they were staged. */
  flush(): void {
    this.#loadAhead();
    const { words } = this.layout;
    for (let i = 0; i < this.#waiting; i += 1) {
      const hash = this.#hashes[i] as number;
      const at = this.place(hash, hash & this.mask, this.staged, i * words);
      if (at < 0) this.append(~at, hash, i * words, this.#parents[i] as number);
    }
    this.#waiting = 0;
    this.stagedAt = 0;
  }

  /** The number of the state with these values, -1 if it was not visited. */
  find(values: Int32Array): number {
    const words = new Uint32Array(this.layout.words);
    pack(this.layout, values, words, 0);
    return this.findWords(words);
  }

  /** The number of the state with these words, -1 if it was not visited. */
  findWords(words: Uint32Array): number {
    const hash = this.#hashAt(words, 0);
    const at = this.place(hash, hash & this.mask, words, 0);
    return at < 0 ? -1 : ((this.tableWords[at] as number) & this.mask) - 1;
  }

  /** Takes another layout: every state is packed anew. */
  relayout(layout: Layout, slots: number): void {
    this.flush();
    const [old, chunks, stride] = [this.layout, this.chunks, this.stride];
    const values = new Int32Array(slots);
    this.layout = layout;
    this.stride = layout.words + 1;
    this.chunks = [];
    this.staged = new Uint32Array(BATCH * layout.words);
    this.reserve(this.count);
    for (let id = 0; id < this.count; id += 1) {
      const [from, at] = [chunks[id >>> CHUNK_BITS] as Uint32Array, (id & (CHUNK - 1)) * stride + 1];
      unpack(old, from, at, values);
      pack(layout, values, this.chunkOf(id), this.offsetOf(id));
      this.chunkOf(id)[this.offsetOf(id) - 1] = from[at - 1] as number;
    }
    this.rehash(this.tableWords.length);
  }

  /** Adds the candidate whose words stand at `from`; `place` is free. */
  protected append(place: number, hash: number, from: number, parent: number): void {
    const id = this.count;
    this.reserve(id + 1);
    this.write(id, from, parent);
    this.tableWords[place] = (hash & ~this.mask) | (id + 1);
    this.count = id + 1;
    this.added += 1;
    if (this.count > this.tableWords.length * MAX_LOAD) this.rehash(this.tableWords.length * 2);
  }

  protected write(id: number, from: number, parent: number): void {
    const chunk = this.chunkOf(id);
    const offset = this.offsetOf(id);
    chunk[offset - 1] = parent;
    for (let k = 0; k < this.layout.words; k += 1) chunk[offset + k] = this.staged[from + k] as number;
  }

  /**
   * The place in the table of the state with these words, or the complement of the place where it would be. The search begins at `i`.
   */
  protected place(hash: number, i: number, candidate: Uint32Array, at: number): number {
    const table = this.tableWords;
    const mask = this.mask;
    const words = this.layout.words;
    for (let p = i; ; p = (p + 1) & mask) {
      const entry = table[p] as number;
      if (entry === 0) return ~p;
      if (((entry ^ hash) & ~mask) !== 0) continue;
      const id = (entry & mask) - 1;
      const chunk = this.chunkOf(id);
      const offset = this.offsetOf(id);
      let k = 0;
      while (k < words && chunk[offset + k] === candidate[at + k]) k += 1;
      if (k === words) return p;
    }
  }

  protected rehash(capacity: number): void {
    const [table, mask] = [this.#memory.table(capacity), capacity - 1];
    for (let id = 0; id < this.count; id += 1) {
      if (!this.isState(id)) continue;
      const hash = this.#hashAt(this.chunkOf(id), this.offsetOf(id));
      let i = hash & mask;
      while (table[i] !== 0) i = (i + 1) & mask;
      table[i] = (hash & ~mask) | (id + 1);
    }
    this.tableWords = table;
    this.mask = mask;
  }

  /** Makes sure that there are chunks for so many states. */
  protected reserve(states: number): void {
    while (this.chunks.length << CHUNK_BITS < states) this.chunks.push(this.#memory.words(CHUNK * this.stride));
  }

  /** Reads what the batch will need: the loads do not depend on each other, so the processor has many of them under way. */
  #loadAhead(): void {
    const { tableWords: table, mask } = this;
    const [hashes, ahead] = [this.#hashes, this.#ahead];
    for (let i = 0; i < this.#waiting; i += 1) ahead[i] = table[(hashes[i] as number) & mask] as number;
    for (let i = 0; i < this.#waiting; i += 1) {
      const entry = ahead[i] as number;
      if (entry === 0 || ((entry ^ (hashes[i] as number)) & ~mask) !== 0) continue;
      const id = (entry & mask) - 1;
      ahead[i] = this.chunkOf(id)[this.offsetOf(id)] as number;
    }
  }

  #hashAt(words: Uint32Array, offset: number): number {
    let hash = 0;
    for (let k = 0; k < this.layout.words; k += 1) hash ^= mix(words[offset + k] as number, k);
    return hash;
  }
}
