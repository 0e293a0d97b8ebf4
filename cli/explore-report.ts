/** What an exploration has found, summed up: what `explore --json` prints, and what its tables are made from. */
import { aspectOf, type CheckResult, isReached, type NamedComposition, type Verdict } from '../model-tests/index.ts';

/** What was found out of one property, in one composition or in all. */
export interface PropertyRow {
  readonly id: string;
  readonly verdict: Verdict;
  /** The run that violates it, or that reaches it where it is one of those that some run is to reach. */
  readonly counterexample?: string;
  readonly reason?: string;
}

/** What was found out of one composition. */
export interface CompositionRow {
  readonly id: string;
  readonly title: string;
  readonly states: number;
  readonly edges: number;
  readonly depth: number;
  readonly seconds: number;
  readonly complete: boolean;
  readonly stoppedBy?: string;
  /** Every property, one for each part that it is asked of. */
  readonly properties: readonly PropertyRow[];
}

/** What was found out of all of them. `states`, `edges` and `seconds` are sums, memory is the most at one time. */
export interface Exploration {
  readonly states: number;
  readonly edges: number;
  readonly seconds: number;
  readonly statesPerSecond: number;
  readonly peakRssBytes: number;
  readonly complete: boolean;
  /** One for each aspect that is to hold everywhere, and one for each thing that some run is to reach. */
  readonly properties: readonly PropertyRow[];
  readonly compositions: readonly CompositionRow[];
}

/** A composition that was checked. `ids` has the name of the run that was found for a property. */
export interface Checked<Move> {
  readonly composition: NamedComposition<Move>;
  readonly result: CheckResult<Move>;
  readonly ids: ReadonlyMap<string, string>;
}

/** Sums up. */
export function summarise<Move>(checked: readonly Checked<Move>[]): Exploration {
  const compositions = checked.map(rowOf);
  const sum = (of: (row: CompositionRow) => number) => compositions.reduce((total, row) => total + of(row), 0);
  const [states, seconds] = [sum((row) => row.states), sum((row) => row.seconds)];
  return {
    states,
    edges: sum((row) => row.edges),
    seconds: round(seconds),
    statesPerSecond: seconds > 0 ? Math.round(states / seconds) : 0,
    peakRssBytes: Math.max(0, ...checked.map(({ result }) => result.peakRssBytes)),
    complete: compositions.every((row) => row.complete),
    properties: together(
      compositions.flatMap(({ properties }) => properties),
      reachedOf(checked),
    ),
    compositions,
  };
}

/** The ids of the properties that some run is to reach. */
export function reachedOf<Move>(checked: readonly Pick<Checked<Move>, 'composition'>[]): ReadonlySet<string> {
  const properties = checked.flatMap(({ composition }) => composition.properties);
  return new Set(properties.filter(({ kind }) => isReached(kind)).map(({ id }) => id));
}

/** One row from those of all parts and compositions: an aspect holds where it holds everywhere, something is reached where one run reaches it. */
function together(rows: readonly PropertyRow[], reached: ReadonlySet<string>): PropertyRow[] {
  const groups = new Map<string, PropertyRow[]>();
  for (const row of rows) {
    const id = reached.has(row.id) ? row.id : aspectOf(row);
    groups.set(id, [...(groups.get(id) ?? []), row]);
  }
  return [...groups].map(([id, group]) => ({ ...overall(group, reached.has(id)), id }));
}

function overall(rows: readonly PropertyRow[], reached: boolean): PropertyRow {
  const worstFirst: readonly Verdict[] = reached ? ['holds', 'inconclusive', 'violated'] : ['violated', 'inconclusive', 'holds'];
  const verdict = worstFirst.find((candidate) => rows.some((row) => row.verdict === candidate)) ?? 'inconclusive';
  return rows.find((row) => row.verdict === verdict) ?? { id: '', verdict };
}

/** What was found out of one composition. */
export function rowOf<Move>({ composition, result, ids }: Checked<Move>): CompositionRow {
  const { states, edges, depth, seconds, complete, stoppedBy, properties } = result;
  return {
    id: composition.id,
    title: composition.title,
    states,
    edges,
    depth,
    seconds: round(seconds),
    complete,
    ...(stoppedBy === undefined ? {} : { stoppedBy }),
    properties: properties.map(({ id, verdict, reason }) => {
      const counterexample = ids.get(id);
      return {
        id,
        verdict,
        ...(counterexample === undefined ? {} : { counterexample }),
        ...(reason === undefined ? {} : { reason }),
      };
    }),
  };
}

function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
