/** SPIN's verifiers: a Promela model is translated by `spin`, compiled by `cc` and run, in a folder of its own that is gone afterwards. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Claim, PromelaModel } from '../../export-promela.ts';

const run = promisify(execFile);

/** spin, cc or pan failed, or pan did not search everything: what it printed. */
export class PanError extends Error {
  override readonly name = 'PanError';
}

/** What pan prints of a search. */
export interface PanReport {
  readonly states: number;
  /** Stored and matched states; the initial state counts as one. */
  readonly transitions: number;
  readonly errors: number;
  /** pan measures hundredths. */
  readonly seconds: number;
}

/** How a verifier is made. */
export interface PanOptions {
  /** Macros for the model. */
  readonly define?: readonly string[];
  /** Flags for cc, beside -DNOREDUCE and those that do not change what is searched. */
  readonly flags?: readonly string[];
  /** As many states as there will be, or more: the sizes of pan's table and stack. */
  readonly states: number;
  readonly signal?: AbortSignal;
}

/** A model that SPIN has turned into a program. States are compared whole: no bit states, no hash compaction. */
export class Verifier implements AsyncDisposable {
  readonly #folder: string;
  readonly #options: PanOptions;

  private constructor(folder: string, options: PanOptions) {
    this.#folder = folder;
    this.#options = options;
  }

  /** @throws PanError */
  static async make(model: string, options: PanOptions): Promise<Verifier> {
    const folder = await mkdtemp(join(tmpdir(), 'stpconnect-spin-'));
    const verifier = new Verifier(folder, options);
    try {
      await writeFile(join(folder, 'model.pml'), model);
      const macros = (options.define ?? []).map((name) => `-D${name}`);
      // -o2: variables that nothing reads are part of the state all the same.
      await verifier.#execute('spin', ['-o2', ...macros, '-a', 'model.pml']);
      await verifier.#execute('cc', ['-w', '-DNOREDUCE', '-DVECTORSZ=8192', ...(options.flags ?? []), '-o', 'pan', 'pan.c']);
    } catch (error) {
      await verifier[Symbol.asyncDispose]();
      throw error;
    }
    return verifier;
  }

  /** Runs pan. @throws PanError where it gives up before it has searched everything, unless it found what it was to look for */
  async search(args: readonly string[] = []): Promise<PanReport> {
    const { states } = this.#options;
    const table = Math.min(30, Math.max(12, Math.ceil(Math.log2(states)) + 1));
    const printed = await this.#execute('./pan', [`-w${table}`, `-m${2 * states + 1_000}`, ...args]);
    const number = (pattern: RegExp) => Number(pattern.exec(printed)?.[1]);
    const report = {
      states: number(/^\s*([\d.e+]+) states, stored/m),
      transitions: number(/^\s*([\d.e+]+) transitions/m),
      errors: number(/errors: (\d+)/),
      seconds: number(/elapsed time ([\d.e+-]+)/),
    };
    if (Object.values(report).some(Number.isNaN)) throw new PanError(`pan printed no report:\n${printed}`);
    if (/max search depth too small|out of memory|block in d_step|truncated/.test(printed)) throw new PanError(printed);
    if (report.errors === 0 && /Search not completed/.test(printed)) throw new PanError(printed);
    return report;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #execute(command: string, args: readonly string[]): Promise<string> {
    const { signal } = this.#options;
    try {
      const options = { cwd: this.#folder, maxBuffer: 1 << 28, ...(signal === undefined ? {} : { signal }) };
      return (await run(command, args, options)).stdout;
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string };
      throw new PanError(`${command} ${args.join(' ')}: ${stdout}${stderr}`.slice(0, 4_000), { cause: error });
    }
  }
}

/** What SPIN says of a model. */
export interface SecondOpinion {
  readonly states: number;
  readonly transitions: number;
  /** By the ids of properties. */
  readonly verdicts: Readonly<Record<string, 'holds' | 'violated'>>;
}

/** Runs SPIN on an exported model: counts without a claim, then each claim. @throws PanError */
export async function secondOpinion(model: PromelaModel, { signal }: { signal?: AbortSignal } = {}): Promise<SecondOpinion> {
  const common = { states: model.states, ...(signal === undefined ? {} : { signal }) };
  const flags = model.states > 50_000 ? ['-O2'] : ['-O0'];
  const { states, transitions } = await counted(model.text, { ...common, flags: [...flags, '-DSAFETY', '-DNOCLAIM'] });
  const verdicts: Record<string, 'holds' | 'violated'> = {};
  const ask = async (search: Claim['search'], args: readonly string[], options: Pick<PanOptions, 'define' | 'flags'>) => {
    const claims = model.claims.filter((claim) => claim.search === search);
    if (claims.length === 0) return;
    await using verifier = await Verifier.make(model.text, { ...common, ...options });
    for (const { name, property, found } of claims) {
      const { errors } = await verifier.search([...args, '-N', name]);
      verdicts[property] = errors > 0 ? found : found === 'holds' ? 'violated' : 'holds';
    }
  };
  await ask('state', [], { flags: [...flags, '-DSAFETY'] });
  await ask('cycle', ['-a', '-f'], { define: ['FAIR'], flags: [...flags, `-DNFAIR=${model.fairBytes}`] });
  return { states, transitions, verdicts };
}

/** Counts the states of a model that has no claim, or is compiled with -DNOCLAIM; a deadlock ends nothing. */
async function counted(text: string, options: PanOptions): Promise<PanReport> {
  await using verifier = await Verifier.make(text, options);
  const report = await verifier.search(['-E']);
  if (report.errors > 0) throw new PanError(`pan found ${report.errors} errors where only states are counted`);
  return report;
}
