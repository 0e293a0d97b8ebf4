/**
 * `stpconnect inspect`: serves a page on the loopback that shows the statecharts, until a signal comes.
 */
import { existsSync } from 'node:fs';
import {
  type Inspector,
  loadOwnSystems,
  MachineFileError,
  type OwnSystem,
  PortError,
  startInspector,
  TraceFileError,
} from '../inspector/serve.ts';
import {
  type Catalogue,
  findRun,
  type HandshakeComposition,
  type NamedComposition,
  type NamedRun,
  RunNameError,
} from '../model-tests/index.ts';
import { watchInterruption } from './interrupt.ts';
import { couldNotRun, HELD, say } from './outcome.ts';
import { readSavedRun } from './saved-runs.ts';

/** The options of the verb, as the command line has them. */
export interface InspectArguments {
  readonly trace?: readonly string[];
  /** Names of runs, or files. */
  readonly path?: readonly string[];
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
    const systems = options.machine === undefined ? [] : await loadOwnSystems(options.machine);
    const catalogue = withOwn(systems, handshakes);
    const runs = (options.path ?? []).map((path) => runOf(path, catalogue));
    return await startInspector({
      port: options.port,
      traces: options.trace ?? [],
      runs,
      systems,
      attach: options.attach ?? false,
      findComposition: (id) => quietly(() => catalogue.find(id) as HandshakeComposition | undefined),
      findRun: (id) => quietly(() => findRun(id, catalogue)),
      say,
    });
  } catch (error) {
    if (error instanceof PortError || error instanceof TraceFileError || error instanceof MachineFileError)
      throw couldNotRun(error.message, error);
    throw error;
  }
}

/** Systems of the user's own have names, too: runs of them can be saved and shown again. */
function withOwn(systems: readonly OwnSystem[], { find, examples }: Catalogue<unknown>): Catalogue<unknown> {
  const own = (id: string) => systems.find((system) => system.id === id) as NamedComposition<unknown> | undefined;
  return { find: (id) => own(id) ?? find(id), examples: [...systems.map(({ id }) => id), ...examples] };
}

function runOf(path: string, catalogue: Catalogue<unknown>): NamedRun<unknown> {
  return existsSync(path) ? readSavedRun(path, catalogue, '--path') : findRun(path, catalogue);
}

/** What an address names that is not there is answered by the server. */
function quietly<T>(find: () => T | undefined): T | undefined {
  try {
    return find();
  } catch (error) {
    if (error instanceof RunNameError) return undefined;
    throw error;
  }
}
