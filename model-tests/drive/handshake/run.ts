/** One run of the implementation: the processes, what they have under way, and what can be seen of them. */
import { setImmediate } from 'node:timers/promises';
import {
  type Address,
  type ConnectOptions,
  connect,
  type Listener,
  listen,
  type Session,
  StpConnectError,
  type TraceRecord,
} from '../../../impl/index.ts';
import type { End } from '../../compose/connection.ts';
import { Gatekeeper, type HeldCall, type HeldLink, type HeldProcess, HeldSocket } from '../held-sockets.ts';
import type { Rig } from '../rigs.ts';
import { settled } from '../settle.ts';
import { VirtualClock } from '../virtual-clock.ts';
import type { Arrangement } from './arrange.ts';
import { Ledger, type LedgerLink } from './ledger.ts';
import { firstBytes, type LinkView, linkName, type Observation, type Writings, writings } from './observe.ts';
import { type RecordsByProcess, seenRecords } from './records.ts';
import { at, type ChartStep } from './stage.ts';
import type { HandshakeSystem } from './system.ts';
import type { Link, World } from './world.ts';

/** The owner of what belongs to the client process as a whole and to none of its instances. */
export const wholeProcess = -1;

export const secret = Buffer.from('a secret of the generated tests');

/** A server process under test. */
export interface ServerRun {
  readonly clock: VirtualClock;
  readonly abort: AbortController;
  state: string;
  session: Session | undefined;
  /** Settles when connect() has settled. */
  settled: Promise<void>;
}

/** An instance of the client process under test. */
export interface ClientRun {
  state: string;
  session: Session | undefined;
}

export class Run {
  readonly rig: Rig;
  readonly keeper = new Gatekeeper();
  readonly servers: ServerRun[] = [];
  readonly clients: ClientRun[] = [];
  readonly clientClock = new VirtualClock();
  readonly ledger = new Ledger(secret);
  readonly clientProcess: HeldProcess = { role: 'client', index: 0, owner: wholeProcess };
  readonly system: HandshakeSystem;
  readonly #arrangement: Arrangement;
  readonly #links: LedgerLink[] = [];
  readonly #instances = new Map<string, number>();
  readonly #beforehand: Session[] = [];
  #records: (readonly [string, TraceRecord])[] = [];
  #reports: string[] = [];
  #written: { readonly link: number; readonly from: End; readonly name: string }[] = [];
  #listener: Listener | undefined;

  constructor(system: HandshakeSystem, rig: Rig, arrangement: Arrangement) {
    this.system = system;
    this.rig = rig;
    this.#arrangement = arrangement;
    this.keeper.onSent = (link, from, bytes) => {
      const known = this.#links[link.index];
      if (known === undefined) return;
      for (const name of this.ledger.sent(known, from, bytes)) this.#written.push({ link: link.index, from, name });
    };
  }

