/** A thread of a verification: drives the rows that it is given, one after the other. */
import { parentPort } from 'node:worker_threads';
import { PathSource, type RowOrders, verifyRow } from './verify-row.ts';
import type { Said } from './verify-threads.ts';

const port = parentPort;
const source = new PathSource();
const say = (said: Said) => port?.postMessage(said);

port?.on('message', async (orders: RowOrders) => {
  for await (const event of verifyRow(orders, source)) say(event);
  say('done');
});
