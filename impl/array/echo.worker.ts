/** The other thread of ring.test.ts: sends back whatever comes until its end comes, with calls that block. */
import { parentPort, workerData } from 'node:worker_threads';
import { openRing, type RingMemory } from './ring.ts';

const channel = openRing(workerData as RingMemory, 1);
parentPort?.postMessage('ready');
const into = Buffer.alloc(500);
for (let count = channel.read(into); count >= 0; count = channel.read(into)) channel.write(into.subarray(0, count));
channel.end();
