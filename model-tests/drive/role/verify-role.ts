/** Drives a subject along the paths of one role, and says what came of it. */
import type { Scenario } from '../../show/scenario.ts';
import { type RowDetail, Tally } from '../tally.ts';
import { type Drive, driveRolePath, type RoleFailure } from './drive.ts';
import type { Role, RolePath } from './path.ts';
import { type RoleSuite, stepKeys } from './paths.ts';
import { drawText, scenarioOfFailure } from './show.ts';
import type { Subject } from './subject.ts';

/** After so many paths in a row on which the subject could not be driven on, nothing more is tried. */
const MOST_BREAKDOWNS = 3;
/** So many paths that failed are driven once more, to tell those that fail each time from those that fail now and then. */
const MOST_DRIVEN_AGAIN = 10;

/** The result for one subject in one role. */
export interface RoleRow {
  /** What was driven: `simulated`, `tcp`, `array`, or the name that an external implementation gives itself. */
  readonly subject: string;
  readonly role: Role;
  /** What the paths were generated for: `transitions`, `wp k 1`, or what a file of paths says. */
  readonly criterion: string;
  readonly paths: number;
  readonly steps: number;
  /** Steps of the model with this role alone: how many a path has taken that ended well up to there, and how many there are to take. */
  readonly transitions: { readonly covered: number; readonly total: number };
  /** Transitions of the role's chart that the paths take, and all of them. */
  readonly chart: { readonly taken: number; readonly total: number };
  /** What was left out, by what it would need: transitions of the chart, or paths of a file. */
  readonly leftOut: Readonly<Record<string, number>>;
  readonly leftOutAre: RoleSuite['leftOutAre'];
  /** Paths that cannot be driven since another limit would expire before the one that they want. */
  readonly untimed: number;
  /** Where real time passes: paths that were driven again, with longer limits if that can be, since the tester had been too late for a limit. */
  readonly late: number;
  /** Of those that failed: paths that held when they were driven again. They have failed all the same. */
  readonly unsteady: number;
  readonly failed: number;
  readonly seconds: number;
}

/** A path that failed. */
export interface RolePathFailure extends RoleFailure {
  readonly path: RolePath;
  /** It held when it was driven again in the same way: it fails now and then. */
  readonly unsteady: boolean;
  /** The run as pictures are made of it, by `showScenario`. */
  readonly scenario: Scenario;
  /** Path, step, expected, seen, a sequence diagram, and the command that plays the path again. */
  readonly message: string;
}

/** What happens while a role is verified. */
export type RoleEvent =
  | { readonly type: 'progress'; readonly subject: string; readonly role: Role; readonly done: number; readonly total: number }
  | { readonly type: 'failure'; readonly failure: RolePathFailure }
  /** Before the row, where it was asked for. */
  | { readonly type: 'detail'; readonly detail: RowDetail }
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
   * The limits that a path is driven with; undefined where it cannot be. Where real time passes and the tester was too late for a limit, the path
   * is driven again as long as there are limits for another try, counted from 0: a slow machine must not look like a wrong implementation.
   */
  readonly limitsOf: (path: RolePath, trial: number) => Readonly<Record<string, number>> | undefined;
  /** The command that verifies this subject; a path's name is put behind it. */
  readonly command: string;
  /** Tell before the row what was run of the chart, and how long each path took. Default false. */
  readonly detail?: boolean | undefined;
}

