/**
 * 64 bytes there and back: `array-round-trip.ts HOW GAP [COUNT]`, GAP in milliseconds between two of them, 0 for none. `blocking` and `event-loop` go through two rings
 * between threads, `mapped` through a session between processes; `idle` is the processor time of a session in which nothing moves, a second of it.
 */
import { setTimeout as after } from 'node:timers/promises';
import { type ArrayFile, type ArrayMemory, createRing, type DirectChannel, openRing, type RingMemory } from '../../impl/index.ts';
import { accept, dial, makeArray } from './array-channels.ts';
import { reportTimes } from './meter.ts';
import { begin, given, startProcess, startThread } from './other-side.ts';

type How = 'blocking' | 'event-loop' | 'mapped' | 'idle';
interface Task {
  readonly how: How;
  readonly ring?: RingMemory;
  readonly array?: ArrayMemory | ArrayFile;
}

const SIZE = 64;
const IDLE_MS = 1_500;

async function echo(channel: DirectChannel, how: How): Promise<void> {
  const bytes = Buffer.alloc(SIZE);
  for (;;) {
    if (how === 'event-loop') while (channel.peek()?.length === 0) await channel.readable();
    if (channel.read(bytes) < 0) return;
    channel.write(bytes);
  }
}

async function measure(channel: DirectChannel, how: How, gap: number, count: number): Promise<void> {
  const bytes = Buffer.alloc(SIZE);
  const times = new Float64Array(count);
  const warmUp = count >> 2;
  for (let index = -warmUp; index < count; index += 1) {
    if (gap > 0) await after(gap);
    const before = performance.now();
    channel.write(bytes);
    if (how === 'event-loop') while (channel.peek()?.length === 0) await channel.readable();
    channel.read(bytes);
    if (index >= 0) times[index] = performance.now() - before;
  }
  reportTimes(times);
}

async function other(task: Task): Promise<void> {
  if (task.array) {
    const session = await accept(task.array, begin);
    const channel = task.how === 'idle' ? undefined : session.direct('data');
    if (channel) await echo(channel, task.how);
    return;
  }
  begin();
  await echo(openRing(task.ring as RingMemory, 1), task.how);
}

async function first([how = '', gap = '0', count = gap === '0' ? '20000' : '300']: readonly string[]): Promise<void> {
  const task: Task = { how: how as How };
  if (task.how === 'mapped' || task.how === 'idle') {
    const array = makeArray('processes', 65_536);
    await startProcess(import.meta.url, { ...task, array });
    const session = await dial(array);
    if (task.how === 'idle') {
      await after(IDLE_MS);
      const from = process.cpuUsage();
      await after(IDLE_MS);
      const { user, system } = process.cpuUsage(from);
      process.stdout.write(`${JSON.stringify({ idle: (user + system) / 1e3 / IDLE_MS })}\n`);
    } else {
      const channel = session.direct('data');
      if (channel) await measure(channel, task.how, Number(gap), Number(count));
    }
    process.exit(0);
  }
  const ring = createRing(65_536);
  await startThread(import.meta.url, { ...task, ring });
  await measure(openRing(ring, 0), task.how, Number(gap), Number(count));
  process.exit(0);
}

const task = given<Task>();
await (task ? other(task) : first(process.argv.slice(2)));
