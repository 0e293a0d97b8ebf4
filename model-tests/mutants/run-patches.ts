/** Breaks a copy with each patch of this folder and runs the suite that has to notice it, and nothing else. */
import { fileURLToPath } from 'node:url';
import { Table } from 'console-table-printer';
import { requireTool } from '../suites/required-tools.ts';
import { type Ending, runSuite, runsOf, type SuiteRun } from './judge.ts';
import { type Mutant, readMutants } from './mutant.ts';
import { applyPatch, Scratch } from './scratch.ts';

/** What became of one mutant. */
export interface PatchResult {
  readonly mutant: string;
  readonly breaks: string;
  readonly suite: Mutant['suite'];
  readonly verdict: 'killed' | 'survived' | 'broken';
  /** What noticed it, or why nothing could. */
  readonly by: string;
  readonly seconds: number;
}

/** As many runs at a time. */
const WORKERS = 2;
const SEED = 1;

const here = new URL('./', import.meta.url);
const root = fileURLToPath(new URL('../../', import.meta.url));

/** Judges these mutants, or all of them. Throws MutantError for a name that none has, and Error when the copy as it is fails. */
export async function judgePatches(names: readonly string[], signal: AbortSignal): Promise<PatchResult[]> {
  const all = await readMutants(here, names);
  const canAskSpin = !all.some(({ suite }) => suite === 'spin') || (requireTool('spin', process.env, '-V') && requireTool('cc'));
  const mutants = all.filter(({ suite }) => suite !== 'spin' || canAskSpin);
  await using scratch = await Scratch.open(root);
  await checkUnmutated(scratch, mutants, signal);
  return await inParallel(mutants, async (mutant) => {
    const result = await judge(scratch, mutant, signal);
    process.stderr.write(`${result.mutant}: ${result.verdict}, ${result.by}, ${result.seconds} s\n`);
    return result;
  });
}

/** The results as a table for a terminal, and how many were killed. */
export function renderPatches(results: readonly PatchResult[], colours: boolean): string {
  const table = new Table({
    shouldDisableColors: !colours,
    columns: [
      { name: 'mutant', alignment: 'left' },
      { name: 'breaks', title: 'what it breaks', alignment: 'left', maxLen: 50 },
      { name: 'by', title: 'killed by', alignment: 'left', maxLen: 70 },
      { name: 'seconds', alignment: 'right' },
    ],
  });
  for (const { mutant, breaks, verdict, by, seconds } of results) {
    const text = verdict === 'survived' ? 'SURVIVED' : by;
    table.addRow({ mutant, breaks, by: text, seconds: seconds.toFixed(1) }, { color: verdict === 'killed' ? 'green' : 'red' });
  }
  return `${table.render()}\n${results.length} mutants, ${killedOf(results)} killed`;
}

/** How many were killed. */
export const killedOf = (results: readonly PatchResult[]): number => results.filter(({ verdict }) => verdict === 'killed').length;

async function judge(scratch: Scratch, mutant: Mutant, signal: AbortSignal): Promise<PatchResult> {
  const begun = performance.now();
  const copy = await scratch.copy(mutant.name);
  try {
    const { verdict, by } = await fate(copy, mutant, signal);
    const seconds = Math.round((performance.now() - begun) / 100) / 10;
    return { mutant: mutant.name, breaks: mutant.breaks, suite: mutant.suite, verdict, by, seconds };
  } finally {
    await scratch.remove(copy);
  }
}

async function fate(copy: string, mutant: Mutant, signal: AbortSignal): Promise<Pick<PatchResult, 'verdict' | 'by'>> {
  const complaint = await applyPatch(copy, mutant.patch);
  if (complaint !== undefined) return { verdict: 'broken', by: `does not apply: update it (${complaint})` };
  for (const run of runsOf(mutant, SEED)) {
    const ending = await runSuite(copy, run, signal);
    if (ending.type === 'failed') return { verdict: 'killed', by: ending.by };
    if (ending.type === 'broken') return { verdict: 'broken', by: `does not load: update it (${ending.by})` };
  }
  return { verdict: 'survived', by: 'nothing' };
}

/** Everything that noticed a mutant has to be content with the copy as it is, or its noticing says nothing. */
async function checkUnmutated(scratch: Scratch, mutants: readonly Mutant[], signal: AbortSignal): Promise<void> {
  const copy = await scratch.copy('unmutated');
  const runs = new Map<string, SuiteRun>();
  for (const mutant of mutants) for (const run of runsOf(mutant, SEED)) runs.set(run.name, run);
  await inParallel([...runs.values()], async (run) => {
    const ending: Ending = await runSuite(copy, run, signal);
    if (ending.type !== 'passed') throw new Error(`the unmutated copy fails, so mutants prove nothing: ${ending.by}`);
  });
  await scratch.remove(copy);
}

/** `WORKERS` at a time; the results in the order of the items. The first that throws ends the others. */
async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = [...items.entries()];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      try {
        results[next[0]] = await work(next[1]);
      } catch (error) {
        queue.length = 0;
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: WORKERS }, worker));
  for (const outcome of ended) if (outcome.status === 'rejected') throw outcome.reason;
  return results;
}
