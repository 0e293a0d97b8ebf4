/** The tester's ends of TCP connections, and what was seen on them: how an implementation is driven that speaks nothing but TCP. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { type Capabilities, type Seen, type Setup, type Subject, SubjectError } from '../subject.ts';
import type { Patience } from './adapter-subject.ts';

/** A place of TCP. */
export interface TcpPlace {
  readonly host: string;
  readonly port: number;
}

export const placeText = ({ host, port }: TcpPlace) => `tcp://${host.includes(':') ? `[${host}]` : host}:${port}`;

/** What can be done to whoever speaks TCP only: it tells its user nothing that we hear, and real time passes. */
export const tcpCapabilities = (role: 'client' | 'server', limits: readonly string[]): Capabilities => ({
  roles: [role],
  modes: ['network'],
  clock: 'real',
  limits,
  dials: 'immediate',
  reports: 'none',
  wishes: [],
  full: false,
});

/** What both roles have in common; a role adds how a connection comes about. */
export abstract class TcpSubject implements Subject {
  abstract readonly capabilities: Capabilities;
  protected readonly patience: Patience;
  readonly #sockets = new Map<number, Socket>();
  #seen: Seen[] = [];
  #numbers = 0;
  #wake: () => void = () => undefined;

  constructor(patience: Patience) {
    this.patience = patience;
  }

  abstract start(setup: Setup): Promise<void>;
  abstract connect(): Promise<number>;

  /** Takes a connected socket. */
  protected hold(socket: Socket): number {
    this.#numbers += 1;
    const connection = this.#numbers;
    this.#sockets.set(connection, socket);
    let over = false;
    const ends = (type: 'ended' | 'reset') => {
      if (over) return;
      over = true;
      this.see({ type, connection });
    };
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => this.see({ type: 'bytes', connection, bytes }));
    socket.once('end', () => ends('ended'));
    socket.once('error', () => ends('reset'));
    socket.once('close', () => ends('reset'));
    return connection;
  }

  /** Destroys what there is. What it would still have to tell is forgotten. */
  protected drop(): void {
    for (const socket of this.#sockets.values()) {
      socket.removeAllListeners();
      socket.on('error', () => undefined);
      socket.destroy();
    }
    this.#sockets.clear();
    this.#seen = [];
  }

  protected see(event: Seen): void {
    this.#seen.push(event);
    this.#wake();
  }

  accept(): Promise<void> {
    throw new Error('over TCP a dial is answered by itself');
  }

  refuse(): Promise<void> {
    throw new Error('over TCP a dial is answered by itself');
  }

  arrayPort(): Promise<never> {
    throw new Error('there is no array here');
  }

  answer(): Promise<void> {
    throw new Error('there is no array here');
  }

  wish(): Promise<void> {
    throw new Error('over TCP its user cannot be made to want anything');
  }

  /** Real time passes by itself. */
  async expire(): Promise<void> {}

  async send(connection: number, bytes: Buffer): Promise<void> {
    // That the other side is gone is seen by reading.
    this.#socket(connection).write(bytes, () => undefined);
  }

  async end(connection: number): Promise<void> {
    this.#socket(connection).end();
  }

  async abort(connection: number): Promise<void> {
    this.#socket(connection).resetAndDestroy();
  }

  /** Until `enough` was seen, at most for the patience; then until nothing came for a quiet period. */
  async observe(enough: (seen: readonly Seen[]) => boolean, within = 0): Promise<Seen[]> {
    const deadline = Date.now() + this.patience.patience + within;
    for (let left = deadline - Date.now(); !enough(this.#seen) && left > 0; left = deadline - Date.now())
      await this.#change(left);
    const last = Date.now() + this.patience.patience;
    while ((await this.#change(this.patience.quiet)) && Date.now() < last);
    return this.takeSeen();
  }

  /** What was seen and has not been told. */
  protected takeSeen(): Seen[] {
    return this.#seen.splice(0);
  }

  limits(): undefined {
    return undefined;
  }

  async stop(): Promise<string[]> {
    this.drop();
    return [];
  }

  async close(): Promise<void> {
    this.drop();
  }

  #socket(connection: number): Socket {
    const socket = this.#sockets.get(connection);
    if (socket === undefined) throw new SubjectError(`connection ${connection} was not made`);
    return socket;
  }

  /** Resolves with true when something is seen, with false when nothing was for so many milliseconds. */
  async #change(milliseconds: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const change = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), milliseconds);
      this.#wake = () => resolve(true);
    });
    const changed = await change;
    clearTimeout(timer);
    this.#wake = () => undefined;
    return changed;
  }
}

/** Resolves when the socket is connected; rejects when it is not, or not in so many milliseconds. */
export async function connected(socket: Socket, milliseconds: number): Promise<void> {
  const bound = new AbortController();
  const timer = setTimeout(() => bound.abort(), milliseconds);
  try {
    await once(socket, 'connect', { signal: bound.signal });
  } catch (error) {
    socket.destroy();
    throw bound.signal.aborted ? new Error(`no connection within ${milliseconds} ms`) : error;
  } finally {
    clearTimeout(timer);
  }
}
