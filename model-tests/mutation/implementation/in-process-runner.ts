/**
 * A test runner of Stryker's that stays in one process: a mutant is switched on, the suites are asked, and it is switched off. Vitest's runner begins a
 * worker for each mutant and evaluates some 200 modules in it, which takes longer than most mutants live. A mutant of something that
 * is evaluated when a module loads has all modules loaded anew: they are one bundle, of which every version of its address is another one.
 */
import { resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import {
  type DryRunOptions,
  type DryRunResult,
  DryRunStatus,
  determineHitLimitReached,
  type MutantRunOptions,
  type MutantRunResult,
  type TestResult,
  type TestRunner,
  type TestRunnerCapabilities,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner';
import type { Complaints, KillerSuite, Part } from '../killers/suites.ts';

/** What the instrumented code looks at. */
interface Switchboard {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
  mutantCoverage?: { static: Record<string, number>; perTest: Record<string, Record<string, number>> };
}

type Loaded = readonly { readonly name: string; readonly complaints: Complaints }[];

/** The suites and everything below them in one file. It lies as deep as the files that are read from beside it expect. */
const bundle = 'model-tests/mutation/killers.mjs';

/** What makes it, in the sandbox. */
export const bundleCommand = `esbuild model-tests/mutation/killers/suites.ts --bundle --platform=node --format=esm --packages=external --outfile=${bundle} --log-level=warning`;

/** Turns of the event loop that what is left of a run has to end in. */
const TURNS = 8;

/** The runner; the environment variable STPCONNECT_PART says whose suites it asks. */
export class InProcessRunner implements TestRunner {
  static readonly inject = [] as const;
  readonly #board: Switchboard;
  #loaded: Loaded | undefined;
  #version = 0;
  #uncaught: unknown;

  constructor() {
    const holder = globalThis as { __stryker__?: Switchboard };
    holder.__stryker__ ??= {};
    this.#board = holder.__stryker__;
    const note = (error: unknown) => {
      this.#uncaught ??= error ?? new Error('nothing was thrown');
    };
    process.on('uncaughtException', note);
    process.on('unhandledRejection', note);
  }

  capabilities(): TestRunnerCapabilities {
    return { reloadEnvironment: true };
  }

  async dryRun(_options: DryRunOptions): Promise<DryRunResult> {
    const tests = await this.#ask(undefined);
    const { mutantCoverage } = this.#board;
    return { status: DryRunStatus.Complete, tests, ...(mutantCoverage && { mutantCoverage }) };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit, reloadEnvironment }: MutantRunOptions): Promise<MutantRunResult> {
    const board = this.#board;
    Object.assign(board, { activeMutant: activeMutant.id, hitCount: 0, hitLimit });
    if (reloadEnvironment) this.#loaded = undefined;
    try {
      const tests = await this.#ask(testFilter);
      const endless = determineHitLimitReached(board.hitCount, hitLimit);
      return toMutantRunResult(endless ?? { status: DryRunStatus.Complete, tests }, false);
    } finally {
      Object.assign(board, { activeMutant: undefined, hitCount: undefined, hitLimit: undefined });
    }
  }

  /** Asks the suites one after the other until one has a complaint; all of them when `wanted` is undefined. */
  async #ask(wanted: readonly string[] | undefined): Promise<TestResult[]> {
    const results: TestResult[] = [];
    try {
      this.#version += this.#loaded === undefined ? 1 : 0;
      this.#loaded ??= await load(this.#version);
    } catch (error) {
      const name = 'loading';
      return [{ id: name, name, timeSpentMs: 0, status: TestStatus.Failed, failureMessage: String(error) }];
    }
    for (const { name, complaints } of this.#loaded) {
      if (wanted !== undefined && !wanted.includes(name)) continue;
      const begun = performance.now();
      const failureMessage = await this.#firstComplaint(name, complaints);
      const result = { id: name, name, timeSpentMs: performance.now() - begun };
      if (failureMessage !== undefined) return [...results, { ...result, status: TestStatus.Failed, failureMessage }];
      results.push({ ...result, status: TestStatus.Success });
    }
    return results;
  }

  async #firstComplaint(name: string, complaints: Complaints): Promise<string | undefined> {
    this.#board.currentTestId = name;
    this.#uncaught = undefined;
    const looking = complaints();
    try {
      const { done, value } = await looking.next();
      if (done !== true) return value;
      for (let turn = 0; turn < TURNS; turn += 1) await setImmediate();
      return this.#uncaught === undefined ? undefined : `nobody caught ${String(this.#uncaught)}`;
    } catch (error) {
      return String(error);
    } finally {
      await Promise.resolve(looking.return(0)).catch(() => undefined);
      for (let turn = 0; turn < TURNS; turn += 1) await setImmediate();
      this.#board.currentTestId = undefined;
    }
  }
}

/** The suites of the sandbox that this process works in, loaded for the first time or once more. */
async function load(version: number): Promise<Loaded> {
  const { killers } = (await import(`${pathToFileURL(resolve(bundle)).href}?${version}`)) as {
    killers: Readonly<Record<Part, readonly KillerSuite[]>>;
  };
  const suites = killers[process.env['STPCONNECT_PART'] as Part];
  return await Promise.all(suites.map(async ({ name, load: loadOne }) => ({ name, complaints: await loadOne() })));
}

/** What Stryker looks for in a plugin. */
export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'in-process', InProcessRunner)];
