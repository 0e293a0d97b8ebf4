/** What both sides of these tests share: a rig, a clock that stands still, and the proof that nothing is left and that work goes on. */
import { once } from 'node:events';
import { expect } from 'vitest';
import {
  type Clock,
  connect,
  type Mode,
  type Session,
  type Socket,
  type StpConnectError,
  type TraceRecord,
} from '../../impl/index.ts';
import { groups, type Rig } from '../drive/rigs.ts';
import { VirtualClock } from '../drive/virtual-clock.ts';
import { secret } from './bad-input-frames.ts';
import { RawConnection, until } from './bad-input-peer.ts';

/** Opens a rig of real sockets, anew for each test. */
export type Setup = () => Promise<Rig>;

/** A clock that also remembers which limits were ever set. */
export class RecordingClock extends VirtualClock {
  readonly set: string[] = [];

  override setTimer(...timer: Parameters<Clock['setTimer']>): ReturnType<Clock['setTimer']> {
    this.set.push(timer[0]);
    return super.setTimer(...timer);
  }

  /** Waits until a limit of this name runs, and lets it expire. */
  async expireOnce(limit: string): Promise<void> {
    await until(
      () => this.running().includes(limit),
      () => `limit ${limit} does not run; running: ${this.running().join(', ') || 'none'}`,
    );
    this.expire(0, limit);
  }
}

/** One side is the implementation, the other one is ours to play. */
export class World {
  readonly rig: Rig;
  readonly clock = new RecordingClock();
  readonly trace: TraceRecord[] = [];
  readonly failures: StpConnectError[] = [];
  readonly sessions: Session[] = [];
  readonly #opened: Socket[] = [];

  constructor(rig: Rig) {
    this.rig = rig;
  }

  /** The socket is ours: it is aborted at the latest when the test is over. */
  own(socket: Socket): Socket {
    this.#opened.push(socket);
    return socket;
  }

  /** The connected socket as a connection that we hold. */
  hold(socket: Socket): RawConnection {
    return new RawConnection(this.own(socket));
  }

  /** Waits until an attempt of ours has gone to this state. */
  async reached(state: string): Promise<void> {
    await until(
      () => this.trace.at(-1)?.next === state,
      () => `state ${state}; the last one is ${this.trace.at(-1)?.next}`,
    );
  }

  /** Waits for failure number `count` (from 1) and expects that code and, if given, that state. */
  async expectFailure(code: string, state?: string, count = 1): Promise<StpConnectError> {
    await until(
      () => this.failures.length >= count,
      () => `failure ${code}; the last state is ${this.trace.at(-1)?.next}`,
    );
    expect(this.failures).toHaveLength(count);
    const failure = this.failures[count - 1] as StpConnectError;
    expect({ code: failure.code, state: failure.state }).toEqual({ code, state: state ?? failure.state });
    return failure;
  }

  /** Lets go of all that we hold ourselves; what is left then is the implementation's. */
  async letGo(): Promise<void> {
    for (const socket of this.#opened.splice(0)) socket.abort();
    await Promise.all(this.sessions.splice(0).map((session) => session.close()));
  }

  /** Waits until nothing is held beside `allowed`, and no limit runs. */
  async expectReleased(allowed: readonly string[]): Promise<void> {
    const left = () => [...this.rig.held().filter((held) => !allowed.includes(held)), ...this.clock.running()];
    await until(
      () => left().length === 0,
      () => `still held: ${left().join(', ')}`,
    );
  }

  /** No error and no record of a trace shows the secret. */
  expectSecretKept(): void {
    const told = [...this.failures.map((failure) => `${failure.stack} ${String(failure.cause)}`), JSON.stringify(this.trace)];
    const shapes = [secret.toString(), secret.toString('hex'), secret.toString('base64'), [...secret].join(',')];
    for (const shape of shapes) expect(told.filter((one) => one.includes(shape))).toEqual([]);
  }
}

/** Sends back on each channel what comes on it. */
export function echo(session: Session): void {
  for (const channel of [session.data, session.error]) channel.pipe(channel);
}

/** One session of somebody who behaves: bytes go there and back on both channels, and then it is closed. */
export async function goodSession(rig: Rig, wkp: string, mode: Mode): Promise<void> {
  const clock = new VirtualClock();
  const ports = { clock, tcp: rig.server.tcp, array: rig.server.array };
  const session = await connect({ wkp, secret, mode, group: groups.attached, ports });
  for (const [channel, text] of [
    [session.data, 'data'],
    [session.error, 'words'],
  ] as const) {
    channel.write(text);
    const [answer] = await once(channel, 'data');
    expect(String(answer)).toBe(text);
    channel.end();
  }
  await session.close();
  expect(clock.running()).toEqual([]);
}
