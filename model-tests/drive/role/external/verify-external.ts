/** Verifies an implementation that is not ours: through an adapter process, or over TCP alone. */
import { defaultLimits } from '../../../../machines/index.ts';
import type { CriterionRequest } from '../../../generate/criterion.ts';
import { criterionSuite } from '../../criteria/role-suite.ts';
import { limitsFor, waitsOf } from '../limits.ts';
import type { Role, RolePath } from '../path.ts';
import { coverRole, limitNames, type RoleSuite, selectPaths } from '../paths.ts';
import { CannotRunError, type Capabilities, type Subject } from '../subject.ts';
import { testSecret } from '../verify-own.ts';
import { type RoleEvent, type RoleVerification, verifyRole } from '../verify-role.ts';
import { AdapterSubject, type Patience } from './adapter-subject.ts';
import { TcpClientProcess } from './tcp-client.ts';
import { placeText, type TcpPlace } from './tcp-ends.ts';
import { TcpServerProcess } from './tcp-server.ts';

/** What to drive, and how. */
export interface ExternalOptions {
  /** A command that starts an adapter, or `tcp://host:port`; without a host it is the loopback interface. */
  readonly external: string;
  /** Over TCP it has to be said; of an adapter all roles that it has are driven unless one is named. */
  readonly role?: Role | undefined;
  /** Only this mode; default all that the implementation has. */
  readonly mode?: 'network' | 'storage' | undefined;
  /** The secret of an implementation that speaks TCP; an adapter is told one. Default empty. */
  readonly secret?: Buffer | undefined;
  /** Over TCP: the limits that the implementation has, in milliseconds; only limits that are named here are made to expire. */
  readonly limits?: Readonly<Record<string, number>> | undefined;
  /** Longest wait for an answer, or for what a path expects, in milliseconds. Default 5,000. */
  readonly patience?: number | undefined;
  /** How long nothing more must come before a step counts as over, in milliseconds, where that cannot be known. Default 25. */
  readonly quiet?: number | undefined;
  readonly seed?: number | undefined;
  /** Only the path with this name. */
  readonly path?: string | undefined;
  /** Paths from a file instead of a transition cover; those of other roles are left out. */
  readonly paths?: readonly RolePath[] | undefined;
  /** What to generate instead of a transition cover. */
  readonly generate?: CriterionRequest | undefined;
  /** Tell before the row what was run of the chart, and how long each path took. Default false. */
  readonly detail?: boolean | undefined;
  /** The command that was called, as far as it says what to drive: a path's name is put behind it. */
  readonly command: string;
  /** Is told where the tester listens, for a server process that speaks TCP. */
  readonly onListening?: ((address: string) => void) | undefined;
}

/** With a virtual clock: the limits that expire on a path are multiples of the one, the others are the other. Milliseconds. */
const virtualTime = { unit: 1_000, never: 1_000_000_000 };
/** The same where real time passes: a path has to be driven before they expire, however slow the machine is. */
const realTime = { unit: 60, perStep: 10, never: 120_000, slower: 4, trials: 3 };

/** Drives every role; yields what happens. Throws CannotRunError when nothing can be driven. */
export async function* verifyExternal(options: ExternalOptions): AsyncGenerator<RoleEvent, void> {
  const { patience = 5_000, quiet = 25 } = options;
  const place = parsePlace(options.external);
  if (place === undefined) yield* throughAdapter(options, { patience, quiet });
  else yield* overTcp(place, options, { patience, quiet });
}

async function* throughAdapter(options: ExternalOptions, patience: Patience): AsyncGenerator<RoleEvent, void> {
  const subject = await AdapterSubject.open(options.external, patience);
  try {
    const { roles, clock } = subject.capabilities;
    if (options.role !== undefined && !roles.includes(options.role))
      throw new CannotRunError(`${subject.label} has no ${options.role} process: it says that it has ${roles.join(', ')}`);
    const limitsOf = clock === 'virtual' ? virtualLimits : realLimits(patience.quiet);
    for (const role of roles.filter((one) => options.role === undefined || one === options.role)) {
      yield* driveRole(role, subject, subject.label, options, testSecret, limitsOf);
    }
  } finally {
    await subject.close();
  }
}

async function* overTcp(place: TcpPlace, options: ExternalOptions, patience: Patience): AsyncGenerator<RoleEvent, void> {
  const { role, limits: known = {}, secret = Buffer.alloc(0) } = options;
  if (role === undefined)
    throw new CannotRunError('over TCP it has to be said with --role whether a client or a server process is there');
  const limits = { ...defaultLimits, ...known };
  const open = role === 'client' ? TcpClientProcess.open : TcpServerProcess.open;
  const subject = await open(place, Object.keys(known), patience);
  try {
    if (subject instanceof TcpServerProcess) options.onListening?.(placeText(subject.place));
    yield* driveRole(role, subject, placeText(place), options, secret, (path, trial) =>
      trial >= realTime.trials || waitsOf(path, limits) === undefined ? undefined : limits,
    );
  } finally {
    await subject.close();
  }
}

const virtualLimits: RoleVerification['limitsOf'] = (path, trial) =>
  trial > 0 ? undefined : limitsFor(path, limitNames, virtualTime);

/** Each trial has longer limits. */
const realLimits =
  (quiet: number): RoleVerification['limitsOf'] =>
  (path, trial) => {
    if (trial >= realTime.trials) return undefined;
    const unit = (realTime.unit + path.steps.length * (2 * quiet + realTime.perStep)) * realTime.slower ** trial;
    return limitsFor(path, limitNames, { unit, never: realTime.never });
  };

function driveRole(
  role: Role,
  subject: Subject,
  name: string,
  options: ExternalOptions,
  secret: Buffer,
  limitsOf: RoleVerification['limitsOf'],
): AsyncGenerator<RoleEvent, void> {
  const { mode, seed = 1, path, command, detail } = options;
  const { modes } = subject.capabilities;
  if (mode !== undefined && !modes.includes(mode))
    throw new CannotRunError(`${name} has no ${mode} mode: it says that it has ${modes.join(', ')}`);
  const suite = suiteFor(role, subject.capabilities, options);
  return verifyRole({ name, subject, suite, secret, seed, path, limitsOf, command, detail });
}

/** Paths that were given, those of a criterion, or a transition cover. */
function suiteFor(role: Role, can: Capabilities, { mode, paths, generate }: ExternalOptions): RoleSuite {
  const modes = can.modes.filter((one) => mode === undefined || one === mode);
  if (paths !== undefined) return selectPaths(role, { ...can, modes }, paths);
  return generate === undefined ? coverRole(role, can, modes) : criterionSuite(role, generate, can, modes);
}

/** A TCP address, or undefined for a command. Throws CannotRunError for what is meant as an address and is none. */
function parsePlace(external: string): TcpPlace | undefined {
  if (!external.startsWith('tcp:')) return undefined;
  const [, host = '', port = ''] = /^tcp:\/\/(\[[0-9a-f:.]+\]|[^:/[\]\s]*):(\d{1,5})$/i.exec(external) ?? [];
  const number = Number(port);
  if (port === '' || number > 65_535) throw new CannotRunError(`${external} is no address; expected tcp://host:port`);
  return { host: host.replace(/^\[|\]$/g, '') || '127.0.0.1', port: number };
}
