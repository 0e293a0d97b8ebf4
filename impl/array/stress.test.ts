import { expect, onTestFinished, test } from 'vitest';
import { clearRing, RingConsumer, WAKE } from './byte-ring.ts';
import { LINE, RING } from './layout.ts';
import { anonymous, probeFrom } from './liveness.ts';
import { Lock } from './lock.ts';
import { SharedSignal } from './memory/shared-memory.ts';
import { Words } from './memory/words.ts';
import { type StressOrder, startWorker } from './stress.test-support.ts';

const CAPACITY = 512;
const DATA = (RING.WORDS + 4 * LINE) * 4;

function order(what: StressOrder['what'], total: number): StressOrder {
  const at = RING.WORDS;
  const places = { lock: at, counter: at + LINE, readerBell: at + 2 * LINE, writerBell: at + 3 * LINE };
  return {
    what,
    total,
    ...places,
    buffer: new SharedArrayBuffer(DATA + CAPACITY),
    place: { control: 0, data: DATA, capacity: CAPACITY },
  };
}

function start(what: StressOrder) {
  const worker = startWorker(what);
  onTestFinished(async () => {
    await worker.stop();
  });
  return worker;
}

test('two threads that take the lock 50,000 times each never hold it together', async () => {
  const orders = order('lock', 50_000);
  const words = new Words(orders.buffer);
  const worker = start(orders);
  const lock = new Lock(words, new SharedSignal(orders.buffer), orders.lock, {
    token: 1,
    identity: anonymous,
    probe: probeFrom(anonymous),
  });
  for (let each = 0; each < orders.total; each += 1) {
    lock.run(() => words.store(orders.counter, words.load(orders.counter) + 1));
    // Lets the worker's start-up and messages through, and so the two of them meet.
    if (each % 500 === 0) await new Promise(setImmediate);
  }
  await worker.done;
  expect(words.load(orders.counter)).toBe(2 * orders.total);
});

test('a megabyte passes a ring of 512 bytes between two threads, across 2^32, with no wake-up lost', async () => {
  const orders = order('ring', 1_000_000);
  const words = new Words(orders.buffer);
  const signal = new SharedSignal(orders.buffer);
  clearRing(words, orders.place, 2 ** 32 - 500_000);
  const worker = start(orders);
  const consumer = new RingConsumer(words, orders.place);
  let received = 0;
  let wrong = 0;
  for (;;) {
    words.store(orders.readerBell, 0);
    const bytes = consumer.read(1 + (received % 300));
    if (bytes === null) break;
    if (bytes === undefined) {
      if (consumer.wait(WAKE.FLAG)) await signal.wait(orders.readerBell, 0);
      continue;
    }
    for (const value of bytes) {
      if (value !== received % 251) wrong += 1;
      received += 1;
    }
    if (consumer.writerWaits() !== WAKE.NOT) {
      words.store(orders.writerBell, 1);
      signal.notify(orders.writerBell);
    }
  }
  await worker.done;
  expect([received, wrong]).toEqual([orders.total, 0]);
});
