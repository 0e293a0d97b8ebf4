/** One end of a connection in the array as a Connection: turns the array's "nothing yet" into promises, and shares the thread with others. */
import type { ArrayConnection } from '../array/array-connection.ts';
import type { ArrayError } from '../array/errors.ts';
import type { ArrayAddress } from './sockets.ts';
import type { Connection, ConnectionEvents } from './transport.ts';

/** Bytes, or calls, that may be served without the event loop turning once. */
const BYTES_A_TURN = 4_194_304;
const CALLS_A_TURN = 1_024;

/**
 * Sees to it that the event loop turns. A reader and a writer in two threads can serve each other for ever in microtasks alone; then no timer of this
 * thread would fire, not even the heartbeat.
 */
export class Turns {
  #bytes = 0;
  #calls = 0;
  #turning: Promise<void> | undefined;

  /** Counts one call; false when it is time to turn. */
  spend(bytes: number): boolean {
    this.#bytes += bytes;
    this.#calls += 1;
    return this.#bytes < BYTES_A_TURN && this.#calls < CALLS_A_TURN;
  }

  /** Resolves behind one turn of the event loop. */
  turn(): Promise<void> {
    this.#turning ??= new Promise((resolve) => {
      setImmediate(() => {
        this.#turning = undefined;
        this.#bytes = 0;
        this.#calls = 0;
        resolve();
      });
    });
    return this.#turning;
  }
}

export class ArrayStream implements Connection {
  readonly local: ArrayAddress;
  readonly peer: ArrayAddress;
  readonly connection: ArrayConnection;
  readonly #turns: Turns;
  readonly #released: () => void;
  #events: ConnectionEvents | undefined;
  #room: { resolve(): void; reject(error: Error): void } | undefined;

  /** `from` is the connecting end's own port; the accepting end's is the one that was listened on. */
  constructor(
    array: string,
    connection: ArrayConnection,
    turns: Turns,
    from?: ArrayAddress,
    released: () => void = () => undefined,
  ) {
    const { localPort, peerPort, portGeneration: generation } = connection;
    const accepting = connection.name.side === 1;
    this.local = from ?? { family: 'array', array, port: localPort, ...(accepting ? { generation } : {}) };
    this.peer = { family: 'array', array, port: peerPort, ...(accepting ? {} : { generation }) };
    this.connection = connection;
    this.#turns = turns;
    this.#released = released;
  }

  open(events: ConnectionEvents): void {
    this.#events = events;
    this.connection.watch({
      readable: () => events.readable(),
      room: () => this.#wake(),
      failed: (error) => this.#fail(error),
    });
  }

  take(max: number): Uint8Array | null | undefined {
    if (!this.#turns.spend(0)) {
      void this.#turns.turn().then(() => this.#events?.readable());
      return undefined;
    }
    const bytes = this.connection.read(max);
    if (bytes) this.#turns.spend(bytes.length);
    return bytes;
  }

  async give(piece: Uint8Array): Promise<void> {
    let rest = piece;
    for (;;) {
      if (!this.#turns.spend(rest.length)) await this.#turns.turn();
      const count = this.connection.write(rest);
      if (count === rest.length) return;
      rest = rest.subarray(count);
      await new Promise<void>((resolve, reject) => {
        this.#room = { resolve, reject };
      });
    }
  }

  async end(): Promise<void> {
    this.connection.end();
  }

  release(): void {
    this.connection.close();
    this.#released();
  }

  abort(): void {
    this.connection.abort();
    this.#released();
  }

  #wake(): void {
    const room = this.#room;
    this.#room = undefined;
    room?.resolve();
  }

  #fail(error: ArrayError): void {
    this.#released();
    const room = this.#room;
    this.#room = undefined;
    room?.reject(error);
    this.#events?.failed(error);
  }
}
