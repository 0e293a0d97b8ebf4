/**
 * The socket of every family: states, legality, pending calls and closing live here once, so that the families cannot differ in them.
 * Nothing here knows TCP or the array; a Transport does the rest.
 */
import type { DescriptorTable } from './descriptors.ts';
import { type Call, expectedStates, refusal } from './legality.ts';
import { type Address, type Socket, SocketError, type SocketErrorCode, type SocketState } from './sockets.ts';
import type { Connection, Reservation, SocketClock, Transport } from './transport.ts';
import { WriteQueue } from './write-queue.ts';

/** What read() gives at most when it is not told. */
const DEFAULT_READ = 65_536;

/** What all sockets of one family in one process share. */
export interface SocketShop {
  readonly transport: Transport;
  readonly descriptors: DescriptorTable;
  readonly clock: SocketClock;
  readonly lingerTimeout: number;
}

interface Pending<T> {
  resolve(value: T): void;
  reject(error: Error): void;
}

/** One socket over a transport; made by a family's `socket()`, by accept, or from a connection that stands already. */
export class StreamSocket implements Socket {
  readonly descriptor: number;
  readonly #shop: SocketShop;
  #state: SocketState = 'created';
  #reservation: Reservation | undefined;
  #connection: Connection | undefined;
  #writes: WriteQueue | undefined;
  /** bind, listen or connect under way: the socket is between two states. */
  #setup: (Pending<never> & { readonly cancel: AbortController }) | undefined;
  #accepting: Pending<Socket> | undefined;
  #reading: (Pending<Uint8Array | null> & { readonly max: number }) | undefined;
  #failure: SocketError | undefined;
  #closing: Promise<void> | undefined;

  constructor(shop: SocketShop, call: string, connection?: Connection) {
    this.#shop = shop;
    this.descriptor = shop.descriptors.take(call);
    if (connection) this.#join(connection);
  }

  get state(): SocketState {
    return this.#state;
  }

  /** The connection below, for the family that made it. */
  get connection(): Connection | undefined {
    return this.#connection;
  }

