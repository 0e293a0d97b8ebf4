/** One end of a connection in the array, as its attachment uses it: bytes in and out, waiting, and the several ways to go. */
import { type RingConsumer, RingPoisoned, type RingProducer, WAKE } from './byte-ring.ts';
import type { EndName, EndState } from './connections.ts';
import { DirectChannel, type DirectOptions } from './direct-channel.ts';
import { ArrayError } from './errors.ts';
import { RING } from './layout.ts';
import type { Signal } from './memory/memory.ts';

/** What an end needs of its attachment. */
export interface EndHost {
  /** Whether the end is still ours: false when it was taken back. */
  holds(end: EndName): boolean;
  peerState(end: EndName): EndState;
  ringPeer(end: EndName): void;
  readonly signal: Signal;
  /** A sign of life, for calls that block the thread longer than the heartbeat's interval; what died is taken back. */
  beat(): void;
  readonly heartbeatInterval: number;
  /** Keeps the process alive until what it gives is called. */
  hold(): () => void;
  /** Gives the end up, under the lock. */
  leave(connection: ArrayConnection, how: 'closed' | 'aborted'): void;
  now(): number;
  readonly lingerTimeout: number;
}

/** Told by the attachment's bell. */
export interface EndEvents {
  readable(): void;
  room(): void;
  failed(error: ArrayError): void;
}

export class ArrayConnection {
  readonly name: EndName;
  readonly localPort: number;
  readonly peerPort: number;
  /** The generation of the listener's port, for the addresses of both ends. */
  readonly portGeneration: number;
  readonly #host: EndHost;
  readonly #producer: RingProducer;
  readonly #consumer: RingConsumer;
  #events: EndEvents | undefined;
  #wantsBytes = false;
  #wantsRoom = false;
  #gone: ArrayError | undefined;
  #peerClosedAt: number | undefined;

  constructor(
    host: EndHost,
    name: EndName,
    rings: { readonly producer: RingProducer; readonly consumer: RingConsumer },
    ports: { readonly local: number; readonly peer: number; readonly generation: number },
  ) {
    this.#host = host;
    this.name = name;
    this.#producer = rings.producer;
    this.#consumer = rings.consumer;
    this.localPort = ports.local;
    this.peerPort = ports.peer;
    this.portGeneration = ports.generation;
  }

  /** Who is to be told from now on. */
  watch(events: EndEvents): void {
    this.#events = events;
  }

