/** Rows of a verification on several threads: each thread takes the next row when it has done one. */
import { ReadableStream, type ReadableStreamDefaultController } from 'node:stream/web';
import { startWorker } from '../explore/start-worker.ts';
import type { RowOrders, VerifyEvent } from './verify-row.ts';

/** What a thread says: what happened in its row, or that the row is done. */
export type Said = VerifyEvent | 'done';

/** The events of all rows as they come, but each row's result not before those of the rows in front of it. */
export async function* inThreads(rows: readonly RowOrders[], threads: number): AsyncGenerator<VerifyEvent, void> {
  const results: VerifyEvent[] = [];
  let next = 0;
  for await (const { index, event } of driven(rows, Math.min(threads, rows.length))) {
    if (event.type !== 'row') yield event;
    else results[index] = event;
    for (let result = results[next]; result !== undefined; result = results[next]) {
      yield result;
      next += 1;
    }
  }
}

/** An event, with the number of its row. */
interface Arrival {
  readonly index: number;
  readonly event: VerifyEvent;
}

/** Starts the threads; whoever stops reading stops them, and so does the first that fails. */
function driven(rows: readonly RowOrders[], threads: number): ReadableStream<Arrival> {
  const waiting = [...rows.entries()];
  const workers = Array.from({ length: threads }, () => startWorker('verify.worker', import.meta.url, {}));
  const stop = async () => {
    for (const worker of workers) worker.removeAllListeners().on('error', () => {});
    await Promise.all(workers.map((worker) => worker.terminate()));
  };
  const begin = (controller: ReadableStreamDefaultController<Arrival>) => {
    const working = new Set(workers);
    const fail = (error: unknown) => {
      controller.error(error);
      void stop();
    };
    for (const worker of workers) {
      let index = -1;
      const takeNext = () => {
        const row = waiting.shift();
        index = row?.[0] ?? -1;
        if (row !== undefined) return worker.postMessage(row[1]);
        working.delete(worker);
        if (working.size > 0) return;
        controller.close();
        void stop();
      };
      worker.on('message', (said: Said) => (said === 'done' ? takeNext() : controller.enqueue({ index, event: said })));
      worker.once('error', fail);
      worker.once('exit', () => fail(new Error(`the thread of row ${index + 1} ended before its row did`)));
      takeNext();
    }
  };
  return new ReadableStream<Arrival>({ start: begin, cancel: stop });
}
