/** Which generated suites kill which mutants of a part of the implementation: StrykerJS plants them, one at a time. */
import { killers, type Part } from '../killers/suites.ts';
import { type Equivalent, equivalents } from './equivalents.ts';
import { type MutantResult, type PlacedMutant, place } from './place.ts';
import { type PlantOptions, plantMutants, root } from './plant.ts';

/** One suite at work. */
export interface SuiteRow {
  readonly name: string;
  /** What it tries: paths, or frames and other cases. */
  readonly cases: number;
  /** For the suite itself, on the implementation as it is. */
  readonly seconds: number;
  /** Mutants that it killed; those that an earlier suite had killed already it was not asked about. */
  readonly killed: number;
}

/** What was found out of one part. */
export interface PartResult {
  readonly part: Part;
  /** Mutants that are not equivalent. */
  readonly total: number;
  readonly killed: number;
  /** Of those that were killed: mutants that never answered. */
  readonly timedOut: number;
  readonly suites: readonly SuiteRow[];
  readonly survivors: readonly PlacedMutant[];
  /** Mutants that do what the implementation does, with the reason. */
  readonly equivalent: readonly (PlacedMutant & Pick<Equivalent, 'because'>)[];
  /** Reasons that no mutant needs (any more). */
  readonly unneeded: readonly Equivalent[];
  readonly seconds: number;
}

/** Plants the mutants of a part. Throws Error when a suite complains about the implementation as it is. */
export async function judgePart(part: Part, how: PlantOptions): Promise<PartResult> {
  const begun = performance.now();
  const baseline = await tryUnmutated(part);
  const mutants = await plantMutants(part, how);
  const alive: PlacedMutant[] = [];
  const killedBy = new Map<string, number>();
  let timedOut = 0;
  for (const mutant of mutants) {
    if (mutant.status === 'Timeout') timedOut += 1;
    else if (mutant.status === 'Survived' || mutant.status === 'NoCoverage') alive.push(await place(root, mutant));
    else if (mutant.status === 'Killed') {
      const suite = suiteOf(part, mutant);
      killedBy.set(suite, (killedBy.get(suite) ?? 0) + 1);
    } else throw new Error(`a mutant of ${mutant.fileName} is ${mutant.status}: ${mutant.statusReason ?? ''}`);
  }
  const { survivors, equivalent, unneeded } = sort(part, alive);
  return {
    part,
    total: mutants.length - equivalent.length,
    killed: mutants.length - alive.length,
    timedOut,
    suites: [{ name: notLoaded, cases: 0, seconds: 0 }, ...baseline].map((row) => ({
      ...row,
      killed: killedBy.get(row.name) ?? 0,
    })),
    survivors,
    equivalent,
    unneeded,
    seconds: Math.round((performance.now() - begun) / 1_000),
  };
}

/** Each suite on the implementation as it is. */
async function tryUnmutated(part: Part): Promise<readonly Omit<SuiteRow, 'killed'>[]> {
  const rows: Omit<SuiteRow, 'killed'>[] = [];
  for (const { name, load } of killers[part]) {
    const complaints = (await load())();
    const begun = performance.now();
    const { done, value } = await complaints.next();
    if (done !== true) throw new Error(`the implementation as it is fails, so mutants prove nothing: ${name}: ${value}`);
    rows.push({ name, cases: value, seconds: Math.round((performance.now() - begun) / 100) / 10 });
  }
  return rows;
}

/** What is said to kill a mutant with which the suites cannot even be loaded. */
const notLoaded = 'modules that do not load';

/** The first suite that noticed it: they are asked in their order. */
function suiteOf(part: Part, { killedBy = [] }: MutantResult): string {
  const names = killers[part].map(({ name }) => name);
  return names.find((name) => killedBy.some((test) => test.endsWith(name))) ?? notLoaded;
}

/** The mutants that live: those that are known to be equivalent, and the others. */
function sort(part: Part, alive: readonly PlacedMutant[]): Pick<PartResult, 'survivors' | 'equivalent' | 'unneeded'> {
  const reasonFor = (mutant: PlacedMutant) =>
    equivalents.find(
      ({ file, original, mutated, line }) =>
        file === mutant.file &&
        original === mutant.original &&
        mutated === mutant.mutated &&
        (line === undefined || line === mutant.line),
    );
  const found = alive.map((mutant) => ({ mutant, reason: reasonFor(mutant) }));
  return {
    survivors: found.flatMap(({ mutant, reason }) => (reason === undefined ? [mutant] : [])),
    equivalent: found.flatMap(({ mutant, reason }) => (reason === undefined ? [] : [{ ...mutant, because: reason.because }])),
    unneeded: equivalents.filter((each) => each.file.startsWith(`impl/${part}/`) && !found.some(({ reason }) => reason === each)),
  };
}
