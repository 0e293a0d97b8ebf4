/** Sockets of both families in memory, for tests: each call settles in microtasks, in the order of the calls. Also a clock that tests move. */

import {
  type Address,
  type ArrayFamily,
  type GroupChannels,
  type Socket,
  SocketError,
  type SocketErrorCode,
  type SocketState,
  type Sockets,
} from '../sockets/sockets.ts';
import type { Clock } from './clock.ts';

const fail = (code: SocketErrorCode, call: string): SocketError => new SocketError(code, call, `${call}: ${code}`);

interface Waiting<T> {
  resolve(value: T): void;
  reject(error: Error): void;
}

const keyOf = (address: Address): string =>
  address.family === 'tcp' ? `tcp ${address.port}` : `array ${address.array} ${address.port}`;

/** What all sockets of a test share. `log` has each call, `open` the sockets that are not closed. */
export class MemoryNetwork {
  readonly log: string[] = [];
  /** Each write of all sockets, in order. */
  readonly writes: { readonly socket: MemorySocket; readonly bytes: Uint8Array }[] = [];
  readonly open = new Set<MemorySocket>();
  readonly listeners = new Map<string, MemorySocket>();
  readonly groups = new Map<string, { segments: number; hosts: readonly string[] }>();
  readonly attached = new Map<MemorySocket, { group: string; data: MemorySocket; error: MemorySocket }>();
  /** What attachGroup waits for, by host. */
  readonly holds = new Map<string, Promise<void>>();
  /** Dynamic ports that are left. */
  ports = 100;
  #descriptor = 3;
  #generation = 0;

  nextDescriptor(): number {
    this.#descriptor += 1;
    return this.#descriptor;
  }

  nextGeneration(): number {
    this.#generation += 1;
    return this.#generation;
  }

  tcp(): Sockets {
    return { family: 'tcp', socket: () => new MemorySocket(this, 'tcp') };
  }

  array(name: string, host: string): ArrayFamily {
    return {
      family: 'array',
      array: name,
      socket: () => new MemorySocket(this, 'array', host),
      attachGroup: (socket, group) => this.#attach(socket as MemorySocket, group, host),
    };
  }

  /** A stranger's connection to a listener. */
  async dial(port: number): Promise<MemorySocket> {
    const socket = new MemorySocket(this, 'tcp');
    await socket.connect({ family: 'tcp', host: 'test', port });
    return socket;
  }

  async #attach(socket: MemorySocket, name: string, host: string): Promise<GroupChannels> {
    this.log.push(`attachGroup ${name}`);
    const hold = this.holds.get(host);
    if (hold !== undefined) await hold;
    const found = socket.peer && this.attached.get(socket.peer);
    if (found !== undefined) {
      const data = found.data.peer;
      const error = found.error.peer;
      if (found.group !== name || data === undefined || error === undefined) throw fail('groupUnknown', 'attachGroup');
      return { data, error };
    }
    if (!socket.accepted) throw fail('groupUnknown', 'attachGroup');
    const group = this.groups.get(name);
    if (group === undefined) throw fail('groupUnknown', 'attachGroup');
    if (!group.hosts.includes(host)) throw fail('groupRefused', 'attachGroup');
    if (group.segments < 2) throw fail('groupFull', 'attachGroup');
    const [data] = MemorySocket.pair(this);
    const [error] = MemorySocket.pair(this);
    this.attached.set(socket, { group: name, data, error });
    return { data, error };
  }
}

export class MemorySocket implements Socket {
  readonly descriptor: number;
  state: SocketState = 'created';
  peer: MemorySocket | undefined;
  accepted = false;
  /** Everything that was written here. */
  readonly written: Uint8Array[] = [];
  readonly #network: MemoryNetwork;
  readonly #family: Address['family'];
  readonly #host: string;
  readonly #arrived: (Uint8Array | null)[] = [];
  readonly #backlog: MemorySocket[] = [];
  #backlogLimit = 0;
  #local: Address | undefined;
  #reading: Waiting<Uint8Array | null> | undefined;
  #accepting: Waiting<Socket> | undefined;
  #broken: SocketError | undefined;
  #ended = false;

  constructor(network: MemoryNetwork, family: Address['family'], host = 'test') {
    this.#network = network;
    this.#family = family;
    this.#host = host;
    this.descriptor = network.nextDescriptor();
    network.open.add(this);
  }

  static pair(network: MemoryNetwork): [MemorySocket, MemorySocket] {
    const left = new MemorySocket(network, 'array');
    const right = new MemorySocket(network, 'array');
    left.#join(right);
    return [left, right];
  }

