/** Makes one path's moves on real sockets and compares every answer, every state and what the peers see with the chart. */
import type { Socket } from '../../../impl/index.ts';
import type { SocketCall, SocketEvent } from '../../../machines/index.ts';
import type { CompiledChart, LocalState, Output } from '../../compile/compile.ts';
import { answersOf, candidatesOf, shownState } from './candidates.ts';
import { begin, type Call, type Outcome, soon } from './outcome.ts';
import { Peers } from './peers.ts';
import type { SocketSides } from './sides.ts';
import { isCall, type SocketPath } from './system.ts';

/** Which end of the connection is the socket under test: the one that connects, or the one that accept gives. */
export type SocketEnd = 'dialled' | 'accepted';

/** `arrived`: what a peer does has arrived before the next move. `atOnce`: the next move may come first. */
export type SocketPace = 'arrived' | 'atOnce';

/** How a path is driven. */
export interface SocketDrive {
  readonly end: SocketEnd;
  readonly pace: SocketPace;
}

/** A socket did something else than the chart says; the message names the move, the state, what was seen and what was expected. */
export class SocketPathFailure extends Error {
  override readonly name = 'SocketPathFailure';
}

/** The ways in which a connect may come out. */
const connectOutcomes: readonly string[] = ['connected', 'refused', 'backlogFull'];

/** A path, with one way to drive it. */
export interface DrivenPath {
  readonly words: string;
  /** The whole path; the drive of an accepted socket begins behind its first two moves. */
  readonly path: SocketPath;
  readonly drive: SocketDrive;
}

/** Every way to drive each path: as it is, with the socket that accept gives where nothing is done before, and without waiting for what peers did to arrive. */
export function* drivesOf(paths: readonly SocketPath[]): Generator<DrivenPath> {
  for (const path of paths) {
    yield { words: `on ${wordsOf(path)}`, path, drive: { end: 'dialled', pace: 'arrived' } };
    if (path[0]?.type === 'connect' && path[1]?.type === 'connected')
      yield { words: `accepted, on ${wordsOf(path.slice(2))}`, path, drive: { end: 'accepted', pace: 'arrived' } };
    if (path.some(({ type }) => type.startsWith('peer.')))
      yield { words: `before anything arrives, on ${wordsOf(path)}`, path, drive: { end: 'dialled', pace: 'atOnce' } };
  }
}

const wordsOf = (path: SocketPath) =>
  path.map((event) => ('address' in event ? `${event.type} (${event.address})` : event.type)).join(', ') || 'nothing';

/**
 * Drives one path. Throws SocketPathFailure or PeerFailure at the first difference.
 * @example
 * const sides = await tcpFamily.open();
 * const system = new SocketSystem(tcpFamily.without);
 * for (const path of socketPathsOf(system)) {
 *   await runSocketPath(system.chart, path, sides, { end: 'dialled', pace: 'arrived' });
 * }
 */
export async function runSocketPath(
  chart: CompiledChart,
  path: SocketPath,
  sides: SocketSides,
  drive: SocketDrive,
): Promise<void> {
  const run = new SocketRun(chart, sides, drive.pace);
  try {
    const rest = drive.end === 'accepted' ? await run.accepted(path) : path;
    if (rest.some(({ type }) => type === 'connect')) await run.prepare();
    for (const [at, event] of rest.entries()) {
      // Not even a microtask may pass between the calls on a connecting socket.
      const taking = run.take(event, rest.slice(at + 1));
      if (taking !== undefined) await taking;
    }
    await run.settle();
  } finally {
    await run.close();
  }
  const held = sides.held();
  if (held.length > 0) throw new SocketPathFailure(`everything was closed, and still held: ${held.join('; ')}`);
}

class SocketRun {
  readonly #chart: CompiledChart;
  readonly #sides: SocketSides;
  readonly #pace: SocketPace;
  readonly #peers: Peers;
  #socket: Socket;
  #local: LocalState;
  /** Set off by the environment; the socket may learn of it at any moment. */
  #fate: SocketEvent | undefined;
  /** What the bytes of the next write are. */
  #next = 100;
  #pending: Call[] = [];
  /** Answers of calls that were made while a connect was pending: to wait for them then would let the connect come about. */
  #deferred: (() => Promise<void>)[] = [];

  constructor(chart: CompiledChart, sides: SocketSides, pace: SocketPace) {
    this.#chart = chart;
    this.#sides = sides;
    this.#pace = pace;
    this.#peers = new Peers(sides, pace === 'arrived' ? sides.fence : async () => undefined);
    this.#socket = sides.near.socket();
    this.#local = chart.initial;
  }

