/** What a verification has shown, as data: what report.json holds, and what the other files are made from. */
import { clientMachine, serverMachine } from '../../machines/index.ts';
import { chartTransitions } from '../compile/chart-transitions.ts';
import type { Role } from '../drive/role/path.ts';
import { addTallies, type RowDetail, type Tallies } from '../drive/tally.ts';
import type { Scenario } from '../show/scenario.ts';
import { reachablePairs } from './reachable-pairs.ts';

/** The name and version of the format of report.json. */
export const reportFormat = { format: 'stpconnect-report', version: 1 } as const;

/** What was driven through one implementation, over one transport, for one criterion. */
export interface ReportRow {
  /** What was driven: the composition of both processes, or one role alone. */
  readonly suite: 'compositions' | Role;
  /** `transitions`, `wp k 1`; what the paths were generated for. */
  readonly criterion: string;
  /** `simulated`, `tcp`, `array`, or the name that an external implementation gives itself. */
  readonly transport: string;
  /** Only this mode; undefined for both together. */
  readonly mode?: string;
  readonly paths: number;
  readonly steps: number;
  readonly transitions: { readonly covered: number; readonly total: number };
  readonly failed: number;
  /** Of those that failed: paths that held when they were driven again. */
  readonly unsteady: number;
  readonly seconds: number;
}

/** A path that failed. */
export interface ReportFailure {
  /** Index of its row. */
  readonly row: number;
  readonly path: string;
  /** What was wrong in one line. */
  readonly what: string;
  /** The whole message with the command that plays the path again. */
  readonly message: string;
  readonly scenario: Scenario;
}

/** What of a chart was run. */
export interface ReportChart {
  readonly role: Role;
  readonly transitions: readonly {
    readonly id: string;
    readonly source: string;
    readonly event: string;
    readonly guard?: string;
    readonly count: number;
  }[];
  /** Which transitions can follow which, by their places in `transitions`, and how often they did. */
  readonly pairs: readonly (readonly [first: number, second: number, count: number])[];
}

/** A whole report. */
export interface Report {
  readonly format: typeof reportFormat.format;
  readonly version: typeof reportFormat.version;
  /** The version of stpconnect that made it, and the version of Node. */
  readonly madeBy: string;
  /** When it was made: ISO 8601, UTC. */
  readonly made: string;
  /** The command that was called. */
  readonly command: string;
  readonly ok: boolean;
  readonly rows: readonly ReportRow[];
  readonly charts: readonly ReportChart[];
  readonly failures: readonly ReportFailure[];
}

/** What is known when everything was driven. */
export interface ReportParts extends Pick<Report, 'madeBy' | 'made' | 'command' | 'ok' | 'rows' | 'failures'> {
  /** What each row has behind its numbers, in the order of the rows. */
  readonly details: readonly RowDetail[];
}

/** Puts a report together. */
export function reportOf({ details, ...parts }: ReportParts): Report {
  const tallies = addTallies(details.map((detail) => detail.tallies));
  const { madeBy, made, command, ok, rows, failures } = parts;
  const charts = (['client', 'server'] as const).map((role) => chartReport(role, tallies));
  return { ...reportFormat, madeBy, made, command, ok, rows, charts, failures };
}

function chartReport(role: Role, tallies: Tallies): ReportChart {
  const { transitions: counts = {}, pairs: taken = [] } = tallies[role] ?? {};
  const rows = [...chartTransitions(role === 'client' ? clientMachine : serverMachine).values()];
  const places = new Map(rows.map(({ id }, place) => [id, place]));
  const pairs = new Map<string, [number, number, number]>();
  const count = (first: string, second: string, more: number) => {
    const [one, other] = [places.get(first), places.get(second)];
    if (one === undefined || other === undefined) return;
    const pair = pairs.get(`${one} ${other}`) ?? [one, other, 0];
    pair[2] += more;
    pairs.set(`${one} ${other}`, pair);
  };
  for (const [first, seconds] of reachablePairs(role)) for (const second of seconds) count(first, second, 0);
  for (const [first, second, more] of taken) count(first, second, more);
  return {
    role,
    transitions: rows.map(({ id, source, event, guard }) => ({
      id,
      source,
      event,
      ...(guard === undefined ? {} : { guard }),
      count: counts[id] ?? 0,
    })),
    pairs: [...pairs.values()].sort(([a, b], [c, d]) => a - c || b - d),
  };
}

/** How much of something was run, for people. */
export function covered(counts: readonly number[]): { readonly run: number; readonly total: number } {
  return { run: counts.filter((count) => count > 0).length, total: counts.length };
}

/** A row in a few words, unique among the rows of a report. */
export function nameOfRow({ suite, transport, mode, criterion }: ReportRow): string {
  return [transport, suite, ...(mode === undefined ? [] : [mode]), criterion].join(' ');
}
