/** The TCP family: sockets over node:net. What may live here: dialling; the rest is in tcp-reservation.ts and tcp-connection.ts. */
import { connect as dial, type TcpNetConnectOpts } from 'node:net';
import type { DescriptorTable } from './descriptors.ts';
import { type Address, type Socket, SocketError, type Sockets, type TcpAddress } from './sockets.ts';
import { type SocketShop, StreamSocket } from './stream-socket.ts';
import { STOP_AT_EACH_CHUNK, TcpConnection } from './tcp-connection.ts';
import { explainTcp } from './tcp-errors.ts';
import { givenUp, TcpReservation } from './tcp-reservation.ts';
import {
  type Connection,
  LINGER_TIMEOUT,
  type Reservation,
  type SocketClock,
  type SocketOptions,
  socketClock,
  type Transport,
} from './transport.ts';

/** Local addresses that mean any: the system picks the one that leads to the peer. */
const ANY_ADDRESS: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/**
 * TCP sockets of this process.
 * @example
 * const tcp = new TcpSockets(new DescriptorTable());
 * const socket = tcp.socket();
 * await socket.connect({ family: 'tcp', host: '127.0.0.1', port: 7070 });
 */
export class TcpSockets implements Sockets {
  readonly family = 'tcp';
  readonly #shop: SocketShop;

  constructor(descriptors: DescriptorTable, options: SocketOptions = {}) {
    const clock = options.clock ?? socketClock;
    const lingerTimeout = options.lingerTimeout ?? LINGER_TIMEOUT;
    this.#shop = { transport: new TcpTransport(clock, lingerTimeout), descriptors, clock, lingerTimeout };
  }

  /** A new socket in state `created`. Throws noBuffers when the descriptor table is full. */
  socket(): Socket {
    return new StreamSocket(this.#shop, 'socket');
  }
}

class TcpTransport implements Transport {
  readonly family = 'tcp';
  readonly #clock: SocketClock;
  readonly #lingerTimeout: number;

  constructor(clock: SocketClock, lingerTimeout: number) {
    this.#clock = clock;
    this.#lingerTimeout = lingerTimeout;
  }

  reserve(address: Address): Promise<Reservation> {
    return TcpReservation.take(tcpAddress(address, 'bind'), this.#clock, this.#lingerTimeout);
  }

  async connect(address: Address, from: Reservation | undefined, signal: AbortSignal): Promise<Connection> {
    const peer = tcpAddress(address, 'connect');
    const local = from && tcpAddress(from.local, 'connect');
    // The port can be dialled from only once nobody listens on it.
    await from?.release();
    if (signal.aborted) throw givenUp();
    const stream = { allowHalfOpen: true, highWaterMark: STOP_AT_EACH_CHUNK };
    const options: TcpNetConnectOpts = { ...stream, host: peer.host, port: peer.port, noDelay: true };
    if (local) options.localPort = local.port;
    if (local && !ANY_ADDRESS.has(local.host)) options.localAddress = local.host;
    return await new Promise<Connection>((resolve, reject) => {
      const raw = dial(options);
      const stop = () => {
        reject(givenUp());
        raw.destroy();
      };
      signal.addEventListener('abort', stop, { once: true });
      raw.on('error', (error) => {
        signal.removeEventListener('abort', stop);
        reject(error);
      });
      raw.once('connect', () => {
        signal.removeEventListener('abort', stop);
        resolve(new TcpConnection(raw, this.#clock, this.#lingerTimeout));
      });
    });
  }

  explain(error: unknown, call: string): Error {
    return explainTcp(error, call);
  }
}

function tcpAddress(address: Address, call: string): TcpAddress {
  if (address.family !== 'tcp') {
    throw new SocketError('addressUnavailable', call, `${call} got an address of family ${address.family}, expected tcp`);
  }
  return address;
}
