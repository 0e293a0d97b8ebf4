/** Which criterion kills which mutants of the charts. */
import { compare, type Implementation, killedBy, reachOf } from '../generate/conformance.ts';
import { type CriterionRequest, suiteFor } from '../generate/criterion.ts';
import type { Suite, SuiteSize } from '../generate/suite.ts';
import type { Kills } from './rate.ts';
import { type ModelMutant, type Operator, operators, type Subject } from './subjects.ts';

/** A mutant that a suite did not kill, though it does something else than its chart. */
export interface Survivor {
  readonly operator: Operator;
  readonly what: string;
  /** A shortest sequence of inputs that shows what it does wrong. */
  readonly shownBy: readonly unknown[];
}

/** What one suite did. */
export interface CriterionRow {
  readonly criterion: string;
  readonly size: SuiteSize;
  readonly kills: Kills;
  /** Of wp and hsi: those mutants that their promise is about. */
  readonly withinDomain?: Kills;
  readonly byOperator: Readonly<Record<Operator, Kills>>;
  /** For making the suite and running it on every mutant. */
  readonly seconds: number;
  readonly survivors: readonly Survivor[];
}

/** What was found out of one chart. */
export interface SubjectResult {
  readonly name: Subject['name'];
  /** Mutants that were made, equivalent ones included. */
  readonly mutants: number;
  /** Mutants that do what the chart does, whatever happens: found by comparing all pairs of states that can be reached. */
  readonly equivalent: Readonly<Record<Operator, number>>;
  readonly rows: readonly CriterionRow[];
}

/** A suite at work. */
interface Judge {
  readonly suite: Suite;
  readonly paths: readonly (readonly number[])[];
  /** Of wp and hsi: how far the states of an implementation may lie beyond the state cover. */
  readonly k: number | undefined;
  readonly kills: Record<Operator, { killed: number; total: number }>;
  readonly domain: { killed: number; total: number };
  readonly survivors: Survivor[];
  milliseconds: number;
}

/** Plants mutants of a chart, all of them unless others are given, and lets each suite look for them. */
export function judgeModel(
  subject: Subject,
  requests: readonly CriterionRequest[],
  mutants: Iterable<ModelMutant> = subject.mutants(),
): SubjectResult {
  const { machine } = subject;
  const judges = requests.map((request) => judgeFor(subject, request));
  const most = Math.max(0, ...judges.map(({ k = 0 }) => k));
  const equivalent = forEachOperator(() => 0);
  let count = 0;
  for (const { operator, what, implementation } of mutants) {
    count += 1;
    const { difference } = compare(machine, implementation);
    if (difference === undefined) {
      equivalent[operator] += 1;
      continue;
    }
    const shownBy = difference.map((input) => machine.inputs[input]);
    const reach = reachOf(machine, implementation, most);
    for (const judge of judges) {
      lookFor(judge, { operator, what, shownBy }, implementation, judge.k !== undefined && reach <= judge.k);
    }
  }
  return { name: subject.name, mutants: count, equivalent, rows: judges.map(rowOf) };
}

function judgeFor({ machine }: Subject, request: CriterionRequest): Judge {
  const begun = performance.now();
  const suite = suiteFor(machine, request.criterion, request);
  const paths = [...suite.paths()];
  const k = request.criterion === 'wp' || request.criterion === 'hsi' ? (request.k ?? 0) : undefined;
  const kills = forEachOperator(() => ({ killed: 0, total: 0 }));
  return { suite, paths, k, kills, domain: { killed: 0, total: 0 }, survivors: [], milliseconds: performance.now() - begun };
}

function lookFor(judge: Judge, mutant: Survivor, implementation: Implementation, within: boolean): void {
  const begun = performance.now();
  const killed = killedBy(judge.suite.machine, implementation, judge.paths) !== undefined;
  judge.milliseconds += performance.now() - begun;
  for (const count of [judge.kills[mutant.operator], ...(within ? [judge.domain] : [])]) {
    count.total += 1;
    if (killed) count.killed += 1;
  }
  if (!killed) judge.survivors.push(mutant);
}

function rowOf({ suite, k, kills, domain, survivors, milliseconds }: Judge): CriterionRow {
  const sum = (of: keyof Kills) => operators.reduce((total, operator) => total + kills[operator][of], 0);
  return {
    criterion: suite.criterion,
    size: suite.size,
    kills: { killed: sum('killed'), total: sum('total') },
    ...(k === undefined ? {} : { withinDomain: domain }),
    byOperator: kills,
    seconds: Math.round(milliseconds / 10) / 100,
    survivors,
  };
}

function forEachOperator<T>(make: () => T): Record<Operator, T> {
  return Object.fromEntries(operators.map((operator) => [operator, make()])) as Record<Operator, T>;
}
