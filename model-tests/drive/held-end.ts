/** One end of a real connection whose deliveries are held back: what arrived waits here until the driver releases it. */
import { type Socket, SocketError } from '../../impl/index.ts';

interface Reader {
  readonly max: number;
  readonly resolve: (bytes: Uint8Array | null) => void;
  readonly reject: (error: SocketError) => void;
}

/** How an end's stream finished, as the transport reported it. */
export type Finish = 'ended' | 'reset';

export class HeldEnd {
  /** What arrived and was not released yet. */
  arrived: Buffer = Buffer.alloc(0);
  /** What the transport reported behind `arrived`. */
  finish: Finish | undefined;
  finishDelivered = false;
  /** Bytes that this end's owner wrote, and bytes that arrived here from the other one. */
  sentBytes = 0;
  receivedBytes = 0;
  /** The owner closed, aborted or shut down this end. */
  hasClosed = false;
  hasAborted = false;
  hasShut = false;
  /** The driver destroyed the connection; what the owner does with it goes nowhere. */
  severed = false;
  /** Is told of everything that the owner writes, before it is written. */
  onSent: ((bytes: Buffer) => void) | undefined;
  /** Deliveries are not held back (any more). */
  flowing = false;
  readonly real: Socket;
  readonly #released: (Uint8Array | null | SocketError)[] = [];
  readonly #waiters: (() => void)[] = [];
  #reader: Reader | undefined;

  constructor(real: Socket) {
    this.real = real;
    void this.#pump();
  }

  /** The owner's read call: waits for a release. */
  read(max = Number.POSITIVE_INFINITY): Promise<Uint8Array | null> {
    return new Promise((resolve, reject) => {
      this.#reader = { max, resolve, reject };
      this.#serve();
    });
  }

  /** Lets the owner have these bytes, in these pieces. */
  release(pieces: readonly Uint8Array[]): void {
    this.#released.push(...pieces);
    this.#serve();
  }

  /** Lets the owner know how the stream finished, as the transport reported it. */
  deliverFinish(): void {
    if (this.finish === undefined || this.finishDelivered) return;
    this.finishDelivered = true;
    this.#released.push(this.finish === 'ended' ? null : new SocketError('reset', 'read', 'the connection was reset'));
    this.#serve();
  }

  /** Resolves when the transport has reported an end or a reset. */
  async whenFinished(): Promise<void> {
    if (this.finish === undefined) await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }

  /** From now on everything is released as it arrives. */
  flow(): void {
    this.flowing = true;
    this.#flush();
  }

  /** Ends the owner's pending read, as closing a socket does. */
  endPendingRead(): void {
    const reader = this.#reader;
    this.#reader = undefined;
    reader?.reject(new SocketError('closed', 'read', 'the socket was closed'));
  }

  async #pump(): Promise<void> {
    try {
      for (;;) {
        const bytes = await this.real.read();
        if (bytes === null) break;
        this.receivedBytes += bytes.length;
        this.arrived = Buffer.concat([this.arrived, bytes]);
        this.#flush();
      }
      this.finish ??= 'ended';
    } catch (error) {
      if (error instanceof SocketError && error.code === 'closed') return;
      this.finish ??= 'reset';
    }
    for (const resolve of this.#waiters.splice(0)) resolve();
    this.#flush();
  }

  #flush(): void {
    if (!this.flowing) return;
    if (this.arrived.length > 0) {
      this.#released.push(this.arrived);
      this.arrived = Buffer.alloc(0);
    }
    this.deliverFinish();
    this.#serve();
  }

  #serve(): void {
    const reader = this.#reader;
    const next = this.#released[0];
    if (reader === undefined || next === undefined) return;
    this.#reader = undefined;
    if (next instanceof SocketError || next === null) {
      // It stays: every later read finds it again.
      if (next === null) reader.resolve(null);
      else reader.reject(next);
      return;
    }
    this.#released.shift();
    if (next.length > reader.max) this.#released.unshift(next.subarray(reader.max));
    reader.resolve(next.subarray(0, Math.min(next.length, reader.max)));
  }
}
