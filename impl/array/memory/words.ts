/** Words over a buffer, the same for a SharedArrayBuffer and for a file that is mapped. */

/** From this many bytes on Buffer.fill, a plain memcpy, beats set(), which moves shared memory element by element. */
const FILL_FROM = 2_048;

/**
 * Shared memory as 32-bit words with sequentially consistent access, and as bytes without any order of their own: those are ordered only by the word
 * that is stored after writing them, and loaded before reading them. One class and no interface, so that every access is inlined.
 */
export class Words {
  /** All of the memory. */
  readonly bytes: Uint8Array;
  readonly #words: Int32Array;
  /** The same as a Buffer. */
  readonly buffer: Buffer;
  /** Whether set() is the slow way for long copies. */
  readonly #slowSet: boolean;

  constructor(buffer: SharedArrayBuffer | ArrayBuffer) {
    this.bytes = new Uint8Array(buffer);
    this.#words = new Int32Array(buffer);
    this.buffer = Buffer.from(buffer);
    this.#slowSet = buffer instanceof SharedArrayBuffer;
  }

  /** As an unsigned number. */
  load(word: number): number {
    return Atomics.load(this.#words, word) >>> 0;
  }

  /** As a signed number: positions that run freely are kept so, since larger ones would be boxed. */
  loadSigned(word: number): number {
    return Atomics.load(this.#words, word);
  }

  store(word: number, value: number): void {
    Atomics.store(this.#words, word, value | 0);
  }

  /** Stores and gives the value that was there. */
  exchange(word: number, value: number): number {
    return Atomics.exchange(this.#words, word, value | 0) >>> 0;
  }

  /** Stores `value` if `expected` is there; gives what was there. */
  compareExchange(word: number, expected: number, value: number): number {
    return Atomics.compareExchange(this.#words, word, expected | 0, value | 0) >>> 0;
  }

  /** Adds, modulo 2^32; gives the value that was there. */
  add(word: number, value: number): number {
    return Atomics.add(this.#words, word, value | 0) >>> 0;
  }

  /** Without order: ordered by the next word that is stored. */
  storePlain(word: number, value: number): void {
    this.#words[word] = value;
  }

  /** Without order: ordered by the last word that was loaded. Signed. */
  loadPlain(word: number): number {
    return this.#words[word] as number;
  }

  /** Copies `bytes` [from, to) into the memory at byte `at`. */
  copyIn(at: number, bytes: Uint8Array, from: number, to: number): void {
    const whole = from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to);
    if (this.#slowSet && to - from >= FILL_FROM) this.buffer.fill(whole, at, at + to - from);
    else this.bytes.set(whole, at);
  }

  /** Copies `count` bytes of the memory from byte `at` on into `into` at `offset`. */
  copyOut(at: number, into: Uint8Array, offset: number, count: number): void {
    const view = this.bytes.subarray(at, at + count);
    if (this.#slowSet && count >= FILL_FROM) {
      const buffer = Buffer.isBuffer(into) ? into : Buffer.from(into.buffer, into.byteOffset, into.byteLength);
      buffer.fill(view, offset, offset + count);
    } else into.set(view, offset);
  }
}