/** Drives the paths; yields progress, each failure, and one row. Errors that say that nothing can be run are thrown. */
export async function* verifyRole(verification: RoleVerification): AsyncGenerator<RoleEvent, void> {
  const { name, subject, suite, secret, seed, limitsOf, detail = false } = verification;
  const begun = performance.now();
  const nonces = new Set<string>();
  const covered = new Set<string>();
  const tally = new Tally();
  const wanted = [...suite.paths.entries()].filter(([, { name }]) => [undefined, name].includes(verification.path));
  let [driven, steps, failed, untimed, unsteady, late, breakdowns] = [0, 0, 0, 0, 0, 0, 0];
  for (const [index, [place, path]] of wanted.entries()) {
    const drive = { subject, secret, nonces, seed: seed + place };
    const limits = limitsOf(path, 0);
    if (limits === undefined) {
      untimed += 1;
      continue;
    }
    const started = performance.now();
    const { failure, trials } = await driveInTime(path, { ...drive, limits }, limitsOf);
    driven += 1;
    if (trials > 1) late += 1;
    const taken = failure === undefined ? path.steps.length : Math.max(0, failure.at);
    steps += taken;
    for (const key of stepKeys(path).slice(0, taken)) covered.add(key);
    if (detail) tally.take(path.name, performance.now() - started, failure !== undefined, talliedSteps(path, taken));
    if (failure !== undefined) {
      failed += 1;
      const again = subject.capabilities.clock === 'real' && failed <= MOST_DRIVEN_AGAIN && failure.late === undefined;
      const held = again && (await driveRolePath(path, { ...drive, limits })) === undefined;
      if (held) unsteady += 1;
      yield { type: 'failure', failure: describe(path, failure, held, verification) };
    }
    breakdowns = failure?.brokeDown === true ? breakdowns + 1 : 0;
    if (breakdowns === MOST_BREAKDOWNS) break;
    if (driven % 25 === 0 || index === wanted.length - 1)
      yield { type: 'progress', subject: name, role: suite.role, done: index + 1, total: wanted.length };
  }
  if (detail) yield { type: 'detail', detail: tally.detail };
  const row: RoleRow = {
    subject: name,
    role: suite.role,
    criterion: criteriaOf(suite),
    paths: driven,
    steps,
    transitions: { covered: covered.size, total: suite.total.size },
    chart: { taken: suite.chart.taken, total: suite.chart.total },
    leftOut: Object.fromEntries(suite.leftOut),
    leftOutAre: suite.leftOutAre,
    untimed,
    late,
    unsteady,
    failed,
    seconds: Math.round((performance.now() - begun) / 10) / 100,
  };
  yield { type: 'row', row };
}

/** What the paths of a suite were generated for. */
export const criteriaOf = ({ paths }: RoleSuite) => [...new Set(paths.map(({ criterion }) => criterion))].join(', ');

/** What a path took of its chart, up to a step. */
export const talliedSteps = ({ role, steps }: RolePath, taken: number) =>
  steps.slice(0, taken).map(({ transitions }) => ({ process: role, chart: role, transitions }));

/**
 * Drives a path until the tester was in time for every limit, or there are no limits for another trial. Only what was not in time is driven again:
 * whatever else fails has failed.
 */
async function driveInTime(
  path: RolePath,
  drive: Drive,
  limitsOf: RoleVerification['limitsOf'],
): Promise<{ readonly failure: RoleFailure | undefined; readonly trials: number }> {
  let failure = await driveRolePath(path, drive);
  for (let trials = 1; ; trials += 1) {
    const limits = failure?.late === undefined ? undefined : limitsOf(path, trials);
    if (limits === undefined) return { failure, trials };
    failure = await driveRolePath(path, { ...drive, limits });
  }
}

/** A failure with everything that is told of it. */
export function describe(
  path: RolePath,
  failure: RoleFailure,
  unsteady: boolean,
  { command, seed, name }: Pick<RoleVerification, 'command' | 'seed' | 'name'>,
): RolePathFailure {
  const { at, input, state, what, expected, seen, shown } = failure;
  const where = at < 0 || at >= path.steps.length ? input : `at step ${at + 1} of ${path.steps.length}, ${input}`;
  const message = [
    `path ${path.name} of ${name}, ${where}${state === '' ? '' : `, in state ${state}`}: ${what}`,
    `  expected ${expected}`,
    `  seen     ${seen}`,
    drawText(path.role, shown),
    ...(failure.late === undefined
      ? []
      : [
          `  the tester was too late each time: ${failure.late} was over before it was as far; give the implementation longer limits`,
        ]),
    ...(unsteady ? ['  driven again in the same way it held: it fails now and then'] : []),
    `  replay: ${command} --seed ${seed} --path ${path.name}`,
  ].join('\n');
  return { ...failure, path, unsteady, message, scenario: scenarioOfFailure(path, failure, name) };
}
