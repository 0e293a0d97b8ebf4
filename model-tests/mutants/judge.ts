/** Runs the generated suites on a copy and says what noticed that it is broken. Each run is a process of its own, with a bound. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { reportSchema } from './drive.ts';
import type { Mutant } from './mutant.ts';

/** Longest time in milliseconds that a run may take without a sign of life. */
const PATIENCE = 60_000;

/** How a run ended. `broken`: the suite could not even be loaded. */
export type Ending = { readonly type: 'passed' } | { readonly type: 'failed' | 'broken'; readonly by: string };

/** The file of tests of each suite that vitest runs. */
const FILES = {
  sockets: 'model-tests/suites/socket-paths.test.ts',
  schedules: 'model-tests/suites/schedules.test.ts',
  spin: 'model-tests/suites/spin.test.ts',
} as const;

/** One process: what it runs on, by name. */
export interface SuiteRun {
  readonly name: string;
  readonly start: (copy: string) => Started;
}

interface Started {
  readonly child: ChildProcess;
  /** Resolves when the child has told how it went. Once it has ended, undefined: it never did. */
  readonly told: Promise<Ending | undefined>;
  /** Whether the child has got as far as running tests. */
  readonly loaded: () => boolean;
  /** Calls back at each sign of life. */
  readonly onProgress: (heard: () => void) => void;
}

/** The runs of the suite that a mutant names, the fastest transport first. */
export function runsOf({ suite, mode, wkp }: Pick<Mutant, 'suite' | 'mode' | 'wkp'>, seed: number): SuiteRun[] {
  if (suite !== 'handshake') return [{ name: suite, start: (copy: string) => startVitest(copy, suite) }];
  const modes = mode === undefined ? (['network', 'storage'] as const) : [mode];
  const kinds = wkp === undefined ? ['simulated', 'array', 'tcp'] : [wkp];
  return kinds.flatMap((kind) =>
    modes.map((each) => ({ name: `${kind} ${each}`, start: (copy: string) => startRow(copy, kind, each, seed) })),
  );
}

/** Runs one suite on a copy. Rejects when `signal` aborts. */
export async function runSuite(copy: string, run: SuiteRun, signal: AbortSignal): Promise<Ending> {
  signal.throwIfAborted();
  const { child, told, loaded, onProgress } = run.start(copy);
  let complaint = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-4_000);
  });
  const ended = new Promise<Ending>((resolve) => {
    child.once('error', (error) => resolve({ type: 'broken', by: error.message }));
    child.once('close', async (code, killed) => {
      const by = `${run.name}: the process ended with ${killed ?? code}: ${firstError(complaint)}`;
      resolve((await told) ?? { type: loaded() ? 'failed' : 'broken', by });
    });
  });
  let timer: NodeJS.Timeout | undefined;
  onProgress(() => timer?.refresh());
  let stop = () => {};
  const late = new Promise<Ending>((resolve, reject) => {
    timer = setTimeout(() => resolve({ type: 'failed', by: `${run.name}: time limit` }), PATIENCE);
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([told.then((ending) => ending ?? ended), ended, late]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    child.kill('SIGKILL');
    if (child.pid !== undefined) await ended;
  }
}

/** One row of the handshake's paths (drive.ts, of the copy). */
function startRow(copy: string, wkp: string, mode: string, seed: number): Started {
  const args = ['--import', 'tsx', 'model-tests/mutants/drive.ts', '--wkp', wkp, '--mode', mode, '--seed', String(seed)];
  const child = spawn(process.execPath, args, { cwd: copy, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let loaded = false;
  const told = new Promise<Ending | undefined>((resolve) => {
    child.once('close', () => resolve(undefined));
    child.on('message', (message) => {
      const report = reportSchema.parse(message);
      loaded = true;
      if (report.type === 'passed' || report.type === 'failed') resolve(report);
    });
  });
  return { child, told, loaded: () => loaded, onProgress: (heard) => child.on('message', heard) };
}

const vitestSchema = z.object({
  success: z.boolean(),
  testResults: z.array(
    z.object({
      message: z.string().optional(),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()).nullish() }),
      ),
    }),
  ),
});

/** A file of tests until the first failure: the paths of the socket's chart, schedules of concurrent sessions, or what SPIN says of systems of chance. */
function startVitest(copy: string, suite: keyof typeof FILES): Started {
  const outcome = join(copy, `${suite}.json`);
  const options = ['--reporter=verbose', '--reporter=json', `--outputFile.json=${outcome}`, '--bail=1'];
  const child = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', FILES[suite], ...options], {
    cwd: copy,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const told = new Promise<void>((resolve) => child.once('close', () => resolve())).then(() => readOutcome(outcome, suite));
  return { child, told, loaded: () => true, onProgress: (heard) => child.stdout.on('data', heard) };
}

/** What vitest has left; undefined when it left nothing. */
async function readOutcome(file: string, suite: string): Promise<Ending | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const { success, testResults } = vitestSchema.parse(JSON.parse(text));
  const failed = testResults.flatMap(({ assertionResults }) => assertionResults).find(({ status }) => status === 'failed');
  if (success) return { type: 'passed' };
  if (failed === undefined) return { type: 'broken', by: firstError(testResults.map(({ message }) => message).join('\n')) };
  const message = failed.failureMessages?.[0]?.split('\n')[0] ?? '';
  // What vitest puts where a test took too long and there is no error with a place.
  const why = message.includes('STACK_TRACE_ERROR') ? 'time limit' : message;
  return { type: 'failed', by: `${suite}, ${withoutMiddle(failed.fullName)}: ${why}` };
}

/** A path can have many moves: its family and its last moves say where it went wrong. */
const withoutMiddle = (words: string) => (words.length > 130 ? `${words.slice(0, 40)} … ${words.slice(-80)}` : words);

/** The line of a stack or of a tool's output that names the error. */
function firstError(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.find((line) => /error/i.test(line)) ?? lines.find((line) => line !== '') ?? 'it said nothing';
}
