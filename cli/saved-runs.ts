/** Runs in files: what `explore --save` and the inspector write, and `replay --file` reads. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import {
  type Catalogue,
  findComposition,
  findProperty,
  type NamedRun,
  nameOf,
  runFile,
  shows,
  walksAlong,
} from '../model-tests/index.ts';
import { fileProblem } from './files.ts';
import { couldNotRun } from './outcome.ts';

const savedRun = z.object({
  id: z.string(),
  composition: z.string(),
  property: z.string(),
  moves: z.array(z.unknown()),
  loopFrom: z.int().nonnegative().optional(),
});

/** Opens a folder for runs, making it where it is missing; the answer writes a run into it. Without a folder runs go nowhere. */
export function openRunFolder(folder: string | undefined): (run: NamedRun<unknown>) => void {
  if (folder === undefined) return () => {};
  const attempt = (write: () => void) => {
    try {
      write();
    } catch (error) {
      throw couldNotRun(`--save ${folder} cannot be written: ${fileProblem(error)}`, error);
    }
  };
  attempt(() => mkdirSync(folder, { recursive: true }));
  return (run) => attempt(() => writeFileSync(join(folder, fileName(run)), `${JSON.stringify(runFile(run), undefined, 2)}\n`));
}

/** The code can be longer than a file's name may be. */
function fileName({ composition, property }: NamedRun<unknown>): string {
  return `${composition.id}.${nameOf(property)}.json`;
}

/**
 * Reads a run from a file.
 *
 * @throws VerbError when the file cannot be read, holds no run, or holds one that the composition cannot go; RunNameError when there is no
 * such composition.
 */
export function readSavedRun(path: string, catalogue: Catalogue<unknown>, option = '--file'): NamedRun<unknown> {
  const saved = parse(path, option);
  const composition = findComposition(saved.composition, catalogue);
  const property = findProperty(saved.property, composition);
  const loop = saved.loopFrom === undefined ? {} : { loopFrom: saved.loopFrom };
  for (const walk of walksAlong(composition.system, { moves: saved.moves, ...loop })) {
    if (shows(composition.system, property, walk)) return { id: saved.id, composition, property, walk };
  }
  throw couldNotRun(
    `${option} ${path} holds a run that does not show ${property.id} in ${composition.id}, or cannot happen in this version`,
  );
}

function parse(path: string, option: string): z.infer<typeof savedRun> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw couldNotRun(`${option} ${path} cannot be read: ${fileProblem(error)}`, error);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw couldNotRun(`${option} ${path} is not JSON; expected a run as explore --save and the inspector write it`, error);
  }
  const { data, error } = savedRun.safeParse(value);
  if (data === undefined) {
    const where = error.issues[0]?.path.join('.') ?? '';
    throw couldNotRun(
      `${option} ${path} is JSON, but not a run as explore --save writes it: field ${where} is missing or wrong`,
      error,
    );
  }
  return data;
}
