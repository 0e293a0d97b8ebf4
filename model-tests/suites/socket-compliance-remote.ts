/**
 * The array sockets of another thread, as Sockets of this one, so that the compliance suite can have its two sides in two threads.
 * Calls that the port makes synchronously (state, getsockname, socket) block this thread until the other one has answered.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { ArrayMemory } from '../../impl/array/tables.ts';
import {
  type Address,
  type Socket,
  SocketError,
  type SocketErrorCode,
  type SocketState,
  type Sockets,
} from '../../impl/sockets/sockets.ts';

/** One call to the other thread. `id` 0 is a synchronous one. */
export interface RemoteRequest {
  readonly id: number;
  readonly socket: number;
  readonly call: string;
  readonly args: readonly unknown[];
}

/** What became of it. */
export interface RemoteReply {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: { readonly code: SocketErrorCode; readonly call: string; readonly message: string };
}

export interface RemoteStart {
  readonly port: MessagePort;
  readonly answers: MessagePort;
  readonly flag: SharedArrayBuffer;
}

const LONGEST_ANSWER_MS = 10_000;

/** The other thread. */
export class RemoteSide {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #answers: MessagePort;
  readonly #flag: Int32Array<SharedArrayBuffer>;
  readonly #pending = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  #next = 1;

  constructor() {
    const calls = new MessageChannel();
    const answers = new MessageChannel();
    const flag = new SharedArrayBuffer(4);
    this.#port = calls.port1;
    this.#answers = answers.port1;
    this.#flag = new Int32Array(flag);
    const start: RemoteStart = { port: calls.port2, answers: answers.port2, flag };
    // On Node 20 a worker does not take the loader over, so its first step is to register it.
    const entry = new URL('./socket-compliance.worker.ts', import.meta.url).href;
    this.#worker = new Worker(
      `import('tsx/esm/api').then(({ register }) => { register(); return import(${JSON.stringify(entry)}); });`,
      {
        eval: true,
        workerData: start,
        transferList: [calls.port2, answers.port2],
      },
    );
    this.#port.on('message', (reply: RemoteReply) => {
      const pending = this.#pending.get(reply.id);
      this.#pending.delete(reply.id);
      if (reply.error) pending?.reject(remoteError(reply.error));
      else pending?.resolve(reply.value);
    });
  }

  attach(memory: ArrayMemory, host: string): Sockets {
    this.now(0, 'attach', [memory, host]);
    return { family: 'array', socket: () => new RemoteSocket(this, this.now(0, 'socket', []) as number) };
  }

  detach(): void {
    this.now(0, 'detach', []);
  }

  /** How many descriptors the other side has taken. */
  descriptors(): number {
    return this.now(0, 'descriptors', []) as number;
  }

  async stop(): Promise<void> {
    this.#port.close();
    await this.#worker.terminate();
  }

  /** Makes a call and waits for its answer in place. */
  now(socket: number, call: string, args: readonly unknown[]): unknown {
    Atomics.store(this.#flag, 0, 0);
    this.#port.postMessage({ id: 0, socket, call, args } satisfies RemoteRequest);
    if (Atomics.wait(this.#flag, 0, 0, LONGEST_ANSWER_MS) === 'timed-out')
      throw new Error(`${call}: the other thread did not answer`);
    const reply = receiveMessageOnPort(this.#answers)?.message as RemoteReply;
    if (reply.error) throw remoteError(reply.error);
    return reply.value;
  }

  later(socket: number, call: string, args: readonly unknown[]): Promise<unknown> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#port.postMessage({ id, socket, call, args } satisfies RemoteRequest);
    });
  }
}

class RemoteSocket implements Socket {
  readonly descriptor: number;
  readonly #side: RemoteSide;
  readonly #socket: number;

  constructor(side: RemoteSide, socket: number) {
    this.#side = side;
    this.#socket = socket;
    this.descriptor = side.now(socket, 'descriptor', []) as number;
  }

  get state(): SocketState {
    return this.#side.now(this.#socket, 'state', []) as SocketState;
  }

  async bind(address: Address): Promise<void> {
    await this.#side.later(this.#socket, 'bind', [address]);
  }

  async listen(backlog: number): Promise<void> {
    await this.#side.later(this.#socket, 'listen', [backlog]);
  }

  async accept(): Promise<Socket> {
    return new RemoteSocket(this.#side, (await this.#side.later(this.#socket, 'accept', [])) as number);
  }

  async connect(address: Address): Promise<void> {
    await this.#side.later(this.#socket, 'connect', [address]);
  }

  getsockname(): Address {
    return this.#side.now(this.#socket, 'getsockname', []) as Address;
  }

  getpeername(): Address {
    return this.#side.now(this.#socket, 'getpeername', []) as Address;
  }

  async read(max?: number): Promise<Uint8Array | null> {
    return (await this.#side.later(this.#socket, 'read', max === undefined ? [] : [max])) as Uint8Array | null;
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#side.later(this.#socket, 'write', [bytes]);
  }

  async shutdown(): Promise<void> {
    await this.#side.later(this.#socket, 'shutdown', []);
  }

  async close(): Promise<void> {
    await this.#side.later(this.#socket, 'close', []);
  }

  abort(): void {
    this.#side.now(this.#socket, 'abort', []);
  }
}

function remoteError(error: { code: SocketErrorCode; call: string; message: string }): Error {
  return new SocketError(error.code, error.call, error.message);
}
