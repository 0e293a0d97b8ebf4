/**
 * Sockets whose every outcome is held back until the driver releases it: the calls go to a real family, real connections are made
 * and real bytes cross them, but the implementation learns of nothing before the path says so.
 */
import {
  type Address,
  type ArrayFamily,
  type GroupChannels,
  type Socket,
  SocketError,
  type SocketState,
  type Sockets,
} from '../../impl/index.ts';
import { HeldEnd } from './held-end.ts';

/** A process whose sockets are held. `owner` is the part of it that acts now: an instance of the client process, or 0. */
export interface HeldProcess {
  readonly role: 'client' | 'server';
  readonly index: number;
  owner: number;
}

/** A connection as the driver sees it, numbered in the order in which it was dialled. */
export interface HeldLink {
  readonly index: number;
  readonly address: Address;
  readonly process: HeldProcess | undefined;
  dialer: HeldEnd | undefined;
  acceptor: HeldEnd | undefined;
  /** Lets the pending connect call go on, to the address that was asked for or to another one. */
  dial: ((instead?: Address) => Promise<void>) | undefined;
}

/** A call that waits for the driver: `go` lets it through to the real family, `fail` answers it with an error instead. */
export interface HeldCall {
  readonly process: HeldProcess;
  readonly owner: number;
  readonly kind: 'bindPort' | 'attachGroup';
  readonly go: () => Promise<void>;
  readonly fail: (error: SocketError) => void;
}

interface HeldAccept {
  readonly listener: HeldSocket;
  readonly resolve: (socket: Socket) => void;
  readonly reject: (error: unknown) => void;
}

/** Everything that the processes of one run have under way. */
export class Gatekeeper {
  readonly links: HeldLink[] = [];
  readonly calls = new Set<HeldCall>();
  readonly open = new Set<Socket>();
  /** Real calls that were let through and have not answered yet. */
  busy = 0;
  /** Is told of everything that a process writes to a link, before it is written. */
  onSent: ((link: HeldLink, from: 'dialer' | 'acceptor', bytes: Buffer) => void) | undefined;
  /** Nothing is held back any more. */
  flowing = false;
  readonly #accepts: HeldAccept[] = [];

  /** The families of one process. */
  family(process: HeldProcess, real: Sockets): Sockets {
    return { family: real.family, socket: () => new HeldSocket(this, process, real.socket()) };
  }

