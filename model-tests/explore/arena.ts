/** Integers in one growing array: what several threads share cannot be made of objects. */

/** Bytes of the largest shared arena: the pages that are never written cost nothing. */
const SHARED_BYTES = 1 << 28;

/** The tables have grown beyond what threads can share. */
export class ArenaFullError extends Error {
  override readonly name = 'ArenaFullError';
}

export class Arena {
  /** Everything that was allocated; another array after it has grown. */
  data: Int32Array;
  used = 1;
  readonly #shared: boolean;

  /** A shared arena never moves: it is as large from the beginning as it may ever be. Position 0 is never given out. */
  constructor(shared: boolean) {
    this.#shared = shared;
    this.data = shared ? new Int32Array(new SharedArrayBuffer(SHARED_BYTES)) : new Int32Array(1 << 12);
  }

  get bytes(): number {
    return this.used * 4;
  }

  /** `length` zeros at the position that is answered. */
  allocate(length: number): number {
    const at = this.used;
    this.used += length;
    if (this.used > this.data.length) this.#grow();
    return at;
  }

  /** These integers, at the position that is answered. */
  append(integers: readonly number[]): number {
    const at = this.allocate(integers.length);
    this.data.set(integers, at);
    return at;
  }

  #grow(): void {
    if (this.#shared) throw new ArenaFullError(`the tables of this system need more than ${SHARED_BYTES} bytes: use one thread`);
    const larger = new Int32Array(2 ** Math.ceil(Math.log2(this.used + 1)));
    larger.set(this.data);
    this.data = larger;
  }
}
