/**
 * `stpconnect replay`: shows a run that explore has found, as text or as a sequence diagram.
 */
import { writeFileSync } from 'node:fs';
import { type Catalogue, findRun, type NamedRun, type ScenarioFormat, showScenario, tellRun } from '../model-tests/index.ts';
import { fileProblem } from './files.ts';
import { couldNotRun, HELD } from './outcome.ts';
import { readSavedRun } from './saved-runs.ts';

/** The options of the verb, as the command line has them. */
export interface ReplayArguments {
  readonly format: ScenarioFormat;
  /** Where it is written; default stdout. */
  readonly output?: string;
  /** A run that explore --save has written, in place of an id. */
  readonly file?: string;
}

/** Runs the verb and answers with its exit code. */
export async function replayVerb(
  id: string | undefined,
  { format, output, file }: ReplayArguments,
  catalogue: Catalogue<unknown>,
): Promise<number> {
  const run = chosenRun(id, file, catalogue);
  const text = showScenario(tellRun(run), format);
  if (output === undefined) {
    process.stdout.write(text);
    return HELD;
  }
  try {
    writeFileSync(output, text);
  } catch (error) {
    throw couldNotRun(`--output ${output} cannot be written: ${fileProblem(error)}`, error);
  }
  return HELD;
}

function chosenRun(id: string | undefined, file: string | undefined, catalogue: Catalogue<unknown>): NamedRun<unknown> {
  if (id !== undefined && file === undefined) return findRun(id, catalogue);
  if (id === undefined && file !== undefined) return readSavedRun(file, catalogue);
  throw couldNotRun('replay takes either the id of a run, as explore prints it, or --file FILE');
}
