/** The other actor of litmus.test.ts, in a worker or in a process: reads, in the arena that it was given, whatever question it is asked. */
import { parentPort, workerData } from 'node:worker_threads';
import { ARENA_BYTES, act, litmusTests } from './litmus.test-support.ts';
import { mapFile } from './memory/mapped-memory.ts';
import { Words } from './memory/words.ts';

const file = process.argv[2];
const buffer = parentPort ? (workerData as SharedArrayBuffer) : mapFile(file ?? '', 0, () => ARENA_BYTES).buffer;
const words = new Words(buffer);

function answer(question: number): void {
  const litmus = litmusTests[question];
  if (litmus) act(words, litmus, 'reader');
  if (parentPort) parentPort.postMessage('done');
  else process.send?.('done');
}

if (parentPort) parentPort.on('message', answer);
else process.on('message', answer);
if (parentPort) parentPort.postMessage('ready');
else process.send?.('ready');