  async bind(address: Address): Promise<void> {
    this.#check('bind');
    this.#checkFamily('bind', address);
    await this.#setUp('bind', async (_signal, live) => {
      const reservation = await this.#shop.transport.reserve(address);
      if (!live()) return reservation.release();
      this.#reservation = reservation;
      this.#state = 'bound';
    });
  }

  async listen(backlog: number): Promise<void> {
    this.#check('listen');
    if (!Number.isSafeInteger(backlog) || backlog < 1) {
      throw this.#error('illegalCall', 'listen', `got a backlog of ${backlog}, expected a whole number from 1`);
    }
    await this.#setUp('listen', async (_signal, live) => {
      await this.#reservation?.listen(backlog, () => this.#arrived());
      if (live()) this.#state = 'listening';
    });
  }

  async accept(): Promise<Socket> {
    this.#check('accept');
    if (this.#accepting) throw this.#error('illegalCall', 'accept', 'another accept is pending');
    return await new Promise<Socket>((resolve, reject) => {
      this.#accepting = { resolve, reject };
      this.#arrived();
    });
  }

  async connect(address: Address): Promise<void> {
    this.#check('connect');
    this.#checkFamily('connect', address);
    await this.#setUp('connect', async (signal, live) => {
      this.#state = 'connecting';
      try {
        const connection = await this.#shop.transport.connect(address, this.#reservation, signal);
        if (live()) this.#join(connection);
        else connection.abort();
      } catch (error) {
        // POSIX leaves the state of a socket whose connect failed open; here it is good for close() only.
        if (live()) this.#state = 'closed';
        throw error;
      }
    });
  }

  getsockname(): Address {
    this.#check('getsockname');
    const local = this.#connection?.local ?? this.#reservation?.local;
    if (!local) throw this.#error('illegalCall', 'getsockname', 'it has no local address yet');
    return local;
  }

  getpeername(): Address {
    this.#check('getpeername');
    return this.#connected('getpeername').peer;
  }

  async read(max: number = DEFAULT_READ): Promise<Uint8Array | null> {
    this.#check('read');
    if (this.#reading) throw this.#error('illegalCall', 'read', 'another read is pending');
    if (!Number.isSafeInteger(max) || max < 1) {
      throw this.#error('illegalCall', 'read', `got a maximum of ${max}, expected a whole number from 1`);
    }
    return await new Promise<Uint8Array | null>((resolve, reject) => {
      this.#reading = { max, resolve, reject };
      this.#readable();
    });
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#check('write');
    this.#connected('write');
    if (bytes.length > 0) await this.#writes?.push(bytes);
  }

  async shutdown(): Promise<void> {
    this.#check('shutdown');
    this.#connected('shutdown');
    this.#state = this.#state === 'halfClosedRemote' ? 'closed' : 'halfClosedLocal';
    await this.#writes?.finish();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  abort(): void {
    if (this.#writes?.settled === false || this.#closing === undefined) {
      this.#connection?.abort();
      this.#writes?.fail(this.#error('closed', 'write', 'it was aborted'));
    }
    this.#closing ??= this.#vacate('abort');
  }

  async #close(): Promise<void> {
    const connection = this.#connection;
    const writes = this.#writes;
    const vacated = this.#vacate('close');
    if (this.#failure) connection?.abort();
    else if (connection && writes) {
      if (await writes.drain(this.#shop.clock, this.#shop.lingerTimeout)) connection.release();
      else {
        connection.abort();
        writes.fail(this.#error('closed', 'write', 'it was closed and the peer took nothing within the linger bound'));
      }
    }
    await vacated;
  }

  /** Ends the pending calls and gives back the descriptor and the address; what was written is not touched. */
  async #vacate(call: string): Promise<void> {
    const pending = [this.#setup, this.#accepting, this.#reading].filter((call) => call !== undefined);
    // Only where a call is pending: to make an error takes as long as much of what a close has to do.
    const error = pending.length > 0 ? this.#error('closed', call, `${call}() ended the call that was pending`) : undefined;
    this.#state = 'closed';
    this.#shop.descriptors.release(this.descriptor);
    this.#setup?.cancel.abort();
    this.#setup = undefined;
    this.#accepting = undefined;
    this.#reading = undefined;
    for (const each of pending) if (error) each.reject(error);
    const reservation = this.#reservation;
    this.#reservation = undefined;
    await reservation?.release();
  }

  #join(connection: Connection): void {
    this.#connection = connection;
    this.#state = 'connected';
    this.#writes = new WriteQueue(connection, (error) => this.#fail(error));
    connection.open({ readable: () => this.#readable(), failed: (error) => this.#fail(error) });
  }

  #readable(): void {
    const reading = this.#reading;
    const connection = this.#connection;
    if (!reading || !connection) return;
    try {
      const taken = connection.take(reading.max);
      if (taken === undefined) return;
      this.#reading = undefined;
      if (taken === null && this.#state === 'connected') this.#state = 'halfClosedRemote';
      if (taken === null && this.#state === 'halfClosedLocal') this.#state = 'closed';
      reading.resolve(taken);
    } catch (error) {
      this.#fail(error);
    }
  }

  #arrived(): void {
    const accepting = this.#accepting;
    if (!accepting) return;
    try {
      const connection = this.#reservation?.next();
      if (!connection) return;
      this.#accepting = undefined;
      accepting.resolve(this.#adopt(connection));
    } catch (error) {
      this.#accepting = undefined;
      accepting.reject(this.#shop.transport.explain(error, 'accept'));
    }
  }

  #adopt(connection: Connection): Socket {
    try {
      return new StreamSocket(this.#shop, 'accept', connection);
    } catch (error) {
      connection.abort();
      throw error;
    }
  }

  #fail(error: unknown): void {
    if (this.#failure) return;
    const explained = this.#shop.transport.explain(error, 'connection');
    this.#failure =
      explained instanceof SocketError ? explained : new SocketError('reset', 'connection', explained.message, { cause: error });
    this.#writes?.fail(this.#failure);
    if (this.#closing) return;
    this.#state = 'closed';
    const reading = this.#reading;
    this.#reading = undefined;
    reading?.reject(this.#failure);
  }

  /** Runs bind, listen or connect: one at a time, ended by close(); `live` says whether the socket still wants the outcome. */
  #setUp(call: Call, work: (signal: AbortSignal, live: () => boolean) => Promise<void>): Promise<void> {
    if (this.#setup) throw this.#error('illegalCall', call, 'another bind, listen or connect is pending');
    return new Promise<void>((resolve, reject) => {
      const setup = { resolve, reject, cancel: new AbortController() };
      this.#setup = setup;
      const live = () => this.#setup === setup;
      const settle = (finish: () => void) => {
        if (!live()) return;
        this.#setup = undefined;
        finish();
      };
      work(setup.cancel.signal, live).then(
        () => settle(resolve),
        (error: unknown) => settle(() => reject(this.#shop.transport.explain(error, call))),
      );
    });
  }

  #check(call: Call): void {
    if (this.#closing) throw this.#error('closed', call, 'it is closed');
    if (this.#failure && call !== 'getpeername' && call !== 'getsockname') {
      throw new SocketError(this.#failure.code, call, `${call}: ${this.#failure.message}`, { cause: this.#failure });
    }
    const code = refusal(call, this.#state, this.#connection !== undefined);
    if (code) throw this.#error(code, call, `expected a socket that is ${expectedStates(call)}`);
  }

  #checkFamily(call: Call, address: Address): void {
    const { family } = this.#shop.transport;
    if (address.family !== family) {
      throw this.#error('addressUnavailable', call, `got an address of family ${address.family}, expected ${family}`);
    }
  }

  #connected(call: Call): Connection {
    if (!this.#connection) throw this.#error('notConnected', call, 'it has no connection');
    return this.#connection;
  }

  #error(code: SocketErrorCode, call: string, why: string): SocketError {
    return new SocketError(
      code,
      call,
      `${call} on ${this.#shop.transport.family} socket ${this.descriptor}, which is ${this.#state}: ${why}`,
    );
  }
}
