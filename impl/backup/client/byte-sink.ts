/** Where the bytes of an archive go: into a ring that another thread empties, or, for a dry run, nowhere. */
import { createHash, type Hash } from 'node:crypto';
import type { DirectChannel } from '../../index.ts';

/** Takes the bytes of an archive in order. Calls block while there is no room. */
export interface ByteSink {
  /** Takes all of `bytes`. */
  write(bytes: Uint8Array): void;
  /** Lets `read` put at most `most` bytes where they are wanted; gives how many it put. */
  fill(most: number, read: (into: Buffer) => number): number;
  /** Bytes that were taken. */
  readonly bytes: number;
}

/** Bytes that gather before the other thread is told. */
const BATCH = 131_072;

/** A ring, and the digest of what went into it. */
export class RingSink implements ByteSink {
  readonly #channel: DirectChannel;
  readonly #hash: Hash = createHash('sha256');
  #room: Buffer = Buffer.alloc(0);
  #used = 0;
  #bytes = 0;

  constructor(channel: DirectChannel) {
    this.#channel = channel;
  }

  get bytes(): number {
    return this.#bytes;
  }

  write(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; ) {
      const room = this.#makeRoom();
      const count = Math.min(room.length, bytes.length - from);
      room.set(bytes.subarray(from, from + count));
      this.#took(count);
      from += count;
    }
  }

  fill(most: number, read: (into: Buffer) => number): number {
    const room = this.#makeRoom();
    const count = read(room.subarray(0, Math.min(room.length, most)));
    this.#took(count);
    return count;
  }

  /** Says that nothing follows; gives the digest of everything, in hex. */
  end(): string {
    this.#commit();
    this.#channel.end();
    return this.#hash.digest('hex');
  }

  /** Free bytes of the ring in one piece. */
  #makeRoom(): Buffer {
    if (this.#used === this.#room.length) {
      this.#commit();
      while (this.#room.length === 0) {
        this.#room = this.#channel.reserve(BATCH);
        if (this.#room.length === 0) this.#channel.waitForRoom(Math.min(BATCH, this.#channel.capacity / 2));
      }
    }
    return this.#room.subarray(this.#used);
  }

  #took(count: number): void {
    this.#used += count;
    this.#bytes += count;
  }

  #commit(): void {
    if (this.#used > 0) {
      this.#hash.update(this.#room.subarray(0, this.#used));
      this.#channel.commit(this.#used);
    }
    this.#room = this.#room.subarray(0, 0);
    this.#used = 0;
  }
}
