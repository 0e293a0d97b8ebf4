/**
 * A listener in every short sequence of what its user, its peers and its sockets can do, over simulated sockets: who is served, what is reported,
 * which limits run and what is held are compared with a model of a few lines.
 */
import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import {
  connect,
  type Listener,
  listen,
  type Session,
  type Socket,
  SocketError,
  StpConnectError,
  systemClock,
} from '../../../impl/index.ts';
import { attachFailure } from '../../../impl/session/failure.ts';
import type { SocketErrorCode } from '../../../impl/sockets/sockets.ts';
import { SimulatedNetwork } from '../../drive/simulated-sockets.ts';
import { VirtualClock } from '../../drive/virtual-clock.ts';
import { FaultyFamily } from './faulty-sockets.ts';

const moves = [
  'a stranger comes',
  'a stranger leaves',
  'a server process connects',
  'its session is closed',
  'accept fails',
  'the retry is due',
  'close',
  'close with sessions',
  'dispose',
] as const;
type Move = (typeof moves)[number];

/** How the user takes a session. */
const users = ['keeps it', 'throws', 'rejects'] as const;
type User = (typeof users)[number];

/** What has happened before the moves that are tried. */
const beginnings: readonly (readonly Move[])[] = [
  [],
  ['a stranger comes', 'a stranger comes'],
  ['a stranger comes', 'a stranger comes', 'a stranger comes'],
  ['accept fails', 'accept fails'],
  ['a server process connects'],
];
const LONGEST = 2;
const TURNS = 12;
const maxPending = 3;
const maxSessions = 1;

/** What can be seen of a listener, and of the last who has connected. */
interface Sight {
  readonly reports: readonly string[];
  readonly limits: readonly string[];
  readonly held: number;
  readonly outcome: string;
}

interface Model extends Sight {
  readonly strangers: number;
  readonly sessions: number;
  readonly failures: number;
  readonly isOpen: boolean;
}

const isAccepting = ({ failures, isOpen }: Model) => isOpen && failures < 2;

/** The model with what follows from it: limits, and sockets of the listener's process. */
function seenIn(model: Omit<Model, 'limits' | 'held'>): Model {
  const { strangers, sessions, failures, isOpen } = model;
  const waits = Array.from({ length: strangers }, () => 'firstFrameTimeout');
  const limits = [...(isOpen && failures > 1 ? ['acceptRetry'] : []), ...waits].sort();
  return { ...model, limits, held: (isOpen ? 1 : 0) + strangers + 2 * sessions };
}

/** What a move leads to; undefined where it cannot be made. */
function after(model: Model, move: Move, user: User): Model | undefined {
  const { strangers, sessions, failures, isOpen, reports } = model;
  const quiet = { ...model, outcome: '', failures: 0 };
  switch (move) {
    case 'a stranger comes':
      return isAccepting(model) ? seenIn({ ...quiet, strangers: Math.min(maxPending, strangers + 1) }) : undefined;
    case 'a stranger leaves':
      return strangers > 0
        ? seenIn({ ...quiet, failures, strangers: strangers - 1, reports: [...reports, 'connectionEnded'] })
        : undefined;
    case 'a server process connects':
      if (!isOpen) return seenIn({ ...quiet, outcome: 'connectionRefused' });
      return isAccepting(model) ? seenIn({ ...quiet, ...served(model, user) }) : undefined;
    case 'its session is closed':
      return sessions > 0 ? seenIn({ ...quiet, failures, sessions: sessions - 1 }) : undefined;
    case 'accept fails':
      return isAccepting(model) ? seenIn({ ...quiet, failures: failures + 1, reports: [...reports, 'acceptFailed'] }) : undefined;
    case 'the retry is due':
      // The accept that is pending then is the first one again that may fail: in a row they are counted all the same.
      return isOpen && failures > 1 ? seenIn({ ...quiet, failures: 1 }) : undefined;
    case 'close':
    case 'close with sessions':
    case 'dispose':
      return seenIn({
        ...quiet,
        isOpen: false,
        strangers: 0,
        sessions: move === 'close' ? sessions : 0,
        reports: [...reports, ...Array.from({ length: strangers }, () => 'closed')],
      });
  }
}

/** A server process needs room for two connections, one after the other, and for one session. */
function served({ strangers, sessions, reports }: Model, user: User): Partial<Model> {
  if (strangers >= maxPending) return { outcome: 'connectionEnded' };
  if (sessions >= maxSessions) return { outcome: 'declined busy', reports: [...reports, 'busy'] };
  // Its second connection is turned away, and behind DESCRIPTOR a server process that gives up resets.
  if (strangers + 1 >= maxPending) return { outcome: 'connectionEnded', reports: [...reports, 'connectionReset'] };
  if (user === 'keeps it') return { outcome: 'established', sessions: sessions + 1 };
  return { outcome: 'established', reports: [...reports, 'callbackFailed'] };
}