  /** At most `max` bytes that are the caller's own, null at the end, undefined when there is nothing (then events.readable() will say). Throws reset. */
  read(max: number): Uint8Array | null | undefined {
    return this.#sound(() => {
      // The peer's state before its bytes: a peer that has left in order wrote everything before it left.
      const peer = this.#standing();
      let bytes = this.#consumer.read(max);
      if (bytes === undefined && peer === 'closed') throw new ArrayError('reset', 'the peer left without an end of its bytes');
      while (bytes === undefined && !this.#consumer.wait(WAKE.BELL)) bytes = this.#consumer.read(max);
      this.#wantsBytes = bytes === undefined;
      if (bytes) this.#wake(this.#consumer.writerWaits(), this.#consumer.place.control + RING.WRITER_WAITS);
      return bytes;
    });
  }

  /** Takes over as many bytes as there is room for and gives how many; when not all, events.room() will say. Throws reset. */
  write(bytes: Uint8Array): number {
    return this.#sound(() => {
      if (this.#standing() === 'closed') return this.#discard(bytes);
      let count = this.#producer.write(bytes);
      while (count < bytes.length && !this.#producer.wait(WAKE.BELL)) count += this.#producer.write(bytes.subarray(count));
      this.#wantsRoom = count < bytes.length;
      if (count > 0) this.#wake(this.#producer.readerWaits(), this.#producer.place.control + RING.READER_WAITS);
      return count;
    });
  }

  /** Publishes the end behind everything written. */
  end(): void {
    this.#sound(() => {
      this.#standing();
      this.#producer.end();
      this.#wake(this.#producer.readerWaits(), this.#producer.place.control + RING.READER_WAITS);
    });
  }

  /** Leaves in order; the end has been published. */
  close(): void {
    this.#leave('closed');
  }

  /** Leaves out of order: the peer sees a reset. */
  abort(): void {
    this.#leave('aborted');
  }

  /**
   * The rings themselves, for a user that takes over from watch(): only one of the two ways may be used. `close` and `abort` are called where the
   * direct channel is told to.
   */
  direct(options: DirectOptions, leave: { close(): void; abort(): void }): DirectChannel {
    return new DirectChannel(
      this.#producer,
      this.#consumer,
      {
        signal: this.#host.signal,
        slice: this.#host.heartbeatInterval,
        check: () => (this.#standing() === 'closed' ? 'closed' : 'open'),
        broken: (error) => this.#broken(error),
        wake: (how, word) => this.#wake(how, word),
        beat: () => this.#host.beat(),
        hold: () => this.#host.hold(),
        ...leave,
      },
      options,
    );
  }

  /** Looks whether anything that was waited for has come. Called by the attachment when its bell rang. */
  poll(): void {
    if (this.#gone) return;
    try {
      this.#sound(() => {
        const peer = this.#standing();
        if (this.#wantsBytes && (this.#consumer.ready() || peer === 'closed')) {
          this.#wantsBytes = false;
          this.#events?.readable();
        }
        if (this.#wantsRoom && !this.#gone && (this.#producer.room() > 0 || peer === 'closed')) {
          this.#wantsRoom = false;
          this.#events?.room();
        }
      });
    } catch (error) {
      if (!(error instanceof ArrayError)) throw error;
      this.#events?.failed(error);
    }
  }

  /** Tells the user that this end, which was left, is gone. */
  tell(error: ArrayError): void {
    this.#events?.failed(error);
  }

  /** The attachment is gone: so is this end. */
  lose(error: ArrayError): void {
    if (this.#gone) return;
    this.#gone = error;
    this.#events?.failed(error);
  }

  #standing(): EndState {
    if (this.#gone) throw this.#gone;
    if (!this.#host.holds(this.name))
      throw new ArrayError('reset', 'this end was taken back from its host, whose heartbeat had stopped');
    const peer = this.#host.peerState(this.name);
    if (peer === 'aborted' || peer === 'lost' || peer === 'none')
      throw new ArrayError('reset', 'the peer aborted the connection or died');
    return peer;
  }

  /** Like TCP: what is sent to a peer that has closed is thrown away for the linger bound, and an error after that. */
  #discard(bytes: Uint8Array): number {
    const now = this.#host.now();
    this.#peerClosedAt ??= now;
    if (now - this.#peerClosedAt > this.#host.lingerTimeout) throw new ArrayError('reset', 'the peer has closed the connection');
    return bytes.length;
  }

  /** Runs one access; whatever cannot be, and every reset, ends this end for good. */
  #sound<T>(access: () => T): T {
    try {
      return access();
    } catch (error) {
      throw this.#broken(error);
    }
  }

  #broken(error: unknown): Error {
    const reset =
      error instanceof RingPoisoned
        ? new ArrayError('reset', `the shared memory is spoilt: ${error.message}`, { cause: error })
        : error;
    if (reset instanceof ArrayError) this.#leave('aborted', reset);
    return reset instanceof Error ? reset : new Error(String(reset));
  }

  /** Wakes the peer the way it asked for; what nobody asks for is done both ways. */
  #wake(how: number, word: number): void {
    if (how === WAKE.NOT) return;
    if (how !== WAKE.FLAG) this.#host.ringPeer(this.name);
    if (how !== WAKE.BELL) this.#host.signal.notify(word);
  }

  #leave(how: 'closed' | 'aborted', why: ArrayError = new ArrayError('reset', `this end was ${how}`)): void {
    if (this.#gone) return;
    this.#gone = why;
    this.#host.leave(this, how);
  }
}
