/** The list of moments, of which only what is looked at is asked for. */
import type { Moment, MomentWindow } from '../../contract.ts';
import type { Source } from '../source/source.ts';
import { Cache } from './cache.ts';

/** Moments that are asked for at once. */
const PAGE = 100;

export class MomentPages {
  readonly #source: Source;
  readonly #recording: string;
  readonly #session: string | undefined;
  #full = new Cache<MomentWindow>(80);
  #growing = new Cache<MomentWindow>(8);
  /** What was there before more came: shown until what is there now has been read. */
  #stale = new Cache<MomentWindow>(8);

  constructor(source: Source, recording: string, session: string | undefined) {
    this.#source = source;
    this.#recording = recording;
    this.#session = session;
  }

  /** The moment at a place if it is known already. */
  peek(place: number): Moment | undefined {
    const key = keyOf(place);
    return (this.#full.peek(key) ?? this.#growing.peek(key) ?? this.#stale.peek(key))?.moments[place % PAGE];
  }

  async at(place: number): Promise<Moment | undefined> {
    if (place < 0) return undefined;
    const window = await this.#page(place);
    return window.moments[place - window.from];
  }

  /** Everything from one place to before another is known afterwards. */
  async load(from: number, to: number): Promise<void> {
    const asked: Promise<unknown>[] = [];
    for (let place = from - (from % PAGE); place < to; place += PAGE) asked.push(this.#page(place));
    await Promise.all(asked);
  }

  /** Where the moment with this index stands, or the last one before it. */
  async find(
    index: number,
    all: number,
  ): Promise<{ readonly place: number; readonly total: number; readonly moment: Moment | undefined }> {
    if (this.#session === undefined) return { place: index, total: all, moment: await this.at(index) };
    const around = await this.#source.moments(this.#recording, { count: 1, around: Math.max(0, index), session: this.#session });
    const [nearest] = around.moments;
    const place = nearest === undefined || nearest.index > index ? -1 : around.from;
    // The moment that is shown need not be one of the session's.
    const moment = nearest?.index === index ? nearest : await this.#single(index);
    return { place, total: around.total, moment };
  }

  /** There are more moments than there were. */
  grow(): void {
    this.#stale = this.#growing;
    this.#growing = new Cache(8);
  }

  /** There are others than there were. */
  clear(): void {
    for (const cache of [this.#full, this.#growing, this.#stale]) cache.clear();
  }

  async #single(index: number): Promise<Moment | undefined> {
    if (index < 0) return undefined;
    return (await this.#source.moments(this.#recording, { from: index, count: 1 })).moments[0];
  }

  async #page(place: number): Promise<MomentWindow> {
    const key = keyOf(place);
    const known = this.#full.peek(key);
    if (known !== undefined) return known;
    const ask = () =>
      this.#source.moments(this.#recording, { from: place - (place % PAGE), count: PAGE, session: this.#session });
    const window = await this.#growing.get(key, ask);
    // A page that is full stays as it is, however many moments come.
    return window.moments.length === PAGE ? this.#full.get(key, async () => window) : window;
  }
}

const keyOf = (place: number) => String(Math.floor(place / PAGE));
