/**
 * One end of a TCP connection as a Connection: bounded buffering, half-close, closing in order, resets that stay resets.
 *
 * Decision: bytes are pulled, one chunk in a turn of the event loop. When libuv has read a chunk and goes on reading in the same turn, it takes
 * the hang-up behind the chunk for an orderly end without looking, though it may be a reset, and bytes may be missing. So reading stops with each
 * chunk (a high-water mark of one byte does that) and begins again only in a later turn; then the system itself says which of the two it is.
 */
import type { Socket as NetSocket } from 'node:net';
import { SocketError, type TcpAddress } from './sockets.ts';
import { explainTcp } from './tcp-errors.ts';
import type { Connection, ConnectionEvents, SocketClock } from './transport.ts';

/** The high-water mark with which sockets for TcpConnection are to be made. */
export const STOP_AT_EACH_CHUNK = 1;

export class TcpConnection implements Connection {
  readonly local: TcpAddress;
  readonly peer: TcpAddress;
  readonly #raw: NetSocket;
  readonly #clock: SocketClock;
  readonly #lingerTimeout: number;
  #events: ConnectionEvents | undefined;
  /** An arrival was seen in this turn of the event loop and is to be told in the next one. */
  #arriving = false;
  /** What a read left over of the last chunk. */
  #unread: Uint8Array | undefined;
  /** What has arrived may be taken. */
  #ready = false;
  #ended = false;
  #fault: Error | undefined;
  #released = false;

  /** Takes over `raw`, which is connected, allows half-open, stops at each chunk and has not been read from. */
  constructor(raw: NetSocket, clock: SocketClock, lingerTimeout: number) {
    this.#raw = raw;
    this.#clock = clock;
    this.#lingerTimeout = lingerTimeout;
    this.local = { family: 'tcp', host: raw.localAddress ?? '', port: raw.localPort ?? 0 };
    this.peer = { family: 'tcp', host: raw.remoteAddress ?? '', port: raw.remotePort ?? 0 };
    raw.on('error', (error) => this.#fail(error));
    raw.on('close', () => {
      // Not by us, and not behind the peer's end: whatever it was, it is not an end.
      if (!this.#released && !(this.#ended && raw.writableFinished)) {
        this.#fail(new SocketError('reset', 'connection', 'the connection was closed before its end'));
      }
    });
  }

  open(events: ConnectionEvents): void {
    this.#events = events;
    if (this.#fault) {
      const fault = this.#fault;
      queueMicrotask(() => events.failed(fault));
      return;
    }
    this.#raw.on('readable', () => this.#arrive());
    this.#raw.on('end', () => {
      this.#ended = true;
      if (!this.#released) events.readable();
    });
  }

  take(max: number): Uint8Array | null | undefined {
    if (this.#fault) throw this.#fault;
    if (!this.#unread && this.#ready) {
      this.#ready = false;
      // Everything, without naming a size: a read of a size raises the high-water mark to it, and reading would not stop at each chunk any more.
      this.#unread = this.#raw.read() ?? undefined;
    }
    const chunk = this.#unread;
    if (!chunk) return this.#ended ? null : undefined;
    // Node gave each chunk a buffer of its own; two views of it never overlap, so each belongs to its reader alone.
    this.#unread = chunk.length > max ? chunk.subarray(max) : undefined;
    return chunk.length > max ? chunk.subarray(0, max) : chunk;
  }

  give(piece: Uint8Array): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.#raw.write(piece, (error) => (error ? reject(this.#lost(error)) : resolve()));
    });
  }

  end(): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      if (this.#raw.destroyed) reject(this.#lost(undefined));
      else this.#raw.end((error?: Error | null) => (error ? reject(this.#lost(error)) : resolve()));
    });
  }

  /**
   * The end has been handed to the system. If this closed the system's socket now, a byte from the peer (unread or still on its way) would
   * make the system answer with a reset, and the peer might lose what was sent to it. So it reads and throws away until the peer's end or the
   * linger bound. That keeps the process alive for no longer than the bound.
   */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    const raw = this.#raw;
    if (raw.destroyed) return;
    if (this.#ended) {
      raw.destroy();
      return;
    }
    const timer = this.#clock.setTimer('linger', this.#lingerTimeout, () => raw.destroy());
    raw.once('close', () => timer.cancel());
    raw.once('end', () => raw.destroy());
    raw.removeAllListeners('readable');
    raw.on('data', () => undefined);
    raw.resume();
  }

  abort(): void {
    this.#released = true;
    this.#raw.resetAndDestroy();
  }

  #arrive(): void {
    if (this.#arriving || this.#released) return;
    this.#arriving = true;
    setImmediate(() => {
      this.#arriving = false;
      if (this.#released || this.#fault) return;
      this.#ready = true;
      // With nothing in the buffer this was the end: asking for more makes the stream say so.
      if (this.#raw.readableLength === 0) this.#raw.read();
      else this.#events?.readable();
    });
  }

  #lost(error: unknown): Error {
    return this.#fault ?? explainTcp(error ?? new Error('the connection is gone'), 'connection');
  }

  #fail(error: unknown): void {
    if (this.#fault || this.#released) return;
    this.#fault = explainTcp(error, 'connection');
    this.#raw.destroy();
    this.#events?.failed(this.#fault);
  }
}