  /** Begins with an accepted socket under test; gives what is left of the path. */
  async accepted(path: SocketPath): Promise<SocketPath> {
    const listener = this.#socket;
    await listener.bind(this.#sides.free);
    await listener.listen(1);
    const [accepted] = await Promise.all([listener.accept(), this.#peers.dial(listener)]);
    await listener.close();
    this.#socket = accepted;
    for (const event of path.slice(0, 2)) this.#local = this.#chart.step(this.#local.id, event)?.next ?? this.#local;
    this.#compareState('accept');
    return path.slice(2);
  }

  /** Makes a place to connect to. */
  async prepare(): Promise<void> {
    await this.#peers.listen();
  }

  /** Makes one move. Nothing is to be awaited as long as the socket is connecting. */
  take(event: SocketEvent, rest: SocketPath): Promise<void> | undefined {
    if (!isCall(event)) return connectOutcomes.includes(event.type) ? this.#connectEnds() : this.#environment(event);
    const connecting = this.#local.path.startsWith('connecting');
    if (connecting && event.type !== 'close' && event.type !== 'abort') return this.#defer(event);
    const { next } = this.#stepOf(event);
    return !connecting && next.path.startsWith('connecting') ? this.#connect(event, rest) : this.#call(event, connecting);
  }

  /**
   * Nothing that was set off is left open: a connect comes out, those that wait are accepted and are good, and a reset is learnt of at the
   * latest where reading ends.
   */
  async settle(): Promise<void> {
    if (this.#local.path.startsWith('connecting')) await this.#connectEnds();
    while (this.#peers.waiting && this.#local.path.startsWith('listening')) await this.#call({ type: 'accept' });
    while (this.#fate !== undefined) {
      const before = this.#local;
      await this.#call({ type: 'read' });
      if (this.#local === before) return;
    }
    this.#compareState('the end of the path');
  }

  async close(): Promise<void> {
    this.#socket.abort();
    await this.#socket.close();
    await this.#peers.close();
  }

  /** Where to connect to follows from how it is to come out; a path that does not say so has it connect. */
  #connect(event: SocketEvent, rest: SocketPath): Promise<void> | undefined {
    this.#fate = rest.find(({ type }) => connectOutcomes.includes(type)) ?? { type: 'connected' };
    const { type } = this.#fate;
    const { dead, crowded } = this.#sides;
    const address = type === 'connected' ? this.#peers.address : type === 'backlogFull' ? crowded : dead;
    if (address === undefined) throw new SocketPathFailure(`${type} cannot be brought about here`);
    this.#local = this.#stepOf(event).next;
    this.#pending.push(begin('connect', () => this.#socket.connect(address)));
    return this.#socket.state === 'connecting' ? undefined : this.#connectEnds();
  }

  /** The pending connect comes out, unless it has done so already. */
  async #connectEnds(): Promise<void> {
    const fate = this.#fate;
    if (fate === undefined) return;
    this.#fate = undefined;
    for (const check of this.#deferred.splice(0)) await check();
    const step = this.#stepOf(fate);
    await this.#compareAnswers(fate.type, step.outputs);
    this.#local = step.next;
    this.#compareState(fate.type);
    if (fate.type === 'connected') await this.#peers.accept();
  }

  /** One call: what it answers, what `state` says then, what becomes of pending calls, what the peers see. */
  async #call(event: SocketEvent & { readonly type: SocketCall }, connecting = false): Promise<void> {
    const from = this.#local;
    const bytes = Uint8Array.of(this.#next++);
    const call = begin(event.type, () => this.#perform(event, bytes));
    const fate = connecting ? undefined : this.#fate;
    for (const check of this.#deferred.splice(0)) await check();
    const candidates = candidatesOf(this.#chart, from, event, fate, this.#pace === 'arrived');
    const answers = (outputs: readonly Output[]) => answersOf(outputs).filter(({ call }) => call === event.type);
    if (candidates.every(({ outputs }) => answers(outputs).length === 0)) {
      this.#pending.push(call);
      this.#local = this.#stepOf(event).next;
      return this.#compareState(event.type);
    }
    const outcome = await this.#answerOf(call);
    await this.#readOn(outcome, from);
    const fits = ({ next, outputs }: (typeof candidates)[number]) =>
      answers(outputs).some(({ result }) => result === outcome.result) && shownState(next) === this.#socket.state;
    const found = candidates.find(fits);
    if (found === undefined) {
      const expected = candidates.map(
        ({ next, outputs }) => `${answers(outputs)[0]?.result ?? 'pending'} and ${shownState(next)}`,
      );
      throw this.#failure(event.type, `${outcome.result} and ${this.#socket.state}`, [...new Set(expected)].join(', or '), from);
    }
    if (connecting || found.fulfilled) this.#fate = undefined;
    await this.#compareAnswers(event.type, found.outputs, event.type);
    this.#local = found.next;
    if (this.#fate && this.#chart.step(this.#local.id, this.#fate) === undefined) this.#fate = undefined;
    await this.#lookAtWire(found.outputs, bytes, outcome);
  }

  #perform(event: SocketEvent, bytes: Uint8Array): unknown {
    const socket = this.#socket;
    const { free, taken, foreign, dead } = this.#sides;
    switch (event.type) {
      case 'bind':
        return socket.bind({ free, taken, foreign }[event.address]);
      case 'connect':
        return socket.connect(event.address === 'foreign' ? foreign : dead);
      case 'listen':
        return socket.listen(2);
      case 'write':
        return socket.write(bytes);
      case 'getsockname':
      case 'getpeername':
        return void socket[event.type]();
      case 'accept':
      case 'read':
      case 'shutdown':
      case 'close':
      case 'abort':
        return socket[event.type]();
      default:
        throw new SocketPathFailure(`${event.type} is no call`);
    }
  }

  /** A call on a connecting socket: its answer is compared once the connect has come out. */
  #defer(event: SocketEvent): undefined {
    const step = this.#stepOf(event);
    const from = this.#local;
    const call = begin(event.type, () => this.#perform(event, new Uint8Array(1)));
    this.#compareState(event.type);
    this.#deferred.push(async () => {
      const { result } = await this.#answerOf(call);
      const expected = answersOf(step.outputs)[0]?.result;
      if (result !== expected) throw this.#failure(event.type, result, `${expected}`, from);
    });
  }

  /** Bytes of several writes may come in several reads: the chart's read takes all that has arrived. */
  async #readOn(outcome: Outcome, from: LocalState): Promise<void> {
    let read = outcome;
    for (;;) {
      const expected = this.#peers.unread.splice(0, read.bytes?.length ?? 0);
      const got = [...(read.bytes ?? [])];
      if (got.join() !== expected.join()) throw this.#failure('read', `bytes ${got.join()}`, `bytes ${expected.join()}`, from);
      if (read.bytes === undefined || this.#peers.unread.length === 0) return;
      read = await this.#answerOf(begin('read', () => this.#socket.read()));
      if (read.bytes === undefined && this.#fate === undefined) throw this.#failure('read', read.result, 'bytes', from);
    }
  }

  async #environment(event: SocketEvent): Promise<void> {
    const step = this.#stepOf(event);
    const reading = this.#pending.some(({ name }) => name === 'read');
    switch (event.type) {
      case 'peer.connects':
        await this.#peers.connect(this.#socket, step.outputs.some(({ type }) => type === 'admit') ? 'admit' : 'turnAway');
        break;
      case 'peer.write':
        await this.#peers.write();
        break;
      case 'peer.shutdown':
        await this.#peers.shutdown();
        break;
      case 'peer.closed':
        await this.#peers.closed();
        break;
      case 'peer.reset':
        this.#peers.reset();
        break;
      default:
        throw new SocketPathFailure(`${event.type} is nothing that a peer does`);
    }
    const later = event.type === 'peer.reset' && !reading;
    if (later) this.#fate = event;
    if (!reading && this.#pace === 'arrived') await this.#sides.fence();
    if (later) return;
    await this.#compareAnswers(event.type, step.outputs);
    this.#local = step.next;
    this.#compareState(event.type);
  }

  /** Calls that were pending are answered as the chart says, and those of which it says nothing are still pending. */
  async #compareAnswers(move: string, outputs: readonly Output[], own?: SocketCall): Promise<void> {
    for (const { call: name, result } of answersOf(outputs)) {
      if (name === own) continue;
      const call = this.#pending.find((each) => each.name === name);
      if (call === undefined) throw new SocketPathFailure(`${move}: the chart answers a ${name} that nobody has made`);
      this.#pending = this.#pending.filter((each) => each !== call);
      const outcome = await this.#answerOf(call);
      if (outcome.result !== result) throw this.#failure(move, `the pending ${name} ${outcome.result}`, result, this.#local);
      await this.#readOn(outcome, this.#local);
      if (name === 'accept' && outcome.socket) await this.#peers.greet(outcome.socket);
    }
    const early = this.#pending.find(({ settled }) => settled);
    if (early) {
      const { result } = await early.outcome;
      throw this.#failure(move, `the pending ${early.name} ${result}`, 'it to stay pending', this.#local);
    }
  }

  async #lookAtWire(outputs: readonly Output[], bytes: Uint8Array, outcome: Outcome): Promise<void> {
    for (const { type } of outputs) {
      if (type === 'sendBytes') await this.#peers.seeBytes(bytes);
      else if (type === 'sendEnd') await this.#peers.seeEnd();
      else if (type === 'sendReset') await this.#peers.seeReset();
      else if (type === 'resetWaiting') await this.#peers.seeWaitingReset();
    }
    if (outcome.socket) await this.#peers.greet(outcome.socket);
  }

  #answerOf(call: Call): Promise<Outcome> {
    return soon(call, this.#sides.round);
  }

  #compareState(move: string): void {
    const expected = shownState(this.#local);
    if (this.#socket.state !== expected) throw this.#failure(move, this.#socket.state, expected, this.#local);
  }

  #failure(move: string, seen: string, expected: string, from: LocalState): SocketPathFailure {
    return new SocketPathFailure(`${move}, in ${from.path} of the chart: got ${seen}, expected ${expected}`);
  }

  #stepOf(event: SocketEvent) {
    const step = this.#chart.step(this.#local.id, event);
    if (step === undefined) throw new SocketPathFailure(`the chart has no ${event.type} in ${this.#local.path}`);
    return step;
  }
}
