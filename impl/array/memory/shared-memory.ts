/** Signal over a SharedArrayBuffer: the threads of one process. */
import type { Signal } from './memory.ts';

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
