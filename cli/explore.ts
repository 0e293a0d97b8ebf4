/**
 * `stpconnect explore`: explores compositions of the statecharts to the end, and says which properties hold.
 */
import {
  aspectOf,
  type CheckOptions,
  check,
  type NamedComposition,
  type NamedRun,
  nameOf,
  nameRun,
} from '../model-tests/index.ts';
import type { CompositionArguments } from './composition-options.ts';
import { type Checked, type Exploration, reachedOf, rowOf, summarise } from './explore-report.ts';
import { ExploreProgress, renderComposition, renderSummary } from './explore-text.ts';
import { watchInterruption } from './interrupt.ts';
import { COULD_NOT_RUN, couldNotRun, HELD, VIOLATED } from './outcome.ts';
import { openRunFolder } from './saved-runs.ts';

/** The options of the verb, as the command line has them. */
export interface ExploreArguments extends CompositionArguments {
  /** Only these properties, by id. */
  readonly property?: readonly string[];
  readonly symmetry?: boolean;
  readonly partialOrder?: boolean;
  readonly threads?: number;
  /** Of each composition. */
  readonly maxStates?: number;
  /** Of all compositions together. */
  readonly maxSeconds?: number;
  /** Of each composition. */
  readonly maxBytes?: number;
  readonly json?: boolean;
  /** A folder for the runs that are found. */
  readonly save?: string;
}

/** Makes what the arguments name. */
export type Compose = (options: CompositionArguments) => readonly NamedComposition<unknown>[];

/** Runs the verb and answers with its exit code: 1 when a property is violated, 2 when nothing is but something could not be decided. */
export async function exploreVerb(options: ExploreArguments, compose: Compose): Promise<number> {
  const compositions = withProperties(compose(options), options.property);
  const save = openRunFolder(options.save);
  const interruption = watchInterruption();
  const progress = new ExploreProgress(process.stderr);
  const checked: Checked<unknown>[] = [];
  try {
    let seconds = options.maxSeconds ?? Number.POSITIVE_INFINITY;
    for (const composition of compositions) {
      progress.begin(composition.id);
      const result = await check(composition.system, composition.properties, {
        ...checkOptions(options, seconds),
        signal: interruption.signal,
        onProgress: (now) => progress.show(composition.id, now),
      });
      seconds = Math.max(0, seconds - result.seconds);
      const runs = result.properties.flatMap(({ id, counterexample }): [string, NamedRun<unknown>][] => {
        const property = composition.properties.find((known) => known.id === id);
        return property === undefined || counterexample === undefined
          ? []
          : [[id, nameRun(composition, property, counterexample)]];
      });
      for (const [, run] of runs) save(run);
      progress.end();
      const last = { composition, result, ids: new Map(runs.map(([id, run]) => [id, run.id])) };
      checked.push(last);
      if (options.json !== true) printComposition(last, options.property !== undefined);
    }
  } finally {
    progress.end();
    interruption.release();
  }
  const exploration = summarise(checked);
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify(exploration)}\n`
      : renderSummary(exploration, reachedOf(checked), descriptionsOf(compositions)),
  );
  return interruption.exitCode() ?? exitCodeOf(exploration);
}

function exitCodeOf({ properties, complete }: Exploration): number {
  if (properties.some(({ verdict }) => verdict === 'violated')) return VIOLATED;
  return complete && properties.every(({ verdict }) => verdict === 'holds') ? HELD : COULD_NOT_RUN;
}

function printComposition(checked: Checked<unknown>, each: boolean): void {
  const look = { colours: process.stdout.isTTY, each };
  process.stdout.write(`${renderComposition(rowOf(checked), reachedOf([checked]), look)}\n`);
}

/** What each aspect says. */
function descriptionsOf(compositions: readonly NamedComposition<unknown>[]): ReadonlyMap<string, string> {
  return new Map(
    compositions.flatMap(({ properties }) => properties.map((known) => [aspectOf(known), known.description] as const)),
  );
}

function checkOptions(options: ExploreArguments, seconds: number): CheckOptions {
  const { maxStates, maxBytes, symmetry = false, partialOrder = false, threads = 1 } = options;
  return {
    symmetry,
    partialOrder,
    threads,
    limits: {
      ...(maxStates === undefined ? {} : { states: maxStates }),
      ...(maxBytes === undefined ? {} : { bytes: maxBytes }),
      ...(Number.isFinite(seconds) ? { seconds } : {}),
    },
  };
}

/** The compositions with the properties that are asked for, by their ids or aspects, without those that have none of them. */
function withProperties(
  compositions: readonly NamedComposition<unknown>[],
  asked: readonly string[] | undefined,
): readonly NamedComposition<unknown>[] {
  if (asked === undefined) return compositions;
  const namesOf = (property: { readonly id: string }) => [nameOf(property), nameOf({ id: aspectOf(property) })];
  const known = new Set(compositions.flatMap(({ properties }) => properties.flatMap(namesOf)));
  const unknown = asked.find((name) => !known.has(nameOf({ id: name })));
  if (unknown !== undefined) {
    throw couldNotRun(`there is no property ${unknown}; expected ${[...known].join(', ')}`);
  }
  const wanted = new Set(asked.map((name) => nameOf({ id: name })));
  return compositions
    .map((composition) => ({
      ...composition,
      properties: composition.properties.filter((property) => namesOf(property).some((name) => wanted.has(name))),
    }))
    .filter(({ properties }) => properties.length > 0);
}
