/** Simulated sockets that take a while to close, and whose accept can be made to fail. */
import { setImmediate } from 'node:timers/promises';
import type { Address, Socket, SocketState, Sockets } from '../../../impl/index.ts';

/** So many turns of the event loop a close takes. */
const TURNS = 3;

/** One address family. */
export class FaultyFamily implements Sockets {
  readonly family: Address['family'];
  /** Sockets that hold something. */
  readonly open = new Set<FaultySocket>();
  /** What the calls of the next sockets throw, by call; `socket` is the making of one. */
  readonly faults = new Map<string, unknown>();
  readonly #real: Sockets;

  constructor(real: Sockets) {
    this.#real = real;
    this.family = real.family;
  }

  socket(): Socket {
    this.fail('socket');
    return new FaultySocket(this, this.#real.socket());
  }

  /** Throws what a call is to throw, if anything. */
  fail(call: string): void {
    if (this.faults.has(call)) throw this.faults.get(call);
  }

  /** Lets the accept that is pending fail; false when none is. */
  failAccept(error: unknown): boolean {
    for (const socket of this.open) if (socket.failAccept(error)) return true;
    return false;
  }
}

class FaultySocket implements Socket {
  readonly #family: FaultyFamily;
  readonly #real: Socket;
  #next: Promise<Socket> | undefined;
  #failAccept: ((error: unknown) => void) | undefined;

  constructor(family: FaultyFamily, real: Socket) {
    this.#family = family;
    this.#real = real;
    family.open.add(this);
  }

  get descriptor(): number {
    return this.#real.descriptor;
  }

  get state(): SocketState {
    return this.#real.state;
  }

  async bind(address: Address): Promise<void> {
    this.#family.fail('bind');
    await this.#real.bind(address);
  }

  async listen(backlog: number): Promise<void> {
    this.#family.fail('listen');
    await this.#real.listen(backlog);
  }

  /** A connection that comes after an accept has failed is for the next one. */
  async accept(): Promise<Socket> {
    this.#next ??= this.#real.accept();
    const failed = new Promise<never>((_, reject) => {
      this.#failAccept = reject;
    });
    const real = await Promise.race([this.#next, failed]);
    this.#failAccept = undefined;
    this.#next = undefined;
    return new FaultySocket(this.#family, real);
  }

  failAccept(error: unknown): boolean {
    const fail = this.#failAccept;
    this.#failAccept = undefined;
    fail?.(error);
    return fail !== undefined;
  }

  connect(address: Address): Promise<void> {
    return this.#real.connect(address);
  }

  getsockname(): Address {
    return this.#real.getsockname();
  }

  getpeername(): Address {
    return this.#real.getpeername();
  }

  read(max?: number): Promise<Uint8Array | null> {
    return this.#real.read(max);
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#real.write(bytes);
  }

  shutdown(): Promise<void> {
    return this.#real.shutdown();
  }

  async close(): Promise<void> {
    await this.#real.close();
    for (let turn = 0; turn < TURNS; turn += 1) await setImmediate();
    this.#family.open.delete(this);
  }

  abort(): void {
    this.#real.abort();
    this.#family.open.delete(this);
  }
}
