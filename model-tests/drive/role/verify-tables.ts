/** Drives the paths of one role through the implementation's table, and says what came of it as the other drivers do. */
import { Tally } from '../tally.ts';
import type { Role } from './path.ts';
import { type RoleSuite, stepKeys } from './paths.ts';
import { driveTables } from './tables.ts';
import { criteriaOf, describe, type RoleEvent, talliedSteps } from './verify-role.ts';

/** What to drive. */
interface TableVerification {
  readonly role: Role;
  readonly suite: RoleSuite;
  readonly seed: number;
  /** Only the path with this name. */
  readonly path?: string | undefined;
  readonly detail?: boolean | undefined;
  readonly command: string;
}

const name = 'protocol';

/** Yields progress, each failure, and one row. */
export function* verifyTables({ role, suite, seed, path, detail, command }: TableVerification): Generator<RoleEvent, void> {
  const begun = performance.now();
  const paths = suite.paths.filter((one) => path === undefined || one.name === path);
  const { failures } = driveTables(role, paths);
  const milliseconds = performance.now() - begun;
  const covered = new Set<string>();
  const tally = new Tally();
  let steps = 0;
  for (const one of paths) {
    const failure = failures.get(one);
    const taken = failure === undefined ? one.steps.length : failure.at;
    steps += taken;
    for (const key of stepKeys(one).slice(0, taken)) covered.add(key);
    // Paths share their beginnings: no path has a time of its own.
    if (detail) tally.take(one.name, milliseconds / paths.length, failure !== undefined, talliedSteps(one, taken));
    if (failure !== undefined) yield { type: 'failure', failure: describe(one, failure, false, { command, seed, name }) };
  }
  if (paths.length > 0) yield { type: 'progress', subject: name, role, done: paths.length, total: paths.length };
  if (detail) yield { type: 'detail', detail: tally.detail };
  yield {
    type: 'row',
    row: {
      subject: name,
      role,
      criterion: criteriaOf(suite),
      paths: paths.length,
      steps,
      transitions: { covered: covered.size, total: suite.total.size },
      chart: { taken: suite.chart.taken, total: suite.chart.total },
      leftOut: Object.fromEntries(suite.leftOut),
      leftOutAre: suite.leftOutAre,
      untimed: 0,
      late: 0,
      unsteady: 0,
      failed: failures.size,
      seconds: Math.round(milliseconds) / 1_000,
    },
  };
}
