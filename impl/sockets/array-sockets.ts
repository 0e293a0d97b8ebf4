/** The array family (STPsocket and its relatives, steps 162-168, 198, 228-234): sockets over the storage array emulator. */
import type { ArrayConnection } from '../array/array-connection.ts';
import { ArrayError } from '../array/errors.ts';
import type { HeldPort, StorageArray } from '../array/storage-array.ts';
import { ArrayStream, Turns } from './array-stream.ts';
import type { DescriptorTable } from './descriptors.ts';
import { type Address, type ArrayAddress, type ArrayFamily, type GroupChannels, type Socket, SocketError } from './sockets.ts';
import { type SocketShop, StreamSocket } from './stream-socket.ts';
import {
  type Connection,
  LINGER_TIMEOUT,
  type Reservation,
  type SocketOptions,
  socketClock,
  type Transport,
} from './transport.ts';

/**
 * Array sockets of this process, over one attachment. Closing the attachment resets them all.
 * @example
 * const family = new ArraySockets(StorageArray.attach(memory, { host: 'backup' }), descriptors);
 * const socket = family.socket();
 * await socket.bind({ family: 'array', array: family.array, port: 0 });
 */
export class ArraySockets implements ArrayFamily {
  readonly family = 'array';
  readonly array: string;
  readonly #attachment: StorageArray;
  readonly #turns = new Turns();
  readonly #shop: SocketShop;

  constructor(attachment: StorageArray, descriptors: DescriptorTable, options: SocketOptions = {}) {
    this.#attachment = attachment;
    this.array = attachment.name;
    this.#shop = {
      transport: new ArrayTransport(attachment, this.#turns),
      descriptors,
      clock: options.clock ?? socketClock,
      lingerTimeout: options.lingerTimeout ?? LINGER_TIMEOUT,
    };
  }

  /** A new socket in state `created`. Throws noBuffers when the descriptor table is full. */
  socket(): Socket {
    return new StreamSocket(this.#shop, 'socket');
  }

  async attachGroup(socket: Socket, group: string): Promise<GroupChannels> {
    const stream = socket instanceof StreamSocket && socket.state !== 'closed' ? socket.connection : undefined;
    if (!(stream instanceof ArrayStream)) {
      throw new SocketError(
        'notConnected',
        'attachGroup',
        `attachGroup ${group}: got a socket that is ${socket.state}, expected a connected one of this array`,
      );
    }
    try {
      const channels = this.#attachment.attachGroup(stream.connection, group);
      return { data: this.#channel(channels.data), error: this.#channel(channels.error) };
    } catch (error) {
      throw explainArray(error, 'attachGroup');
    }
  }

  #channel(connection: ArrayConnection): Socket {
    return new StreamSocket(this.#shop, 'attachGroup', new ArrayStream(this.array, connection, this.#turns));
  }
}

class ArrayTransport implements Transport {
  readonly family = 'array';
  readonly #attachment: StorageArray;
  readonly #turns: Turns;

  constructor(attachment: StorageArray, turns: Turns) {
    this.#attachment = attachment;
    this.#turns = turns;
  }

  reserve(address: Address): Promise<Reservation> {
    const { port } = this.#mine(address, 'bind');
    return Promise.resolve(new ArrayReservation(this.#attachment, this.#attachment.bindPort(port), this.#turns));
  }

  connect(address: Address, from: Reservation | undefined): Promise<Connection> {
    const { port, generation } = this.#mine(address, 'connect');
    const reserved = from instanceof ArrayReservation ? from.port : undefined;
    // The socket keeps the port that it was bound to; one that was not gets a port for as long as its connection stands.
    const local = reserved ?? this.#attachment.bindPort(0);
    const release = reserved ? undefined : () => this.#attachment.releasePort(local);
    try {
      const connection = this.#attachment.connect(port, generation, local.number);
      const { name } = this.#attachment;
      const from: ArrayAddress = { family: 'array', array: name, port: local.number, generation: local.generation };
      return Promise.resolve(new ArrayStream(name, connection, this.#turns, from, release));
    } catch (error) {
      release?.();
      throw error;
    }
  }

  explain(error: unknown, call: string): Error {
    return explainArray(error, call);
  }

  #mine(address: Address, call: string): ArrayAddress {
    if (address.family === 'array' && address.array === this.#attachment.name) return address;
    const got = address.family === 'array' ? `array ${address.array}` : address.family;
    throw new SocketError(
      'addressUnavailable',
      call,
      `${call}: got an address in ${got}, this process is attached to array ${this.#attachment.name}`,
    );
  }
}

class ArrayReservation implements Reservation {
  readonly local: ArrayAddress;
  readonly port: HeldPort;
  readonly #attachment: StorageArray;
  readonly #turns: Turns;

  constructor(attachment: StorageArray, port: HeldPort, turns: Turns) {
    this.local = { family: 'array', array: attachment.name, port: port.number, generation: port.generation };
    this.port = port;
    this.#attachment = attachment;
    this.#turns = turns;
  }

  listen(backlog: number, arrived: () => void): Promise<void> {
    this.#attachment.listenPort(this.port, backlog, arrived);
    return Promise.resolve();
  }

  next(): Connection | undefined {
    const connection = this.#attachment.nextConnection(this.port);
    return connection && new ArrayStream(this.#attachment.name, connection, this.#turns);
  }

  release(): Promise<void> {
    this.#attachment.releasePort(this.port);
    return Promise.resolve();
  }
}

/** The array's failures in the words of the socket port; an error that is not the array's stays what it is. */
function explainArray(error: unknown, call: string): Error {
  if (!(error instanceof ArrayError)) return error instanceof Error ? error : new Error(String(error));
  const { code, message } = error;
  switch (code) {
    case 'detached':
      return new SocketError('addressUnavailable', call, message, { cause: error });
    case 'configInvalid':
    case 'memoryInvalid':
    case 'fileFailed':
    case 'mappingUnavailable':
    case 'hostsExhausted':
      return new SocketError('reset', call, message, { cause: error });
    default:
      return new SocketError(code, call, message, { cause: error });
  }
}
