/** Drives a subject along one path of its role, and compares what is seen of it with what the path says. */
import { isDeepStrictEqual } from 'node:util';
import type { ShownEvent } from '../../compose/system.ts';
import { patient } from '../patience.ts';
import { Lateness } from './lateness.ts';
import { waitsOf } from './limits.ts';
import { inputText, outputsText, type RoleInput, type RoleOutput, type RolePath } from './path.ts';
import type { Puppet, PuppetParts } from './puppet.ts';
import { ClientPuppet } from './puppet-client.ts';
import { ServerPuppet } from './puppet-server.ts';
import { shownExpectation, shownInput, shownOutput } from './show.ts';
import { type Setup, type Subject, SubjectError } from './subject.ts';
import { type Turn, turnsOf, visible } from './turns.ts';

/** Why a path failed, and everything that happened on it up to there. */
export interface RoleFailure {
  /** Index of the step; -1 before the first, the path's length when what came behind it was wrong. */
  readonly at: number;
  /** The input of the step, in words. */
  readonly input: string;
  /** The state of the chart before it. */
  readonly state: string;
  readonly what: string;
  readonly expected: string;
  readonly seen: string;
  /** The subject ended, hung or spoke garbage. */
  readonly brokeDown?: boolean;
  /** Where real time passes: the limit that was over before the tester was as far as the path wants it; then nothing is known of the subject. */
  readonly late?: string;
  /** What crossed between the tester and the subject, in order. */
  readonly shown: readonly ShownEvent[];
}

/** What a path is driven with. */
export interface Drive extends PuppetParts {
  readonly subject: Subject;
  /** The limits that the subject is begun with, or has. */
  readonly limits: Readonly<Record<string, number>>;
}

/** Longest time in milliseconds that a path may take; one takes a few, and each wait of an external subject has a bound of its own. */
const patience = patient(60_000);

/** Where a drive is. */
interface Progress {
  at: number;
  input: string;
  state: string;
  late?: string;
  readonly shown: ShownEvent[];
}

type Difference = Pick<RoleFailure, 'what' | 'expected' | 'seen'>;

/** Runs one path. Undefined when everything was as the path says. A SubjectError is a failure of the path; other errors are thrown. */
export async function driveRolePath(path: RolePath, drive: Drive): Promise<RoleFailure | undefined> {
  const progress: Progress = { at: -1, input: 'the beginning', state: '', shown: [] };
  const watchdog = new Watchdog(boundOf(path, drive));
  try {
    const difference = await Promise.race([follow(path, drive, progress), watchdog.barking]);
    if (difference === undefined) return undefined;
    return { ...progress, ...difference, shown: [...progress.shown, shownExpectation(difference.expected)] };
  } catch (error) {
    if (!(error instanceof SubjectError)) throw error;
    const what = 'the implementation cannot be driven on';
    return { ...progress, what, expected: 'that it goes on', seen: error.message, brokeDown: true };
  } finally {
    watchdog.stop();
  }
}

/** How long a path may take, in milliseconds; a real clock adds what has to pass on it. */
function boundOf(path: RolePath, { subject, limits }: Drive): number {
  if (subject.capabilities.clock !== 'real') return patience;
  return patience + (waitsOf(path, limits)?.reduce((sum, wait) => sum + wait, 0) ?? 0);
}

/** Rejects when something has taken longer than it may. */
class Watchdog {
  readonly barking: Promise<never>;
  #timer: NodeJS.Timeout | undefined;

