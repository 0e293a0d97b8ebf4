/**
 * `stpconnect inspect`: serves a page on the loopback that shows the statecharts, until a signal comes.
 */
import { existsSync } from 'node:fs';
import { type Inspector, PortError, ReportFileError, startInspector, TraceFileError } from '../inspector/serve.ts';
import {
  type Catalogue,
  findRun,
  type HandshakeComposition,
  type NamedRun,
  type RolePath,
  RunNameError,
  readRolePaths,
} from '../model-tests/index.ts';
import { readText } from './files.ts';
import { watchInterruption } from './interrupt.ts';
import { couldNotRun, explain, HELD, say, VerbError } from './outcome.ts';
import { readOwnSystems, withOwn } from './own-systems.ts';
import { readSavedRun } from './saved-runs.ts';

/** The options of the verb, as the command line has them. */
export interface InspectArguments {
  readonly trace?: readonly string[];
  /** Names of runs, or files. */
  readonly path?: readonly string[];
  /** A folder that verify --report has written. */
  readonly report?: string;
  /** A module with machines and systems of the user's own. */
  readonly machine?: string;
  /** Whether processes may attach. */
  readonly attach?: boolean;
  readonly port: number;
}

/** Runs the verb until a signal comes, and answers with its exit code. */
export async function inspectVerb(options: InspectArguments, catalogue: Catalogue<unknown>): Promise<number> {
  const interruption = watchInterruption();
  try {
    const inspector = await start(options, catalogue);
    process.stdout.write(`${inspector.address}\n`);
    say('the page is at the address above, for this machine only; Ctrl-C ends it');
    await new Promise<void>((resolve) => {
      if (interruption.signal.aborted) resolve();
      interruption.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await inspector.close();
    return HELD;
  } finally {
    interruption.release();
  }
}

async function start(options: InspectArguments, handshakes: Catalogue<unknown>): Promise<Inspector> {
  try {
    const systems = await readOwnSystems(options.machine);
    const catalogue = withOwn(systems, handshakes);
    const files = options.path ?? [];
    const rolePaths = files.flatMap((path) => rolePathsIn(path) ?? []);
    const runs = files.flatMap((path) => (rolePaths.some(({ file }) => file === path) ? [] : [runOf(path, catalogue)]));
    return await startInspector({
      port: options.port,
      traces: options.trace ?? [],
      runs,
      rolePaths,
      report: options.report,
      systems,
      attach: options.attach ?? false,
      findComposition: (id) => quietly(() => catalogue.find(id) as HandshakeComposition | undefined),
      findRun: (id) => quietly(() => findRun(id, catalogue)),
      say,
    });
  } catch (error) {
    if (isForUsers(error)) throw couldNotRun(error.message, error);
    throw error;
  }
}

const classes = [PortError, TraceFileError, ReportFileError];

/** Whether an error says what is wrong with what was asked for. */
function isForUsers(error: unknown): error is Error {
  return classes.some((each) => error instanceof each);
}

/** Paths that `paths --json` has printed, or undefined where the file holds none. */
function rolePathsIn(file: string): { readonly file: string; readonly paths: readonly RolePath[] } | undefined {
  if (!existsSync(file)) return undefined;
  const text = readText('--path', file);
  const [first = ''] = text.split('\n', 1);
  if (!/"format":"stpconnect-(role-)?paths"/.test(first.replaceAll(/\s/g, ''))) return undefined;
  try {
    return { file, paths: readRolePaths(text) };
  } catch (error) {
    throw couldNotRun(
      `--path ${file} holds paths of something else than one role (paths --role client or server): ${explain(error)}`,
      error,
    );
  }
}

function runOf(path: string, catalogue: Catalogue<unknown>): NamedRun<unknown> {
  return existsSync(path) ? readSavedRun(path, catalogue, '--path') : findRun(path, catalogue);
}

/** What an address names that is not there is answered by the server. */
function quietly<T>(find: () => T | undefined): T | undefined {
  try {
    return find();
  } catch (error) {
    if (error instanceof RunNameError || error instanceof VerbError) return undefined;
    throw error;
  }
}
