/** One way through the array or a ring: `array-flow.ts HOW SIZE SECONDS`. This side reads and measures, the other one writes. */
import { type ArrayFile, type ArrayMemory, createRing, type DirectChannel, openRing, type RingMemory } from '../../impl/index.ts';
import { accept, dial, makeArray } from './array-channels.ts';
import { Meter, stopper } from './meter.ts';
import { begin, given, startProcess, startThread } from './other-side.ts';

type How = 'records' | 'bytes' | 'in-place' | 'mapped' | 'stream';
interface Task {
  readonly how: How;
  readonly size: number;
  readonly seconds: number;
  readonly ring?: RingMemory;
  readonly array?: ArrayMemory | ArrayFile;
}

const RING = 1 << 20;
const READ = 65_536;

function write(channel: DirectChannel, { how, size, seconds }: Task): void {
  const message = Buffer.alloc(size, 'a');
  const stop = stopper(seconds, size);
  if (how === 'records') {
    const writer = channel.recordWriter();
    while (!stop()) while (!writer.write(message)) channel.waitForRoom(writer.need(size));
    writer.flush();
  } else if (how === 'in-place') {
    while (!stop()) {
      const room = channel.reserve(size);
      if (room.length === 0) channel.waitForRoom(size / 2);
      // Buffer.fill with as many bytes as there is room for is a plain memcpy, also into shared memory.
      else channel.commit(room.fill(room.length === size ? message : message.subarray(0, room.length)).length);
    }
  } else while (!stop()) channel.write(message);
  channel.end();
}

function read(channel: DirectChannel, { how }: Task): void {
  const meter = new Meter();
  if (how === 'records') {
    let count = 0;
    let bytes = 0;
    const reader = channel.recordReader();
    const take = (_memory: Uint8Array, _at: number, length: number) => {
      count += 1;
      bytes += length;
    };
    for (let got = reader.read(take, 1_024); got >= 0; got = reader.read(take, 1_024)) {
      if (got === 0) channel.waitForBytes();
      meter.add(bytes, count);
      count = 0;
      bytes = 0;
    }
  } else if (how === 'in-place') {
    for (let bytes = channel.peek(); bytes; bytes = channel.peek()) {
      if (bytes.length === 0) channel.waitForBytes();
      else channel.release(bytes.length);
      meter.add(bytes.length);
    }
  } else {
    const into = Buffer.alloc(READ);
    for (let count = channel.read(into); count >= 0; count = channel.read(into)) meter.add(count);
  }
  meter.report();
}

async function writeStream({ array, size, seconds }: Task): Promise<void> {
  const { data, error } = await accept(array as ArrayMemory, begin);
  error.end();
  const message = Buffer.alloc(size, 'a');
  const stop = stopper(seconds, size);
  const go = () => {
    while (!stop()) if (!data.write(message)) return void data.once('drain', go);
    data.end();
  };
  go();
}

async function readStream(array: ArrayMemory | ArrayFile): Promise<void> {
  const { data, error } = await dial(array);
  error.resume().end();
  const meter = new Meter();
  const first = process.memoryUsage.rss();
  let most = first;
  let chunks = 0;
  data.on('data', (bytes: Buffer) => {
    meter.add(bytes.length);
    chunks += 1;
    if ((chunks & 511) === 0) most = Math.max(most, process.memoryUsage.rss());
  });
  data.on('end', () => {
    meter.report({ growth: (most - first) / 2 ** 20 });
    process.exit(0);
  });
}

async function other(task: Task): Promise<void> {
  if (task.how === 'stream') return writeStream(task);
  if (task.array) {
    const session = await accept(task.array, begin);
    const channel = session.direct('data');
    if (channel) write(channel, task);
    return;
  }
  begin();
  write(openRing(task.ring as RingMemory, 1), task);
}

async function first([how = '', size = '', seconds = '0.5']: readonly string[]): Promise<void> {
  const task: Task = { how: how as How, size: Number(size), seconds: Number(seconds) };
  if (task.how === 'stream' || task.how === 'mapped') {
    const array = makeArray(task.how === 'stream' ? 'threads' : 'processes', RING);
    await (task.how === 'stream' ? startThread : startProcess)(import.meta.url, { ...task, array });
    if (task.how === 'stream') return readStream(array);
    const channel = (await dial(array)).direct('data');
    if (channel) read(channel, task);
    process.exit(0);
  }
  // A ring much longer than a message, and one that is small enough for the processor's cache.
  const ring = createRing(task.how === 'in-place' ? 4 * RING : RING);
  await startThread(import.meta.url, { ...task, ring });
  read(openRing(ring, 0), task);
  process.exit(0);
}

const task = given<Task>();
await (task ? other(task) : first(process.argv.slice(2)));
