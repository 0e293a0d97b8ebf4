/** A thread of a search: waits for a round, takes part in it, says that it is done. */
import { type MessagePort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { Lane, type LaneMemory, type LaneOrders, QUIT, ROUND, RUNNING } from './lane.ts';

/** What the thread is started with. */
export interface LaneStart {
  readonly memory: LaneMemory;
  readonly index: number;
  readonly orders: LaneOrders;
  readonly port: MessagePort;
}

const { memory, index, orders, port } = workerData as LaneStart;
const { control } = memory;
const lane = new Lane(memory, index, orders.states.layout);
lane.obey(orders);
for (let round = 0; ; round += 1) {
  Atomics.wait(control, ROUND, round);
  if (Atomics.load(control, QUIT) === 1) break;
  for (let message = receiveMessageOnPort(port); message !== undefined; message = receiveMessageOnPort(port))
    lane.obey(message.message as LaneOrders);
  lane.run();
  Atomics.sub(control, RUNNING, 1);
  Atomics.notify(control, RUNNING);
}
port.close();
