/** A connection in memory: two streams of bytes, each with an end or a reset behind it. Nothing is lost, nothing is copied late. */
import { SocketError } from '../../impl/index.ts';

/** One direction of a connection. */
class Stream {
  readonly chunks: Uint8Array[] = [];
  ended = false;
  #wake: (() => void) | undefined;

  wake(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** What both ends share. */
interface Fate {
  reset: boolean;
  closed: number;
}

/** One end of a simulated connection. */
export class PipeEnd {
  readonly #incoming: Stream;
  readonly #outgoing: Stream;
  readonly #fate: Fate;
  #closed = false;
  #taken = false;

  private constructor(incoming: Stream, outgoing: Stream, fate: Fate) {
    this.#incoming = incoming;
    this.#outgoing = outgoing;
    this.#fate = fate;
  }

  /** Both ends of a new connection. */
  static pair(): readonly [PipeEnd, PipeEnd] {
    const [there, back, fate] = [new Stream(), new Stream(), { reset: false, closed: 0 }];
    return [new PipeEnd(there, back, fate), new PipeEnd(back, there, fate)];
  }

  get wasReset(): boolean {
    return this.#fate.reset;
  }

  /** The connection was reset, or the other end has left. */
  get isGone(): boolean {
    return this.#fate.reset || this.#fate.closed > 0;
  }

  async read(max = Number.POSITIVE_INFINITY): Promise<Uint8Array | null> {
    for (;;) {
      if (this.#closed) throw new SocketError('closed', 'read', 'the socket was closed');
      if (this.#fate.reset) throw new SocketError('reset', 'read', 'the connection was reset');
      const chunk = this.#incoming.chunks.shift();
      if (chunk !== undefined) {
        if (chunk.length > max) this.#incoming.chunks.unshift(chunk.subarray(max));
        return chunk.subarray(0, Math.min(max, chunk.length));
      }
      if (this.#incoming.ended) return null;
      await this.#incoming.wait();
    }
  }

  write(bytes: Uint8Array): void {
    if (this.#closed) throw new SocketError('closed', 'write', 'the socket was closed');
    if (this.#fate.reset) throw new SocketError('reset', 'write', 'the connection was reset');
    if (this.#outgoing.ended) throw new SocketError('endOfStream', 'write', 'the socket was shut down for writing');
    if (bytes.length > 0) this.#outgoing.chunks.push(Uint8Array.from(bytes));
    this.#outgoing.wake();
  }

  shutdown(): void {
    this.#outgoing.ended = true;
    this.#outgoing.wake();
  }

  close(): void {
    this.shutdown();
    if (!this.#closed) this.#fate.closed += 1;
    this.#closed = true;
    this.#incoming.wake();
  }

  reset(): void {
    this.#fate.reset = true;
    this.close();
    this.#outgoing.wake();
  }

  /** This end was taken by its owner. */
  take(): this {
    this.#taken = true;
    return this;
  }

  /** The other end finds a reset, unless somebody has taken this one. */
  abandon(): void {
    if (!this.#taken) this.reset();
  }
}
