/**
 * `stpconnect inspect`: serves a page on the loopback that shows the statecharts, until a signal comes.
 */
import { existsSync } from 'node:fs';
import { type Inspector, PortError, startInspector, TraceFileError } from '../inspector/serve.ts';
import { type Catalogue, findRun, type HandshakeComposition, type NamedRun, RunNameError } from '../model-tests/index.ts';
import { watchInterruption } from './interrupt.ts';
import { couldNotRun, HELD, say } from './outcome.ts';
import { readSavedRun } from './saved-runs.ts';

/** The options of the verb, as the command line has them. */
export interface InspectArguments {
  readonly trace?: readonly string[];
  /** Names of runs, or files. */
  readonly path?: readonly string[];
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

async function start(options: InspectArguments, catalogue: Catalogue<unknown>): Promise<Inspector> {
  const runs = (options.path ?? []).map((path) => runOf(path, catalogue));
  try {
    return await startInspector({
      port: options.port,
      traces: options.trace ?? [],
      runs,
      attach: options.attach ?? false,
      findComposition: (id) => quietly(() => catalogue.find(id) as HandshakeComposition | undefined),
      findRun: (id) => quietly(() => findRun(id, catalogue)),
      say,
    });
  } catch (error) {
    if (error instanceof PortError || error instanceof TraceFileError) throw couldNotRun(error.message, error);
    throw error;
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
    if (error instanceof RunNameError) return undefined;
    throw error;
  }
}