/** Sequences on which something else is seen. */
export async function* complaintsAboutListeners(): AsyncGenerator<string, number> {
  let tried = 0;
  for (const user of users) {
    for (const beginning of beginnings) {
      for (const path of sequences(LONGEST)) {
        const whole = [...beginning, ...path];
        const complaint = await tryPath(whole, user);
        if (complaint === 'cannot be made') continue;
        tried += 1;
        if (complaint !== undefined) yield `a listener whose user ${user}: ${whole.join(', ')}: ${complaint}`;
      }
    }
  }
  tried += yield* complaintsAboutOpening();
  yield* complaintsAboutClock();
  yield* complaintsAboutAttaching();
  yield* complaintsAboutSignals();
  return tried;
}

function* sequences(length: number): Generator<readonly Move[]> {
  if (length === 0) yield [];
  else for (const move of moves) for (const rest of sequences(length - 1)) yield [move, ...rest];
}

async function tryPath(path: readonly Move[], user: User): Promise<string | undefined> {
  let model: Model | undefined = seenIn({ reports: [], outcome: '', strangers: 0, sessions: 0, failures: 0, isOpen: true });
  const models = path.map((move) => {
    model = model && after(model, move, user);
    return model;
  });
  if (models.includes(undefined)) return 'cannot be made';
  const run = await ListenerRun.begin(user);
  for (const [at, move] of path.entries()) {
    await run.make(move);
    const { reports, limits, held, outcome } = models[at] as Model;
    const seen = run.sight();
    if (!isDeepStrictEqual(seen, { reports, limits, held, outcome })) {
      await run.finish();
      return `after ${move}: ${JSON.stringify(seen)}, not ${JSON.stringify({ reports, limits, held, outcome })}`;
    }
  }
  return await run.finish();
}

