/**
 * The two rings of a channel without a stream between: bytes in place (reserve and commit, peek and release), copied, as records, and calls that block.
 * What may live here: the three faces. Positions are in byte-ring.ts; who the peer is and how it is woken, the link knows.
 */
import type { RingConsumer, RingProducer } from './byte-ring.ts';
import { WAKE } from './byte-ring.ts';
import { ArrayError } from './errors.ts';
import { RING } from './layout.ts';
import type { Signal } from './memory/memory.ts';
import { type RecordOptions, RecordReader, RecordWriter } from './records.ts';
import { type Spin, Spinner } from './waiting.ts';

/** What a direct channel needs of what it belongs to. */
export interface DirectLink {
  readonly signal: Signal;
  /** Longest time in milliseconds that a call may block before it gives a sign of life and looks whether the peer is still there. */
  readonly slice: number;
  /** Whether the peer still reads. Throws the reason when the connection does not stand any more. */
  check(): 'open' | 'closed';
  /** What an access threw, as the caller shall see it; ends the connection. */
  broken(error: unknown): Error;
  /** Wakes the peer, which waits on `word` in the way it asked for. */
  wake(how: number, word: number): void;
  /** This thread is alive, and others who are not are taken back. */
  beat(): void;
  /** Counts something that keeps the process alive while it is pending; gives what ends it. */
  hold(): () => void;
  close(): void;
  abort(): void;
}

/** How the calls of a direct channel wait. */
export interface DirectOptions {
  /** How long to look before sleeping: `adaptive` (the default), or a number of looks; 0 never spins. */
  readonly spin?: Spin | undefined;
}

const EMPTY = Buffer.alloc(0);

/**
 * Direct access to one end of a channel; one thread at a time uses it. Each call throws an ArrayError `reset` when the peer died, aborted, or
 * wrote what cannot be.
 * @example
 * const room = channel.reserve(65_536); // a view of the ring itself
 * channel.commit(produceInto(room));
 * for (let bytes = channel.peek(); bytes && bytes.length > 0; bytes = channel.peek()) channel.release(consume(bytes));
 */
export class DirectChannel {
  readonly #producer: RingProducer;
  readonly #consumer: RingConsumer;
  readonly #link: DirectLink;
  readonly #writing: Spinner;
  readonly #reading: Spinner;
  readonly #hasRoom: () => boolean;
  readonly #hasBytes: () => boolean;
  #wanted = 1;
  #reserved = 0;

  /** @internal */
  constructor(producer: RingProducer, consumer: RingConsumer, link: DirectLink, options: DirectOptions = {}) {
    this.#producer = producer;
    this.#consumer = consumer;
    this.#link = link;
    this.#writing = new Spinner(options.spin);
    this.#reading = new Spinner(options.spin);
    this.#hasRoom = () => producer.room(this.#wanted) >= this.#wanted;
    this.#hasBytes = () => consumer.available(1) > 0;
  }

  /** Bytes that each of the two rings holds. */
  get capacity(): number {
    return this.#producer.place.capacity;
  }

