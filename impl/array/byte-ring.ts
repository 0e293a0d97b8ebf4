/**
 * A ring of bytes between one producer and one consumer in shared memory.
 *
 * The two positions run freely through all 32-bit numbers; a position modulo the capacity (a power of two) is a place in the ring, and
 * their difference modulo 2^32 is what is in it. They are kept as signed numbers, whose differences are the same. Each side keeps its own position to
 * itself and only publishes it, with one store behind the bytes. Of the other side's it keeps what it saw last, and looks again only when that is not enough.
 *
 * A look loads the position once and checks it: a difference beyond the capacity, or one that went backwards, cannot come from a sound peer.
 * Then the ring is poisoned for this side, for good. Offsets come from the layout and from this side's own position alone, so nothing that the
 * other side writes can lead an access out of the ring.
 *
 * A side that waits says so in a flag word of its own, then looks once more. The flag is how it wants to be woken (WAKE); who wakes takes it away.
 */
import { RING, type RingPlace } from './layout.ts';
import type { Words } from './memory/words.ts';

/** The other side's word cannot be: the memory was spoilt. The ring is not to be used any more. */
export class RingPoisoned extends Error {
  override readonly name = 'RingPoisoned';
  /** `cell` is the word that is spoilt. */
  constructor(
    readonly cell: 'head' | 'tail' | 'record',
    message: string,
  ) {
    super(message);
  }
}

/** How a side that waits wants to be woken: not at all, by the bell of its attachment, or by a notify of its flag word. */
export const WAKE = { NOT: 0, BELL: 1, FLAG: 2 } as const;

/** Makes a ring empty, with both positions at `start`. Only while nobody uses it. */
export function clearRing(words: Words, place: RingPlace, start = 0): void {
  for (const cell of [RING.ENDED, RING.WRAPS, RING.STOPPED, RING.READER_WAITS, RING.WRITER_WAITS])
    words.store(place.control + cell, 0);
  words.store(place.control + RING.TAIL, start);
  words.store(place.control + RING.HEAD, start);
}

function used(place: RingPlace, head: number, tail: number, cell: 'head' | 'tail'): number {
  const between = (head - tail) | 0;
  if (between >= 0 && between <= place.capacity) return between;
  throw new RingPoisoned(
    cell,
    `${cell} of the ring cannot be: positions ${head >>> 0} (head) and ${tail >>> 0} (tail) are ${between >>> 0} bytes apart, expected at most ${place.capacity}`,
  );
}

/** The writing side. */
export class RingProducer {
  readonly words: Words;
  readonly place: RingPlace;
  readonly #headAt: number;
  readonly #tailAt: number;
  readonly #capacity: number;
  #head: number;
  #published: number;
  #tail: number;
  #poison: RingPoisoned | undefined;

