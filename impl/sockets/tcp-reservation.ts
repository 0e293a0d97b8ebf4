/**
 * A local TCP address that is held, and the queue of connections that wait on it.
 *
 * Decision: Node can bind a TCP socket only together with listening on it. So that bind() really holds the port, tells its number and fails
 * with addressInUse, the address is held by a server that listens from bind on. A connection that comes before listen(), or
 * beyond the backlog, is reset at once: the caller of connect() sees it connect and then break, never usable. The array family
 * refuses the same connections at connect(). Nothing else of this can be seen from outside.
 */
import { createServer, type Socket as NetSocket, type Server } from 'node:net';
import { SocketError, type TcpAddress } from './sockets.ts';
import { STOP_AT_EACH_CHUNK, TcpConnection } from './tcp-connection.ts';
import type { Connection, Reservation, SocketClock } from './transport.ts';

/** How many connections the system holds before Node takes them; the backlog that users see is counted here. */
const SYSTEM_BACKLOG = 511;

export class TcpReservation implements Reservation {
  readonly local: TcpAddress;
  readonly #server: Server;
  readonly #clock: SocketClock;
  readonly #lingerTimeout: number;
  readonly #waiting: NetSocket[] = [];
  #backlog = 0;
  #arrived: () => void = () => undefined;
  #fault: Error | undefined;

  private constructor(server: Server, clock: SocketClock, lingerTimeout: number) {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a TCP server that listens has an address and a port');
    this.local = { family: 'tcp', host: address.address, port: address.port };
    this.#server = server;
    this.#clock = clock;
    this.#lingerTimeout = lingerTimeout;
    server.on('connection', (raw) => this.#take(raw));
    server.on('error', (error) => {
      this.#fault = error;
      this.#arrived();
    });
  }

  /** Takes `address`, port 0 for any free one. Rejects with the system's error. */
  static async take(address: TcpAddress, clock: SocketClock, lingerTimeout: number): Promise<TcpReservation> {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true, highWaterMark: STOP_AT_EACH_CHUNK });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: address.host, port: address.port, exclusive: true, backlog: SYSTEM_BACKLOG }, () => {
        server.off('error', reject);
        resolve();
      });
    });
    return new TcpReservation(server, clock, lingerTimeout);
  }

  listen(backlog: number, arrived: () => void): Promise<void> {
    this.#backlog = backlog;
    this.#arrived = arrived;
    return Promise.resolve();
  }

  next(): Connection | undefined {
    if (this.#fault) {
      const fault = this.#fault;
      this.#fault = undefined;
      throw fault;
    }
    const raw = this.#waiting.shift();
    return raw && new TcpConnection(raw, this.#clock, this.#lingerTimeout);
  }

  release(): Promise<void> {
    this.#backlog = 0;
    for (const raw of this.#waiting.splice(0)) raw.resetAndDestroy();
    // Closes the listening handle now; its callback would wait for the connections that were accepted, and those have owners of their own.
    this.#server.close();
    return Promise.resolve();
  }

  #take(raw: NetSocket): void {
    if (this.#waiting.length >= this.#backlog) {
      raw.on('error', () => undefined);
      raw.resetAndDestroy();
      return;
    }
    raw.once('error', () => undefined);
    this.#waiting.push(raw);
    this.#arrived();
  }
}

/** The error of a connect() that was given up. */
export function givenUp(): SocketError {
  return new SocketError('closed', 'connect', 'connect was given up because its socket was closed');
}
