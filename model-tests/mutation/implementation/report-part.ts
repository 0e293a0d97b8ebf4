/** The tables of implementation mutants as parts of docs/mutation.md, and as text for a terminal. */
import { Table } from 'console-table-printer';
import type { Part } from '../killers/suites.ts';
import { rate } from '../rate.ts';
import type { PartResult, SuiteRow } from './judge-part.ts';
import type { PlacedMutant } from './place.ts';

/** What has to be killed of each part, in per cent. */
export const goals: Readonly<Record<Part, number>> = { protocol: 98, session: 90, sockets: 90 };

/** What stands above the first part. */
const introduction = [
  '## Mutants of the implementation',
  '',
  '[StrykerJS](https://stryker-mutator.io) changes one expression of `impl/` at a time: another operator, an empty block, an empty text or object, a condition that always holds. Only generated suites look for it: paths of the charts, driven through the',
  'implementation; frames, tags, names and options at every limit and beside it, generated from the tables of [the protocol page](protocol.md) and from a model of the options; sockets and channels in every sequence of calls. No test that was written by hand',
  'is asked. The suites are asked in their order, and the first that notices a mutant ends its life: *rate so far* is what all suites down to that line kill together.',
  '',
];

/** Whether enough was killed, and every reason for an equivalent mutant is still one. */
export function reachesGoal({ part, killed, total, unneeded }: PartResult): boolean {
  return killed * 100 >= goals[part] * total && unneeded.length === 0;
}

/** The part of the page for one part of the implementation. */
export function renderImplementation(result: PartResult): string {
  const { part, total, killed, timedOut, suites, survivors, equivalent } = result;
  const rows = cumulative(suites, timedOut).map(({ name, cases, seconds: one, killed: many, soFar }) =>
    [name, cases, one.toFixed(1), many, soFar, `**${rate({ killed: soFar, total })}**`].join(' | '),
  );
  return [
    ...(part === 'protocol' ? introduction : []),
    `### impl/${part}: ${total} mutants, ${killed} killed: ${rate({ killed, total })} (goal: ${goals[part]} %)`,
    '',
    `${equivalent.length} more are equivalent.`,
    '',
    '| suite | cases | seconds | killed by it first | killed so far | rate so far |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...rows.map((row) => `| ${row} |`),
    '',
    ...listOf('Survivors', survivors.map(mutantLine)),
    ...listOf(
      'Equivalent',
      [...new Set(equivalent.map(({ because }) => because))].flatMap((because) => [
        `- ${because}`,
        ...equivalent.filter((each) => each.because === because).map((mutant) => `  ${mutantLine(mutant)}`),
      ]),
    ),
  ].join('\n');
}

/** The same numbers for a terminal. */
export function renderImplementationTable(results: readonly PartResult[], colours: boolean): string {
  const columns = ['part', 'suite', 'cases', 'seconds', 'killed', 'so far', 'of', 'rate'];
  const table = new Table({
    shouldDisableColors: !colours,
    columns: columns.map((name, at) => ({ name, alignment: at < 2 ? ('left' as const) : ('right' as const) })),
  });
  for (const { part, suites, total, timedOut } of results) {
    for (const { name, cases, seconds, killed, soFar } of cumulative(suites, timedOut)) {
      table.addRow({
        part,
        suite: name,
        cases,
        seconds: seconds.toFixed(1),
        killed,
        'so far': soFar,
        of: total,
        rate: rate({ killed: soFar, total }),
      });
    }
  }
  return table.render();
}

/** What lives although it should not, for a terminal. */
export function survivorsText(results: readonly PartResult[]): string {
  const lines = results.flatMap(({ survivors, unneeded }) => [
    ...survivors.map((mutant) => `survived: ${placeText(mutant)}: ${mutant.original} -> ${mutant.mutated}\n`),
    ...unneeded.map(
      ({ file, original, mutated }) => `said to be equivalent, but killed or not there: ${file}: ${original} -> ${mutated}\n`,
    ),
  ]);
  return lines.join('');
}

function cumulative(suites: readonly SuiteRow[], timedOut: number): (SuiteRow & { readonly soFar: number })[] {
  let soFar = 0;
  return [...suites, { name: 'a run that never ends', cases: 0, seconds: 0, killed: timedOut }].map((row) => {
    soFar += row.killed;
    return { ...row, soFar };
  });
}

function listOf(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [`**${title}**: none.`, ''] : [`**${title}**`, '', ...lines, ''];
}

const placeText = ({ file, lineNumber }: PlacedMutant) => `${file}:${lineNumber}`;
const mutantLine = (mutant: PlacedMutant) =>
  `- ${placeText(mutant)}: ${codeOf(mutant.original)} becomes ${codeOf(mutant.mutated)}`;

/** Code within a line of text. */
function codeOf(code: string): string {
  const fence = code.includes('`') ? '``' : '`';
  return code === '' ? 'nothing' : `${fence}${fence.length > 1 ? ' ' : ''}${code}${fence.length > 1 ? ' ' : ''}${fence}`;
}
