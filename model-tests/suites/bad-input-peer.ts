/** A connection in the hands of a peer that behaves as it likes: plain socket calls, and everything that came back. */
import { expect } from 'vitest';
import type { Address, Socket } from '../../impl/index.ts';
import { readFrames, tagIsRight, type WireFrame } from '../drive/wire.ts';
import { type Sender, secret } from './bad-input-frames.ts';

/** Polling gives up after this many milliseconds. */
const PATIENCE = 10_000;

/** Lets the event loop turn until `condition` holds. Throws, and says what was waited for. */
export async function until(condition: () => boolean, what: () => string): Promise<void> {
  const deadline = Date.now() + PATIENCE;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`Waited in vain: ${what()}`);
    await turn();
  }
}

/** One turn of the event loop. */
export const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** What an address is, from its text. */
export function addressOf(wkp: string): Address {
  const url = new URL(wkp);
  if (url.protocol === 'tcp:') return { family: 'tcp', host: url.hostname, port: Number(url.port) };
  return { family: 'array', array: url.hostname, port: Number(url.pathname.slice(1)) };
}

/** The text of an address. */
export function textOf(address: Address): string {
  return address.family === 'tcp' ? `tcp://${address.host}:${address.port}` : `array://${address.array}/${address.port}`;
}

export class RawConnection {
  readonly socket: Socket;
  #received = Buffer.alloc(0);
  #taken = 0;
  #ending: 'end' | 'reset' | undefined;
  #wake: () => void = () => undefined;

  /** Takes a connected socket, and reads from now on. */
  constructor(socket: Socket) {
    this.socket = socket;
    void this.#read();
  }

  /** Bytes that came and were not taken as frames. */
  get unread(): Buffer {
    return this.#received.subarray(this.#taken);
  }

  /** Writes all the bytes in one call. That the other side is gone is seen by reading. */
  send(...frames: readonly Buffer[]): void {
    this.socket.write(Buffer.concat(frames)).catch(() => undefined);
  }

  /** Half-closes: the other side reads the end. */
  end(): void {
    this.socket.shutdown().catch(() => undefined);
  }

  /** The next frame; throws when the connection ends without one. */
  async frame(name: WireFrame['name']): Promise<WireFrame> {
    for (;;) {
      const [next] = readFrames(this.unread).frames;
      if (next !== undefined) {
        this.#taken += next.bytes.length;
        expect(next.name).toBe(name);
        return next;
      }
      if (this.#ending !== undefined) throw new Error(`Got the connection's ${this.#ending}, expected ${name}`);
      await this.#more();
    }
  }

  /** Everything that came and was not taken, and how the connection ended. */
  async rest(): Promise<{ readonly bytes: Buffer; readonly ending: 'end' | 'reset' }> {
    while (this.#ending === undefined) await this.#more();
    return { bytes: this.unread, ending: this.#ending };
  }

  /** Nothing more is said, and the connection ends in order. */
  async expectSilence(): Promise<void> {
    const { bytes, ending } = await this.rest();
    expect({ said: bytes.toString('hex'), ending }).toEqual({ said: '', ending: 'end' });
  }

  /** Nothing more is said, and the connection is reset: an end would be taken for the end of session data. */
  async expectReset(): Promise<void> {
    const { bytes, ending } = await this.rest();
    expect({ said: bytes.toString('hex'), ending }).toEqual({ said: '', ending: 'reset' });
  }

  /** One DECLINE with this reason, its tag right behind `before`, and then the end. */
  async expectDecline(reason: string, before: readonly Buffer[], sender: Sender): Promise<void> {
    const bytes = await this.expectReason(reason);
    expect(tagIsRight(bytes, before, sender, secret), 'the tag of DECLINE').toBe(true);
  }

  /** One DECLINE with this reason, and then the end; gives the frame. */
  async expectReason(reason: string): Promise<Buffer> {
    const decline = await this.frame('decline');
    expect(decline.reason).toBe(reason);
    await this.expectSilence();
    return decline.bytes;
  }

  async #read(): Promise<void> {
    try {
      for (let bytes = await this.socket.read(); bytes !== null; bytes = await this.socket.read()) {
        this.#received = Buffer.concat([this.#received, bytes]);
        this.#wake();
      }
      this.#ending = 'end';
    } catch {
      this.#ending = 'reset';
    }
    this.#wake();
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
