/** Real traces: the implementation's processes over a rig, as a user would run them, recorded in one list as one file would be. */
import {
  type ConnectOptions,
  connect,
  type Listener,
  type ListenOptions,
  listen,
  type Session,
  SocketError,
  StpConnectError,
  type TraceRecord,
} from '../../impl/index.ts';
import { groups, type Rig } from '../drive/rigs.ts';
import { VirtualClock } from '../drive/virtual-clock.ts';

/** What happens in a recording: it gets a listener and adds to the records. */
type Play = (world: RecordingWorld) => Promise<unknown>;

const secret = 'a secret of the recorded sessions';

/** A listener of the rig's client process, and ways to dial it. */
class RecordingWorld {
  readonly records: TraceRecord[] = [];
  readonly clock = new VirtualClock();
  readonly #rig: Rig;
  readonly #sessions: Session[] = [];
  readonly #waiting: (() => void)[] = [];
  #listener: Listener | undefined;

  constructor(rig: Rig) {
    this.#rig = rig;
  }

  async listen(options: Partial<ListenOptions> = {}, hasArray = true): Promise<void> {
    const { tcp, array } = this.#rig.client;
    this.#listener = await listen({
      wkp: this.#rig.wkp,
      secret,
      onSession: (session) => void this.#sessions.push(session),
      trace: (record) => this.#record(record),
      ports: { tcp, clock: this.clock, ...(hasArray ? { array } : {}) },
      ...options,
    });
  }

  /** Dials; the error's code where there is no session. */
  async dial(options: Partial<ConnectOptions> = {}): Promise<Session | string> {
    const { tcp, array } = this.#rig.server;
    const session = connect({
      wkp: this.#listener?.address ?? this.#rig.wkp,
      secret,
      group: groups.attached,
      trace: (record) => this.#record(record),
      ports: { tcp, array, clock: this.clock },
      ...options,
    });
    return await session.catch((error: unknown) => {
      if (error instanceof StpConnectError) return error.code;
      throw error;
    });
  }

  /** The server process's ports, but no group can be attached. */
  portsWithoutGroup(): ConnectOptions['ports'] {
    const { tcp, array } = this.#rig.server;
    const attachGroup = () => Promise.reject(new SocketError('groupUnknown', 'attachGroup', 'the group is gone'));
    return {
      tcp,
      array: { family: array.family, array: array.array, socket: () => array.socket(), attachGroup },
      clock: this.clock,
    };
  }

  /** A connection of somebody who speaks for himself. */
  async stranger(bytes: string, limit?: string): Promise<void> {
    const socket = this.#rig.server.tcp.socket();
    const { hostname, port } = new URL(this.#listener?.address ?? '');
    await socket.connect({ family: 'tcp', host: hostname, port: Number(port) });
    await this.until((record) => record.role === 'client' && record.next === 'awaitingFirstFrame');
    if (limit === undefined) await socket.write(Buffer.from(bytes));
    else this.clock.expire(0, limit);
    await this.until((record) => record.role === 'client' && record.next === 'failed');
    await socket.close();
  }

  /** Dials somebody who accepts and says nothing, until this limit expires. */
  async dialMute(limit: string): Promise<void> {
    const mute = this.#rig.client.tcp.socket();
    const host = this.#rig.name === 'simulated' ? 'simulated' : '127.0.0.1';
    await mute.bind({ family: 'tcp', host, port: this.#rig.name === 'simulated' ? 7_071 : 0 });
    await mute.listen(1);
    const address = mute.getsockname();
    const before = this.records.length;
    const dialled = this.dial({ wkp: `tcp://${host}:${address.port}` });
    await this.until((record, index) => index >= before && record.next === 'handshaking.network.awaitingDescriptor');
    this.clock.expire(0, limit);
    await dialled;
    await mute.close();
  }

  /** Waits until a record is written for which `holds` is true. */
  async until(holds: (record: TraceRecord, index: number) => boolean): Promise<void> {
    while (!this.records.some(holds)) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Ends everything in order, so that each session has its `close`. */
  async close(): Promise<void> {
    await this.#listener?.close({ sessions: true });
  }

  #record(record: TraceRecord): void {
    this.records.push(JSON.parse(JSON.stringify(record)) as TraceRecord);
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

const closeAll = async (...sessions: (Session | string)[]) => {
  for (const session of sessions) if (typeof session !== 'string') await session.close();
};

/** What is recorded, by name. Each leaves whole sessions of both roles behind. */
const plays: Readonly<Record<string, Play>> = {
  'network mode': async (world) => {
    await world.listen();
    await closeAll(await world.dial({ mode: 'network' }));
  },
  'storage mode': async (world) => {
    await world.listen();
    const session = await world.dial({ mode: 'storage' });
    await world.until((record) => record.next === 'established.open');
    await closeAll(session);
  },
  'a fall back, since the client process has no array': async (world) => {
    await world.listen({}, false);
    await closeAll(await world.dial({ mode: 'storage', fallback: 'network' }));
  },
  'a group that is full, with and without a fall back': async (world) => {
    await world.listen();
    await world.dial({ mode: 'storage', group: groups.full });
    await closeAll(await world.dial({ mode: 'storage', group: groups.full, fallback: 'network' }));
  },
  'several sessions at once, their records interleaved': async (world) => {
    await world.listen();
    const sessions = await Promise.all([
      world.dial({ mode: 'network' }),
      world.dial({ mode: 'storage' }),
      world.dial({ mode: 'network' }),
      world.dial({ mode: 'storage', group: groups.unknown, fallback: 'network' }),
    ]);
    await Promise.all(sessions.map((session) => closeAll(session)));
  },
  'another secret': async (world) => {
    await world.listen();
    for (const mode of ['network', 'storage'] as const) await world.dial({ mode, secret: 'another secret', fallback: 'network' });
  },
  'a listener that is full': async (world) => {
    await world.listen({ maxSessions: 1 });
    const session = await world.dial();
    await world.dial();
    await closeAll(session);
  },
  'nobody listens': (world) => world.dial({ wkp: 'tcp://127.0.0.1:1' }),
  'a stranger who speaks another protocol': async (world) => {
    await world.listen();
    await world.stranger('GET / HTTP/1.1\r\n\r\n');
  },
  'limits that expire on either side': async (world) => {
    await world.listen();
    await world.stranger('', 'firstFrameTimeout');
    await world.dialMute('replyTimeout');
    await world.dialMute('handshakeTimeout');
  },
  'a group that is gone behind READY: the DECLINE finds the client process established': async (world) => {
    await world.listen();
    await world.dial({ mode: 'storage', ports: world.portsWithoutGroup() });
    await world.until((record) => record.role === 'client' && record.next === 'established.open');
  },
  'an abort while dialling': async (world) => {
    await world.listen();
    const abort = new AbortController();
    const aborted = world.dial({ signal: abort.signal });
    abort.abort();
    await aborted;
  },
  'the listener stops while somebody handshakes': async (world) => {
    await world.listen();
    const dialled = world.dial({ mode: 'storage' });
    await world.until((record) => record.role === 'client' && record.next === 'handshaking.storage.awaitingConnection');
    await world.close();
    await closeAll(await dialled);
  },
  'a client process that closes at once, in storage mode': async (world) => {
    await world.listen({ onSession: (session) => void session.close() });
    await closeAll(await world.dial({ mode: 'storage' }));
    await world.until((record) => record.role === 'client' && record.next === 'closed');
  },
};

export const playNames = Object.keys(plays);

/** Plays one scenario and gives back everything that both roles recorded, in the order of time. */
export async function recordSessions(rig: Rig, name: string): Promise<readonly TraceRecord[]> {
  const play = plays[name];
  if (play === undefined) throw new RangeError(`no such scenario: ${name}`);
  const world = new RecordingWorld(rig);
  try {
    await play(world);
  } finally {
    await world.close();
  }
  return world.records;
}
