/** Has StrykerJS plant mutants, and remembers what became of them. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Stryker } from '@stryker-mutator/core';
import { prepareAll } from '../killers/prepared.ts';
import type { Part } from '../killers/suites.ts';
import { bundleCommand } from './in-process-runner.ts';
import type { MutantResult } from './place.ts';

/** How mutants are planted. */
export interface PlantOptions {
  /** `in-process` (the default of the command) or `vitest`: the same suites, and the same verdicts. */
  readonly runner: 'in-process' | 'vitest';
  /** So many at a time. */
  readonly concurrency: number;
  /** Only in these files of the part: a pattern, or a file with a range of lines. */
  readonly files?: string | undefined;
  /** Only those again that lived when the part was planted the last time; of the others it is known what kills them. */
  readonly again?: boolean | undefined;
  /** None: what became of them the last time is told again, with the equivalent ones as they are known by now. */
  readonly recall?: boolean | undefined;
}

/** The checkout. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));
const folder = 'model-tests/mutation/killers';

/** What became of each mutant of a part; of all of them, or of those that `how` names. */
export async function plantMutants(part: Part, how: PlantOptions): Promise<readonly MutantResult[]> {
  const known = how.again || how.recall ? (JSON.parse(await readFile(memoryOf(part), 'utf8')) as MutantResult[]) : [];
  if (how.recall) return known;
  const mutate = how.again ? known.filter(lives).map(placeOf) : [`impl/${part}/${how.files ?? '*.ts'}`];
  const planted = mutate.length === 0 ? [] : await withPrepared(part, () => runStryker(part, how, mutate));
  const news = new Map(planted.map((mutant) => [keyOf(mutant), mutant]));
  const mutants = how.again ? known.map((mutant) => (lives(mutant) ? (news.get(keyOf(mutant)) ?? mutant) : mutant)) : planted;
  if (how.files === undefined) {
    await mkdir(join(root, 'reports'), { recursive: true });
    await writeFile(memoryOf(part), JSON.stringify(mutants));
  }
  return mutants;
}

const memoryOf = (part: Part) => join(root, `reports/mutants-of-${part}.json`);
const lives = ({ status }: MutantResult) => status === 'Survived' || status === 'NoCoverage';
const placeOf = ({ fileName, location: { start, end } }: MutantResult) => `${fileName}:${start.line}-${end.line}`;
const keyOf = ({ fileName, location, replacement }: MutantResult) => JSON.stringify([fileName, location, replacement]);

/** Generates the paths once, for all workers; and what never answers is given up sooner, since nothing that is simulated takes long. */
async function withPrepared<T>(part: Part, work: () => Promise<T>): Promise<T> {
  const scratch = await mkdtemp(join(tmpdir(), 'stpconnect-killers-'));
  try {
    const file = join(scratch, 'paths.json');
    await writeFile(file, JSON.stringify(prepareAll()));
    Object.assign(process.env, { STPCONNECT_KILLERS: file, STPCONNECT_PART: part, STPCONNECT_PATIENCE: '0.1' });
    return await work();
  } finally {
    for (const name of ['KILLERS', 'PART', 'PATIENCE']) delete process.env[`STPCONNECT_${name}`];
    await rm(scratch, { recursive: true });
  }
}

function runStryker(part: Part, { runner, concurrency }: PlantOptions, mutate: readonly string[]): Promise<MutantResult[]> {
  const stryker = new Stryker({
    testRunner: runner,
    testRunnerNodeArgs: ['--import', 'tsx'],
    checkerNodeArgs: ['--import', 'tsx'],
    plugins: [
      fileURLToPath(import.meta.resolve('@stryker-mutator/vitest-runner')),
      fileURLToPath(new URL('in-process-runner.ts', import.meta.url)),
    ],
    vitest: { configFile: `${folder}/vitest.config.ts`, dir: `${folder}/${part}`, related: false },
    coverageAnalysis: 'perTest',
    ...(runner === 'in-process' ? { buildCommand: bundleCommand } : {}),
    mutate: [...mutate, '!impl/**/*.test.ts', '!impl/**/*.test-support.ts'],
    ignorePatterns: ['docs/diagrams', 'docs/api', 'dist'],
    concurrency,
    // Each time that everything is loaded anew, what was loaded before stays in memory.
    maxTestRunnerReuse: 150,
    // Others may need the machine as well: only what never answers is to count as such.
    timeoutMS: 10_000,
    timeoutFactor: 2,
    reporters: process.stderr.isTTY ? ['progress'] : ['progress-append-only'],
    tempDirName: '.stryker-tmp',
  });
  return stryker.runMutationTest();
}