  arrayFamily(process: HeldProcess, real: ArrayFamily, name = real.array): ArrayFamily {
    return {
      family: 'array',
      array: name,
      socket: () => new HeldSocket(this, process, real.socket()),
      attachGroup: (socket, group) => this.hold(process, 'attachGroup', () => this.#attach(real, socket, group)),
    };
  }

  /** Holds a call back until the driver lets it go. */
  hold<T>(process: HeldProcess, kind: HeldCall['kind'], run: () => Promise<T>): Promise<T> {
    if (this.flowing) return this.track(run());
    return new Promise((resolve, reject) => {
      const call: HeldCall = {
        process,
        owner: process.owner,
        kind,
        go: () => {
          this.calls.delete(call);
          return this.track(run()).then(resolve, reject);
        },
        fail: (error) => {
          this.calls.delete(call);
          reject(error);
        },
      };
      this.calls.add(call);
    });
  }

  /** Counts a real call as under way until it answers. */
  async track<T>(call: Promise<T>): Promise<T> {
    this.busy += 1;
    try {
      return await call;
    } finally {
      this.busy -= 1;
    }
  }

  /** A new link for a connect call of `socket`; a stranger has no process. */
  addLink(address: Address, process: HeldProcess | undefined): HeldLink {
    const link: HeldLink = {
      index: this.links.length,
      address,
      process,
      dialer: undefined,
      acceptor: undefined,
      dial: undefined,
    };
    this.links.push(link);
    return link;
  }

  addAccept(accept: HeldAccept): void {
    this.#accepts.push(accept);
    if (this.flowing) void this.completeAccept(accept).catch(() => {});
  }

  /** The accept call that `role`'s listener at this address family and owner has pending, taken out of the queue. */
  takeAccept(matches: (listener: HeldSocket) => boolean): HeldAccept | undefined {
    const index = this.#accepts.findIndex((accept) => matches(accept.listener));
    return index < 0 ? undefined : this.#accepts.splice(index, 1)[0];
  }

  /** The listening sockets of the accept calls that are pending. */
  accepting(): readonly HeldSocket[] {
    return this.#accepts.map(({ listener }) => listener);
  }

  /** Lets an accept call return the next connection of its real listener; the result is its accepting end. */
  async completeAccept(accept: HeldAccept, link?: HeldLink): Promise<HeldEnd> {
    try {
      const real = await accept.listener.real.accept();
      const socket = new HeldSocket(this, accept.listener.process, real);
      const end = socket.becomeConnected(link && ((bytes) => this.onSent?.(link, 'acceptor', bytes)));
      if (link !== undefined) link.acceptor = end;
      accept.resolve(socket);
      return end;
    } catch (error) {
      accept.reject(error);
      throw error;
    }
  }

  dropAccepts(listener: HeldSocket): void {
    for (
      let accept = this.takeAccept((other) => other === listener);
      accept !== undefined;
      accept = this.takeAccept((other) => other === listener)
    ) {
      accept.reject(new SocketError('closed', 'accept', 'the listening socket was closed'));
    }
  }

  /** Whether nothing is on its way: every byte and every end that was sent has arrived, and no real call is unanswered. */
  isQuiet(): boolean {
    return (
      this.busy === 0 &&
      this.links.every((link) => arrivedAt(link.acceptor, link.dialer) && arrivedAt(link.dialer, link.acceptor))
    );
  }

  /** What is on its way, in words. */
  describe(): string {
    const links = this.links.flatMap(({ index, dialer, acceptor }) => [
      ...(arrivedAt(acceptor, dialer) ? [] : [`link ${index} to its acceptor`]),
      ...(arrivedAt(dialer, acceptor) ? [] : [`link ${index} to its dialer`]),
    ]);
    return [...(this.busy > 0 ? [`${this.busy} calls`] : []), ...links].join(', ');
  }

  /** From now on nothing is held back. */
  flow(): void {
    this.flowing = true;
    for (const link of this.links) {
      link.dialer?.flow();
      link.acceptor?.flow();
      void link.dial?.().catch(() => {});
    }
    for (const call of this.calls) void call.go();
    for (const accept of this.#accepts.splice(0)) void this.completeAccept(accept).catch(() => {});
  }

  async #attach(real: ArrayFamily, socket: Socket, group: string): Promise<GroupChannels> {
    const inner = socket instanceof HeldSocket ? socket.real : socket;
    const channels = await real.attachGroup(inner, group);
    return { data: this.#watch(channels.data), error: this.#watch(channels.error) };
  }

  /** Channels are not held back, but they count as held until they are closed. */
  #watch(channel: Socket): Socket {
    this.open.add(channel);
    const close = channel.close.bind(channel);
    const abort = channel.abort.bind(channel);
    channel.close = async () => {
      await close();
      this.open.delete(channel);
    };
    channel.abort = () => {
      abort();
      this.open.delete(channel);
    };
    return channel;
  }
}

/** Everything that `from` sent has arrived at `to`, or never will. */
function arrivedAt(to: HeldEnd | undefined, from: HeldEnd | undefined): boolean {
  if (to === undefined || from === undefined || to.hasClosed || to.severed || from.severed) return true;
  if (from.hasAborted) return to.finish !== undefined;
  return to.receivedBytes >= from.sentBytes && (to.finish !== undefined || !(from.hasClosed || from.hasShut));
}

/** A socket of the implementation under test: real underneath, held back above. */
export class HeldSocket implements Socket {
  readonly real: Socket;
  readonly process: HeldProcess;
  /** Who acted when this socket was made. */
  readonly owner: number;
  readonly #keeper: Gatekeeper;
  #end: HeldEnd | undefined;
  #link: HeldLink | undefined;
  #connecting: { reject: (error: SocketError) => void } | undefined;
  #closed = false;

