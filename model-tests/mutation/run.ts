/**
 * `npm run mutation`: plants mutants of the charts, mutants of the implementation, and the patches of model-tests/mutants, lets generated suites
 * look for them, prints what came of it and writes docs/mutation.md.
 */
import { writeFile } from 'node:fs/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { judgePatches, killedOf, renderPatches } from '../mutants/run-patches.ts';
import { judgePart, type PartResult } from './implementation/judge-part.ts';
import type { PlantOptions } from './implementation/plant.ts';
import { reachesGoal, renderImplementation, renderImplementationTable, survivorsText } from './implementation/report-part.ts';
import { judgeModel, type SubjectResult } from './judge-model.ts';
import type { Part } from './killers/suites.ts';
import { writePart } from './page.ts';
import { keepsPromises, renderPart, renderTable, survivorLinesOf } from './report-model.ts';
import { renderPatchPart } from './report-patches.ts';
import { modelRequests, type Subject, subjectOf } from './subjects.ts';

const kinds = ['model', 'implementation', 'patches'] as const;
const charts: readonly Subject['name'][] = ['client', 'server', 'socket'];
const parts: readonly Part[] = ['protocol', 'session', 'sockets'];

const GOALS_REACHED = 0;
const GOAL_MISSED = 1;
const COULD_NOT_RUN = 2;

interface Arguments extends PlantOptions {
  readonly only?: (typeof kinds)[number];
  readonly chart?: Subject['name'];
  readonly part?: Part;
  readonly survivors?: string;
}

async function runModel({ chart, survivors }: Arguments): Promise<boolean> {
  const results: SubjectResult[] = [];
  for (const name of charts.filter((each) => chart === undefined || each === chart)) {
    const begun = performance.now();
    const result = judgeModel(subjectOf(name), modelRequests);
    results.push(result);
    const seconds = ((performance.now() - begun) / 1_000).toFixed(0);
    process.stderr.write(`${name}: ${result.mutants} mutants in ${seconds} s\n`);
  }
  process.stdout.write(`${renderTable(results, process.stdout.isTTY)}\n`);
  if (survivors !== undefined) await writeFile(survivors, survivorLinesOf(results));
  if (chart === undefined) await writePart('model mutants', renderPart(results));
  return keepsPromises(results);
}

async function runImplementation({ part, ...how }: Arguments): Promise<boolean> {
  const results: PartResult[] = [];
  for (const name of parts.filter((each) => part === undefined || each === part)) {
    const result = await judgePart(name, how);
    results.push(result);
    if (how.files === undefined) await writePart(`mutants of impl/${name}`, renderImplementation(result));
  }
  process.stdout.write(`${renderImplementationTable(results, process.stdout.isTTY)}\n${survivorsText(results)}`);
  return results.every(reachesGoal);
}

async function runPatches(): Promise<boolean> {
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort(new Error(`stopped by ${name}`)));
  const results = await judgePatches([], stopping.signal);
  process.stdout.write(`${renderPatches(results, process.stdout.isTTY)}\n`);
  await writePart('mutants as patches', renderPatchPart(results));
  return killedOf(results) === results.length;
}

async function main(given: Arguments): Promise<number> {
  const run = { model: runModel, implementation: runImplementation, patches: runPatches };
  const reached: boolean[] = [];
  for (const kind of kinds) if (given.only === undefined || given.only === kind) reached.push(await run[kind](given));
  return reached.every((each) => each) ? GOALS_REACHED : GOAL_MISSED;
}

function count(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('a whole number from 1');
  return Number(text);
}

await new Command('npm run mutation --')
  .description(
    'Plant mutants of the charts and of the implementation, and see which generated suites kill them. Writes docs/mutation.md.',
  )
  .addOption(new Option('--only <kind>', 'only mutants of this kind').choices([...kinds]))
  .addOption(new Option('--chart <chart>', 'of the model, only this chart; docs/mutation.md stays as it is').choices([...charts]))
  .option('--survivors <file>', 'of the model, write every survivor of every suite, one JSON object a line')
  .addOption(new Option('--part <part>', 'of the implementation, only this part').choices([...parts]))
  .option('--files <pattern>', 'of a part of the implementation, only these files; docs/mutation.md stays as it is')
  .option('--again', 'of a part of the implementation, only those mutants again that lived the last time', false)
  .option(
    '--recall',
    'of a part of the implementation, plant nothing: tell again what was found, with the equivalent mutants as they are known now',
    false,
  )
  .addOption(
    new Option('--runner <runner>', 'what asks the suites; vitest begins anew for each mutant')
      .choices(['in-process', 'vitest'])
      .default('in-process'),
  )
  .option('--concurrency <number>', 'plant so many mutants of the implementation at a time', count, 2)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? GOALS_REACHED : COULD_NOT_RUN))
  .action(async (given: Arguments) => {
    try {
      process.exitCode = await main(given);
    } catch (error) {
      process.stderr.write(`mutation: ${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = COULD_NOT_RUN;
    }
  })
  .parseAsync();
