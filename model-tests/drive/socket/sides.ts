/** What the paths of a socket are driven through: the near side has the socket under test, the far side its peers. */
import type { Address, Socket, Sockets } from '../../../impl/index.ts';
import type { SocketEvent } from '../../../machines/index.ts';
import { realRig } from '../rigs.ts';

/** The two sides, for any number of paths one after another. */
export interface SocketSides {
  readonly near: Sockets;
  readonly far: Sockets;
  /** Any free address. */
  readonly free: Address;
  /** An address that somebody has. */
  readonly taken: Address;
  /** An address of another family. */
  readonly foreign: Address;
  /** Where nobody listens. */
  readonly dead: Address;
  /** Where no more connections may wait; undefined where that is not told by connect. */
  readonly crowded: Address | undefined;
  /** A byte from the far side to the near one and back, over a connection of their own. One at a time. */
  round(): Promise<void>;
  /** Resolves when everything that the far side has done so far has arrived at the near side, and the other way round. */
  fence(): Promise<void>;
  /** What is held beyond what these sides hold themselves, in words; empty when nothing is. */
  held(): string[];
  close(): Promise<void>;
}

/** An address family that can be driven. */
export interface SocketFamily {
  /** What it cannot be brought to do: those moves are in no path. */
  readonly without: readonly SocketEvent['type'][];
  open(): Promise<SocketSides>;
}

/** Bytes back and forth, so often that the event loop of each side has gone round more than once since. */
const ROUNDS = 3;

/** TCP on the loopback interface. A connect beyond a backlog connects and is reset, and nothing there lets a connect time out. */
export const tcpFamily: SocketFamily = { without: ['backlogFull', 'timedOut'], open: () => openSides('tcp') };

/** The storage array; its connect answers at once, so it never times out. */
export const arrayFamily: SocketFamily = { without: ['timedOut'], open: () => openSides('array') };

async function openSides(family: 'tcp' | 'array'): Promise<SocketSides> {
  const rig = await realRig(family);
  const [near, far] = [rig.client[family], rig.server[family]];
  const local = (port: number): Address =>
    family === 'tcp' ? { family: 'tcp', host: '127.0.0.1', port: 0 } : { family: 'array', array: rig.client.array.array, port };
  // Ports that are no dynamic ones: the array has only few of those, and the paths need them.
  const listener = await bound(far, local(20));
  await listener.listen(1);
  const one = await bound(near, local(21));
  const [other] = await Promise.all([listener.accept(), one.connect(listener.getsockname())]);
  const waits = await bound(near, local(22));
  if (family === 'array') await waits.connect(listener.getsockname());
  const round = async () => {
    await Promise.all([one.read(), other.write(new Uint8Array(1))]);
    await Promise.all([other.read(), one.write(new Uint8Array(1))]);
  };
  const before = rig.held().join();
  return {
    near,
    far,
    free: local(0),
    taken: listener.getsockname(),
    foreign: family === 'tcp' ? rig.deadPort : { family: 'tcp', host: '127.0.0.1', port: 1 },
    dead: rig.dead,
    crowded: family === 'array' ? listener.getsockname() : undefined,
    round,
    async fence() {
      for (let rounds = 0; rounds < ROUNDS; rounds += 1) await round();
    },
    held() {
      const now = rig.held();
      return now.join() === before ? [] : [`${now.join(', ')}; before the path it was ${before}`];
    },
    async close() {
      await Promise.all([one, other, waits, listener].map((socket) => socket.close()));
      await rig.close();
    },
  };
}

async function bound(sockets: Sockets, address: Address): Promise<Socket> {
  const socket = sockets.socket();
  await socket.bind(address);
  return socket;
}
