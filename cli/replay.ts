/**
 * `stpconnect replay`: shows a run that explore has found, as text or as a sequence diagram.
 */
import { writeFileSync } from 'node:fs';
import {
  type Catalogue,
  type DrivenRun,
  type DriveOptions,
  findRun,
  type NamedRun,
  type ScenarioFormat,
  showScenario,
  tellRun,
} from '../model-tests/index.ts';
import { fileProblem } from './files.ts';
import { couldNotRun, HELD, say, VIOLATED } from './outcome.ts';
import { readSavedRun } from './saved-runs.ts';

/** The options of the verb, as the command line has them. */
export interface ReplayArguments {
  readonly format: ScenarioFormat;
  /** Where it is written; default stdout. */
  readonly output?: string;
  /** A run that explore --save has written, in place of an id. */
  readonly file?: string;
  /** The implementation is driven along the run, too. */
  readonly drive?: boolean;
  readonly wkp?: DriveOptions['wkp'];
  readonly seed?: number;
}

/** Drives the implementation along a run. */
export type Drive = (run: NamedRun<unknown>, how: DriveOptions) => Promise<DrivenRun>;

/** Runs the verb and answers with its exit code: 1 when the implementation did something else. */
export async function replayVerb(
  id: string | undefined,
  { format, output, file, drive: isDriven = false, wkp = 'tcp', seed = 1 }: ReplayArguments,
  catalogue: Catalogue<unknown>,
  drive: Drive,
): Promise<number> {
  const run = chosenRun(id, file, catalogue);
  show(showScenario(tellRun(run), format), output);
  if (!isDriven) return HELD;
  const driven = await drive(run, { wkp, seed });
  for (const line of linesOf(driven, run, wkp)) say(line);
  return driven.failure === undefined ? HELD : VIOLATED;
}

function show(text: string, output: string | undefined): void {
  if (output === undefined) {
    process.stdout.write(text);
    return;
  }
  try {
    writeFileSync(output, text);
  } catch (error) {
    throw couldNotRun(`--output ${output} cannot be written: ${fileProblem(error)}`, error);
  }
}

/** What became of driving, in lines. */
function linesOf({ moves, stoppedAt, failure }: DrivenRun, { walk }: NamedRun<unknown>, wkp: string): string[] {
  const all = walk.choices.length;
  if (failure !== undefined) {
    const { at, move, what, expected, seen } = failure;
    const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
    const where = at < 0 ? 'before the first step' : `behind step ${Math.min(at + 1, moves)} of ${all} (${move})`;
    return [`the implementation, over ${wkp}, ${where}: ${what}`, `  expected ${text(expected)}`, `  seen     ${text(seen)}`];
  }
  if (stoppedAt === undefined) return [`the implementation went along with all ${all} steps, over ${wkp}`];
  return [
    `the implementation went along with the first ${moves} of ${all} steps, over ${wkp}`,
    `  step ${stoppedAt.move + 1} (${stoppedAt.text}) cannot be driven: ${stoppedAt.why}`,
  ];
}

function chosenRun(id: string | undefined, file: string | undefined, catalogue: Catalogue<unknown>): NamedRun<unknown> {
  if (id !== undefined && file === undefined) return findRun(id, catalogue);
  if (id === undefined && file !== undefined) return readSavedRun(file, catalogue);
  throw couldNotRun('replay takes either the id of a run, as explore prints it, or --file FILE');
}
