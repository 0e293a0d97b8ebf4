/**
 * A ring of bytes between one producer and one consumer in shared memory.
 *
 * The two positions run freely through all 32-bit numbers; a position modulo the capacity (a power of two) is a place in the ring, and
 * their difference modulo 2^32 is what is in it. Each side keeps its own position to itself and only publishes it. The other side's
 * is loaded once for each look and checked: a difference beyond the capacity, or one that went backwards, cannot come from a sound peer.
 */
import { RING, type RingPlace } from './layout.ts';
import type { Words } from './memory/memory.ts';

/** The other side's position cannot be: the memory was spoilt. The ring is not to be used any more. */
export class RingPoisoned extends Error {
  override readonly name = 'RingPoisoned';
}

const distance = (ahead: number, behind: number) => (ahead - behind) >>> 0;

/** Makes a ring empty, with both positions at `start`. Only while nobody uses it. */
export function clearRing(words: Words, place: RingPlace, start = 0): void {
  words.store(place.control + RING.ENDED, 0);
  words.store(place.control + RING.READER_WAITS, 0);
  words.store(place.control + RING.WRITER_WAITS, 0);
  words.store(place.control + RING.TAIL, start);
  words.store(place.control + RING.HEAD, start);
}

function checked(place: RingPlace, head: number, tail: number): number {
  const used = distance(head, tail);
  if (used > place.capacity) {
    throw new RingPoisoned(`ring positions ${head} and ${tail} are ${used} bytes apart, expected at most ${place.capacity}`);
  }
  return used;
}

/** The writing side. */
export class RingProducer {
  readonly #words: Words;
  readonly #place: RingPlace;
  #head: number;
  #tail: number;

  constructor(words: Words, place: RingPlace) {
    this.#words = words;
    this.#place = place;
    this.#head = words.load(place.control + RING.HEAD);
    this.#tail = words.load(place.control + RING.TAIL);
    checked(place, this.#head, this.#tail);
  }

  /** Copies as many of `bytes` as there is room for and publishes them with one store; gives how many. Throws RingPoisoned. */
  write(bytes: Uint8Array): number {
    const { capacity, data } = this.#place;
    let room = capacity - distance(this.#head, this.#tail);
    if (room < bytes.length) room = this.#look();
    const count = Math.min(room, bytes.length);
    if (count === 0) return 0;
    const at = this.#head & (capacity - 1);
    const straight = Math.min(count, capacity - at);
    const memory = this.#words.bytes;
    memory.set(straight === bytes.length ? bytes : bytes.subarray(0, straight), data + at);
    if (straight < count) memory.set(bytes.subarray(straight, count), data);
    this.#head = (this.#head + count) >>> 0;
    this.#words.store(this.#place.control + RING.HEAD, this.#head);
    return count;
  }

  /** Publishes the end behind everything written. */
  end(): void {
    this.#words.store(this.#place.control + RING.ENDED, 1);
  }

  /** Asks to be woken when there is room; false when there is some already. */
  wait(): boolean {
    this.#words.store(this.#place.control + RING.WRITER_WAITS, 1);
    if (this.#look() === 0) return true;
    this.#words.store(this.#place.control + RING.WRITER_WAITS, 0);
    return false;
  }

  /** How much room there is now. Throws RingPoisoned. */
  room(): number {
    return this.#look();
  }

  /** Whether the consumer asked to be woken; asking again gives false. */
  readerWaits(): boolean {
    const word = this.#place.control + RING.READER_WAITS;
    return this.#words.load(word) !== 0 && this.#words.exchange(word, 0) !== 0;
  }

  #look(): number {
    const tail = this.#words.load(this.#place.control + RING.TAIL);
    const used = checked(this.#place, this.#head, tail);
    if (used > distance(this.#head, this.#tail)) {
      throw new RingPoisoned(`the reader's position went backwards from ${this.#tail} to ${tail}`);
    }
    this.#tail = tail;
    return this.#place.capacity - used;
  }
}

/** The reading side. */
export class RingConsumer {
  readonly #words: Words;
  readonly #place: RingPlace;
  #head: number;
  #tail: number;

  constructor(words: Words, place: RingPlace) {
    this.#words = words;
    this.#place = place;
    this.#head = words.load(place.control + RING.HEAD);
    this.#tail = words.load(place.control + RING.TAIL);
    checked(place, this.#head, this.#tail);
  }

  /** At most `max` bytes, copied; null at the end, undefined when the ring is empty. Throws RingPoisoned. */
  read(max: number): Uint8Array | null | undefined {
    let used = distance(this.#head, this.#tail);
    if (used < max) {
      // The end is looked at before the position: an end that is seen here was published behind everything the position then shows.
      const ended = this.#words.load(this.#place.control + RING.ENDED) !== 0;
      used = this.#look();
      if (used === 0) return ended ? null : undefined;
    }
    const { capacity, data } = this.#place;
    const count = Math.min(used, max);
    const at = this.#tail & (capacity - 1);
    const straight = Math.min(count, capacity - at);
    const memory = this.#words.bytes;
    const bytes = Buffer.allocUnsafeSlow(count);
    bytes.set(memory.subarray(data + at, data + at + straight));
    if (straight < count) bytes.set(memory.subarray(data, data + count - straight), straight);
    this.#tail = (this.#tail + count) >>> 0;
    this.#words.store(this.#place.control + RING.TAIL, this.#tail);
    return bytes;
  }

  /** Whether read() would give something, the end included. Throws RingPoisoned. */
  ready(): boolean {
    const ended = this.#words.load(this.#place.control + RING.ENDED) !== 0;
    return this.#look() > 0 || ended;
  }

  /** Asks to be woken when there is something; false when there is already. */
  wait(): boolean {
    this.#words.store(this.#place.control + RING.READER_WAITS, 1);
    if (!this.ready()) return true;
    this.#words.store(this.#place.control + RING.READER_WAITS, 0);
    return false;
  }

  /** Whether the producer asked to be woken and a quarter of the ring is free again (waking costs more than a few bytes of room are worth). */
  writerWaits(): boolean {
    const word = this.#place.control + RING.WRITER_WAITS;
    if (this.#words.load(word) === 0) return false;
    // The position itself and not what was last seen of it: the producer may have filled up what was freed.
    const used = this.#look();
    if (used > this.#place.capacity - (this.#place.capacity >> 2)) return false;
    return this.#words.exchange(word, 0) !== 0;
  }

  #look(): number {
    const head = this.#words.load(this.#place.control + RING.HEAD);
    const used = checked(this.#place, head, this.#tail);
    if (used < distance(this.#head, this.#tail)) {
      throw new RingPoisoned(`the writer's position went backwards from ${this.#head} to ${head}`);
    }
    this.#head = head;
    return used;
  }
}