class ListenerRun {
  readonly #network = new SimulatedNetwork({
    array: 'sym0',
    dynamicPorts: { first: 1, last: 2 },
    groups: { known: [], refused: [], full: [] },
  });
  readonly #family = new FaultyFamily(this.#network.families().tcp);
  readonly #clock = new VirtualClock();
  readonly #errors: StpConnectError[] = [];
  readonly #sessions: Session[] = [];
  readonly #strangers: Socket[] = [];
  #listener: Listener | undefined;
  #complaint: string | undefined;
  #outcome = '';

  static async begin(user: User): Promise<ListenerRun> {
    const run = new ListenerRun();
    run.#listener = await listen({
      wkp: 'tcp://simulated:7070',
      maxPending,
      maxSessions,
      onFailure: (error) => run.#errors.push(error),
      onSession: (session) => {
        if (user === 'throws') throw new Error('the user throws');
        if (user === 'rejects') return Promise.reject(new Error('the user rejects'));
        return run.#sessions.push(session);
      },
      ports: { clock: run.#clock, tcp: run.#family },
    });
    return run;
  }

  async make(move: Move): Promise<void> {
    this.#outcome = '';
    switch (move) {
      case 'a stranger comes': {
        const stranger = this.#network.families().tcp.socket();
        await stranger.connect({ family: 'tcp', host: 'simulated', port: 7070 });
        await settle();
        if (this.#strangers.length < maxPending) this.#strangers.push(stranger);
        else await stranger.close();
        break;
      }
      case 'a stranger leaves':
        await this.#strangers.shift()?.close();
        break;
      case 'a server process connects':
        await this.#connect();
        break;
      case 'its session is closed':
        await this.#sessions.shift()?.close();
        break;
      case 'accept fails':
        if (!this.#family.failAccept(new SocketError('noBuffers', 'accept', 'accept: no descriptors are left')))
          this.#complaint = 'it does not accept';
        break;
      case 'the retry is due':
        this.#clock.expire(0, 'acceptRetry');
        break;
      default:
        await this.#close(move);
    }
    await settle();
  }

  sight(): Sight {
    const reports = this.#errors.map(({ code }) => code);
    return { reports, limits: this.#clock.running(), held: this.#family.open.size, outcome: this.#complaint ?? this.#outcome };
  }

  /** Closes everything; what is wrong then, or with what was reported. */
  async finish(): Promise<string | undefined> {
    for (const stranger of this.#strangers) await stranger.close();
    await this.#listener?.close({ sessions: true });
    if (this.#family.open.size > 0) return `${this.#family.open.size} sockets are held when everything is closed`;
    for (const { code, message, cause } of this.#errors) {
      const says = { acceptFailed: 'On tcp://simulated:7070.', callbackFailed: 'It was onSession. State: established.' }[
        code as string
      ];
      if (says !== undefined && (!message.endsWith(says) || !(cause instanceof Error))) return `${code} says ${message}`;
    }
    return undefined;
  }

  async #connect(): Promise<void> {
    const attempt = connect({
      wkp: 'tcp://simulated:7070',
      ports: { clock: new VirtualClock(), tcp: this.#network.families().tcp },
    });
    attempt.then(
      () => {
        this.#outcome = 'established';
      },
      (error: unknown) => {
        this.#outcome =
          error instanceof StpConnectError
            ? [error.code, error.reason].filter((word) => word !== undefined).join(' ')
            : String(error);
      },
    );
    await settle();
  }

  /** Once it is closed nothing is held that it closes. */
  async #close(how: Move): Promise<void> {
    const kept = how === 'close' ? 2 * this.#sessions.length : 0;
    if (how === 'dispose') await this.#listener?.[Symbol.asyncDispose]();
    else await this.#listener?.close(how === 'close' ? {} : { sessions: true });
    if (this.#family.open.size !== kept) this.#complaint = `${this.#family.open.size} sockets are held when close is done`;
    if (kept === 0) this.#sessions.length = 0;
    this.#strangers.length = 0;
  }
}

/** What a listener that cannot be opened is told, by what has failed. */
async function* complaintsAboutOpening(): AsyncGenerator<string, number> {
  const errors = [
    ...(['addressInUse', 'addressUnavailable', 'noBuffers'] as const).map((code) => ({
      thrown: new SocketError(code, 'bind', `bind: ${code}`),
      says: `: bind: ${code}.`,
    })),
    { thrown: new Error('odd'), says: ': odd.' },
    { thrown: 'a text', says: '.' },
  ];
  for (const call of ['socket', 'bind', 'listen']) {
    for (const { thrown, says } of errors) {
      const network = new SimulatedNetwork({
        array: 'sym0',
        dynamicPorts: { first: 1, last: 2 },
        groups: { known: [], refused: [], full: [] },
      });
      const family = new FaultyFamily(network.families().tcp);
      family.faults.set(call, thrown);
      const error = await listen({ wkp: 'tcp://simulated:7070', onSession: () => undefined, ports: { tcp: family } }).catch(
        (caught: unknown) => caught,
      );
      const socketCode = thrown instanceof SocketError ? thrown.code : '';
      const code = socketCode.startsWith('address') ? socketCode : 'listenFailed';
      const isRight =
        error instanceof StpConnectError &&
        error.code === code &&
        error.cause === thrown &&
        error.message.endsWith(`Listening on tcp://simulated:7070 failed${says}`);
      if (!isRight) yield `${call} throws ${String(thrown)}, and listen gives ${String(error)}`;
      if (family.open.size > 0) yield `${call} throws ${String(thrown)}, and a socket is held`;
    }
  }
  return 3 * errors.length;
}

/** The clock that is used where none is given: it tells the time, and what is cancelled does not keep the process. */
function* complaintsAboutClock(): Generator<string> {
  const [before, now, behind] = [Date.now(), systemClock.now(), Date.now()];
  if (!(now >= before && now <= behind)) yield `the system's clock says ${now}`;
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const running = timers();
  const timer = systemClock.setTimer('replyTimeout', 60_000, () => undefined);
  if (timers() !== running + 1) yield 'a timer that was set does not run';
  timer.cancel();
  if (timers() !== running) yield 'a timer that was cancelled goes on';
}

/** What a failed attachGroup is to an attempt (docs/protocol.md, sections 4.3 and 5): every code of a socket, and whatever else may be thrown. */
function* complaintsAboutAttaching(): Generator<string> {
  const outcomes: Readonly<Record<string, readonly SocketErrorCode[]>> = {
    'group.unknown': ['groupUnknown'],
    'group.full': ['groupFull', 'noBuffers'],
    'array.reset': ['reset', 'notConnected', 'closed'],
    'group.refused': ['groupRefused', 'illegalCall', 'addressUnavailable', 'timedOut', 'endOfStream'],
  };
  for (const [outcome, codes] of Object.entries(outcomes)) {
    for (const code of codes) {
      const seen = attachFailure(new SocketError(code, 'attachGroup', `attachGroup: ${code}`));
      if (seen !== outcome) yield `attachGroup that fails with ${code} is ${seen}, not ${outcome}`;
    }
  }
  const seen = attachFailure(new Error('odd'));
  if (seen !== 'group.refused') yield `attachGroup that throws something odd is ${seen}`;
}

/** A connect that was told to stop before it begins does not begin. */
async function* complaintsAboutSignals(): AsyncGenerator<string> {
  const reason = new Error('nobody wants it any more');
  const family = new FaultyFamily(
    new SimulatedNetwork({
      array: 'sym0',
      dynamicPorts: { first: 1, last: 2 },
      groups: { known: [], refused: [], full: [] },
    }).families().tcp,
  );
  const error = await connect({ wkp: 'tcp://simulated:7070', signal: AbortSignal.abort(reason), ports: { tcp: family } }).catch(
    (caught: unknown) => caught,
  );
  const isRight =
    error instanceof StpConnectError && error.code === 'aborted' && error.cause === reason && error.state === undefined;
  if (!isRight || family.open.size > 0) yield `a connect that was told to stop before it began gives ${String(error)}`;
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await setImmediate();
}
