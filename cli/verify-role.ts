/**
 * `stpconnect verify --role` and `--external`: one process alone against a puppet of the other one, ours or somebody else's.
 */
import {
  CannotRunError,
  type CriterionRequest,
  limitNames,
  type RoleEvent,
  type RolePath,
  type RolePathFailure,
  type RoleRow,
  readRolePaths,
  showScenario,
  verifyExternal,
  verifyOwnRole,
  wkpKinds,
} from '../model-tests/index.ts';
import { criterionRequests } from './criterion-request.ts';
import { readSecret, readText } from './files.ts';
import { COULD_NOT_RUN, couldNotRun, explain, HELD, say, VIOLATED } from './outcome.ts';
import { EXTERNAL_OPTIONS, optionName, type RoleArguments } from './role-arguments.ts';
import { createProgressView, renderRoleTable } from './verify-report.ts';
import { ReportWriter } from './write-report.ts';

/** So many failures are printed whole. */
const MOST_SHOWN = 5;

/** Runs the verb and answers with its exit code: 1 when a path failed, 2 when nothing could be driven. Throws VerbError. */
export async function verifyRoles(options: RoleArguments): Promise<number> {
  const rows: RoleRow[] = [];
  const failures: RolePathFailure[] = [];
  const report = new ReportWriter(options.report);
  const view = createProgressView(process.stderr);
  try {
    for await (const event of allEvents(options, report)) {
      if (event.type === 'progress') {
        view.show({ name: `${event.subject} ${event.role}`, done: event.done, total: event.total });
      } else if (event.type === 'failure') {
        failures.push(event.failure);
        const { path, what, message, scenario, input } = event.failure;
        report.failure('', { path: path.name, what: `${input}: ${what}`, message, scenario });
        if (failures.length <= MOST_SHOWN) {
          say(event.failure.message);
        }
      } else if (event.type === 'detail') {
        report.detail('', event.detail);
      } else {
        rows.push(event.row);
        const { role: suite, subject: transport, paths, steps, transitions, failed, unsteady, seconds, criterion } = event.row;
        const { mode } = options;
        const numbers = { paths, steps, transitions, failed, unsteady, seconds };
        report.row('', { suite, criterion, transport, ...(mode === undefined ? {} : { mode }), ...numbers });
      }
    }
  } catch (error) {
    throw error instanceof CannotRunError ? couldNotRun(`verify: ${error.message}`, error) : error;
  } finally {
    view.stop();
  }
  if (failures.length > MOST_SHOWN) {
    say(`${failures.length - MOST_SHOWN} more paths failed: ${namesOf(failures.slice(MOST_SHOWN))}; --path NAME shows one`);
  }
  const exitCode = conclude(options, rows, failures);
  if (exitCode !== COULD_NOT_RUN) {
    report.write(exitCode === HELD);
  }
  return exitCode;
}

function conclude({ json = false, path }: RoleArguments, rows: readonly RoleRow[], failures: readonly RolePathFailure[]): number {
  if (rows.every((row) => row.paths === 0)) {
    say(
      path === undefined
        ? `verify: there is no path to drive${reasonsOf(rows)}`
        : `verify: there is no path ${path}; a failure prints the name of its path, for example client.7`,
    );
    return COULD_NOT_RUN;
  }
  const held = failures.length === 0;
  const result = { ok: held, rows, failures: failures.map(plainFailure) };
  process.stdout.write(json ? `${JSON.stringify(result)}\n` : `${renderRoleTable(rows, process.stdout.isTTY)}\n`);
  return held ? HELD : VIOLATED;
}

/** What happens for each criterion in turn. */
async function* allEvents(options: RoleArguments, report: ReportWriter): AsyncGenerator<RoleEvent, void> {
  for (const generate of requestsOf(options)) {
    yield* options.external === undefined
      ? ownEvents(options, generate, report.wanted)
      : externalEvents(options, options.external, generate, report.wanted);
  }
}

/** What is to be generated, one after the other; undefined where that is not said. */
function requestsOf({ criterion, paths, k, seed, ...options }: RoleArguments): Generate[] {
  if (criterion === undefined) {
    const [orphan] = (['k', 'count'] as const).filter((name) => ({ k, ...options })[name] !== undefined);
    if (orphan !== undefined) throw couldNotRun(`--${orphan} needs --criterion`);
    return [undefined];
  }
  if (paths !== undefined) throw couldNotRun('--paths has paths that are there already, so --criterion means nothing with it');
  return criterionRequests(criterion, { ...options, ...(k === undefined ? {} : { k }) }).map((request) => ({
    ...request,
    ...(seed === undefined ? {} : { seed }),
  }));
}

