/** 64 bytes there and back: `round-trip.ts HOW GAP [COUNT]` over TCP, or with nothing but a flag that is waited for: the least that any ring can cost. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';
import { reportTimes } from '../contenders/meter.ts';
import { begin, given, startProcess, startThread } from '../contenders/other-side.ts';

type How = 'tcp' | 'wait' | 'wait-async';
interface Task {
  readonly how: How;
  readonly port?: number;
  readonly words?: Int32Array<SharedArrayBuffer>;
}

const SIZE = 64;
const LONG = 2 ** 30;

/** Waits until the word is no longer what it was; gives what it is. */
async function next(words: Int32Array<SharedArrayBuffer>, word: number, was: number, how: How): Promise<number> {
  if (how === 'wait') Atomics.wait(words, word, was);
  else {
    const waiting = Atomics.waitAsync(words, word, was);
    if (waiting.async) await waiting.value;
  }
  return Atomics.load(words, word);
}

async function other({ how, port, words }: Task): Promise<void> {
  if (port !== undefined) {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.on('data', (bytes) => socket.write(bytes));
    await once(socket, 'connect');
    return begin();
  }
  if (!words) return;
  setInterval(() => undefined, LONG);
  begin();
  for (let seen = 0; ; ) {
    seen = await next(words, 0, seen, how);
    Atomics.store(words, 16, seen);
    Atomics.notify(words, 16);
  }
}

async function first([how = '', gap = '0', count = gap === '0' ? '3000' : '300']: readonly string[]): Promise<void> {
  const task: Task = { how: how as How };
  const trip = task.how === 'tcp' ? await tcp(task) : await flags(task);
  const times = new Float64Array(Number(count));
  for (let index = -(times.length >> 2); index < times.length; index += 1) {
    if (Number(gap) > 0) await after(Number(gap));
    const before = performance.now();
    await trip();
    if (index >= 0) times[index] = performance.now() - before;
  }
  reportTimes(times);
  process.exit(0);
}

async function tcp(task: Task): Promise<() => Promise<void>> {
  const server = createServer({ noDelay: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  await startProcess(import.meta.url, { ...task, port: (server.address() as AddressInfo).port });
  const [socket] = await accepted;
  const message = Buffer.alloc(SIZE);
  let got: () => void = () => undefined;
  socket.on('data', () => got());
  return () =>
    new Promise<void>((resolve) => {
      got = resolve;
      socket.write(message);
    });
}

async function flags(task: Task): Promise<() => Promise<void>> {
  const words = new Int32Array(new SharedArrayBuffer(128));
  setInterval(() => undefined, LONG);
  await startThread(import.meta.url, { ...task, words });
  let round = 0;
  return async () => {
    round += 1;
    Atomics.store(words, 0, round);
    Atomics.notify(words, 0);
    while (Atomics.load(words, 16) !== round) await next(words, 16, round - 1, task.how);
  };
}

const task = given<Task>();
await (task ? other(task) : first(process.argv.slice(2)));
