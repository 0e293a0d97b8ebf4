/**
 * One listener and up to eight server processes over simulated sockets, all of whose outcomes wait for a scheduler: dials, accepts, deliveries
 * and calls on the array happen in the order that it chooses. A monitor follows every attempt on its chart as it goes.
 */
import {
  type Address,
  type ConnectOptions,
  connect,
  type Listener,
  type ListenOptions,
  listen,
  type Session,
  StpConnectError,
  type TraceRecord,
} from '../../../impl/index.ts';
import { Monitor } from '../../validate/monitor.ts';
import { Gatekeeper, type HeldProcess } from '../held-sockets.ts';
import { groups, type Rig, simulatedRig } from '../rigs.ts';
import { settled } from '../settle.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { type Heard, hear } from './heard.ts';

/** What is scheduled: the implementation's own doors, or broken ones. */
export interface Doors {
  readonly connect: (options: ConnectOptions) => Promise<Session>;
  readonly listen: (options: ListenOptions) => Promise<Listener>;
}

export const ownDoors: Doors = { connect, listen };

/** How a server process dials. */
export interface DialPlan {
  readonly mode: 'network' | 'storage';
  readonly fallback: boolean;
}

/** A session, what its user has heard on it, and which of its sides it is. */
export interface Established {
  readonly session: Session;
  readonly data: Heard;
  readonly error: Heard;
}

/** A server process under way. */
export interface ScheduledServer {
  readonly plan: DialPlan;
  readonly clock: VirtualClock;
  readonly abort: AbortController;
  /** How connect() ended: a session, or a failure code. */
  outcome: Established | string | undefined;
}

const secret = Buffer.from('a secret of the schedules');

/** The owner of the listening socket of the WKP. */
const wholeProcess = -1;

export class ScheduledWorld {
  readonly rig: Rig = simulatedRig();
  readonly keeper = new Gatekeeper();
  readonly clientClock = new VirtualClock();
  readonly servers: ScheduledServer[] = [];
  readonly accepted: Established[] = [];
  readonly records: TraceRecord[] = [];
  /** What was wrong, in the order in which it was seen. */
  readonly wrong: string[] = [];
  /** Somebody has brought about something that a handshake may fail of. */
  faulty = false;
  /** The user wants no more sessions. */
  stopped = false;
  readonly #doors: Doors;
  readonly #monitor = new Monitor();
  readonly #clientProcess: HeldProcess = { role: 'client', index: 0, owner: wholeProcess };
  /** Numbers and names in the order in which they are asked for: a schedule that is run again says the same words. */
  readonly #chance = countingChance();
  #listener: Listener | undefined;

  constructor(doors: Doors = ownDoors) {
    this.#doors = doors;
  }

  /** Starts the listener. */
  async open(): Promise<void> {
    const { tcp, array } = this.rig.client;
    this.#listener = await this.#doors.listen({
      wkp: this.rig.wkp,
      secret,
      onSession: (session) => {
        this.accepted.push(established(session, `client ${session.id}`));
      },
      onFailure: () => {},
      trace: (record) => this.#take(record),
      ports: {
        ...this.#chance,
        clock: this.clientClock,
        tcp: this.keeper.family(this.#clientProcess, tcp),
        array: this.keeper.arrayFamily(this.#clientProcess, array),
      },
    });
    this.#clientProcess.owner = 0;
  }

  get listener(): Listener {
    if (this.#listener === undefined) throw new Error('the listener was not started');
    return this.#listener;
  }

  /** The WKP as an address. */
  get wkp(): Address {
    const { hostname, port } = new URL(this.listener.address);
    return { family: 'tcp', host: hostname, port: Number(port) };
  }

  /** One more server process begins to dial. */
  dial(plan: DialPlan): void {
    const index = this.servers.length;
    const process: HeldProcess = { role: 'server', index, owner: 0 };
    const server: ScheduledServer = { plan, clock: new VirtualClock(), abort: new AbortController(), outcome: undefined };
    this.servers.push(server);
    const { tcp, array } = this.rig.server;
    const options: ConnectOptions = {
      wkp: this.listener.address,
      mode: plan.mode,
      group: groups.attached,
      ...(plan.fallback ? { fallback: 'network' } : {}),
      secret,
      signal: server.abort.signal,
      trace: (record) => this.#take(record),
      ports: {
        ...this.#chance,
        clock: server.clock,
        tcp: this.keeper.family(process, tcp),
        array: this.keeper.arrayFamily(process, array),
      },
    };
    this.#doors.connect(options).then(
      (session) => {
        server.outcome = established(session, `server ${index}`);
      },
      (error: unknown) => {
        server.outcome = error instanceof StpConnectError ? error.code : `no code: ${String(error)}`;
      },
    );
  }

  /** Everybody's clock; the client process's first. */
  get clocks(): readonly VirtualClock[] {
    return [this.clientClock, ...this.servers.map(({ clock }) => clock)];
  }

  /** Waits until nobody reacts any more. */
  async settle(): Promise<void> {
    await settled(this.keeper);
  }

  /** Ends everything in order, as users would. */
  async close(): Promise<void> {
    for (const { abort } of this.servers) abort.abort();
    const sessions = [...this.accepted, ...this.servers.flatMap(({ outcome }) => (typeof outcome === 'object' ? outcome : []))];
    await Promise.all([...sessions.map(({ session }) => session.close()), this.listener.close()]);
    for (const { process, dialer } of this.keeper.links) if (process === undefined) await dialer?.real.close();
  }

  /** Takes away whatever is left, so that a run that failed leaves nothing behind. */
  tearDown(): void {
    this.keeper.flow();
    for (const socket of [...this.keeper.open]) socket.abort();
  }

  #take(record: TraceRecord): void {
    this.records.push(record);
    const violation = this.#monitor.take(record);
    if (violation !== undefined) this.wrong.push(violation.message);
  }
}

/** The user of a session says who he is on both channels, at once, and listens. */
function established(session: Session, who: string): Established {
  const heard = { session, data: hear(session.data), error: hear(session.error) };
  session.data.write(`${who} data\n`);
  session.error.write(`${who} error\n`);
  return heard;
}

function countingChance(): { random(size: number): Uint8Array; newSessionId(): string } {
  let [nonces, sessions] = [0, 0];
  return {
    random(size) {
      nonces += 1;
      const bytes = Buffer.alloc(size);
      bytes.writeUInt32BE(nonces);
      return bytes;
    },
    newSessionId() {
      sessions += 1;
      return `#${sessions}`;
    },
  };
}
