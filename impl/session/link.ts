/** One connection while it carries frames: reads, decodes, and says what came. */

import { Decoder } from '../protocol/codec.ts';
import { MalformedFrame } from '../protocol/malformed-frame.ts';
import type { Frame } from '../protocol/message.ts';
import type { GroupChannels, Socket } from '../sockets/sockets.ts';

/** What a link says; nothing more after `ended`, `reset` or `garbage`. */
export interface LinkEvents {
  frame(frame: Frame): void;
  ended(): void;
  reset(cause: unknown): void;
  garbage(cause: MalformedFrame): void;
}

/** A connection on its way from the handshake to the session: bytes that came behind the last frame, and a read that is under way. */
export interface ByteSource {
  readonly socket: Socket;
  readonly leftover: Uint8Array;
  readonly pending: Promise<Uint8Array | null> | undefined;
}

/** The two channels of a group as they are when they were attached: nothing has come yet. */
export function sourcesOf({ data, error }: GroupChannels): Record<'data' | 'error', ByteSource> {
  const fresh = (socket: Socket): ByteSource => ({ socket, leftover: new Uint8Array(0), pending: undefined });
  return { data: fresh(data), error: fresh(error) };
}

/** Is told of frames that are sent and received. */
export type FrameWatch = (way: 'sent' | 'received', raw: Uint8Array) => void;

export class Link {
  readonly socket: Socket;
  readonly #events: LinkEvents;
  #seen: FrameWatch | undefined;
  readonly #decoder = new Decoder();
  #reading = true;
  #stands = true;
  #pending: Promise<Uint8Array | null> | undefined;

  /** Takes a connected socket. `seen` is told of each frame, before anybody else. */
  constructor(socket: Socket, events: LinkEvents, seen?: FrameWatch) {
    this.socket = socket;
    this.#events = events;
    this.#seen = seen;
  }

  /** Whether neither end, reset nor malformed frame has been seen and `fall` was not called. */
  get stands(): boolean {
    return this.#stands;
  }

  /** Begins to read; from now on one read is pending until the link is held. */
  start(): void {
    this.#read();
  }

  /** Sends a frame. That it could not be sent is seen by reading. */
  send(raw: Uint8Array): void {
    this.#seen?.('sent', raw);
    this.socket.write(raw).catch(() => undefined);
  }

  /** From now on somebody else is told of frames: the connection belongs to another attempt. */
  retell(seen: FrameWatch | undefined): void {
    this.#seen = seen;
  }

  /** Decodes no further: what comes now belongs to a channel, or to nobody. */
  hold(): void {
    this.#reading = false;
  }

  /** The connection was closed here, or nothing may be said on it any more. */
  fall(): void {
    this.#stands = false;
  }

  /** Holds the link and gives the connection to a channel. */
  takeOver(): ByteSource {
    this.hold();
    return { socket: this.socket, leftover: this.#decoder.rest(), pending: this.#pending };
  }

  #read(): void {
    const pending = this.socket.read();
    this.#pending = pending;
    pending.then(
      (bytes) => this.#take(bytes),
      (cause: unknown) => this.#end(() => this.#events.reset(cause)),
    );
  }

  #take(bytes: Uint8Array | null): void {
    if (!this.#reading) return;
    this.#pending = undefined;
    if (bytes === null) {
      this.#end(() => this.#events.ended());
      return;
    }
    this.#decoder.push(bytes);
    this.#deliver();
  }

  #deliver(): void {
    while (this.#reading) {
      const frame = this.#next();
      if (frame instanceof MalformedFrame) this.#end(() => this.#events.garbage(frame));
      else if (frame !== undefined) {
        this.#seen?.('received', frame.raw);
        this.#events.frame(frame);
      } else {
        this.#read();
        return;
      }
    }
  }

  #next(): Frame | MalformedFrame | undefined {
    try {
      return this.#decoder.next();
    } catch (error) {
      if (error instanceof MalformedFrame) return error;
      throw error;
    }
  }

  #end(tell: () => void): void {
    if (!this.#reading) return;
    this.#reading = false;
    this.#stands = false;
    tell();
  }
}
