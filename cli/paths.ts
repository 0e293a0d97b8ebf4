/**
 * `stpconnect paths`: generates paths by a criterion and prints them, one a line, as they are made.
 */
import {
  compositionPaths,
  type GeneratedPath,
  headerOf,
  lineOf,
  MachineError,
  type PathRequest,
  type PathSet,
  type PathStep,
  parseGoal,
  rolePaths,
} from '../model-tests/index.ts';
import type { CriterionArguments } from './arguments.ts';
import { criterionRequest } from './criterion-request.ts';
import { couldNotRun, HELD, say, VIOLATED } from './outcome.ts';
import { writeLines } from './write-lines.ts';

/** The options of the verb, as the command line has them. */
export interface PathsArguments extends CriterionArguments {
  readonly role: 'client' | 'server' | 'socket' | 'system';
  readonly mode?: 'network' | 'storage';
  readonly seed?: number;
  readonly goal?: readonly string[];
  readonly json?: boolean;
}

/** Runs the verb and answers with its exit code: 1 when a goal is reached by no path. */
export async function pathsVerb(options: PathsArguments): Promise<number> {
  const request = await orCouldNotRun(async () => requestOf(options));
  if (options.mode !== undefined && options.role !== 'system') {
    throw couldNotRun('--mode chooses among compositions; it needs --role system');
  }
  let reached = 0;
  await orCouldNotRun(async () => {
    const sets = setsOf(options, request);
    await writeLines(process.stdout, function* () {
      for (const set of sets) {
        if ('goals' in request && set.suite.size.paths === 0) continue;
        reached += set.suite.size.paths;
        yield* options.json === true ? jsonLines(set) : textLines(set);
      }
    });
  });
  if (reached > 0 || !('goals' in request)) return HELD;
  say(`paths: no path reaches ${request.goals.map(({ text }) => text).join(', or ')}`);
  return VIOLATED;
}

/** What is asked for; refuses options that do not go together. */
function requestOf(options: PathsArguments): PathRequest {
  const { criterion, goal, k, seed, count } = options;
  if (goal !== undefined) {
    const other = Object.entries({ criterion, k, seed, count }).find(([, value]) => value !== undefined);
    if (other !== undefined) throw couldNotRun(`--goal asks for shortest paths, so --${other[0]} means nothing with it`);
    return { goals: goal.map(parseGoal) };
  }
  const request = criterionRequest(criterion ?? 'transitions', options);
  if (seed !== undefined && request.criterion !== 'random') {
    throw couldNotRun(`--seed is for the criterion random, and nothing of ${request.criterion} is left to chance`);
  }
  return { ...request, ...(seed === undefined ? {} : { seed }) };
}

function setsOf({ role, mode }: PathsArguments, request: PathRequest): Iterable<PathSet> {
  if (role !== 'system') return [rolePaths(role, request)];
  return compositionPaths(mode === undefined ? ['network', 'storage'] : [mode], request);
}

/** What cannot be generated as it was asked for is a mistake of who asked. */
async function orCouldNotRun<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RangeError || error instanceof MachineError) throw couldNotRun(error.message, error);
    throw error;
  }
}

function* jsonLines(set: PathSet): Generator<string> {
  yield JSON.stringify(headerOf(set));
  for (const path of set.paths()) yield JSON.stringify(lineOf(set, path));
}

function* textLines(set: PathSet): Generator<string> {
  const { criterion, paths, steps, coverage, assumptions, mode, composition, states } = headerOf(set);
  const { transitions, pairs } = coverage;
  const of = composition === undefined ? set.role : `${mode}, ${composition}`;
  yield `# ${of}: ${criterion}, ${count(paths, 'path')}, ${count(steps, 'step')}; a machine of ${count(states, 'state')}`;
  yield `# takes ${transitions.covered} of ${transitions.total} transitions and ${pairs.covered} of ${pairs.total} pairs`;
  for (const assumption of assumptions) yield `# assumes: ${assumption}`;
  for (const path of set.paths()) yield pathText(path);
}

const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`;

function pathText({ name, steps }: GeneratedPath): string {
  const last = steps.at(-1);
  return `${name}: ${steps.map(stepText).join('; ')} -> ${last?.state ?? ''}`;
}

/** A step as `input (facts) / outputs`. */
function stepText({ input, expect }: PathStep): string {
  return expect.length === 0 ? words(input) : `${words(input)} / ${expect.map(words).join(', ')}`;
}

/** The type of an input or output, and its facts in brackets; of a process of a composition, what it does. */
function words(value: object): string {
  const { type, kind, process, event, outputs, params, ...facts } = value as Record<string, unknown>;
  if (Array.isArray(outputs)) return `${process}: ${[event, ...outputs.map(words)].join(' ')}`;
  const all = { ...facts, ...(params as object | undefined) };
  const text = Object.entries(all).map(([name, fact]) => `${name} ${factText(fact)}`);
  return `${type ?? kind}${text.length === 0 ? '' : ` (${text.join(', ')})`}`;
}

const factText = (fact: unknown) => (typeof fact === 'object' && fact !== null ? Object.values(fact).join(' ') : String(fact));
