/**
 * What an address family gives to StreamSocket, which keeps the rules that all families share: a reservation of an address and a connection.
 * Implementations of these ports know nothing of descriptors, socket states or which call is legal when.
 */
import type { Address } from './sockets.ts';

/** What a connection tells its socket. */
export interface ConnectionEvents {
  /** take() may give something else than undefined now. */
  readable(): void;
  /** The connection is gone: the peer aborted or died. Called at most once; nothing follows it. */
  failed(error: Error): void;
}

/** One end of a connection that stands. */
export interface Connection {
  readonly local: Address;
  readonly peer: Address;
  /** Begins to deliver. Called once, by the socket that takes the connection over. */
  open(events: ConnectionEvents): void;
  /** At most `max` bytes that nobody writes to again, null at the end, undefined when there is nothing yet (readable() will say). Throws when the connection is gone. */
  take(max: number): Uint8Array | null | undefined;
  /** Hands over one piece, one call at a time. Resolves once the caller may reuse the bytes and there is room for more. */
  give(piece: Uint8Array): Promise<void>;
  /** Sends the end behind everything given. Resolves when it is handed over. */
  end(): Promise<void>;
  /** In order, after end(): reads no more; whatever still has to be done goes on in the background. */
  release(): void;
  /** Out of order, at any time: the peer sees a reset. */
  abort(): void;
}

/** A local address that is held. */
export interface Reservation {
  readonly local: Address;
  /** Lets connections wait, at most `backlog`; `arrived` is called when next() may give one. */
  listen(backlog: number, arrived: () => void): Promise<void>;
  /** The connection that has waited longest; undefined when none does, and then somebody waits for the next one. Throws when accepting failed. */
  next(): Connection | undefined;
  /** Gives the address up; connections that wait are reset. */
  release(): Promise<void>;
}

/** One address family, below its sockets. */
export interface Transport {
  readonly family: Address['family'];
  reserve(address: Address): Promise<Reservation>;
  /** Connects, from the reserved address if there is one; takes over the reservation only when it succeeds. `signal` gives up. */
  connect(address: Address, from: Reservation | undefined, signal: AbortSignal): Promise<Connection>;
  /** Turns whatever this family throws into a code of the port; undefined means that it is nothing this family knows. */
  explain(error: unknown, call: string): Error;
}

/** A timer that was set. */
export interface SocketTimer {
  /** It does not fire any more. Idempotent. */
  cancel(): void;
}

/** The clock of the sockets; the session's Clock fits. `limit` names the wait. */
export interface SocketClock {
  /** Milliseconds since an epoch of the clock's own choice. */
  now(): number;
  /** Calls `fire` once, `milliseconds` from now, unless cancelled; `limit` names what it bounds. */
  setTimer(limit: string, milliseconds: number, fire: () => void): SocketTimer;
}

/** The clock of this process; its timers do not keep the process alive, the connection that they bound does. */
export const socketClock: SocketClock = {
  now: () => Date.now(),
  setTimer(_limit, milliseconds, fire) {
    const handle = setTimeout(fire, milliseconds).unref();
    return { cancel: () => clearTimeout(handle) };
  },
};

/** How long a closed socket goes on without any progress, in milliseconds. */
export const LINGER_TIMEOUT = 2_000;

/** Options that the families share. */
export interface SocketOptions {
  readonly clock?: SocketClock;
  /** Milliseconds without progress after which a closed socket gives up on its peer. Default 2,000. */
  readonly lingerTimeout?: number;
}
