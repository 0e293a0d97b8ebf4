/**
 * STPConnect (54), the layer under both processes: looks at the family of each call and sends it to TCP (58) or to the storage array (60).
 * It adds nothing to either.
 */
import { type Address, type ArrayFamily, type Socket, SocketError, type Sockets } from './sockets.ts';

/** The families that an StpConnect sends calls to; a process that is attached to no array has no `array`. */
export interface StpConnectOptions {
  readonly tcp: Sockets;
  readonly array?: ArrayFamily | undefined;
}

/**
 * Both address families behind one call (STPsocket, steps 162 and 142/228, when the family is `array`).
 * @example
 * const stp = new StpConnect({ tcp: new TcpSockets(descriptors), array: new ArraySockets(array, descriptors) });
 * const socket = stp.socket('array');
 */
export class StpConnect {
  readonly #tcp: Sockets;
  /** The array family, when this process is attached to an array. */
  readonly array: ArrayFamily | undefined;

  constructor(options: StpConnectOptions) {
    this.#tcp = options.tcp;
    this.array = options.array;
  }

  /** A new socket of `family`. Throws addressUnavailable when this process is attached to no array, noBuffers when descriptors ran out. */
  socket(family: Address['family']): Socket {
    if (family === 'tcp') return this.#tcp.socket();
    if (this.array) return this.array.socket();
    throw new SocketError(
      'addressUnavailable',
      'socket',
      'socket of family array: this process is not attached to a storage array',
    );
  }
}
