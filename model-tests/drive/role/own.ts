/**
 * The implementation as a subject: real sockets of a rig, a clock that stands still. What the puppet does is let through to the
 * implementation once it has arrived; what the implementation does is read off the puppet's real end.
 */

import { setImmediate } from 'node:timers/promises';
import { type Observer, type SeenFrame, type Session, SocketError, type TraceRecord } from '../../../impl/index.ts';
import { pieces } from '../handshake/pieces.ts';
import type { HeldEnd } from '../held-end.ts';
import { Gatekeeper, type HeldCall, type HeldLink } from '../held-sockets.ts';
import { patient } from '../patience.ts';
import type { Rig } from '../rigs.ts';
import { settled } from '../settle.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { everything } from './paths.ts';
import {
  type ArrayPort,
  type CallOutcome,
  type Capabilities,
  type Seen,
  type Setup,
  type Subject,
  SubjectError,
  type Wish,
} from './subject.ts';

/** Longest time in milliseconds for what was closed to be free. */
const patience = patient(5_000);

/** Outcomes that the rig's array cannot be made to give at will. */
const refusals: Partial<Record<CallOutcome, 'addressUnavailable' | 'groupUnknown' | 'groupRefused' | 'groupFull'>> = {
  'port.unavailable': 'addressUnavailable',
  'group.unknown': 'groupUnknown',
  'group.refused': 'groupRefused',
  'group.full': 'groupFull',
};

export abstract class OwnSubject implements Subject {
  readonly capabilities: Capabilities = everything;
  protected readonly rig: Rig;
  protected keeper = new Gatekeeper();
  protected clock = new VirtualClock();
  /** The sessions that were established since the last start. */
  sessions: Session[] = [];
  protected reports: Seen[] = [];
  /** The errors behind the reports of failures since the last start, in full. */
  errors: Error[] = [];
  /** What it has recorded since the last start. */
  records: TraceRecord[] = [];
  /** The same, and each frame that it has sent or received, in their order. */
  looked: (TraceRecord | SeenFrame)[] = [];
  /** Who looks on. */
  protected readonly observer: Observer = {
    record: (record) => this.looked.push(record),
    frame: (frame) => this.looked.push(frame),
  };
  /** Which end of each link is the puppet's. */
  protected abstract readonly puppetSide: 'dialer' | 'acceptor';
  /** Limits were configured, so time can pass; else they expire by their names. */
  #timed = false;
  /** Decides how deliveries are split. */
  #seed: number;
  readonly #told = new Set<HeldLink | HeldEnd | HeldCall>();

  constructor(rig: Rig, seed: number) {
    this.rig = rig;
    this.#seed = seed;
  }

  async start(setup: Setup): Promise<void> {
    await this.#tearDown();
    this.keeper = new Gatekeeper();
    this.clock = new VirtualClock();
    this.sessions = [];
    this.reports = [];
    this.errors = [];
    this.records = [];
    this.looked = [];
    this.#told.clear();
    this.#timed = Object.keys(setup.limits).length > 0;
    await this.begin(setup);
    await this.#quiet();
  }

  /** Starts the role. */
  protected abstract begin(setup: Setup): Promise<void>;
  /** Tells the role to stop in order; everything is let go of. */
  protected abstract finish(): Promise<void>;
  /** Closes the puppet's own listening sockets, if it has any. */
  protected abstract leave(): Promise<void>;
  abstract connect(to: 'wkp' | ArrayPort): Promise<number>;
  abstract accept(connection: number): Promise<void>;
  abstract refuse(connection: number): Promise<void>;
  abstract arrayPort(): Promise<ArrayPort>;
  abstract wish(wish: Wish): Promise<void>;

  async send(connection: number, bytes: Buffer): Promise<void> {
    const end = this.puppetEnd(connection);
    end.sentBytes += bytes.length;
    await end.real.write(bytes).catch(ignoreReset);
    await this.#letThrough();
  }

  async end(connection: number): Promise<void> {
    const end = this.puppetEnd(connection);
    end.hasShut = true;
    await end.real.shutdown().catch(ignoreReset);
    await this.#letThrough();
  }

  async abort(connection: number): Promise<void> {
    const end = this.puppetEnd(connection);
    end.hasAborted = end.hasClosed = true;
    end.real.abort();
    await this.#letThrough();
  }

