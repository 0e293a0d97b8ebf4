/** How an exploration looks on a terminal, while it runs and when it is done. */
import { Table } from 'console-table-printer';
import { aspectOf, type Progress, type Verdict } from '../model-tests/index.ts';
import type { CompositionRow, Exploration, PropertyRow } from './explore-report.ts';

/** How tables are drawn. */
export interface Look {
  readonly colours: boolean;
  /** Every property has a row of its own. Without it those of one aspect that hold have one together, and so has what was reached. */
  readonly each: boolean;
}

interface TableRow {
  readonly property: string;
  readonly verdict: string;
  readonly run: string;
  readonly colour: 'green' | 'red' | 'yellow' | 'white';
}

/** The table of one composition with its heading. `reached` has the ids of what some run is to reach. */
export function renderComposition(row: CompositionRow, reached: ReadonlySet<string>, { colours, each }: Look): string {
  const { id, title, states, edges, seconds, complete, stoppedBy = 'it was stopped', properties } = row;
  const table = new Table({
    shouldDisableColors: !colours,
    columns: [
      { name: 'property', alignment: 'left' },
      { name: 'verdict', alignment: 'left' },
      { name: 'run', alignment: 'left' },
    ],
  });
  for (const { colour, ...cells } of each ? properties.map((known) => rowFor(known, reached)) : terse(properties, reached)) {
    table.addRow(cells, { color: colour });
  }
  const how = complete ? 'complete' : `not complete: ${stoppedBy}`;
  return `${id}: ${title}\n${count(states)} states, ${count(edges)} edges, ${seconds.toFixed(1)} s, ${how}\n${table.render()}\n`;
}

/** One row for each aspect that holds, one for all that was reached, and one for everything else. */
function terse(properties: readonly PropertyRow[], reached: ReadonlySet<string>): TableRow[] {
  const aspects = new Map<string, PropertyRow[]>();
  for (const row of properties) {
    const aspect = aspectOf(row);
    aspects.set(aspect, [...(aspects.get(aspect) ?? []), row]);
  }
  return [...aspects].flatMap(([aspect, rows]) => {
    const held = rows.filter(({ verdict }) => verdict === 'holds');
    const others = rows.filter(({ verdict }) => verdict !== 'holds').map((row) => rowFor(row, reached));
    const [first] = held;
    if (first === undefined) return others;
    if (held.length === 1) return [...others, rowFor(first, reached)];
    const all: TableRow = reached.has(first.id)
      ? { property: aspect, verdict: 'reached', run: `${held.length} of ${rows.length}, each by a run`, colour: 'green' }
      : { property: aspect, verdict: 'holds', run: '', colour: 'green' };
    return reached.has(first.id) || others.length === 0 ? [...others, all] : others;
  });
}

function rowFor({ id, verdict, counterexample, reason }: PropertyRow, reached: ReadonlySet<string>): TableRow {
  const words: Record<Verdict, string> | undefined = reached.has(id)
    ? { holds: 'reached', violated: 'not reached here', inconclusive: 'inconclusive' }
    : undefined;
  const colours = { holds: 'green', violated: words === undefined ? 'red' : 'white', inconclusive: 'yellow' } as const;
  return { property: id, verdict: words?.[verdict] ?? verdict, run: counterexample ?? reason ?? '', colour: colours[verdict] };
}

/** What stands at the end: how much it was, what holds, and for each property that does not what it says and how its runs are shown. */
export function renderSummary(
  { states, seconds, statesPerSecond, properties, compositions }: Exploration,
  reached: ReadonlySet<string>,
  descriptions: ReadonlyMap<string, string>,
): string {
  const parts = [
    told(
      properties.filter(({ id }) => !reached.has(id)),
      { noun: 'properties', all: 'hold', violated: 'violated' },
    ),
    told(
      properties.filter(({ id }) => reached.has(id)),
      { noun: 'things to reach', all: 'are reached', violated: 'not reached' },
    ),
  ];
  const findings = properties
    .filter(({ id, verdict }) => verdict === 'violated' && !reached.has(id))
    .map(({ id }) => {
      const violated = compositions.flatMap((row) =>
        row.properties.filter((known) => known.verdict === 'violated' && aspectOf(known) === id && !reached.has(known.id)),
      );
      const runs = violated.flatMap(({ counterexample }) => (counterexample === undefined ? [] : [counterexample]));
      return `\n${id} is violated: ${descriptions.get(id) ?? ''}\n${runs.map((run) => `  stpconnect replay ${run}\n`).join('')}`;
    });
  const pace = `${count(states)} states in ${seconds.toFixed(1)} s (${count(statesPerSecond)} a second)`;
  return `${pace}: ${parts.filter((part) => part !== '').join('; ')}\n${findings.join('')}`;
}

interface Words {
  readonly noun: string;
  readonly all: string;
  readonly violated: string;
}

function told(rows: readonly PropertyRow[], { noun, all, violated }: Words): string {
  if (rows.length === 0) return '';
  const of = (verdict: Verdict) => rows.filter((row) => row.verdict === verdict).length;
  const bad = [`${of('violated')} ${violated}`, `${of('inconclusive')} inconclusive`].filter((text) => !text.startsWith('0 '));
  return bad.length === 0 ? `all ${rows.length} ${noun} ${all}` : `of ${rows.length} ${noun} ${bad.join(', ')}`;
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
