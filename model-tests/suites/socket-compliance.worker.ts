/** The other thread of the compliance suite: real array sockets, driven by messages. */
import { workerData } from 'node:worker_threads';
import { StorageArray } from '../../impl/array/storage-array.ts';
import type { ArrayMemory } from '../../impl/array/tables.ts';
import { ArraySockets } from '../../impl/sockets/array-sockets.ts';
import { DescriptorTable } from '../../impl/sockets/descriptors.ts';
import { type Address, type Socket, SocketError } from '../../impl/sockets/sockets.ts';
import type { RemoteReply, RemoteRequest, RemoteStart } from './socket-compliance-remote.ts';

const { port, answers, flag } = workerData as RemoteStart;
const answered = new Int32Array(flag);
let attachment: StorageArray | undefined;
let family: ArraySockets | undefined;
let descriptors = new DescriptorTable();
const sockets = new Map<number, Socket>();
let next = 1;

function add(socket: Socket): number {
  sockets.set(next, socket);
  return next++;
}

function own(call: string, args: readonly unknown[]): unknown {
  switch (call) {
    case 'attach':
      descriptors = new DescriptorTable();
      attachment = StorageArray.attach(args[0] as ArrayMemory, { host: args[1] as string });
      family = new ArraySockets(attachment, descriptors);
      return undefined;
    case 'detach':
      attachment?.close();
      sockets.clear();
      return undefined;
    case 'socket':
      if (!family) throw new Error('not attached');
      return add(family.socket());
    case 'descriptors':
      return descriptors.size;
    default:
      throw new Error(`unknown call ${call}`);
  }
}

function perform(request: RemoteRequest): unknown {
  const { args, call } = request;
  if (request.socket === 0) return own(call, args);
  const socket = sockets.get(request.socket);
  if (!socket) throw new Error(`no socket ${request.socket}`);
  const calls: Record<string, () => unknown> = {
    descriptor: () => socket.descriptor,
    state: () => socket.state,
    bind: () => socket.bind(args[0] as Address),
    listen: () => socket.listen(args[0] as number),
    accept: async () => add(await socket.accept()),
    connect: () => socket.connect(args[0] as Address),
    getsockname: () => socket.getsockname(),
    getpeername: () => socket.getpeername(),
    read: () => socket.read(...(args as [number?])),
    write: () => socket.write(args[0] as Uint8Array),
    shutdown: () => socket.shutdown(),
    close: () => socket.close(),
    abort: () => socket.abort(),
  };
  const made = calls[call];
  if (!made) throw new Error(`unknown call ${call}`);
  return made();
}

function failed(id: number, error: unknown): RemoteReply {
  if (error instanceof SocketError) return { id, error: { code: error.code, call: error.call, message: error.message } };
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { id, error: { code: 'illegalCall', call: 'remote', message } };
}

function answerNow(request: RemoteRequest): void {
  let reply: RemoteReply;
  try {
    reply = { id: 0, value: perform(request) };
  } catch (error) {
    reply = failed(0, error);
  }
  answers.postMessage(reply);
  Atomics.store(answered, 0, 1);
  Atomics.notify(answered, 0);
}

async function answerLater(request: RemoteRequest): Promise<void> {
  try {
    port.postMessage({ id: request.id, value: await perform(request) } satisfies RemoteReply);
  } catch (error) {
    port.postMessage(failed(request.id, error));
  }
}

port.on('message', (request: RemoteRequest) => {
  if (request.id === 0) answerNow(request);
  else void answerLater(request);
});