type Generate = CriterionRequest | undefined;

async function* ownEvents(options: RoleArguments, generate: Generate, detail: boolean): AsyncGenerator<RoleEvent, void> {
  const { role, wkp, mode, seed, path, ...others } = options;
  const [misplaced] = EXTERNAL_OPTIONS.filter((name) => others[name] !== undefined);
  if (misplaced !== undefined) {
    throw couldNotRun(`${optionName(misplaced)} needs --external`);
  }
  for (const kind of wkp === undefined ? wkpKinds : [wkp]) {
    for (const each of role === undefined ? (['client', 'server'] as const) : [role]) {
      yield* verifyOwnRole({ role: each, wkp: kind, mode, seed, path, generate, detail });
    }
  }
}

function externalEvents(
  options: RoleArguments,
  external: string,
  generate: Generate,
  detail: boolean,
): AsyncGenerator<RoleEvent, void> {
  const { role, mode, seed, path, limit, secretFile, patience, quiet } = options;
  const isTcp = external.startsWith('tcp:');
  const [misplaced] = (['limit', 'secretFile'] as const).filter((name) => options[name] !== undefined);
  if (!isTcp && misplaced !== undefined) {
    throw couldNotRun(`${optionName(misplaced)} is for --external tcp://host:port; an adapter is told its limits and its secret`);
  }
  for (const name of Object.keys(limit ?? {})) {
    if (!(limitNames as readonly string[]).includes(name)) {
      throw couldNotRun(`--limit ${name}: there is no such limit; there are ${limitNames.join(', ')}`);
    }
  }
  return verifyExternal({
    external,
    role,
    mode,
    seed,
    path,
    limits: limit,
    patience,
    quiet,
    secret: isTcp ? Buffer.from(readSecret(secretFile)) : undefined,
    paths: pathsOf(options.paths),
    generate,
    detail,
    command: replayCommand(options, external, generate),
    onListening: (address) =>
      say(`listening on ${address}; the server process has to dial, and to dial again whenever it is done`),
  });
}

function pathsOf(file: string | undefined): readonly RolePath[] | undefined {
  if (file === undefined) {
    return undefined;
  }
  const text = readText('--paths', file);
  try {
    return readRolePaths(text);
  } catch (error) {
    throw couldNotRun(`--paths ${file} is no file of paths: ${explain(error)}`, error);
  }
}

/** The call that drives the same implementation in the same way; seed and path come behind it. */
function replayCommand(options: RoleArguments, external: string, generate: Generate): string {
  const { criterion, k, count } = generate ?? {};
  const { role, mode, paths, limit = {}, secretFile, patience, quiet } = options;
  const words = ['stpconnect', 'verify', '--external', quoted(external)];
  const plain = {
    '--role': role,
    '--mode': mode,
    '--criterion': criterion,
    '--k': k,
    '--count': count,
    '--paths': paths,
    '--secret-file': secretFile,
    '--patience': patience,
    '--quiet': quiet,
  };
  for (const [option, value] of Object.entries(plain)) {
    if (value !== undefined) {
      words.push(option, quoted(String(value)));
    }
  }
  return [...words, ...Object.entries(limit).map(([name, milliseconds]) => `--limit ${name}=${milliseconds}`)].join(' ');
}

/** As a shell has to read it. */
const quoted = (text: string) => (/^[\w./:=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

const namesOf = (failures: readonly RolePathFailure[]) => failures.map(({ path }) => path.name).join(', ');

function reasonsOf(rows: readonly RoleRow[]): string {
  const reasons = [...new Set(rows.flatMap(({ leftOut }) => Object.keys(leftOut)))];
  return reasons.length === 0 ? '' : `: they need ${reasons.join(', ')}`;
}

/** A failure as JSON for machines; the diagram as Mermaid. */
function plainFailure({ path, at, input, state, what, expected, seen, late, unsteady, scenario }: RolePathFailure): object {
  const diagram = showScenario(scenario, 'mermaid');
  return {
    path: path.name,
    role: path.role,
    step: at + 1,
    steps: path.steps.length,
    input,
    state,
    what,
    expected,
    seen,
    ...(late === undefined ? {} : { late }),
    unsteady,
    diagram,
  };
}