  async expire(limit: string, milliseconds: number): Promise<void> {
    if (this.#timed) this.clock.advance(milliseconds);
    else if (!this.clock.expire(0, limit)) throw new SubjectError(`${limit} does not run`);
  }

  async answer(outcome: CallOutcome): Promise<void> {
    const kind = outcome.startsWith('port.') ? 'bindPort' : 'attachGroup';
    const call = [...this.keeper.calls].find((held) => held.kind === kind);
    if (call === undefined) throw new SubjectError(`it does not wait for ${kind}`);
    const refusal = refusals[outcome];
    if (outcome === 'port.exhausted') {
      const giveBack = await this.rig.exhaustPorts();
      await call.go();
      await giveBack();
    } else if (refusal !== undefined) call.fail(new SocketError(refusal, kind, `${kind}: arranged by the driver`));
    else await this.letAttach(call);
  }

  async observe(): Promise<Seen[]> {
    await this.#quiet();
    const seen: Seen[] = [];
    for (const link of this.keeper.links) {
      const end = link[this.puppetSide];
      if (end === undefined) {
        if (link.dial === undefined || this.#told.has(link)) continue;
        this.#told.add(link);
        const { address } = link;
        const isArray = address.family === 'array' && address.generation !== undefined;
        seen.push({ type: 'dials', connection: link.index, to: isArray ? 'array' : 'wkp' });
        continue;
      }
      if (end.arrived.length > 0) seen.push({ type: 'bytes', connection: link.index, bytes: end.arrived });
      end.arrived = Buffer.alloc(0);
      if (end.finish === undefined || this.#told.has(end)) continue;
      this.#told.add(end);
      seen.push({ type: end.finish, connection: link.index });
    }
    for (const call of this.keeper.calls) {
      if (this.#told.has(call)) continue;
      this.#told.add(call);
      seen.push({ type: 'asks', call: call.kind === 'bindPort' ? 'openPort' : 'attachGroup' });
    }
    return [...seen, ...this.reports.splice(0)];
  }

  limits(): readonly string[] {
    return this.clock.running();
  }

  async stop(): Promise<string[]> {
    this.keeper.flow();
    for (const link of this.keeper.links) link[this.puppetSide]?.real.abort();
    await this.leave();
    await this.finish();
    const deadline = Date.now() + patience;
    while (this.#leftovers().length > 0 && Date.now() < deadline) await setImmediate();
    return this.#leftovers();
  }

  async close(): Promise<void> {
    await this.#tearDown();
  }

  /** Lets a call on the array go on. */
  protected letAttach(call: HeldCall): Promise<void> {
    return call.go();
  }

  protected link(connection: number): HeldLink {
    const link = this.keeper.links[connection];
    if (link === undefined) throw new Error(`there is no connection ${connection}`);
    return link;
  }

  protected puppetEnd(connection: number): HeldEnd {
    const end = this.link(connection)[this.puppetSide];
    if (end === undefined) throw new SubjectError(`connection ${connection} was not made`);
    return end;
  }

  /** Everything that has arrived at the implementation is given to it. */
  async #letThrough(): Promise<void> {
    await this.#quiet();
    for (const link of this.keeper.links) {
      const end = link[this.puppetSide === 'dialer' ? 'acceptor' : 'dialer'];
      if (end === undefined || end.hasClosed) continue;
      this.#seed += 1;
      if (end.arrived.length > 0) end.release(pieces(end.arrived, this.#seed));
      end.arrived = Buffer.alloc(0);
      end.deliverFinish();
    }
    await this.#quiet();
  }

  async #quiet(): Promise<void> {
    try {
      await settled(this.keeper);
    } catch (error) {
      throw new SubjectError(error instanceof Error ? error.message : String(error));
    }
  }

  #leftovers(): string[] {
    const sockets = [...this.keeper.open].map(({ state, descriptor }) => `a socket (${state}, descriptor ${descriptor})`);
    return [...sockets, ...this.rig.held(), ...this.clock.running().map((limit) => `limit ${limit}`)];
  }

  /** Takes away whatever is left, so that the next run begins with nothing. */
  async #tearDown(): Promise<void> {
    this.keeper.flow();
    for (const link of this.keeper.links) link[this.puppetSide]?.real.abort();
    await this.leave();
    void this.finish();
    for (const socket of [...this.keeper.open]) socket.abort();
    await setImmediate();
  }
}

/** That the implementation is gone is seen by reading. */
function ignoreReset(error: unknown): void {
  if (!(error instanceof SocketError)) throw error;
}
