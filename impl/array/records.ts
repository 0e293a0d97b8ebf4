/**
 * Records in a ring of bytes: each is a header of 8 bytes and its payload, padded to 8, and none runs over the end of the ring, so that a reader sees
 * each in one piece. Publishing is batched: one store for many records.
 *
 * ```text
 * 0        4        8                    8 + length   next multiple of 8
 * +--------+--------+--------------------+------------+
 * | length | CRC    | payload            | padding    |      length -1: nothing up to the end of the ring
 * +--------+--------+--------------------+------------+
 * ```
 *
 * The length is read once and checked against what was published. Both sides have to agree that the ring carries records, and on the CRC.
 */
import type { RingConsumer, RingPoisoned, RingProducer } from './byte-ring.ts';
import { crc32c } from './crc32c.ts';

const HEADER = 8;
const SKIP = -1;
const padded = (length: number) => (length + HEADER + 7) & ~7;

/** Bytes behind which what was written is published without flush(). */
const BATCH = 16_384;

/** Options of both sides; they have to be the same. */
export interface RecordOptions {
  /** Whether each record carries a CRC-32C, for memory on a medium that may corrupt. Default false. */
  readonly crc?: boolean;
}

/** Gets one record: `bytes` from `at` on, `length` of them. They are the ring's own and good until the call returns, copies where there is a CRC. */
export type RecordHandler = (bytes: Uint8Array, at: number, length: number) => void;

/** Writes records. What was written is seen by the reader after flush(), or once a batch of 16 KiB (or an eighth of the ring) is full. */
export class RecordWriter {
  /** The longest record, in bytes: half of the ring, without the header. */
  readonly most: number;
  readonly #producer: RingProducer;
  readonly #crc: boolean;
  readonly #batch: number;
  readonly #published: () => void;

  /** `published` is called behind each store that the reader may be waiting for. Throws RangeError when the position is not a multiple of 8. */
  constructor(producer: RingProducer, options: RecordOptions = {}, published: () => void = () => undefined) {
    const { capacity } = producer.place;
    if ((producer.straight & 7) !== 0) throw new RangeError('this ring has carried bytes that are no records');
    this.most = capacity / 2 - HEADER;
    this.#producer = producer;
    this.#crc = options.crc === true;
    this.#batch = Math.min(BATCH, capacity >> 3);
    this.#published = published;
  }

  /** Writes one record; false when there is no room for it now. Throws RangeError when it is longer than `most`, RingPoisoned. */
  write(bytes: Uint8Array): boolean {
    const producer = this.#producer;
    const { length } = bytes;
    const size = padded(length);
    if (length > this.most) throw new RangeError(`got a record of ${length} bytes, expected at most ${this.most}`);
    let straight = producer.straight;
    if (straight < size) {
      if (producer.room(straight + size) < straight + size) return this.#full();
      producer.words.storePlain(producer.at >> 2, SKIP);
      producer.advance(straight);
      straight = producer.straight;
    } else if (producer.room(size) < size) return this.#full();
    const at = producer.at;
    const { words } = producer;
    words.storePlain(at >> 2, length);
    words.storePlain((at >> 2) + 1, this.#crc ? crc32c(bytes) : 0);
    words.copyIn(at + HEADER, bytes, 0, length);
    producer.advance(size);
    if (producer.unpublished >= this.#batch) this.flush();
    return true;
  }

  /** Publishes everything written. */
  flush(): void {
    if (this.#producer.unpublished === 0) return;
    this.#producer.publish();
    this.#published();
  }

  /** How many bytes of the ring have to be free before a record of `length` bytes fits. */
  need(length: number): number {
    const size = padded(length);
    const { straight } = this.#producer;
    return straight < size ? straight + size : size;
  }

  #full(): false {
    this.flush();
    return false;
  }
}

/** Reads records. */
export class RecordReader {
  readonly #consumer: RingConsumer;
  readonly #crc: boolean;
  readonly #batch: number;
  readonly #released: () => void;
  #copy = new Uint8Array(0);

  /** `released` is called behind each store that the writer may be waiting for. Throws RangeError when the position is not a multiple of 8. */
  constructor(consumer: RingConsumer, options: RecordOptions = {}, released: () => void = () => undefined) {
    if ((consumer.straight & 7) !== 0) throw new RangeError('this ring has carried bytes that are no records');
    this.#consumer = consumer;
    this.#crc = options.crc === true;
    this.#batch = consumer.place.capacity >> 3;
    this.#released = released;
  }

  /**
   * Gives every record that has been published to `handler`, at most `limit`; gives how many, -1 when none is left and the writer has ended.
   * A record whose handler threw counts as delivered. Throws RingPoisoned.
   */
  read(handler: RecordHandler, limit = Number.POSITIVE_INFINITY): number {
    const consumer = this.#consumer;
    const ended = consumer.ended();
    const available = consumer.available();
    if (available === 0) return ended ? -1 : 0;
    const { words } = consumer;
    const memory = words.bytes;
    let count = 0;
    let done = 0;
    let left = available;
    let at = consumer.at;
    let straight = consumer.straight;
    try {
      while (left > 0 && count < limit) {
        const length = words.loadPlain(at >> 2);
        const size = length === SKIP ? straight : this.#checked(length, left, straight);
        if (size > left) throw this.#spoilt(length, left);
        left -= size;
        done += size;
        if (length !== SKIP) {
          count += 1;
          if (this.#crc) handler(this.#verified(at, length), 0, length);
          else handler(memory, at + HEADER, length);
        }
        at += size;
        straight -= size;
        if (done >= this.#batch || straight === 0) {
          this.#release(done);
          done = 0;
          at = consumer.at;
          straight = consumer.straight;
        }
      }
    } finally {
      if (done > 0) this.#release(done);
    }
    return count;
  }

  #release(count: number): void {
    this.#consumer.release(count);
    this.#released();
  }

  #checked(length: number, left: number, straight: number): number {
    const size = padded(length);
    if (length < 0 || length > this.#consumer.place.capacity / 2 - HEADER || size > left || size > straight)
      throw this.#spoilt(length, left);
    return size;
  }

  /** The record copied, so that nobody changes it behind the check. */
  #verified(at: number, length: number): Uint8Array {
    if (this.#copy.length < length) this.#copy = new Uint8Array(length);
    const { words } = this.#consumer;
    const expected = words.loadPlain((at >> 2) + 1) >>> 0;
    words.copyOut(at + HEADER, this.#copy, 0, length);
    const found = crc32c(this.#copy, 0, length);
    if (found === expected) return this.#copy;
    throw this.#consumer.spoil(
      `record of the ring is spoilt: its ${length} bytes have the CRC-32C ${found}, expected ${expected}`,
    );
  }

  #spoilt(length: number, left: number): RingPoisoned {
    return this.#consumer.spoil(
      `record of the ring cannot be: its length is ${length} and ${left} bytes were published from there on`,
    );
  }
}