  /** A view of the ring to write into: at most `most` bytes, fewer at the ring's end, none when it is full. Seen by the peer after commit(). */
  reserve(most: number): Buffer {
    return this.#sound(() => {
      const count = Math.min(most, this.#producer.room(most), this.#producer.straight);
      this.#reserved = Math.max(0, count);
      const { at, words } = this.#producer;
      return count <= 0 ? EMPTY : words.buffer.subarray(at, at + count);
    });
  }

  /** Publishes the first `count` bytes of what reserve() gave. Throws RangeError when it gave fewer. */
  commit(count: number): void {
    if (!(count >= 0 && count <= this.#reserved))
      throw new RangeError(`commit of ${count} bytes, expected at most ${this.#reserved}`);
    this.#reserved = 0;
    this.#sound(() => {
      if (this.#link.check() === 'closed') return;
      this.#producer.advance(count);
      this.#producer.publish();
      this.#wakeReader();
    });
  }

  /** A view of the bytes that have come, up to the ring's end: empty when there are none, null at the end. Theirs until release(). */
  peek(): Buffer | null {
    return this.#sound(() => {
      const ended = this.#consumer.ended();
      const closed = this.#link.check() === 'closed';
      const available = this.#consumer.available();
      if (available === 0 && closed && !ended) throw leftEarly();
      if (available === 0) return ended ? null : EMPTY;
      const { at, words } = this.#consumer;
      return words.buffer.subarray(at, at + Math.min(available, this.#consumer.straight));
    });
  }

  /** Gives the first `count` bytes of what peek() gave back to the writer. Throws RangeError when there are fewer. */
  release(count: number): void {
    this.#sound(() => {
      if (!(count >= 0 && count <= this.#consumer.available(count)))
        throw new RangeError(`release of ${count} bytes, expected fewer`);
      this.#consumer.release(count);
      this.#wakeWriter();
    });
  }

  /** Copies as many of `bytes` as there is room for; gives how many. Never waits. */
  tryWrite(bytes: Uint8Array, from = 0): number {
    return this.#sound(() => {
      if (this.#link.check() === 'closed') return bytes.length - from;
      const count = this.#producer.write(bytes, from);
      if (count > 0) this.#wakeReader();
      return count;
    });
  }

  /** Copies at most `into.length` bytes that have come; gives how many, 0 when there are none, -1 at the end. Never waits. */
  tryRead(into: Uint8Array): number {
    return this.#sound(() => {
      const count = this.#consumer.readInto(into);
      if (count > 0) this.#wakeWriter();
      else if (count === 0 && this.#link.check() === 'closed') return this.#lastBytes(into);
      return count;
    });
  }

  /** Writes all of `bytes`, blocking this thread while the ring is full. */
  write(bytes: Uint8Array): void {
    for (let from = this.tryWrite(bytes); from < bytes.length; from += this.tryWrite(bytes, from)) this.waitForRoom();
  }

  /** Reads at least one byte, blocking this thread until there is one; gives how many, -1 at the end. */
  read(into: Uint8Array): number {
    for (;;) {
      const count = this.tryRead(into);
      if (count !== 0 || into.length === 0) return count;
      this.waitForBytes();
    }
  }

  /** Blocks this thread until there is room for `count` bytes, at most all of the ring. */
  waitForRoom(count = 1): void {
    this.#wanted = Math.min(count, this.capacity);
    this.#sound(() => {
      while (!this.#writing.spin(this.#hasRoom) && this.#link.check() === 'open') {
        if (this.#producer.wait(WAKE.FLAG, this.#wanted - 1))
          this.#pause(this.#producer.place.control + RING.WRITER_WAITS, this.#writing);
      }
    });
  }

  /** Blocks this thread until there are bytes, or their end. */
  waitForBytes(): void {
    this.#sound(() => {
      while (!this.#reading.spin(this.#hasBytes) && !this.#consumer.ended() && this.#link.check() === 'open') {
        if (this.#consumer.wait(WAKE.FLAG)) this.#pause(this.#consumer.place.control + RING.READER_WAITS, this.#reading);
      }
    });
  }

  /** Resolves when there is room for `count` bytes, at most all of the ring. Rejects as the other calls throw. */
  async writable(count = 1): Promise<void> {
    this.#wanted = Math.min(count, this.capacity);
    while (this.#asleep(() => !this.#writing.spin(this.#hasRoom) && this.#producer.wait(WAKE.FLAG, this.#wanted - 1))) {
      await this.#sleep(this.#producer.place.control + RING.WRITER_WAITS, this.#writing);
    }
  }

  /** Resolves when there are bytes, or their end. Rejects as the other calls throw. */
  async readable(): Promise<void> {
    while (this.#asleep(() => !this.#reading.spin(this.#hasBytes) && this.#consumer.wait(WAKE.FLAG))) {
      await this.#sleep(this.#consumer.place.control + RING.READER_WAITS, this.#reading);
    }
  }

  /** Publishes the end behind everything written. */
  end(): void {
    this.#sound(() => {
      this.#producer.end();
      this.#wakeReader();
    });
  }

  /** Leaves in order: to be called behind end(). */
  close(): void {
    this.#link.close();
  }

  /** Leaves out of order: the peer sees a reset. */
  abort(): void {
    this.#link.abort();
  }

  /** Records instead of bytes, in this direction; the peer has to read records. */
  recordWriter(options: RecordOptions = {}): RecordWriter {
    return new RecordWriter(this.#producer, options, () => {
      this.#link.check();
      this.#wakeReader();
    });
  }

  /** Records instead of bytes, in that direction; the peer has to write records. */
  recordReader(options: RecordOptions = {}): RecordReader {
    return new RecordReader(this.#consumer, options, () => this.#wakeWriter());
  }

  #wakeReader(): void {
    const how = this.#producer.readerWaits();
    if (how !== WAKE.NOT) this.#link.wake(how, this.#producer.place.control + RING.READER_WAITS);
  }

  #wakeWriter(): void {
    const how = this.#consumer.writerWaits();
    if (how !== WAKE.NOT) this.#link.wake(how, this.#consumer.place.control + RING.WRITER_WAITS);
  }

  /** The peer closed: what it wrote before is there, and its end behind it, or it is a reset. */
  #lastBytes(into: Uint8Array): number {
    const count = this.#consumer.readInto(into);
    if (count === 0 && into.length > 0) throw leftEarly();
    return count;
  }

  #pause(flag: number, spinner: Spinner): void {
    const before = performance.now();
    this.#link.signal.pause(flag, WAKE.FLAG, this.#link.slice);
    const took = performance.now() - before;
    spinner.slept(took);
    this.#link.beat();
  }

  #asleep(waits: () => boolean): boolean {
    return this.#sound(() => this.#link.check() === 'open' && waits());
  }

  async #sleep(flag: number, spinner: Spinner): Promise<void> {
    const before = performance.now();
    const release = this.#link.hold();
    try {
      await this.#link.signal.wait(flag, WAKE.FLAG);
    } finally {
      release();
    }
    spinner.slept(performance.now() - before);
  }

  #sound<T>(access: () => T): T {
    try {
      return access();
    } catch (error) {
      if (error instanceof RangeError) throw error;
      throw this.#link.broken(error);
    }
  }
}

const leftEarly = () => new ArrayError('reset', 'the peer left without an end of its bytes');
