/** Drives a subject along the paths of one role, and says what came of it. */
import type { Scenario } from '../../show/scenario.ts';
import { type Drive, driveRolePath, type RoleFailure } from './drive.ts';
import type { Role, RolePath } from './path.ts';
import { type RoleSuite, stepKeys } from './paths.ts';
import { drawText, scenarioOfFailure } from './show.ts';
import type { Subject } from './subject.ts';

/** After so many paths in a row on which the subject could not be driven on, nothing more is tried. */
const MOST_BREAKDOWNS = 3;
/** So many paths are tried again when they fail; with more failures than these it is not the machine. */
const MOST_RETRIED = 10;

/** The result for one subject in one role. */
export interface RoleRow {
  /** What was driven: `simulated`, `tcp`, `array`, or the name that an external implementation gives itself. */
  readonly subject: string;
  readonly role: Role;
  readonly paths: number;
  readonly steps: number;
  /** Steps of the model with this role alone: how many a path has taken that ended well up to there, and how many there are to take. */
  readonly transitions: { readonly covered: number; readonly total: number };
  /** Transitions of the role's chart that the paths take, and all of them. */
  readonly chart: { readonly taken: number; readonly total: number };
  /** Why chart transitions are not among them, and of how many that is so. */
  readonly leftOut: Readonly<Record<string, number>>;
  /** Paths that cannot be driven since another limit would expire before the one that they want. */
  readonly untimed: number;
  /** Paths that failed at first and held when they were tried again. */
  readonly unsteady: number;
  readonly failed: number;
  readonly seconds: number;
}

/** A path that failed. */
export interface RolePathFailure extends RoleFailure {
  readonly path: RolePath;
  /** The run as pictures are made of it, by `showScenario`. */
  readonly scenario: Scenario;
  /** Path, step, expected, seen, a sequence diagram, and the command that plays the path again. */
  readonly message: string;
}

/** What happens while a role is verified. */
export type RoleEvent =
  | { readonly type: 'progress'; readonly subject: string; readonly role: Role; readonly done: number; readonly total: number }
  | { readonly type: 'failure'; readonly failure: RolePathFailure }
  | { readonly type: 'row'; readonly row: RoleRow };

/** What to drive, and how. */
export interface RoleVerification {
  /** What the subject is called in what is printed. */
  readonly name: string;
  readonly subject: Subject;
  readonly suite: RoleSuite;
  readonly secret: Buffer;
  readonly seed: number;
  /** Only the path with this name. */
  readonly path?: string | undefined;
  /**
   * The limits that a path is driven with; undefined where it cannot be. A path that failed is driven again as long as there are limits for
   * another try, counted from 0: where real time passes, a slow machine must not look like a wrong implementation.
   */
  readonly limitsOf: (path: RolePath, trial: number) => Readonly<Record<string, number>> | undefined;
  /** The command that verifies this subject; a path's name is put behind it. */
  readonly command: string;
}

/** Drives the paths; yields progress, each failure, and one row. Errors that say that nothing can be run are thrown. */
export async function* verifyRole(verification: RoleVerification): AsyncGenerator<RoleEvent, void> {
  const { name, subject, suite, secret, seed, limitsOf } = verification;
  const begun = performance.now();
  const nonces = new Set<string>();
  const covered = new Set<string>();
  const wanted = [...suite.paths.entries()].filter(([, { name }]) => [undefined, name].includes(verification.path));
  let [driven, steps, failed, untimed, unsteady, retried, breakdowns] = [0, 0, 0, 0, 0, 0, 0];
  for (const [index, [place, path]] of wanted.entries()) {
    const drive = { subject, secret, nonces, seed: seed + place };
    const limits = limitsOf(path, 0);
    if (limits === undefined) {
      untimed += 1;
      continue;
    }
    let failure = await driveRolePath(path, { ...drive, limits });
    const isRetried = failure !== undefined && retried < MOST_RETRIED && limitsOf(path, 1) !== undefined;
    if (isRetried) {
      failure = await driveAgain(path, drive, limitsOf);
      retried += 1;
      if (failure === undefined) unsteady += 1;
    }
    driven += 1;
    const taken = failure === undefined ? path.steps.length : Math.max(0, failure.at);
    steps += taken;
    for (const key of stepKeys(path).slice(0, taken)) covered.add(key);
    if (failure !== undefined) {
      failed += 1;
      yield { type: 'failure', failure: describe(path, failure, verification) };
    }
    breakdowns = failure?.brokeDown === true ? breakdowns + 1 : 0;
    if (breakdowns === MOST_BREAKDOWNS) break;
    if (driven % 25 === 0 || index === wanted.length - 1)
      yield { type: 'progress', subject: name, role: suite.role, done: index + 1, total: wanted.length };
  }
  const row: RoleRow = {
    subject: name,
    role: suite.role,
    paths: driven,
    steps,
    transitions: { covered: covered.size, total: suite.total.size },
    chart: { taken: suite.chart.taken, total: suite.chart.total },
    leftOut: Object.fromEntries(suite.leftOut),
    untimed,
    unsteady,
    failed,
    seconds: Math.round((performance.now() - begun) / 10) / 100,
  };
  yield { type: 'row', row };
}

/** Tries a path that has failed, until it holds or there are no limits for another try. */
async function driveAgain(
  path: RolePath,
  drive: Omit<Drive, 'limits'>,
  limitsOf: RoleVerification['limitsOf'],
): Promise<RoleFailure | undefined> {
  let failure: RoleFailure | undefined;
  for (let trial = 1; ; trial += 1) {
    const limits = limitsOf(path, trial);
    if (limits === undefined) return failure;
    failure = await driveRolePath(path, { ...drive, limits });
    if (failure === undefined) return undefined;
  }
}

function describe(path: RolePath, failure: RoleFailure, { command, seed, name }: RoleVerification): RolePathFailure {
  const { at, input, state, what, expected, seen, shown } = failure;
  const where = at < 0 || at >= path.steps.length ? input : `at step ${at + 1} of ${path.steps.length}, ${input}`;
  const message = [
    `path ${path.name} of ${name}, ${where}${state === '' ? '' : `, in state ${state}`}: ${what}`,
    `  expected ${expected}`,
    `  seen     ${seen}`,
    drawText(path.role, shown),
    `  replay: ${command} --seed ${seed} --path ${path.name}`,
  ].join('\n');
  return { ...failure, path, message, scenario: scenarioOfFailure(path, failure, name) };
}
