/** The other process of mapped.test.ts: attaches to the file that is its argument, and answers each order when it has done it. */
import { existsSync } from 'node:fs';
import type { ArrayConnection } from './array-connection.ts';
import { openMemory } from './opening.ts';
import { StorageArray } from './storage-array.ts';

const file = process.argv[2] ?? '';
const array = StorageArray.attach({ file }, { host: 'there', heartbeatInterval: 20, staleAfter: 200 });
let data: ArrayConnection | undefined;

/** Sends back whatever comes, until its end. */
function echo(connection: ArrayConnection): void {
  let rest: Uint8Array = new Uint8Array(0);
  const go = () => {
    for (;;) {
      if (rest.length > 0) {
        rest = rest.subarray(connection.write(rest));
        if (rest.length > 0) return;
      }
      const bytes = connection.read(65_536);
      if (bytes === undefined) return;
      if (bytes === null) {
        connection.end();
        connection.close();
        return;
      }
      rest = bytes;
    }
  };
  connection.watch({ readable: go, room: go, failed: () => undefined });
  go();
}

function blockFor(milliseconds: number): void {
  for (const until = performance.now() + milliseconds; performance.now() < until; );
}

const orders: Record<string, (argument: number) => unknown> = {
  listen() {
    const port = array.bindPort(0);
    array.listenPort(port, 4, () => {
      const accepted = array.attached ? array.nextConnection(port) : undefined;
      if (!accepted) return;
      data = array.attachGroup(accepted, 'STG0').data;
      echo(data);
    });
    array.nextConnection(port);
    return port.number;
  },
  /** Whether its end of the data channel stands. */
  stands() {
    try {
      data?.read(1);
      return true;
    } catch {
      return false;
    }
  },
  block: (milliseconds) => blockFor(milliseconds),
  attached: () => array.attached,
  /** Never comes out of the critical section again. */
  lockForEver() {
    const { lock } = openMemory({ file });
    lock.run(() => {
      process.send?.('locked');
      for (;;);
    });
  },
  /** Stays in the critical section until there is a file beside the array that tells it to leave. */
  lockUntilTold() {
    const { lock } = openMemory({ file });
    lock.run(() => {
      process.send?.('locked');
      while (!existsSync(`${file}.leave`));
    });
    return undefined;
  },
  leave() {
    array.close();
    process.disconnect();
  },
};

process.on('message', ({ order, argument }: { order: string; argument: number }) => {
  const answer = orders[order]?.(argument);
  if (process.connected) process.send?.(answer ?? null);
});
process.send?.('ready');
