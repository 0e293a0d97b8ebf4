/** A channel of a session as a stream: a Duplex over a socket, with back-pressure both ways and half-close. */

import { Duplex } from 'node:stream';
import { StpConnectError } from '../protocol/errors.ts';
import { type DirectChannel, type DirectOptions, directOf } from '../sockets/direct.ts';
import type { Socket } from '../sockets/sockets.ts';
import { socketCode } from './failure.ts';
import type { ByteSource } from './link.ts';

type Callback = (error?: Error | null) => void;

/**
 * One channel. The peer's half-close is the `end` of reading and leaves writing open; `end()` is a half-close.
 * A reset is an `error` with code `connectionReset`, never an end. `destroy()` before everything was written resets the channel, so that
 * the peer cannot take what it has for the whole.
 */
export class ChannelStream extends Duplex {
  readonly #socket: Socket;
  #leftover: Uint8Array;
  #pending: Promise<Uint8Array | null> | undefined;
  #reading = false;
  #used = false;
  #writing: Callback | undefined;
  #released: Promise<void> | undefined;

  constructor(source: ByteSource) {
    super({ allowHalfOpen: true, emitClose: true });
    this.#socket = source.socket;
    this.#leftover = source.leftover;
    this.#pending = source.pending;
    // Each way of using a stream tells of its errors; a channel that nobody uses must not end the process.
    this.on('error', () => undefined);
  }

  /**
   * Closes the channel in order: what was written still reaches the peer, then the end. Reading is over.
   * Resolves when all that the channel held is free.
   */
  release(): Promise<void> {
    this.#released ??= this.#flushAndClose();
    return this.#released;
  }

  /**
   * Direct access to the rings below instead of this stream; undefined where the channel does not travel through a storage array. Its close() and
   * abort() are those of the channel. Throws RangeError when the stream has been read or written.
   */
  direct(options: DirectOptions = {}): DirectChannel | undefined {
    if (this.#used) throw new RangeError('this channel has been used as a stream; a direct channel has to be taken first');
    return directOf(this.#socket, options, { close: () => void this.release(), abort: () => this.destroy() });
  }

  override _read(): void {
    this.#used = true;
    if (this.#reading) return;
    if (this.#leftover.length > 0) {
      const leftover = this.#leftover;
      this.#leftover = new Uint8Array(0);
      this.push(bufferOf(leftover));
      return;
    }
    this.#reading = true;
    const pending = this.#pending ?? this.#socket.read();
    this.#pending = undefined;
    pending.then(
      (bytes) => {
        this.#reading = false;
        if (!this.destroyed) this.push(bytes === null ? null : bufferOf(bytes));
      },
      (error: unknown) => {
        this.#reading = false;
        if (this.#released === undefined) this.destroy(channelError('read', error));
      },
    );
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: Callback): void {
    this.#used = true;
    const written = this.#socket.write(chunk);
    if (this.#released !== undefined) {
      written.catch(() => undefined);
      callback();
      return;
    }
    this.#writing = callback;
    written.then(
      () => this.#wrote(null),
      (error: unknown) => this.#wrote(channelError('write', error)),
    );
  }

  override _final(callback: Callback): void {
    // close, which release calls, ends the connection in order itself.
    if (this.#released !== undefined) {
      callback();
      return;
    }
    this.#socket.shutdown().then(
      () => callback(),
      (error: unknown) => callback(this.#released === undefined ? channelError('shutdown', error) : null),
    );
  }

  override _destroy(error: Error | null, callback: Callback): void {
    if (this.#released !== undefined) {
      callback(error);
      return;
    }
    if (error !== null || !this.writableFinished) {
      this.#socket.abort();
      callback(error);
      return;
    }
    this.#released = this.#socket.close();
    this.#released.then(() => callback(null), callback);
  }

  #wrote(error: Error | null): void {
    const callback = this.#writing;
    this.#writing = undefined;
    callback?.(error);
  }

  /** Hands everything to the socket, whose own queue keeps the order, without waiting for room: nothing can be written after it. */
  #flushAndClose(): Promise<void> {
    if (this.destroyed) return this.#socket.close();
    // _write, _final and _destroy look at this: it has to be there before they are called.
    let settle: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      settle = resolve;
    });
    this.#released = released;
    this.#wrote(null);
    if (!this.writableEnded) this.end();
    this.#socket
      .close()
      .catch(() => undefined)
      .then(() => {
        this.destroy();
        settle();
      });
    return released;
  }
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function channelError(call: string, error: unknown): StpConnectError {
  const code = socketCode(error) === 'closed' ? 'closed' : 'connectionReset';
  return new StpConnectError(code, { state: 'established', detail: `The ${call} on a channel failed.`, cause: error });
}
