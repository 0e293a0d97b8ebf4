/** How an exploration looks while it runs and when it is done. */
import { Table } from 'console-table-printer';
import { type CheckResult, isReached, type NamedComposition, type Progress, type Verdict } from '../model-tests/index.ts';

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
  /** Of each property that any composition has. */
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
  const kinds = new Map(checked.flatMap(({ composition }) => composition.properties.map(({ id, kind }) => [id, kind] as const)));
  const ids = new Set(compositions.flatMap(({ properties }) => properties.map(({ id }) => id)));
  return {
    states,
    edges: sum((row) => row.edges),
    seconds: round(seconds),
    statesPerSecond: seconds > 0 ? Math.round(states / seconds) : 0,
    peakRssBytes: Math.max(0, ...checked.map(({ result }) => result.peakRssBytes)),
    complete: compositions.every((row) => row.complete),
    properties: [...ids].map((id) => {
      const rows = compositions.flatMap(({ properties }) => properties.filter((row) => row.id === id));
      const kind = kinds.get(id);
      return overall(rows, kind !== undefined && isReached(kind));
    }),
    compositions,
  };
}

function rowOf<Move>({ composition, result, ids }: Checked<Move>): CompositionRow {
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

/** One verdict from those of all compositions: a property holds where it holds in each, and is reached where one reaches it. */
function overall(rows: readonly PropertyRow[], reached: boolean): PropertyRow {
  const worstFirst: readonly Verdict[] = reached ? ['holds', 'inconclusive', 'violated'] : ['violated', 'inconclusive', 'holds'];
  const verdict = worstFirst.find((candidate) => rows.some((row) => row.verdict === candidate)) ?? 'inconclusive';
  return rows.find((row) => row.verdict === verdict) ?? { id: '', verdict };
}

/** The table of one composition with its heading. */
export function renderComposition(row: CompositionRow, reached: ReadonlySet<string>, colours: boolean): string {
  const { id, title, states, edges, seconds, complete, stoppedBy = 'it was stopped' } = row;
  const table = new Table({
    shouldDisableColors: !colours,
    columns: [
      { name: 'property', alignment: 'left' },
      { name: 'verdict', alignment: 'left' },
      { name: 'run', alignment: 'left' },
    ],
  });
  for (const { id: property, verdict, counterexample, reason } of row.properties) {
    const words = reached.has(property)
      ? { holds: 'reached', violated: 'not reached here', inconclusive: 'inconclusive' }
      : undefined;
    const colour = { holds: 'green', violated: words === undefined ? 'red' : 'white', inconclusive: 'yellow' }[verdict];
    table.addRow({ property, verdict: words?.[verdict] ?? verdict, run: counterexample ?? reason ?? '' }, { color: colour });
  }
  const how = complete ? 'complete' : `not complete: ${stoppedBy}`;
  return `${id}: ${title}\n${count(states)} states, ${count(edges)} edges, ${seconds.toFixed(1)} s, ${how}\n${table.render()}\n`;
}

/** The last line. */
export function renderSummary({ states, seconds, statesPerSecond, properties }: Exploration): string {
  const of = (verdict: Verdict) => properties.filter((row) => row.verdict === verdict).length;
  const verdicts = (['violated', 'inconclusive'] as const).flatMap((verdict) =>
    of(verdict) === 0 ? [] : [`${of(verdict)} ${verdict}`],
  );
  const found =
    verdicts.length === 0
      ? `all ${properties.length} properties hold`
      : `of ${properties.length} properties ${verdicts.join(', ')}`;
  return `${count(states)} states in ${seconds.toFixed(1)} s (${count(statesPerSecond)} a second): ${found}\n`;
}

/** Where progress is shown: a line that is written over on a terminal, one line for each composition elsewhere. */
export class ExploreProgress {
  readonly #stream: NodeJS.WriteStream;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  begin(id: string): void {
    if (!this.#stream.isTTY) this.#stream.write(`${id}: exploring\n`);
  }

  show(id: string, { states, depth, waiting, seconds }: Progress): void {
    if (!this.#stream.isTTY) return;
    const pace = seconds > 0 ? `, ${count(Math.round(states / seconds))} a second` : '';
    const line = `${id}: ${count(states)} states, depth ${depth}, ${count(waiting)} waiting${pace}, ${seconds.toFixed(0)} s`;
    this.#stream.write(`\r${line.slice(0, this.#stream.columns - 1)}\u001b[K`);
  }

  end(): void {
    if (this.#stream.isTTY) this.#stream.write('\r\u001b[K');
  }
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}

function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
