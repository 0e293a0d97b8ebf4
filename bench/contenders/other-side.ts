/** The other side of a measurement: the same module again, in a worker or in a process, which says when it is about to begin. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const GIVEN = 'STPCONNECT_BENCH_OTHER';

/** What this module was given when it is the other side; undefined when it is the first one. */
export function given<T>(): T | undefined {
  if (!isMainThread) return workerData as T;
  const text = process.env[GIVEN];
  return text === undefined ? undefined : (JSON.parse(text) as T);
}

/** Says that this side is about to begin. */
export function begin(message: string | number = 'begun'): void {
  if (parentPort) parentPort.postMessage(message);
  else process.send?.(message);
}

/** Starts the other side in a thread; resolves with what it says when it is about to begin. */
export async function startThread(url: string, data: unknown): Promise<unknown> {
  // A worker of Node 20 does not take the loader over.
  const start = `import('tsx/esm/api').then(({ register }) => { register(); return import(${JSON.stringify(url)}); });`;
  const worker = new Worker(start, { eval: true, workerData: data });
  worker.on('error', (error) => {
    throw error;
  });
  const [message] = await once(worker, 'message');
  worker.unref();
  return message;
}

/** Starts the other side in a process; resolves with what it says when it is about to begin. */
export async function startProcess(url: string, data: unknown): Promise<unknown> {
  const child = fork(fileURLToPath(url), [], {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, [GIVEN]: JSON.stringify(data) },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  process.on('exit', () => child.kill('SIGKILL'));
  const [message] = await once(child, 'message');
  child.unref();
  child.channel?.unref();
  return message;
}
