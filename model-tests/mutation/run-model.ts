/**
 * `npm run mutation:model`: plants every mutant of the charts, lets the suites of all criteria look for it, prints what came of it and writes
 * that part of docs/mutation.md.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import type { CriterionRequest } from '../generate/criterion.ts';
import { judgeModel, type SubjectResult } from './judge-model.ts';
import { keepsPromises, renderPart, renderTable, withPart } from './report-model.ts';
import { type Subject, subjectOf } from './subjects.ts';

const page = new URL('../../docs/mutation.md', import.meta.url);
const charts: readonly Subject['name'][] = ['client', 'server', 'socket'];

const requests: readonly CriterionRequest[] = [
  { criterion: 'random', count: 1_000 },
  { criterion: 'transitions' },
  { criterion: 'pairs' },
  { criterion: 'switch-2' },
  { criterion: 'wp' },
  { criterion: 'hsi' },
  { criterion: 'wp', k: 1 },
  { criterion: 'hsi', k: 1 },
];

const ALL_PROMISES_KEPT = 0;
const PROMISE_BROKEN = 1;
const COULD_NOT_RUN = 2;

interface Arguments {
  readonly chart?: Subject['name'];
  readonly survivors?: string;
  readonly json?: boolean;
}

async function main({ chart, survivors, json = false }: Arguments): Promise<number> {
  const results: SubjectResult[] = [];
  for (const name of charts.filter((each) => chart === undefined || each === chart)) {
    const begun = performance.now();
    const result = judgeModel(subjectOf(name), requests);
    results.push(result);
    const seconds = ((performance.now() - begun) / 1_000).toFixed(0);
    process.stderr.write(`${name}: ${result.mutants} mutants in ${seconds} s\n`);
  }
  process.stdout.write(json ? `${JSON.stringify(results)}\n` : `${renderTable(results, process.stdout.isTTY)}\n`);
  if (survivors !== undefined) await writeFile(survivors, linesOf(results));
  if (chart === undefined) await writeFile(page, withPart(await pageAsItIs(), renderPart(results)));
  return keepsPromises(results) ? ALL_PROMISES_KEPT : PROMISE_BROKEN;
}

/** Every survivor as a line of JSON. */
function linesOf(results: readonly SubjectResult[]): string {
  const lines = results.flatMap(({ name, rows }) =>
    rows.flatMap(({ criterion, survivors }) => survivors.map((survivor) => ({ chart: name, criterion, ...survivor }))),
  );
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

async function pageAsItIs(): Promise<string> {
  try {
    return await readFile(page, 'utf8');
  } catch {
    return '# Does it kill?\n';
  }
}

await new Command('npm run mutation:model --')
  .description('Plant every mutant of the charts, and see which criterion kills it. Without --chart it writes docs/mutation.md.')
  .addOption(new Option('--chart <chart>', 'only this chart').choices([...charts]))
  .option('--survivors <file>', 'write every survivor of every suite, one JSON object a line')
  .option('--json', 'print the results as JSON')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? ALL_PROMISES_KEPT : COULD_NOT_RUN))
  .action(async (options: Arguments) => {
    process.exitCode = await main(options);
  })
  .parseAsync();