  constructor(keeper: Gatekeeper, process: HeldProcess, real: Socket) {
    this.#keeper = keeper;
    this.process = process;
    this.owner = process.owner;
    this.real = real;
    keeper.open.add(this);
  }

  get descriptor(): number {
    return this.real.descriptor;
  }

  get state(): SocketState {
    return this.#closed ? 'closed' : this.#connecting !== undefined ? 'connecting' : this.real.state;
  }

  bind(address: Address): Promise<void> {
    const opensPort = this.process.role === 'client' && address.family === 'array' && address.port === 0;
    if (!opensPort) return this.#keeper.track(this.real.bind(address));
    return this.#keeper.hold(this.process, 'bindPort', () => this.real.bind(address));
  }

  listen(backlog: number): Promise<void> {
    return this.#keeper.track(this.real.listen(backlog));
  }

  accept(): Promise<Socket> {
    return new Promise((resolve, reject) => this.#keeper.addAccept({ listener: this, resolve, reject }));
  }

  connect(address: Address): Promise<void> {
    const link = this.#keeper.addLink(address, this.process);
    this.#link = link;
    return new Promise((resolve, reject) => {
      this.#connecting = { reject };
      link.dial = async (instead) => {
        link.dial = undefined;
        try {
          await this.#keeper.track(this.real.connect(instead ?? address));
          this.#connecting = undefined;
          link.dialer = this.becomeConnected((bytes) => this.#keeper.onSent?.(link, 'dialer', bytes));
          resolve();
        } catch (error) {
          this.#connecting = undefined;
          reject(error);
        }
      };
      if (this.#keeper.flowing) void link.dial();
    });
  }

  /** The real socket is connected: begins to hold its deliveries back. */
  becomeConnected(onSent?: (bytes: Buffer) => void): HeldEnd {
    this.#end = new HeldEnd(this.real);
    this.#end.onSent = onSent;
    if (this.#keeper.flowing) this.#end.flow();
    return this.#end;
  }

  getsockname(): Address {
    return this.real.getsockname();
  }

  getpeername(): Address {
    return this.real.getpeername();
  }

  read(max?: number): Promise<Uint8Array | null> {
    return this.#end === undefined || this.#closed ? this.real.read(max) : this.#end.read(max);
  }

  async write(bytes: Uint8Array): Promise<void> {
    const end = this.#end;
    end?.onSent?.(Buffer.from(bytes));
    if (end?.severed === true) return;
    if (end !== undefined) end.sentBytes += bytes.length;
    try {
      await this.real.write(bytes);
    } catch (error) {
      // The owner has not been told of this reset yet: it learns of it when the path says so.
      if (!(error instanceof SocketError && error.code === 'reset')) throw error;
    }
  }

  async shutdown(): Promise<void> {
    if (this.#end !== undefined) this.#end.hasShut = true;
    if (this.#end?.severed !== true) await this.real.shutdown();
  }

  async close(): Promise<void> {
    this.#finish();
    if (this.#end !== undefined) this.#end.hasClosed = true;
    await this.real.close();
    this.#keeper.open.delete(this);
  }

  abort(): void {
    this.#finish();
    if (this.#end !== undefined) this.#end.hasAborted = this.#end.hasClosed = true;
    this.real.abort();
    this.#keeper.open.delete(this);
  }

  #finish(): void {
    this.#closed = true;
    this.#end?.endPendingRead();
    if (this.#link !== undefined) this.#link.dial = undefined;
    this.#connecting?.reject(new SocketError('closed', 'connect', 'the socket was closed'));
    this.#connecting = undefined;
    this.#keeper.dropAccepts(this);
  }
}
