/** The descriptor numbers of one process. A table is shared by all address families of that process; it knows nothing of sockets. */
import { SocketError } from './sockets.ts';

/** Bounds of a table: the first number that it gives out (3, as behind stdin, stdout and stderr) and how many it gives out at once. */
export interface DescriptorTableOptions {
  readonly first?: number;
  readonly limit?: number;
}

/** Gives out the lowest number that is free, as the descriptors of a process are given out. */
export class DescriptorTable {
  readonly #first: number;
  readonly #limit: number;
  readonly #taken = new Set<number>();
  /** No number below this one is free. */
  #lowest: number;

  constructor(options: DescriptorTableOptions = {}) {
    this.#first = options.first ?? 3;
    this.#limit = options.limit ?? 65_536;
    this.#lowest = this.#first;
  }

  /** How many numbers are taken. */
  get size(): number {
    return this.#taken.size;
  }

  /** Takes the lowest free number. Throws noBuffers when the table is full. */
  take(call: string): number {
    if (this.#taken.size >= this.#limit) {
      throw new SocketError('noBuffers', call, `${call}: all ${this.#limit} descriptors of this process are taken`);
    }
    let number = this.#lowest;
    while (this.#taken.has(number)) number += 1;
    this.#taken.add(number);
    this.#lowest = number + 1;
    return number;
  }

  /** Gives a number back; a number that is not taken is left alone. */
  release(number: number): void {
    if (this.#taken.delete(number) && number < this.#lowest) this.#lowest = number;
  }
}
