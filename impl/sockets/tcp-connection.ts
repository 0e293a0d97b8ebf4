/** One end of a TCP connection as a Connection: bounded buffering, half-close, closing in order, resets that stay resets. */
import type { Socket as NetSocket } from 'node:net';
import { SocketError, type TcpAddress } from './sockets.ts';
import { explainTcp } from './tcp-errors.ts';
import type { Connection, ConnectionEvents, SocketClock } from './transport.ts';

/** Above this many unread bytes the system is asked to hold the rest (and so, in the end, the peer); below half of it to go on. */
const BUFFER_LIMIT = 262_144;

export class TcpConnection implements Connection {
  readonly local: TcpAddress;
  readonly peer: TcpAddress;
  readonly #raw: NetSocket;
  readonly #clock: SocketClock;
  readonly #lingerTimeout: number;
  #events: ConnectionEvents | undefined;
  readonly #unread: Uint8Array[] = [];
  #unreadBytes = 0;
  #ended = false;
  #fault: Error | undefined;
  #released = false;

  /** Takes over `raw`, which is connected, allows half-open and has not been read from. */
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
    this.#raw.on('data', (chunk: Buffer) => this.#push(chunk));
    this.#raw.on('end', () => {
      this.#ended = true;
      if (!this.#released) events.readable();
    });
    this.#raw.resume();
  }

  take(max: number): Uint8Array | null | undefined {
    if (this.#fault) throw this.#fault;
    const first = this.#unread[0];
    if (!first) return this.#ended ? null : undefined;
    let taken = first;
    if (first.length <= max) this.#unread.shift();
    else {
      // Two views of one chunk never overlap, so each still belongs to its reader alone.
      taken = first.subarray(0, max);
      this.#unread[0] = first.subarray(max);
    }
    this.#unreadBytes -= taken.length;
    if (this.#raw.isPaused() && this.#unreadBytes < BUFFER_LIMIT / 2) this.#raw.resume();
    return taken;
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
    this.#drop();
    const raw = this.#raw;
    if (raw.destroyed) return;
    if (this.#ended) {
      raw.destroy();
      return;
    }
    const timer = this.#clock.setTimer('linger', this.#lingerTimeout, () => raw.destroy());
    raw.once('close', () => timer.cancel());
    raw.once('end', () => raw.destroy());
    raw.resume();
  }

  abort(): void {
    this.#released = true;
    this.#drop();
    this.#raw.resetAndDestroy();
  }

  #push(chunk: Uint8Array): void {
    if (this.#released) return;
    this.#unread.push(chunk);
    this.#unreadBytes += chunk.length;
    if (this.#unreadBytes >= BUFFER_LIMIT) this.#raw.pause();
    this.#events?.readable();
  }

  #drop(): void {
    this.#unread.length = 0;
    this.#unreadBytes = 0;
  }

  #lost(error: unknown): Error {
    return this.#fault ?? explainTcp(error ?? new Error('the connection is gone'), 'connection');
  }

  #fail(error: unknown): void {
    if (this.#fault || this.#released) return;
    this.#fault = explainTcp(error, 'connection');
    this.#drop();
    this.#raw.destroy();
    this.#events?.failed(this.#fault);
  }
}
