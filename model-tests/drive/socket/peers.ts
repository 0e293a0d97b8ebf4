/** The peers of the socket under test: they do what the path says and look at what crosses the wire. */
import type { Address, Socket } from '../../../impl/index.ts';
import { begin, type Outcome, soon } from './outcome.ts';
import type { SocketSides } from './sides.ts';

/** What a connection that never becomes usable ends with: at connect, or at its first read. */
const NEVER_USABLE = ['backlogFull', 'connectionRefused', 'reset'];

/** A peer saw something else than the chart says. */
export class PeerFailure extends Error {
  override readonly name = 'PeerFailure';
}

/** All that is on the far side of one path. */
export class Peers {
  /** Bytes that were written to the socket under test and not read by it. */
  readonly unread: number[] = [];
  readonly #sides: SocketSides;
  readonly #arrive: () => Promise<void>;
  readonly #sockets: Socket[] = [];
  /** Those that connected and wait for accept, in order. */
  readonly #waiting: Socket[] = [];
  #listener: Socket | undefined;
  #peer: Socket | undefined;
  /** The peer has been told of the end. */
  #told = false;
  #shutdown = false;
  #gone = false;
  #written = 0;

  /** `arrive` waits until what a connection has sent has arrived, if the path is driven so. */
  constructor(sides: SocketSides, arrive: () => Promise<void>) {
    this.#sides = sides;
    this.#arrive = arrive;
  }

  /** Makes a place to connect to. */
  async listen(): Promise<void> {
    this.#listener = this.#sides.far.socket();
    await this.#listener.bind(this.#sides.free);
    await this.#listener.listen(4);
  }

  /** The place to connect to, once there is one. */
  get address(): Address | undefined {
    return this.#listener?.getsockname();
  }

  /** The far end of the connection that the socket under test has made. */
  async accept(): Promise<void> {
    if (this.#listener === undefined) throw new PeerFailure('there is no place to connect to');
    const listener = this.#listener;
    const { result, socket } = await this.#see(() => listener.accept());
    insist('the listener', 'ok', result);
    this.#peer = socket;
  }

  /** The far end of a connection that is about to be accepted by the near side. */
  async dial(listener: Socket): Promise<void> {
    this.#peer = this.#socket();
    await this.#peer.connect(listener.getsockname());
  }

  /** Whether anybody waits for accept. */
  get waiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** Connects to the socket under test, which is to let the connection wait, or to turn it away. */
  async connect(to: Socket, verdict: 'admit' | 'turnAway'): Promise<void> {
    const peer = this.#socket();
    const connected = await this.#see(() => peer.connect(to.getsockname()));
    if (verdict === 'admit') {
      insist('a connection that may wait', 'ok', connected.result);
      this.#waiting.push(peer);
      await this.#arrive();
      return;
    }
    const { result } = connected.result === 'ok' ? await this.#see(() => peer.read()) : connected;
    if (!NEVER_USABLE.includes(result)) throw new PeerFailure(`a connection that is to be turned away saw ${result}`);
  }

  /** The connection that was accepted is the one that came first, and carries bytes. */
  async greet(accepted: Socket): Promise<void> {
    this.#sockets.push(accepted);
    insist('the accepted socket', 'connected', accepted.state);
    await accepted.write(Uint8Array.of(7));
    const first = this.#waiting.shift();
    if (first === undefined) throw new PeerFailure('accept gave a connection that nobody had made');
    insist('the one that waited longest', 'bytes', (await this.#see(() => first.read())).result);
  }

  async write(): Promise<void> {
    this.#written += 1;
    this.unread.push(this.#written);
    await this.peer.write(Uint8Array.of(this.#written));
  }

  async shutdown(): Promise<void> {
    this.#shutdown = true;
    await this.peer.shutdown();
  }

  async closed(): Promise<void> {
    this.#gone = true;
    await this.peer.close();
  }

  reset(): void {
    this.#gone = true;
    this.peer.abort();
  }

  /** The peer reads what was written, byte for byte. */
  async seeBytes(bytes: Uint8Array): Promise<void> {
    if (this.#gone) return;
    const { result, bytes: read } = await this.#see(() => this.peer.read());
    insist('the peer', `bytes ${bytes.join()}`, `${result} ${read?.join() ?? ''}`.trim());
  }

  async seeEnd(): Promise<void> {
    if (this.#gone) return;
    insist('the peer', 'end', (await this.#see(() => this.peer.read())).result);
    this.#told = true;
  }

  /** An end that was told stays an end, so behind it the reset shows in what the peer writes; nowhere if it has ended as well. */
  async seeReset(): Promise<void> {
    if (this.#gone || (this.#told && this.#shutdown)) return;
    if (this.#told) await this.#sides.fence();
    const { result } = await this.#see(() => (this.#told ? this.peer.write(Uint8Array.of(1)) : this.peer.read()));
    insist('the peer', 'reset', result);
  }

  async seeWaitingReset(): Promise<void> {
    for (const peer of this.#waiting.splice(0)) {
      insist('a connection that waited', 'reset', (await this.#see(() => peer.read())).result);
    }
  }

  async close(): Promise<void> {
    const all = [...this.#sockets, this.#listener, this.#peer].filter((socket) => socket !== undefined);
    for (const socket of all) socket.abort();
    await Promise.all(all.map((socket) => socket.close()));
  }

  get peer(): Socket {
    if (this.#peer === undefined) throw new PeerFailure('there is no connection, so there is no peer');
    return this.#peer;
  }

  /** What a peer's call gives, `pending` if nothing. */
  #see(act: () => unknown): Promise<Outcome> {
    return soon(begin('a call of a peer', act), this.#sides.round);
  }

  #socket(): Socket {
    const socket = this.#sides.far.socket();
    this.#sockets.push(socket);
    return socket;
  }
}

function insist(who: string, expected: string, seen: string): void {
  if (expected !== seen) throw new PeerFailure(`${who} saw ${seen}, expected ${expected}`);
}
