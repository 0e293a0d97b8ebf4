/** Words and Signal over a SharedArrayBuffer: the threads of one process. */
import type { Signal, Words } from './memory.ts';

export class SharedWords implements Words {
  readonly bytes: Uint8Array;
  readonly #words: Int32Array;

  constructor(buffer: SharedArrayBuffer) {
    this.bytes = new Uint8Array(buffer);
    this.#words = new Int32Array(buffer);
  }

  load(word: number): number {
    return Atomics.load(this.#words, word) >>> 0;
  }

  store(word: number, value: number): void {
    Atomics.store(this.#words, word, value | 0);
  }

  exchange(word: number, value: number): number {
    return Atomics.exchange(this.#words, word, value | 0) >>> 0;
  }

  compareExchange(word: number, expected: number, value: number): number {
    return Atomics.compareExchange(this.#words, word, expected | 0, value | 0) >>> 0;
  }

  add(word: number, value: number): number {
    return Atomics.add(this.#words, word, value | 0) >>> 0;
  }
}

export class SharedSignal implements Signal {
  readonly #words: Int32Array<SharedArrayBuffer>;

  constructor(buffer: SharedArrayBuffer) {
    this.#words = new Int32Array(buffer);
  }

  async wait(word: number, value: number): Promise<void> {
    const waiting = Atomics.waitAsync(this.#words, word, value | 0);
    if (waiting.async) await waiting.value;
  }

  pause(word: number, value: number, milliseconds: number): void {
    Atomics.wait(this.#words, word, value | 0, milliseconds);
  }

  notify(word: number): void {
    Atomics.notify(this.#words, word);
  }
}
