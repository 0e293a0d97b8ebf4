/** Both address families in memory and in one thread: the same contract as the real ones, with nothing underneath. */
import {
  type Address,
  type ArrayFamily,
  type GroupChannels,
  type Socket,
  SocketError,
  type SocketState,
  type Sockets,
} from '../../impl/index.ts';
import { PipeEnd } from './simulated-pipe.ts';

/** What the simulated array holds. */
export interface SimulatedOptions {
  readonly array: string;
  readonly dynamicPorts: { readonly first: number; readonly last: number };
  /** Names of groups by what attachGroup says of them. */
  readonly groups: { readonly known: readonly string[]; readonly refused: readonly string[]; readonly full: readonly string[] };
}

interface Listener {
  readonly generation: number;
  backlog: number;
  readonly queue: Peered[];
  wake: (() => void) | undefined;
}

/** A connection end with the channels that were attached for the connection. */
interface Peered {
  readonly end: PipeEnd;
  readonly shared: { channels: readonly (readonly [PipeEnd, PipeEnd])[] };
  readonly side: 0 | 1;
}

/** One network and one array, shared by all processes that take families of it. */
export class SimulatedNetwork {
  readonly options: SimulatedOptions;
  readonly listeners = new Map<string, Listener>();
  readonly open = new Set<SimulatedSocket>();
  #generation = 0;

  constructor(options: SimulatedOptions) {
    this.options = options;
  }

  /** The families of one process. */
  families(): { readonly tcp: Sockets; readonly array: ArrayFamily } {
    const descriptors = new Set<number>();
    const socket = () => new SimulatedSocket(this, descriptors);
    return {
      tcp: { family: 'tcp', socket },
      array: {
        family: 'array',
        array: this.options.array,
        socket,
        attachGroup: (connection, group) => this.#attach(descriptors, connection, group),
      },
    };
  }

  /** What is still held, in words. */
  held(): string[] {
    return [...this.open].map((socket) => `simulated socket ${socket.descriptor} (${socket.state})`);
  }

