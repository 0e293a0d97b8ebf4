/** What the two threads of stress.test.ts share. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { RingPlace } from './layout.ts';
import type { RingMemory } from './ring.ts';

/** What the worker is to do, and where: word indexes in `buffer`. */
export interface StressOrder {
  readonly what: 'lock' | 'ring';
  readonly buffer: SharedArrayBuffer;
  readonly total: number;
  readonly lock: number;
  readonly counter: number;
  readonly readerBell: number;
  readonly writerBell: number;
  readonly place: RingPlace;
}

/** Starts the worker; `done` resolves when it has done what it was told. */
export function startWorker(order: StressOrder): { readonly done: Promise<unknown>; stop(): Promise<unknown> } {
  const entry = new URL('./stress.worker.ts', import.meta.url).href;
  // On Node 20 a worker does not take the loader over, so its first step is to register it.
  const start = `import('tsx/esm/api').then(({ register }) => { register(); return import(${JSON.stringify(entry)}); });`;
  const worker = new Worker(start, { eval: true, workerData: order });
  return { done: once(worker, 'message'), stop: () => worker.terminate() };
}

/** Starts a thread that sends back what comes, with calls that block; `ready` once it is about to. */
export function startEcho(memory: RingMemory): { readonly ready: Promise<unknown>; stop(): Promise<unknown> } {
  const entry = new URL('./echo.worker.ts', import.meta.url).href;
  const start = `import('tsx/esm/api').then(({ register }) => { register(); return import(${JSON.stringify(entry)}); });`;
  const worker = new Worker(start, { eval: true, workerData: memory });
  return { ready: once(worker, 'message'), stop: () => worker.terminate() };
}