  constructor(bound: number) {
    this.barking = new Promise((_, reject) => {
      this.#timer = setTimeout(() => reject(new SubjectError(`the path got stuck: it took longer than ${bound} ms`)), bound);
    });
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

async function follow(path: RolePath, drive: Drive, progress: Progress): Promise<Difference | undefined> {
  const { subject } = drive;
  const setup = setupOf(path, drive);
  await subject.start(setup);
  if (setup.full) {
    const wrong = await serveGoodSession(drive);
    if (wrong !== undefined) return { ...wrong, what: 'the session that fills the listener differs' };
  }
  const puppet = path.role === 'client' ? new ServerPuppet(drive) : new ClientPuppet(drive);
  const lateness = subject.capabilities.clock === 'real' ? new Lateness(drive.limits) : undefined;
  let done = 0;
  for (const turn of turnsOf(path, subject.capabilities, waitsOf(path, drive.limits))) {
    Object.assign(progress, { at: turn.at, input: turn.inputs.map(inputText).join(', then '), state: turn.state });
    // What follows by itself is nothing that the tester does.
    const [input] = turn.inputs as readonly [RoleInput];
    progress.shown.push(...shownInput(path.role, input));
    const since = lateness?.mark() ?? 0;
    await puppet.perform(input, turn.state, turn.wait);
    let late = lateness?.overdue(input);
    const difference = await compare(puppet, turn, drive, (seen) => {
      for (const output of seen) progress.shown.push(shownOutput(path.role, output));
      lateness?.done(path.steps.slice(done, turn.at + 1), since);
      // More than was expected may be what the end of a limit brings; less than that never is.
      if (seen.length > visible(turn.expected, subject.capabilities).length) late ??= lateness?.overdue(input);
    });
    if (late !== undefined) progress.late ??= late;
    if (difference !== undefined) return difference;
    done = turn.at + 1;
  }
  Object.assign(progress, { at: path.steps.length, input: 'what comes behind the path', state: path.steps.at(-1)?.state ?? '' });
  return finish(path, drive, puppet);
}

function setupOf(path: RolePath, { secret, limits }: Drive): Setup {
  const start = path.steps[0]?.input;
  return {
    role: path.role,
    mode: start?.['mode'] === 'storage' ? 'storage' : 'network',
    fallback: start?.['fallback'] === true,
    secret,
    full: path.steps.some(({ input }) => input['capacity'] === 'full'),
    limits,
    group: 'STG0',
    array: 'sym0',
  };
}

async function compare(
  puppet: Puppet,
  turn: Turn,
  { subject }: Drive,
  show: (seen: readonly RoleOutput[]) => void,
): Promise<Difference | undefined> {
  const expected = visible(turn.expected, subject.capabilities);
  const events = await subject.observe((all) => puppet.isEnough(all, expected), turn.wait);
  const seen = visible(puppet.read(events, expected), subject.capabilities);
  show(seen);
  if (!isDeepStrictEqual(inOrder(expected), inOrder(seen)))
    return { what: 'what is seen of it differs', expected: outputsText(expected), seen: outputsText(seen) };
  const running = subject.limits();
  // Another attempt that the path needs has limits of its own.
  const alone = !turn.inputs.some(({ pairing }) => pairing === 'joined' || pairing === 'tagWrong');
  if (running === undefined || !alone || isDeepStrictEqual(running, turn.limits)) return undefined;
  return { what: 'the limits that run differ', expected: turn.limits.join(', ') || 'none', seen: running.join(', ') || 'none' };
}

/** What happens on one connection has an order; what happens on several has none that could be seen. */
function inOrder(outputs: readonly RoleOutput[]): RoleOutput[][] {
  const keyOf = (output: RoleOutput) =>
    output.type === 'dials' || !('connection' in output) ? `~ ${output.type}` : output.connection;
  const keys = [...new Set(outputs.map(keyOf))].sort();
  return keys.map((key) => outputs.filter((output) => keyOf(output) === key));
}

/** Behind a path a client process has to serve a good session, unless it was told to stop; and nothing is left at the end. */
async function finish(path: RolePath, drive: Drive, puppet: Puppet): Promise<Difference | undefined> {
  const { subject } = drive;
  await puppet.leave();
  await subject.observe(() => true);
  const stopped = path.steps.some(
    ({ input }, index) => input.type === 'close' && !path.steps[index - 1]?.state.startsWith('established'),
  );
  const serves = path.role === 'client' && subject.capabilities.modes.includes('network');
  if (serves && !stopped && !path.steps.some(({ input }) => input['capacity'] === 'full')) {
    const wrong = await serveGoodSession(drive);
    if (wrong !== undefined) return { ...wrong, what: 'a good session behind the path differs' };
  }
  const held = await subject.stop();
  return held.length === 0
    ? undefined
    : { what: 'something is still held at the end', expected: 'nothing', seen: held.join('; ') };
}

/** A session of a server process that behaves, over the subject's listener. */
async function serveGoodSession(drive: Drive): Promise<Difference | undefined> {
  const puppet = new ServerPuppet(drive);
  const { subject } = drive;
  for (const { input, state, expect } of goodSession) {
    await puppet.perform(input, state, 0);
    const expected = visible(expect, subject.capabilities);
    const events = await subject.observe((all) => puppet.isEnough(all, expected));
    // What came of the attempt before may still be told.
    const seen = visible(puppet.read(events, expected), subject.capabilities).filter(({ type }) => type !== 'failed');
    if (!isDeepStrictEqual(inOrder(expected), inOrder(seen)))
      return { what: '', expected: outputsText(expected), seen: outputsText(seen) };
  }
  return undefined;
}

const goodSession: readonly { readonly input: RoleInput; readonly state: string; readonly expect: readonly RoleOutput[] }[] = [
  { input: { type: 'start' }, state: '', expect: [] },
  {
    input: { type: 'first.hello', mode: 'network', connections: 'same', capacity: 'free' },
    state: 'awaitingFirstFrame',
    expect: [{ type: 'sends', connection: 'first', frame: 'descriptor' }],
  },
  {
    input: { type: 'second.joined' },
    state: 'handshaking.network.awaitingSecond',
    expect: [
      { type: 'sends', connection: 'second', frame: 'ready' },
      { type: 'sends', connection: 'first', frame: 'ready' },
      { type: 'established', mode: 'network' },
    ],
  },
];
