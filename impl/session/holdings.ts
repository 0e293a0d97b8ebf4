/** Whoever opens, closes: what one attempt holds, and what it is still closing. */

export interface Closable {
  close(): Promise<void>;
}

/** The closings that have not ended yet. */
export class Closings {
  readonly #running = new Set<Promise<void>>();

  add(closing: Promise<void>): void {
    const settled = closing
      .catch(() => undefined)
      .then(() => {
        this.#running.delete(settled);
      });
    this.#running.add(settled);
  }

  /** Resolves when none runs any more, those that begin meanwhile included. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}

/** Everything that is to be closed when an attempt ends, in the order in which it was opened. */
export class Holdings {
  readonly #closings: Closings;
  readonly #items = new Set<Closable>();
  #released = false;

  constructor(closings: Closings) {
    this.#closings = closings;
  }

  /** Once this is true, whatever completes late has to be closed: add does so. */
  get released(): boolean {
    return this.#released;
  }

  /** Holds `item`; what comes too late is closed at once. */
  add<Item extends Closable>(item: Item): Item {
    if (this.#released) this.#closings.add(item.close());
    else this.#items.add(item);
    return item;
  }

  /** Lets go of `item` without closing it: somebody else holds it now. */
  drop(item: Closable): void {
    this.#items.delete(item);
  }

  /** Closes one item. */
  close(item: Closable): void {
    this.#items.delete(item);
    this.#closings.add(item.close());
  }

  /** Closes everything. Idempotent. */
  release(): void {
    this.#released = true;
    for (const item of [...this.#items]) this.close(item);
  }
}