  /** Throws RingPoisoned. */
  constructor(words: Words, place: RingPlace) {
    this.words = words;
    this.place = place;
    this.#headAt = place.control + RING.HEAD;
    this.#tailAt = place.control + RING.TAIL;
    this.#capacity = place.capacity;
    this.#head = words.loadSigned(this.#headAt);
    this.#published = this.#head;
    this.#tail = words.loadSigned(this.#tailAt);
    used(place, this.#head, this.#tail, 'head');
  }

  /** The byte of the memory that the next byte goes to. */
  get at(): number {
    return this.place.data + (this.#head & (this.#capacity - 1));
  }

  /** Bytes up to the end of the ring, behind which the next one is at its beginning. */
  get straight(): number {
    return this.#capacity - (this.#head & (this.#capacity - 1));
  }

  /** Bytes that were written and not published. */
  get unpublished(): number {
    return (this.#head - this.#published) | 0;
  }

  /** How much room there is; looks at the reader's position only when what was seen last is less than `enough`. Throws RingPoisoned. */
  room(enough = this.#capacity): number {
    const room = this.#capacity - ((this.#head - this.#tail) | 0);
    return room >= enough ? room : this.#look();
  }

  /** Goes on by bytes that were written at `at`, without publishing them. */
  advance(count: number): void {
    this.#head = (this.#head + count) | 0;
  }

  /** Publishes everything written, with one store. */
  publish(): void {
    // The number of bytes is for those who look on; it is no part of the protocol.
    if (this.#published < 0 && this.#head >= 0) this.words.add(this.place.control + RING.WRAPS, 1);
    this.#published = this.#head;
    this.words.store(this.#headAt, this.#head);
  }

  /** Copies as many of `bytes` [from, to) as there is room for and publishes them; gives how many. Throws RingPoisoned. */
  write(bytes: Uint8Array, from = 0, to: number = bytes.length): number {
    const room = this.room(to - from);
    const count = Math.min(room, to - from);
    if (count === 0) return 0;
    const straight = this.straight;
    if (count <= straight) this.words.copyIn(this.at, bytes, from, from + count);
    else {
      this.words.copyIn(this.at, bytes, from, from + straight);
      this.words.copyIn(this.place.data, bytes, from + straight, from + count);
    }
    this.advance(count);
    this.publish();
    return count;
  }

  /** Publishes the end behind everything written. */
  end(): void {
    this.publish();
    this.words.store(this.place.control + RING.ENDED, 1);
  }

  /** Asks to be woken when there is room for more than `now` bytes; false when there is already. Throws RingPoisoned. */
  wait(how: number, now = 0): boolean {
    const flag = this.place.control + RING.WRITER_WAITS;
    this.words.store(flag, how);
    if (this.#look() <= now) return true;
    this.words.store(flag, WAKE.NOT);
    return false;
  }

  /** How the reader asked to be woken; asking again gives WAKE.NOT. */
  readerWaits(): number {
    const flag = this.place.control + RING.READER_WAITS;
    return this.words.loadSigned(flag) === WAKE.NOT ? WAKE.NOT : this.words.exchange(flag, WAKE.NOT);
  }

  #look(): number {
    if (this.#poison) throw this.#poison;
    const tail = this.words.loadSigned(this.#tailAt);
    try {
      const now = used(this.place, this.#head, tail, 'tail');
      if (now > ((this.#head - this.#tail) | 0)) {
        throw new RingPoisoned('tail', `tail of the ring went backwards from ${this.#tail >>> 0} to ${tail >>> 0}`);
      }
      this.#tail = tail;
      return this.#capacity - now;
    } catch (error) {
      // No room is left in what was seen last, so every later call comes here.
      this.#tail = (this.#head - this.#capacity) | 0;
      if (error instanceof RingPoisoned) this.#poison = error;
      throw error;
    }
  }
}

/** The reading side. */
export class RingConsumer {
  readonly words: Words;
  readonly place: RingPlace;
  readonly #headAt: number;
  readonly #tailAt: number;
  readonly #capacity: number;
  #head: number;
  #tail: number;
  #poison: RingPoisoned | undefined;

  /** Throws RingPoisoned. */
  constructor(words: Words, place: RingPlace) {
    this.words = words;
    this.place = place;
    this.#headAt = place.control + RING.HEAD;
    this.#tailAt = place.control + RING.TAIL;
    this.#capacity = place.capacity;
    this.#head = words.loadSigned(this.#headAt);
    this.#tail = words.loadSigned(this.#tailAt);
    used(place, this.#head, this.#tail, 'tail');
  }

  /** The byte of the memory that the next byte is at. */
  get at(): number {
    return this.place.data + (this.#tail & (this.#capacity - 1));
  }

  /** Bytes up to the end of the ring, behind which the next one is at its beginning. */
  get straight(): number {
    return this.#capacity - (this.#tail & (this.#capacity - 1));
  }

  /** How many bytes there are; looks at the writer's position only when what was seen last is less than `enough`. Throws RingPoisoned. */
  available(enough = this.#capacity): number {
    const available = (this.#head - this.#tail) | 0;
    return available >= enough ? available : this.#look();
  }

  /** Whether the producer has published its end. To be asked before available(): what is there then is everything. */
  ended(): boolean {
    return this.words.loadSigned(this.place.control + RING.ENDED) !== 0;
  }

  /** Gives `count` bytes back to the writer, with one store. */
  release(count: number): void {
    this.#tail = (this.#tail + count) | 0;
    this.words.store(this.#tailAt, this.#tail);
  }

  /** Copies at most `into.length - offset` bytes; gives how many, -1 at the end, 0 when the ring is empty. Throws RingPoisoned. */
  readInto(into: Uint8Array, offset = 0): number {
    const most = into.length - offset;
    let count = (this.#head - this.#tail) | 0;
    if (count < most) {
      // The end is looked at before the position: an end that is seen here was published behind everything the position then shows.
      const ended = this.ended();
      count = this.#look();
      if (count === 0) return ended ? -1 : 0;
    }
    if (count > most) count = most;
    const straight = this.straight;
    if (count <= straight) this.words.copyOut(this.at, into, offset, count);
    else {
      this.words.copyOut(this.at, into, offset, straight);
      this.words.copyOut(this.place.data, into, offset + straight, count - straight);
    }
    this.release(count);
    return count;
  }

  /** At most `max` bytes, copied; null at the end, undefined when the ring is empty. Throws RingPoisoned. */
  read(max: number): Uint8Array | null | undefined {
    const ended = this.ended();
    const available = this.available(max);
    if (available === 0) return ended ? null : undefined;
    const bytes = Buffer.allocUnsafeSlow(Math.min(available, max));
    this.readInto(bytes);
    return bytes;
  }

  /** Whether read() would give something, the end included. Throws RingPoisoned. */
  ready(): boolean {
    const ended = this.ended();
    return this.#look() > 0 || ended;
  }

  /** Asks to be woken when there is more than `now` bytes, or the end; false when there is already. Throws RingPoisoned. */
  wait(how: number, now = 0): boolean {
    const flag = this.place.control + RING.READER_WAITS;
    this.words.store(flag, how);
    const ended = this.ended();
    if (this.#look() <= now && !ended) return true;
    this.words.store(flag, WAKE.NOT);
    return false;
  }

  /**
   * How the producer asked to be woken, once a quarter of the ring is free again (waking costs more than a few bytes of room are worth);
   * asking again gives WAKE.NOT. Throws RingPoisoned.
   */
  writerWaits(): number {
    const flag = this.place.control + RING.WRITER_WAITS;
    if (this.words.loadSigned(flag) === WAKE.NOT) return WAKE.NOT;
    // The position itself and not what was last seen of it: the producer may have filled up what was freed.
    if (this.#look() > this.#capacity - (this.#capacity >> 2)) return WAKE.NOT;
    return this.words.exchange(flag, WAKE.NOT);
  }

  /** Poisons the ring for this side, because of what was found in its bytes; gives the error to throw. */
  spoil(message: string): RingPoisoned {
    this.#poison ??= new RingPoisoned('record', message);
    this.#head = this.#tail;
    return this.#poison;
  }

  #look(): number {
    if (this.#poison) throw this.#poison;
    const head = this.words.loadSigned(this.#headAt);
    try {
      const now = used(this.place, head, this.#tail, 'head');
      if (now < ((this.#head - this.#tail) | 0)) {
        throw new RingPoisoned('head', `head of the ring went backwards from ${this.#head >>> 0} to ${head >>> 0}`);
      }
      this.#head = head;
      return now;
    } catch (error) {
      this.#head = this.#tail;
      if (error instanceof RingPoisoned) this.#poison = error;
      throw error;
    }
  }
}
