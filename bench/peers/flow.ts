/** One way through something that others use: `flow.ts HOW SIZE SECONDS`. This side reads and measures, the other one writes. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { RingBuffer } from 'ringbuf.js';
import { Meter, stopper } from '../contenders/meter.ts';
import { begin, given, startProcess, startThread } from '../contenders/other-side.ts';

type How = 'tcp' | 'tcp-batched' | 'ringbuf' | 'memcpy';
interface Task {
  readonly how: How;
  readonly size: number;
  readonly seconds: number;
  readonly port?: number;
  readonly memory?: SharedArrayBuffer;
  readonly flag?: SharedArrayBuffer;
}

const BATCH = 65_536;

/** Writes messages, each by itself or gathered to 64 KiB. */
function pour(socket: Socket, { how, size, seconds }: Task): void {
  const message = Buffer.alloc(size, 'a');
  const stop = stopper(seconds, size);
  const batch = how === 'tcp-batched' ? Math.max(1, Math.floor(BATCH / size)) : 1;
  const gather = (): Buffer | undefined => {
    if (batch === 1) return stop() ? undefined : message;
    const all = Buffer.allocUnsafe(batch * size);
    for (let index = 0; index < batch; index += 1) {
      if (stop()) return undefined;
      message.copy(all, index * size);
    }
    return all;
  };
  const go = () => {
    for (let piece = gather(); piece; piece = gather()) if (!socket.write(piece)) return void socket.once('drain', go);
    socket.end();
  };
  go();
}

async function other(task: Task): Promise<void> {
  if (task.port !== undefined) {
    begin();
    const socket = connect({ port: task.port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return pour(socket, task);
  }
  const ring = new RingBuffer(task.memory as SharedArrayBuffer, Uint8Array);
  const message = new Uint8Array(task.size).fill(97);
  const stop = stopper(task.seconds, task.size);
  begin();
  while (!stop()) for (let done = 0; done < task.size; ) done += ring.push(message, task.size - done, done);
  Atomics.store(new Int32Array(task.flag as SharedArrayBuffer), 0, 1);
}

async function first([how = '', size = '', seconds = '0.5']: readonly string[]): Promise<void> {
  const task: Task = { how: how as How, size: Number(size), seconds: Number(seconds) };
  if (task.how === 'memcpy') return copy(task);
  if (task.how === 'ringbuf') return readRingbuf(task);
  const server = createServer({ noDelay: true }, (socket) => {
    const meter = new Meter();
    socket.on('data', (bytes) => meter.add(bytes.length, bytes.length / task.size));
    socket.on('end', () => {
      meter.report();
      process.exit(0);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  await startProcess(import.meta.url, { ...task, port: (server.address() as AddressInfo).port });
}

async function readRingbuf(task: Task): Promise<void> {
  const memory = RingBuffer.getStorageForCapacity(1 << 20, Uint8Array) as SharedArrayBuffer;
  const flag = new SharedArrayBuffer(4);
  await startThread(import.meta.url, { ...task, memory, flag });
  const ring = new RingBuffer(memory, Uint8Array);
  const ended = new Int32Array(flag);
  const into = new Uint8Array(BATCH);
  const meter = new Meter();
  for (;;) {
    const count = ring.empty() ? 0 : ring.pop(into);
    if (count > 0) meter.add(count, count / task.size);
    else if (Atomics.load(ended, 0) === 1 && ring.empty()) break;
  }
  meter.report();
  process.exit(0);
}

/** Plain copying within one thread, for what memory itself can do. */
function copy({ size, seconds }: Task): void {
  const [from, to] = [Buffer.alloc(size, 'a'), Buffer.alloc(size)];
  const meter = new Meter();
  const stop = stopper(seconds, size);
  while (!stop()) meter.add(from.copy(to));
  meter.report();
}

const task = given<Task>();
await (task ? other(task) : first(process.argv.slice(2)));