  get listener(): Listener {
    if (this.#listener === undefined) throw new Error('the listener was not started');
    return this.#listener;
  }

  /** Starts the listener and every server process, each until it waits for something. */
  async start(): Promise<void> {
    const { tcp, array } = this.rig.client;
    this.#listener = await listen({
      wkp: this.rig.wkp,
      secret,
      ...(this.#arrangement.isFull ? { maxSessions: 1 } : {}),
      onSession: (session) => this.#welcome(session),
      onFailure: (error) => this.#reports.push(`client failed: ${error.code}`),
      trace: (record) => this.#traceClient(record),
      ports: {
        clock: this.clientClock,
        tcp: this.keeper.family(this.clientProcess, tcp),
        array: this.keeper.arrayFamily(this.clientProcess, array),
      },
    });
    if (this.#arrangement.isFull) await this.#fillListener();
    for (const [index, chart] of this.system.servers.entries()) {
      this.#startServer(index, chart.initial.context as { mode: 'network' | 'storage'; fallback: boolean });
      await this.settle();
    }
    this.#records = [];
    this.#reports = [];
  }

  /** The link of this number, as the driver holds it. */
  link(index: number): HeldLink {
    return at(this.keeper.links, index);
  }

  /** The link of this number, as the ledger knows it. */
  ledgerLink(index: number, link: Link): LedgerLink {
    const known = this.#links[index];
    if (known !== undefined) return known;
    const isFirst = link.name === 'first' || link.server < 0;
    const firsts = this.#links.filter((other) => other.server === link.server && other.name === 'first');
    const added = { index, name: link.name, server: link.server, attempt: isFirst ? index : (firsts.at(-1)?.index ?? index) };
    this.#links[index] = added;
    return added;
  }

  /** Where the WKP is, as an address of its family. */
  get wkp(): Address {
    return this.link(0).address;
  }

  /** The listening socket of an instance's dynamic port. */
  dynamicPort(instance: number): HeldSocket {
    for (const socket of this.keeper.open) {
      if (
        socket instanceof HeldSocket &&
        socket.process.role === 'client' &&
        socket.owner === instance &&
        socket.state === 'listening'
      )
        return socket;
    }
    throw new Error(`client ${instance} does not listen on a dynamic port`);
  }

  /** Waits until nothing is on its way and nobody reacts any more. */
  async settle(): Promise<void> {
    await settled(this.keeper);
  }

  /** A move begins: what is written and started from now on belongs to it. */
  begin(): void {
    for (const clock of [this.clientClock, ...this.servers.map((server) => server.clock)]) clock.mark();
    this.#written = [];
  }

  /** What is seen, of everything that `expected` looks at. */
  observe(expected: Observation, world: World): Observation {
    // What a process that has ended still waits for is nobody's business; its late answer is, at the end of the run.
    const hasEnded = (state: string | undefined) => state === 'failed' || state === 'closed';
    const stateOf = ({ process, owner }: HeldCall) =>
      (process.role === 'server' ? this.servers[process.index] : this.clients[owner])?.state;
    const live = [...this.keeper.calls].filter((call) => !hasEnded(stateOf(call)));
    const calls = live.map(
      ({ kind, process, owner }) => `${kind} of ${process.role} ${process.role === 'server' ? process.index : owner}`,
    );
    return {
      processes: [
        ...this.servers.map(({ state, clock }, index) => ({
          who: `server ${index}`,
          state,
          limits: clock.running(),
          started: clock.started(0),
        })),
        ...this.clients.map(({ state }, index) => ({
          who: `client ${index}`,
          state,
          limits: this.clientClock.running(index),
          started: this.clientClock.started(index),
        })),
      ],
      links: this.keeper.links.map((held, index) => this.#observeLink(held, world.links[index], expected.links[index])),
      calls: calls.sort(),
    };
  }

  /** What the processes have traced since the last call. */
  takeRecords(): RecordsByProcess {
    const records = this.#records;
    this.#records = [];
    return seenRecords(records);
  }

  /** What the processes have written since the move began. */
  writings(): Writings {
    return writings(this.#written);
  }

  /** What the processes have told their users since the last call. */
  takeReports(): string[] {
    const reports = this.#reports;
    this.#reports = [];
    return reports.sort();
  }

  /** Where the listener serves one session only, ends all that there are, so that it can serve another one. */
  async makeRoom(): Promise<void> {
    if (this.#arrangement.isFull) await this.#endSessions();
  }

  /** Tells everybody to stop, in order, and waits until they have. */
  async stop(): Promise<void> {
    this.keeper.flow();
    await Promise.all([this.#endSessions(), this.#listener?.close()]);
    for (const { process, dialer } of this.keeper.links) if (process === undefined) await dialer?.real.close();
  }

  /** What the processes hold after they have stopped, in words. */
  leftovers(): string[] {
    return [...this.keeper.open].map((socket) => `a socket (${socket.state}, descriptor ${socket.descriptor})`);
  }

  /** Takes away whatever the processes have left, so that the next run begins with nothing. */
  async tearDown(): Promise<void> {
    this.keeper.flow();
    for (const server of this.servers) server.abort.abort();
    void this.#listener?.close();
    for (const socket of [...this.keeper.open]) socket.abort();
    for (const { dialer } of this.keeper.links) dialer?.real.abort();
    await setImmediate();
  }

  #startServer(index: number, input: { mode: 'network' | 'storage'; fallback: boolean }): void {
    const process: HeldProcess = { role: 'server', index, owner: 0 };
    const { tcp, array } = this.rig.server;
    const server: ServerRun = {
      clock: new VirtualClock(),
      abort: new AbortController(),
      state: '',
      session: undefined,
      settled: Promise.resolve(),
    };
    this.servers.push(server);
    const options: ConnectOptions = {
      wkp: this.listener.address,
      mode: input.mode,
      group: this.#arrangement.group,
      ...(input.fallback ? { fallback: 'network' } : {}),
      secret,
      signal: server.abort.signal,
      trace: (record) => {
        server.state = record.next;
        this.#records.push([`server ${index}`, record]);
      },
      ports: {
        clock: server.clock,
        tcp: this.keeper.family(process, tcp),
        array: this.keeper.arrayFamily(process, array, this.#arrangement.hasOtherArray ? 'another array' : array.array),
      },
    };
    server.settled = connect(options).then(
      (session) => {
        server.session = session;
        this.#reports.push(`server ${index} established`);
      },
      (error: unknown) => {
        this.#reports.push(`server ${index} failed: ${error instanceof StpConnectError ? error.code : String(error)}`);
      },
    );
  }

  async #endSessions(): Promise<void> {
    for (const server of this.servers) server.abort.abort();
    await Promise.all(this.servers.map((server) => server.settled));
    const sessions = [...this.#beforehand, ...[...this.servers, ...this.clients].flatMap(({ session }) => session ?? [])];
    await Promise.all(sessions.map((session) => session.close()));
  }

  /** Establishes a session beforehand, so that the listener serves as many as it may. */
  async #fillListener(): Promise<void> {
    const { tcp, array } = this.rig.server;
    const session = connect({ wkp: this.listener.address, secret, ports: { tcp, array, clock: new VirtualClock() } });
    for (let connection = 0; connection < 2; connection += 1) {
      await this.settle();
      const accept = this.keeper.takeAccept((listener) => listener.owner === wholeProcess);
      if (accept === undefined) throw new Error('the listener does not accept');
      (await this.keeper.completeAccept(accept)).flow();
    }
    this.#beforehand.push(await session);
    await this.settle();
  }

  #welcome(session: Session): void {
    const instance = this.#instances.get(session.id);
    if (instance === undefined || instance === wholeProcess) {
      this.#beforehand.push(session);
      return;
    }
    at(this.clients, instance).session = session;
    this.#reports.push(`client ${instance} established`);
    for (const channel of [session.data, session.error]) channel.write(firstBytes);
  }

  #traceClient(record: TraceRecord): void {
    let instance = this.#instances.get(record.session);
    if (instance === undefined) {
      instance = this.clientProcess.owner === wholeProcess ? wholeProcess : this.clients.length;
      this.#instances.set(record.session, instance);
      if (instance !== wholeProcess) this.clients.push({ state: '', session: undefined });
    }
    if (instance === wholeProcess) return;
    at(this.clients, instance).state = record.next;
    this.#records.push([`client ${instance}`, record]);
  }

  #observeLink(held: HeldLink, link: Link | undefined, expected: LinkView | undefined): LinkView {
    if (link === undefined || expected === undefined) {
      return {
        link: `link ${held.index} to ${JSON.stringify(held.address)}`,
        dialing: held.dial !== undefined,
        toDialer: undefined,
        toAcceptor: undefined,
      };
    }
    this.ledgerLink(held.index, link);
    return {
      link: linkName(held.index, link),
      dialing: held.dial !== undefined,
      toDialer: expected.toDialer && this.#waitingAt(held, link, 'dialer'),
      toAcceptor: expected.toAcceptor && this.#waitingAt(held, link, 'acceptor'),
    };
  }

  #waitingAt(held: HeldLink, link: Link, to: End): readonly string[] {
    const end = held[to];
    if (end === undefined) return ['there is no such end'];
    const ledgerLink = this.ledgerLink(held.index, link);
    // A reset overtakes what had arrived before it.
    if (end.finish === 'reset' && !end.finishDelivered) {
      end.arrived = Buffer.alloc(0);
      this.ledger.forget(ledgerLink, to);
    }
    const names = this.ledger.look(ledgerLink, to, end.arrived);
    return end.finish === undefined || end.finishDelivered ? names : [...names, end.finish];
  }
}

/** What the charts say that the processes tell their users. */
export function expectedReports(steps: readonly ChartStep[]): string[] {
  const reports: string[] = [];
  for (const { who, step } of steps) {
    for (const { type, params } of step.outputs) {
      if (type === 'reportEstablished') reports.push(`${who.role} ${who.index} established`);
      if (type === 'reportFailed')
        reports.push(`${who.role === 'server' ? `server ${who.index}` : 'client'} failed: ${String(params?.['code'])}`);
    }
  }
  return reports.sort();
}
