/** The other thread of stress.test.ts: takes the lock over and over, or fills a ring with numbers, as it is told. */
import { parentPort, workerData } from 'node:worker_threads';
import { RingProducer, WAKE } from './byte-ring.ts';
import { Hold } from './clock.ts';
import { anonymous, probeFrom } from './liveness.ts';
import { Lock } from './lock.ts';
import { SharedSignal } from './memory/shared-memory.ts';
import { Words } from './memory/words.ts';
import type { StressOrder } from './stress.test-support.ts';

const hold = new Hold();
hold.take();
const order = workerData as StressOrder;
const words = new Words(order.buffer);
const signal = new SharedSignal(order.buffer);

function increment(lock: Lock, word: number, times: number): void {
  for (let each = 0; each < times; each += 1) lock.run(() => words.store(word, words.load(word) + 1));
}

async function fill(): Promise<void> {
  const producer = new RingProducer(words, order.place);
  const chunk = new Uint8Array(1_000);
  for (let sent = 0; sent < order.total; ) {
    const size = Math.min(1 + ((sent * 7) % chunk.length), order.total - sent);
    for (let at = 0; at < size; at += 1) chunk[at] = (sent + at) % 251;
    for (let rest = chunk.subarray(0, size); rest.length > 0; ) {
      const count = producer.write(rest);
      rest = rest.subarray(count);
      if (count > 0 && producer.readerWaits() !== WAKE.NOT) {
        words.store(order.readerBell, 1);
        signal.notify(order.readerBell);
      }
      if (rest.length === 0) break;
      words.store(order.writerBell, 0);
      if (producer.wait(WAKE.FLAG)) await signal.wait(order.writerBell, 0);
    }
    sent += size;
  }
  producer.end();
  words.store(order.readerBell, 1);
  signal.notify(order.readerBell);
}

if (order.what === 'lock')
  increment(
    new Lock(words, signal, order.lock, { token: 2, identity: anonymous, probe: probeFrom(anonymous) }),
    order.counter,
    order.total,
  );
else await fill();
hold.release();
parentPort?.postMessage('done');