  /** Takes an address, or a dynamic port for port 0. */
  reserve(address: Address): Address {
    let wanted = address;
    if (address.family === 'array' && address.port === 0) wanted = { ...address, port: this.#freePort(address) };
    if (this.listeners.has(keyOf(wanted))) throw new SocketError('addressInUse', 'bind', `${keyOf(wanted)} is in use`);
    this.#generation += 1;
    this.listeners.set(keyOf(wanted), { generation: this.#generation, backlog: -1, queue: [], wake: undefined });
    return wanted.family === 'array' ? { ...wanted, generation: this.#generation } : wanted;
  }

  /** Connects to whoever listens at `address`. */
  connect(address: Address): Peered {
    const listener = this.listeners.get(keyOf(address));
    const stale = address.family === 'array' && address.generation !== undefined && address.generation !== listener?.generation;
    if (listener === undefined || listener.backlog < 0 || stale)
      throw new SocketError('connectionRefused', 'connect', `nobody listens at ${keyOf(address)}`);
    if (listener.queue.length >= listener.backlog)
      throw new SocketError('backlogFull', 'connect', `the backlog of ${keyOf(address)} is full`);
    const [here, there] = PipeEnd.pair();
    const shared: Peered['shared'] = { channels: [] };
    listener.queue.push({ end: there, shared, side: 1 });
    listener.wake?.();
    return { end: here, shared, side: 0 };
  }

  #freePort(address: Extract<Address, { family: 'array' }>): number {
    const { first, last } = this.options.dynamicPorts;
    for (let port = first; port <= last; port += 1) if (!this.listeners.has(keyOf({ ...address, port }))) return port;
    throw new SocketError('portsExhausted', 'bind', `all dynamic ports from ${first} to ${last} are taken`);
  }

  async #attach(descriptors: Set<number>, connection: Socket, group: string): Promise<GroupChannels> {
    const { known, refused, full } = this.options.groups;
    if (refused.includes(group)) throw new SocketError('groupRefused', 'attachGroup', `group ${group} does not admit this host`);
    if (full.includes(group)) throw new SocketError('groupFull', 'attachGroup', `group ${group} has no free segments`);
    if (!known.includes(group)) throw new SocketError('groupUnknown', 'attachGroup', `there is no group ${group}`);
    const peered = connection instanceof SimulatedSocket ? connection.peered : undefined;
    if (peered === undefined) throw new SocketError('notConnected', 'attachGroup', 'the socket is not connected');
    if (peered.side === 1 ? peered.end.isGone : peered.end.wasReset)
      throw new SocketError('reset', 'attachGroup', 'the connection is gone');
    if (peered.side === 1) peered.shared.channels = [PipeEnd.pair(), PipeEnd.pair()];
    const [data, error] = peered.shared.channels.map(
      (pair) =>
        new SimulatedSocket(this, descriptors, { end: pair[peered.side].take(), shared: { channels: [] }, side: peered.side }),
    );
    if (data === undefined || error === undefined)
      throw new SocketError('groupUnknown', 'attachGroup', 'the accepting end has not attached the group');
    return { data, error };
  }
}

class SimulatedSocket implements Socket {
  readonly descriptor: number;
  state: SocketState = 'created';
  peered: Peered | undefined;
  readonly #network: SimulatedNetwork;
  readonly #descriptors: Set<number>;
  #address: Address | undefined;
  #peer: Address | undefined;

  constructor(network: SimulatedNetwork, descriptors: Set<number>, peered?: Peered) {
    this.#network = network;
    this.#descriptors = descriptors;
    let descriptor = 3;
    while (descriptors.has(descriptor)) descriptor += 1;
    descriptors.add(descriptor);
    this.descriptor = descriptor;
    this.peered = peered;
    if (peered !== undefined) this.state = 'connected';
    network.open.add(this);
  }

  async bind(address: Address): Promise<void> {
    if (this.state === 'closed') throw new SocketError('closed', 'bind', 'the socket was closed');
    this.#address = this.#network.reserve(address);
    this.state = 'bound';
  }

  async listen(backlog: number): Promise<void> {
    this.#listener('listen').backlog = backlog;
    this.state = 'listening';
  }

  async accept(): Promise<Socket> {
    const listener = this.#listener('accept');
    for (;;) {
      if (this.state === 'closed') throw new SocketError('closed', 'accept', 'the socket was closed');
      const peered = listener.queue.shift();
      if (peered !== undefined) return new SimulatedSocket(this.#network, this.#descriptors, peered);
      await new Promise<void>((resolve) => {
        listener.wake = resolve;
      });
    }
  }

  async connect(address: Address): Promise<void> {
    if (this.state === 'closed') throw new SocketError('closed', 'connect', 'the socket was closed');
    this.peered = this.#network.connect(address);
    this.#peer = address;
    this.state = 'connected';
  }

  getsockname(): Address {
    if (this.#address === undefined) throw new SocketError('illegalCall', 'getsockname', 'the socket is not bound');
    return this.#address;
  }

  getpeername(): Address {
    if (this.#peer === undefined) throw new SocketError('notConnected', 'getpeername', 'the socket is not connected');
    return this.#peer;
  }

  async read(max?: number): Promise<Uint8Array | null> {
    return this.#connected('read').read(max);
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#connected('write').write(bytes);
  }

  async shutdown(): Promise<void> {
    this.#connected('shutdown').shutdown();
  }

  async close(): Promise<void> {
    this.#leave((end) => end.close());
  }

  abort(): void {
    this.#leave((end) => end.reset());
  }

  #leave(how: (end: PipeEnd) => void): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    const key = this.#address === undefined ? undefined : keyOf(this.#address);
    const listener = key === undefined ? undefined : this.#network.listeners.get(key);
    if (key !== undefined) this.#network.listeners.delete(key);
    for (const waiting of listener?.queue.splice(0) ?? []) waiting.end.reset();
    listener?.wake?.();
    if (this.peered !== undefined) {
      how(this.peered.end);
      // Channels that the connecting end never attached have nobody at the other end.
      if (this.peered.side === 0) for (const pair of this.peered.shared.channels) pair[0].abandon();
    }
    this.#descriptors.delete(this.descriptor);
    this.#network.open.delete(this);
  }

  #listener(call: string): Listener {
    const listener = this.#address === undefined ? undefined : this.#network.listeners.get(keyOf(this.#address));
    if (listener === undefined) throw new SocketError('illegalCall', call, `${call}: the socket is not bound`);
    return listener;
  }

  #connected(call: string): PipeEnd {
    if (this.peered === undefined) throw new SocketError('notConnected', call, `${call}: the socket is not connected`);
    return this.peered.end;
  }
}

function keyOf(address: Address): string {
  return address.family === 'tcp' ? `tcp://${address.host}:${address.port}` : `array://${address.array}/${address.port}`;
}
