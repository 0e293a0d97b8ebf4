/** Which recordings there are. One is opened when somebody asks for it, and then is there for everybody. */
import type { RecordingEntry } from '../contract.ts';
import type { Source } from './source.ts';

/** A recording that can be opened. */
export interface Offer {
  readonly entry: RecordingEntry;
  open(): Source | Promise<Source>;
}

/** No recording has this id; the message lists those that there are. */
export class UnknownRecordingError extends Error {
  override readonly name = 'UnknownRecordingError';
}

/** Recordings that are not in the list stay open as long as fewer than this many others were asked for since. */
const MOST_UNLISTED = 16;

export class Catalogue {
  readonly #offers = new Map<string, Offer>();
  readonly #opened = new Map<string, Promise<Source>>();
  readonly #unlisted: string[] = [];
  readonly #resolve: (id: string) => Offer | undefined;

  /** `resolve` finds recordings that are too many to be listed, by their ids. */
  constructor(offers: readonly Offer[], resolve: (id: string) => Offer | undefined = () => undefined) {
    for (const offer of offers) this.#offers.set(offer.entry.id, offer);
    this.#resolve = resolve;
  }

  entries(): RecordingEntry[] {
    return [...this.#offers.values()].map(({ entry }) => entry);
  }

  /**
   * The recording of this id.
   *
   * @throws UnknownRecordingError when there is none, and whatever opening it throws.
   */
  async open(id: string): Promise<Source> {
    const known = this.#opened.get(id);
    if (known !== undefined) return known;
    const listed = this.#offers.get(id);
    const offer = listed ?? this.#resolve(id);
    if (offer === undefined) {
      const ids = [...this.#offers.keys()];
      throw new UnknownRecordingError(
        `there is no recording ${shortened(id)}; there are ${ids.slice(0, 20).join(', ') || 'none'}`,
      );
    }
    const opening = Promise.resolve(offer.open());
    this.#opened.set(id, opening);
    opening.catch(() => this.#opened.delete(id));
    if (listed === undefined) await this.#forgetOldest(id);
    return opening;
  }

  /** Closes all that were opened. */
  async close(): Promise<void> {
    const opened = [...this.#opened.values()];
    this.#opened.clear();
    for (const result of await Promise.allSettled(opened)) if (result.status === 'fulfilled') await result.value.close?.();
  }

  async #forgetOldest(id: string): Promise<void> {
    this.#unlisted.push(id);
    const oldest = this.#unlisted.length > MOST_UNLISTED ? this.#unlisted.shift() : undefined;
    const source = oldest === undefined ? undefined : this.#opened.get(oldest);
    if (oldest === undefined || source === undefined) return;
    this.#opened.delete(oldest);
    await (await source.catch(() => undefined))?.close?.();
  }
}

const shortened = (id: string) => (id.length > 200 ? `${id.slice(0, 200)}…` : id);