  async bind(address: Address): Promise<void> {
    this.#log('bind');
    this.#expect('bind', 'created');
    const array = address.family === 'array';
    if (array && address.port === 0 && this.#network.ports === 0) throw fail('portsExhausted', 'bind');
    if (address.port !== 0 && this.#network.listeners.has(keyOf(address))) throw fail('addressInUse', 'bind');
    const port = address.port === 0 ? 50_000 + this.descriptor : address.port;
    this.#local =
      address.family === 'array' ? { ...address, port, generation: this.#network.nextGeneration() } : { ...address, port };
    if (array && address.port === 0) this.#network.ports -= 1;
    this.state = 'bound';
  }

  async listen(backlog: number): Promise<void> {
    this.#log('listen');
    this.#expect('listen', 'bound');
    this.#backlogLimit = backlog;
    this.#network.listeners.set(keyOf(this.getsockname()), this);
    this.state = 'listening';
  }

  accept(): Promise<Socket> {
    this.#log('accept');
    if (this.state !== 'listening') return Promise.reject(fail(this.state === 'closed' ? 'closed' : 'illegalCall', 'accept'));
    const waiting = this.#backlog.shift();
    if (waiting !== undefined) return Promise.resolve(waiting);
    return new Promise((resolve, reject) => {
      this.#accepting = { resolve, reject };
    });
  }

  /** The next or the pending accept fails. */
  failAccept(): void {
    this.#accepting?.reject(fail('noBuffers', 'accept'));
    this.#accepting = undefined;
  }

  async connect(address: Address): Promise<void> {
    this.#log('connect');
    const listener = this.#network.listeners.get(keyOf(address));
    const local = listener?.getsockname();
    const stale = address.family === 'array' && local?.family === 'array' && address.generation !== undefined;
    if (listener === undefined || (stale && local.generation !== address.generation)) throw fail('connectionRefused', 'connect');
    if (listener.#backlog.length >= listener.#backlogLimit) throw fail('backlogFull', 'connect');
    const there = new MemorySocket(this.#network, this.#family, this.#host);
    there.accepted = true;
    this.#join(there);
    const accepting = listener.#accepting;
    listener.#accepting = undefined;
    if (accepting === undefined) listener.#backlog.push(there);
    else accepting.resolve(there);
  }

  getsockname(): Address {
    if (this.#local === undefined) throw fail('illegalCall', 'getsockname');
    return this.#local;
  }

  getpeername(): Address {
    if (this.peer === undefined) throw fail('notConnected', 'getpeername');
    return this.peer.getsockname();
  }

  read(): Promise<Uint8Array | null> {
    const [next] = this.#arrived;
    if (next !== undefined) {
      if (next !== null) this.#arrived.shift();
      return Promise.resolve(next);
    }
    if (this.#broken !== undefined) return Promise.reject(this.#broken);
    if (this.#reading !== undefined) return Promise.reject(fail('illegalCall', 'read'));
    return new Promise((resolve, reject) => {
      this.#reading = { resolve, reject };
    });
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#log('write');
    if (this.#broken !== undefined) throw this.#broken;
    if (this.#ended) throw fail('endOfStream', 'write');
    // Not slice: that of a Buffer is a view.
    this.written.push(new Uint8Array(bytes));
    this.#network.writes.push({ socket: this, bytes: new Uint8Array(bytes) });
    if (this.peer) this.peer.#arrive(new Uint8Array(bytes));
  }

  async shutdown(): Promise<void> {
    this.#log('shutdown');
    if (this.#broken !== undefined) throw this.#broken;
    this.#end();
  }

  async close(): Promise<void> {
    if (this.state === 'closed' && !this.#network.open.has(this)) return;
    this.#log('close');
    this.#end();
    this.#leave();
  }

  abort(): void {
    this.#log('abort');
    if (this.peer) this.peer.#breakWith(fail('reset', 'read'));
    this.#leave();
  }

  #join(there: MemorySocket): void {
    const local: Address = { family: 'tcp', host: this.#host, port: this.descriptor };
    this.#local ??= local;
    there.#local ??= local;
    this.peer = there;
    there.peer = this;
    this.state = 'connected';
    there.state = 'connected';
  }

  #arrive(bytes: Uint8Array | null): void {
    if (this.state === 'closed') return;
    const reading = this.#reading;
    this.#reading = undefined;
    if (reading === undefined) this.#arrived.push(bytes);
    else reading.resolve(bytes);
    // The end is read as often as somebody reads.
    if (bytes === null && reading !== undefined) this.#arrived.push(null);
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.peer) this.peer.#arrive(null);
  }

  #breakWith(error: SocketError): void {
    if (this.#broken !== undefined) return;
    this.#broken = error;
    this.#arrived.length = 0;
    this.state = 'closed';
    this.#reading?.reject(error);
    this.#reading = undefined;
  }

  #leave(): void {
    if (this.#network.listeners.get(this.#local === undefined ? '' : keyOf(this.#local)) === this) {
      this.#network.listeners.delete(keyOf(this.getsockname()));
      for (const waiting of this.#backlog) waiting.abort();
    }
    if (this.#local?.family === 'array' && !this.accepted && this.#network.open.has(this)) this.#network.ports += 1;
    this.#accepting?.reject(fail('closed', 'accept'));
    this.#accepting = undefined;
    this.#breakWith(fail('closed', 'read'));
    this.state = 'closed';
    this.#network.open.delete(this);
  }

  #expect(call: string, state: SocketState): void {
    if (this.state !== state) throw fail(this.state === 'closed' ? 'closed' : 'illegalCall', call);
  }

  #log(call: string): void {
    this.#network.log.push(call);
  }
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  readonly #timers = new Map<number, { limit: string; at: number; fire(): void }>();
  #now = 0;
  #next = 0;

  now(): number {
    return this.#now;
  }

  /** The names of the limits that run. */
  get running(): string[] {
    return [...this.#timers.values()].map(({ limit }) => limit).sort();
  }

  setTimer(limit: string, milliseconds: number, fire: () => void): { cancel(): void } {
    this.#next += 1;
    const key = this.#next;
    this.#timers.set(key, { limit, at: this.#now + milliseconds, fire });
    return { cancel: () => void this.#timers.delete(key) };
  }

  /** Moves time on and fires what is due, in its order. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      const due = [...this.#timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#timers.delete(due[0]);
      this.#now = due[1].at;
      due[1].fire();
    }
    this.#now = end;
  }
}

/** Resolves once nothing happens any more by itself: microtasks and the ticks of streams have run. */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
