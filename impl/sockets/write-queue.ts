/** The writes of one connection, in order, one piece under way at a time. It knows no states: StreamSocket decides what may be queued. */
import type { Connection, SocketClock } from './transport.ts';

/** A longer write goes out in pieces, so that progress can be seen and a closed socket knows a slow peer from a dead one. */
const PIECE = 262_144;

interface Entry {
  /** Undefined stands for the end of the stream. */
  readonly bytes: Uint8Array | undefined;
  resolve(): void;
  reject(error: unknown): void;
}

export class WriteQueue {
  readonly #connection: Connection;
  readonly #failed: (error: unknown) => void;
  readonly #entries: Entry[] = [];
  #running = false;
  #finish: Promise<void> | undefined;
  #dead: Error | undefined;
  #settled = false;
  #progress: () => void = () => undefined;

  constructor(connection: Connection, failed: (error: unknown) => void) {
    this.#connection = connection;
    this.#failed = failed;
  }

  /** Whether the end has been handed over or the queue was failed: nothing more will happen here. */
  get settled(): boolean {
    return this.#settled;
  }

  push(bytes: Uint8Array | undefined): Promise<void> {
    if (this.#dead) return Promise.reject(this.#dead);
    return new Promise<void>((resolve, reject) => {
      this.#entries.push({ bytes, resolve, reject });
      if (!this.#running) void this.#run();
    });
  }

  /** Queues the end of the stream, once. */
  finish(): Promise<void> {
    this.#finish ??= this.push(undefined);
    return this.#finish;
  }

  /** Rejects everything that is queued, and whatever comes later. */
  fail(error: Error): void {
    this.#dead ??= error;
    this.#settled = true;
    for (const entry of this.#entries.splice(0)) entry.reject(error);
  }

  /** Sends everything and the end. False when the connection broke, or took nothing for `limit` milliseconds. */
  drain(clock: SocketClock, limit: number): Promise<boolean> {
    return new Promise<boolean>((resolve) => {
      const arm = () => clock.setTimer('linger', limit, () => resolve(false));
      let timer = arm();
      this.#progress = () => {
        timer.cancel();
        timer = arm();
      };
      this.finish()
        .then(
          () => resolve(true),
          () => resolve(false),
        )
        .finally(() => {
          this.#progress = () => undefined;
          timer.cancel();
        });
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      for (let entry = this.#entries[0]; entry; entry = this.#entries[0]) {
        await this.#send(entry.bytes);
        if (this.#entries[0] !== entry) break; // failed meanwhile
        this.#entries.shift();
        if (!entry.bytes) this.#settled = true;
        entry.resolve();
      }
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#running = false;
    }
  }

  async #send(bytes: Uint8Array | undefined): Promise<void> {
    if (!bytes) return this.#connection.end();
    if (bytes.length <= PIECE) {
      await this.#connection.give(bytes);
      this.#progress();
      return;
    }
    for (let at = 0; at < bytes.length; at += PIECE) {
      await this.#connection.give(bytes.subarray(at, at + PIECE));
      this.#progress();
    }
  }
}
