/**
 * The port that the rest of the implementation sees of an address family: BSD-like sockets.
 * Nothing here knows TCP or the array; nothing here knows the handshake.
 */

/** A TCP address: `host` is a name or a literal address, `port` 0 asks bind for any free port. */
export interface TcpAddress {
  readonly family: 'tcp';
  readonly host: string;
  readonly port: number;
}

/**
 * An address in a storage array: the array's name and a port, 0 to be given a dynamic one.
 * A `generation` of undefined means whichever listener has the port now; a number means only the listener of that generation.
 */
export interface ArrayAddress {
  readonly family: 'array';
  readonly array: string;
  readonly port: number;
  readonly generation?: number;
}

/** An address of either family. */
export type Address = TcpAddress | ArrayAddress;

/** The life of a socket, the same in each family; `machines/socket.machine.ts` is its chart. */
export type SocketState =
  | 'created'
  | 'bound'
  | 'listening'
  | 'connecting'
  | 'connected'
  | 'halfClosedLocal'
  | 'halfClosedRemote'
  | 'closed';

/**
 * Codes that a socket call can fail with, the same in each family.
 * `illegalCall`: not legal in the socket's state. `closed`: close() ended this pending call, or the socket is closed.
 * `reset`: the peer aborted or died, bytes may be lost. `notConnected`: read, write or shutdown on a socket that has no connection.
 * `endOfStream`: write after shutdown. `portsExhausted`: no free dynamic port, for bind to port 0 and for connect on a socket that was not bound.
 */
export type SocketErrorCode =
  | 'addressInUse'
  | 'addressUnavailable'
  | 'connectionRefused'
  | 'backlogFull'
  | 'reset'
  | 'timedOut'
  | 'notConnected'
  | 'illegalCall'
  | 'endOfStream'
  | 'closed'
  | 'portsExhausted'
  | 'noBuffers'
  | 'groupUnknown'
  | 'groupRefused'
  | 'groupFull';

/** A failed socket call: a stable `code`, the `call` that failed, one sentence. */
export class SocketError extends Error {
  override readonly name = 'SocketError';
  constructor(
    readonly code: SocketErrorCode,
    readonly call: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * One socket. Calls may be pending one at a time per kind: one accept, one connect, one read; writes are queued in order.
 * A pending bind, listen, accept, connect or read is rejected with `closed` by close(). A pending write or shutdown is not: its bytes were
 * written before the close, so they still go out, and it settles when they have. A reset and a local abort() end them all, with `reset` and `closed`.
 *
 * `state` says what the caller has been told. `halfClosedRemote` begins when read() has delivered the end, not when the end arrived. Once both
 * directions have ended, after a reset, and after a connect that failed the state is `closed`; the descriptor is held until close() or abort().
 */
export interface Socket {
  /** The number of this socket in its process's descriptor table, the lowest that was free. */
  readonly descriptor: number;
  readonly state: SocketState;
  /** Gives the socket its local address. Throws addressInUse, addressUnavailable, portsExhausted, illegalCall. */
  bind(address: Address): Promise<void>;
  /**
   * Begins to listen; at most `backlog` connections (at least 1) wait for accept. One beyond it never becomes usable and disturbs none that
   * waits: the array refuses its connect with backlogFull, TCP lets the connect succeed and resets it. The same holds between bind and listen,
   * where the array says connectionRefused.
   */
  listen(backlog: number): Promise<void>;
  /** The next connection, as a new socket that is connected. */
  accept(): Promise<Socket>;
  /** Connects. Throws connectionRefused, backlogFull (array family), timedOut, reset, addressUnavailable, portsExhausted, noBuffers. */
  connect(address: Address): Promise<void>;
  /** The local address, from bind or connect on; before that it throws illegalCall. For a socket that was bound to port 0, the port that it was given (step 168). */
  getsockname(): Address;
  /** The peer's address. Throws notConnected. */
  getpeername(): Address;
  /**
   * The next bytes, at least one and at most `max`, in order; null once the peer has shut down or closed and all its bytes were read.
   * The bytes belong to the caller: the socket never writes to them again. After the end it gives null again until close().
   */
  read(max?: number): Promise<Uint8Array | null>;
  /** Resolves when the bytes are taken over and there is room for more (back-pressure); the caller may then reuse them. */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Half-close: no more writes; the peer reads everything written, then the end. Resolves when written bytes are handed to the transport.
   * A second shutdown is an illegalCall.
   */
  shutdown(): Promise<void>;
  /**
   * Closes in order: everything written so far still reaches the peer, then its end. Bytes not yet read here are thrown away, without
   * turning the close into a reset. Legal in each state, any number of times, never rejects. The descriptor is free at once; the promise resolves when
   * what was written and the end are handed to the transport and all else that the socket held is free. A peer that takes no byte for the linger
   * bound (2 s) is reset instead. What the peer sends afterwards is thrown away for that long; then it sees a reset.
   */
  close(): Promise<void>;
  /** Closes at once, with a reset for the peer: its pending and later calls fail with `reset`. */
  abort(): void;
}

/** The two connected sockets of a session whose bytes travel through the segments of one STG group. */
export interface GroupChannels {
  readonly data: Socket;
  readonly error: Socket;
}

/** One address family. */
export interface Sockets {
  readonly family: Address['family'];
  /** A new socket in state `created`. */
  socket(): Socket;
}

/** The array family also attaches STG groups. */
export interface ArrayFamily extends Sockets {
  readonly family: 'array';
  /** The name of the array that this process is attached to. */
  readonly array: string;
  /**
   * Attaches `group` for the connection that `socket` is an end of. The accepting end calls first and takes segments of the group;
   * the connecting end then finds them through the connection. Throws groupUnknown (also: the accepting end has attached no group of that name to
   * this connection), groupRefused (either host is not on the group's list), groupFull, notConnected, reset, illegalCall (this end has attached one). The segments are free again when both ends have closed both channels, or their host is gone.
   */
  attachGroup(socket: Socket, group: string): Promise<GroupChannels>;
}
