/** Numbers for values: what a slot may hold becomes an integer, equal values the same one. */
import type { Value } from '../compose/system.ts';

/** The most values that slots of one kind may take; more is taken for an unbounded one. */
export const MAX_VALUES = 65_535;

/** A slot takes more values than can be explored: its space is unbounded, or far too large. */
export class UnboundedSlotError extends Error {
  override readonly name = 'UnboundedSlotError';
}

/** The values that slots of one kind have taken so far, numbered in the order in which they were met. */
export class Domain {
  readonly name: string;
  readonly #values: Value[] = [];
  readonly #ids = new Map<string, number>();

  constructor(name: string) {
    this.name = name;
  }

  get size(): number {
    return this.#values.length;
  }

  /** The number of `value`. @throws UnboundedSlotError where there are more than MAX_VALUES */
  intern(value: Value): number {
    const key = JSON.stringify(value);
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.#values.length;
    if (id >= MAX_VALUES) {
      const last = JSON.stringify(this.#values[id - 1]);
      throw new UnboundedSlotError(
        `slot ${this.name} takes more than ${MAX_VALUES} values, so its space is unbounded or too large; two of them: ${last} and ${key}`,
      );
    }
    this.#values.push(value);
    this.#ids.set(key, id);
    return id;
  }

  /** The value with this number. */
  value(id: number): Value {
    const value = this.#values[id];
    if (value === undefined) throw new RangeError(`slot ${this.name} has no value ${id}`);
    return value;
  }
}
