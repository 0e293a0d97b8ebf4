/** The table of model mutants as a part of docs/mutation.md, and as text for a terminal. */
import { Table } from 'console-table-printer';
import type { CriterionRow, SubjectResult, Survivor } from './judge-model.ts';
import { rate } from './rate.ts';
import { operators } from './subjects.ts';

/** So many survivors of a suite are listed on the page. */
const MOST_LISTED = 12;

/** The part: a table for each chart, and what survived. */
export function renderPart(results: readonly SubjectResult[]): string {
  return [
    '## Model mutants',
    '',
    'Each chart with one fault, as an implementation: a transition that goes elsewhere (retarget) or is gone, an action that is left out, given with other parameters or in another order (swap output), a guard that says the opposite or is not asked, a limit that is not',
    'started, and, behind any transition, a copy of the right state that is wrong in one thing (extra state). For client and server process only what a tester sees counts. Mutants that do what the chart does were found by comparing all reachable pairs of states,',
    'and do not count. *In domain* are the mutants that the promise of [wp and hsi](guides/criteria.md) is about: of these, all have to be killed.',
    '',
    ...results.flatMap(chartLines),
    '### Survivors',
    '',
    `Of each suite the first ${MOST_LISTED}, each with a shortest sequence of inputs that shows what it does; \`npm run mutation -- --only model --survivors FILE\` writes all of them. Suites of random walks are left out.`,
    '',
    ...results.flatMap((result) => result.rows.flatMap((row) => survivorLines(result, row))),
  ].join('\n');
}

/** The same numbers for a terminal. */
export function renderTable(results: readonly SubjectResult[], colours: boolean): string {
  const columns = ['chart', 'criterion', 'paths', 'steps', 'killed', 'of', 'rate', 'in domain', 'seconds'];
  const table = new Table({
    shouldDisableColors: !colours,
    columns: columns.map((name, at) => ({ name, alignment: at < 2 ? ('left' as const) : ('right' as const) })),
  });
  for (const { name, rows } of results) {
    for (const { criterion, size, kills, withinDomain, seconds } of rows) {
      const domain = withinDomain === undefined ? '' : rate(withinDomain);
      table.addRow({
        chart: name,
        criterion,
        ...size,
        killed: kills.killed,
        of: kills.total,
        rate: rate(kills),
        'in domain': domain,
        seconds: seconds.toFixed(1),
      });
    }
  }
  return table.render();
}

/** Every survivor as a line of JSON. */
export function survivorLinesOf(results: readonly SubjectResult[]): string {
  const lines = results.flatMap(({ name, rows }) =>
    rows.flatMap(({ criterion, survivors }) => survivors.map((survivor) => ({ chart: name, criterion, ...survivor }))),
  );
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** Whether every suite with a promise has kept it. */
export function keepsPromises(results: readonly SubjectResult[]): boolean {
  return results.every(({ rows }) =>
    rows.every(({ withinDomain }) => withinDomain === undefined || withinDomain.killed === withinDomain.total),
  );
}

function chartLines({ name, mutants, equivalent, rows }: SubjectResult): string[] {
  const same = operators.reduce((sum, operator) => sum + equivalent[operator], 0);
  const head = ['criterion', 'paths', 'steps', 'killed', 'in domain', ...operators, 'seconds'];
  return [
    `### ${name}: ${mutants} mutants, ${same} of them equivalent`,
    '',
    `| ${head.join(' | ')} |`,
    `| --- |${' ---: |'.repeat(head.length - 1)}`,
    ...rows.map((row) => `| ${cellsOf(row).join(' | ')} |`),
    '',
  ];
}

function cellsOf({ criterion, size, kills, withinDomain, byOperator, seconds }: CriterionRow): string[] {
  return [
    criterion,
    String(size.paths),
    String(size.steps),
    `**${rate(kills)}**`,
    withinDomain === undefined ? '' : `${rate(withinDomain)} of ${withinDomain.total}`,
    ...operators.map((operator) => `${byOperator[operator].killed}/${byOperator[operator].total}`),
    seconds.toFixed(1),
  ];
}

function survivorLines({ name }: SubjectResult, { criterion, survivors }: CriterionRow): string[] {
  if (criterion.startsWith('random')) return [];
  if (survivors.length === 0) return [`**${name}, ${criterion}**: none.`, ''];
  const listed = survivors.slice(0, MOST_LISTED).map((survivor) => `- ${survivorText(survivor)}`);
  const more = survivors.length - listed.length;
  return [
    `**${name}, ${criterion}**: ${survivors.length}.`,
    '',
    ...listed,
    ...(more > 0 ? [`- and ${more} more of ${kindsOf(survivors.slice(MOST_LISTED))}`] : []),
    '',
  ];
}

const kindsOf = (survivors: readonly Survivor[]) => [...new Set(survivors.map(({ operator }) => operator))].join(', ');

function survivorText({ operator, what, shownBy }: Survivor): string {
  return `${operator}: ${jsonInWords(what)}. Shown by ${shownBy.map(inputWords).join(', ')}`;
}

/** Inputs within a text are JSON there; on the page they are words. */
const jsonInWords = (text: string) => text.replaceAll(/\{[^{}]*\}/g, (json) => inputWords(JSON.parse(json)));

function inputWords(input: unknown): string {
  const { type, ...facts } = input as { readonly type: string };
  const words = Object.entries(facts).map(([name, value]) => `${name} ${String(value)}`);
  return `\`${type}\`${words.length === 0 ? '' : ` (${words.join(', ')})`}`;
}
