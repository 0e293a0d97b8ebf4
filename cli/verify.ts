/**
 * `stpconnect verify`: drives the implementation along the paths that the statecharts generate, and says what came of it.
 */
import { verify } from '../model-tests/index.ts';
import { COULD_NOT_RUN, couldNotRun, HELD, say, VIOLATED } from './outcome.ts';
import { EXTERNAL_OPTIONS, optionName, type RoleArguments } from './role-arguments.ts';
import { createProgressView, renderTable, type VerifyRow } from './verify-report.ts';
import { ReportWriter } from './write-report.ts';

/** The options of the verb, as the command line has them. */
export interface VerifyArguments {
  readonly wkp?: 'tcp' | 'array' | 'simulated';
  readonly mode?: 'network' | 'storage';
  readonly json?: boolean;
  readonly seed?: number;
  /** Only the path with this name. */
  readonly path?: string;
  readonly threads?: number;
  /** The directory to write a report into. */
  readonly report?: string;
}

/** Runs the verb in the way that its options ask for, and answers with its exit code. */
export async function verifyVerb(options: Omit<VerifyArguments, 'wkp'> & RoleArguments): Promise<number> {
  // Criteria are for one process; without a role both are driven, one after the other.
  if ([options.external, options.role, options.criterion].some((option) => option !== undefined)) {
    return (await import('./verify-role.ts')).verifyRoles(options);
  }
  const [orphan] = (['k', 'count'] as const).filter((name) => options[name] !== undefined);
  if (orphan !== undefined) {
    throw couldNotRun(`--${orphan} needs --criterion`);
  }
  const [option] = EXTERNAL_OPTIONS.filter((name) => options[name] !== undefined);
  if (option !== undefined) {
    throw couldNotRun(`${optionName(option)} needs --external`);
  }
  const { wkp, ...others } = options;
  if (wkp === 'protocol') {
    throw couldNotRun('--wkp protocol is for one process alone: it needs --role or --criterion');
  }
  return verifyCompositions({ ...others, ...(wkp === undefined ? {} : { wkp }) });
}

/** Both processes at once: 1 when a path failed or a transition was never taken. */
async function verifyCompositions({ json = false, report: directory, ...options }: VerifyArguments): Promise<number> {
  const rows: VerifyRow[] = [];
  const report = new ReportWriter(directory);
  const view = createProgressView(process.stderr);
  try {
    for await (const event of verify({ ...options, detail: report.wanted })) {
      if (event.type === 'progress') {
        view.show({ name: `${event.wkp} ${event.mode}`, done: event.done, total: event.total });
      } else if (event.type === 'failure') {
        say(`${event.wkp} ${event.mode}: ${event.message}`);
        const { path, failure, message, scenario } = event;
        report.failure(nameOf(event), { path, what: `${failure.move}: ${failure.what}`, message, scenario });
      } else if (event.type === 'detail') {
        report.detail(nameOf(event), event.detail);
      } else {
        rows.push(event.row);
        const { wkp: transport, ...numbers } = event.row;
        report.row(nameOf(event.row), { suite: 'compositions', criterion: 'transitions', transport, unsteady: 0, ...numbers });
      }
    }
  } finally {
    view.stop();
  }
  const driven = rows.reduce((paths, row) => paths + row.paths, 0);
  if (options.path !== undefined && driven === 0) {
    say(`verify: there is no path ${options.path}; a failure prints the name of its path, for example 1.42`);
    return COULD_NOT_RUN;
  }
  // One path alone covers what it covers.
  const covers = (row: VerifyRow) => options.path !== undefined || row.transitions.covered === row.transitions.total;
  const held = rows.length > 0 && rows.every((row) => row.failed === 0 && covers(row));
  const result = `${JSON.stringify({ ok: held, rows })}\n`;
  process.stdout.write(json ? result : `${renderTable(rows, process.stdout.isTTY)}\n`);
  report.write(held);
  return held ? HELD : VIOLATED;
}

const nameOf = ({ wkp, mode }: { readonly wkp: string; readonly mode: string }) => `${wkp} ${mode}`;
