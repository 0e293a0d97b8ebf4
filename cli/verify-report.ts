/**
 * How a verification looks while it runs and when it is done: bars on a terminal, plain lines elsewhere, and one table at the end.
 */
import { MultiBar, type SingleBar } from 'cli-progress';
import { Table } from 'console-table-printer';
import type { RoleRow } from '../model-tests/index.ts';

/** The result for one kind of well-known port and one mode. */
export interface VerifyRow {
  readonly wkp: string;
  readonly mode: string;
  /** Paths that were driven, and the steps of all of them together. */
  readonly paths: number;
  readonly steps: number;
  readonly transitions: { readonly covered: number; readonly total: number };
  /** Paths on which the implementation did something else than the chart. */
  readonly failed: number;
  readonly seconds: number;
}

/** How many paths of a row are done. */
export interface VerifyProgress {
  /** The row, in a few words. */
  readonly name: string;
  readonly done: number;
  readonly total: number;
}

/** Where progress is shown. */
export interface ProgressView {
  show(progress: VerifyProgress): void;
  stop(): void;
}

/** Bars where `stream` is a terminal; elsewhere one line when a row begins. */
export function createProgressView(stream: NodeJS.WriteStream): ProgressView {
  return stream.isTTY ? new Bars(stream) : new Lines(stream);
}

class Bars implements ProgressView {
  readonly #bars: MultiBar;
  readonly #byRow = new Map<string, SingleBar>();

  constructor(stream: NodeJS.WriteStream) {
    const format = '{row} {bar} {value}/{total} paths, {duration_formatted}';
    this.#bars = new MultiBar({ format, stream, clearOnComplete: true, hideCursor: true });
  }

  show(progress: VerifyProgress): void {
    const row = progress.name;
    const bar = this.#byRow.get(row) ?? this.#bars.create(progress.total, 0, { row: row.padEnd(20) });
    this.#byRow.set(row, bar);
    bar.setTotal(progress.total);
    bar.update(progress.done);
  }

  stop(): void {
    this.#bars.stop();
  }
}

class Lines implements ProgressView {
  readonly #stream: NodeJS.WriteStream;
  readonly #begun = new Set<string>();

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  show(progress: VerifyProgress): void {
    const row = progress.name;
    if (!this.#begun.has(row)) {
      this.#begun.add(row);
      this.#stream.write(`${row}: ${progress.total} paths\n`);
    }
  }

  stop(): void {}
}

/** The table of all rows, without a newline at its end. */
export function renderTable(rows: readonly VerifyRow[], colours: boolean): string {
  const table = new Table({
    shouldDisableColors: !colours,
    columns: [
      { name: 'wkp', title: 'well-known port', alignment: 'left' },
      { name: 'mode', title: 'mode', alignment: 'left' },
      ...['paths', 'steps', 'transitions', 'failed', 'seconds'].map((name) => ({ name, alignment: 'right' as const })),
    ],
  });
  for (const row of rows) {
    const { covered, total } = row.transitions;
    const cells = { ...row, transitions: `${covered}/${total}`, seconds: row.seconds.toFixed(1) };
    table.addRow(cells, { color: row.failed === 0 && covered === total ? 'green' : 'red' });
  }
  return table.render();
}

/** The table of roles that were driven alone, and behind it what was left out and why; without a newline at its end. */
export function renderRoleTable(rows: readonly RoleRow[], colours: boolean): string {
  const table = new Table({
    shouldDisableColors: !colours,
    columns: [
      { name: 'subject', title: 'implementation', alignment: 'left' },
      { name: 'role', title: 'role', alignment: 'left' },
      ...['paths', 'steps', 'transitions', 'chart', 'failed', 'seconds'].map((name) => ({ name, alignment: 'right' as const })),
    ],
  });
  for (const row of rows) {
    const { transitions, chart } = row;
    const cells = {
      subject: row.subject,
      role: row.role,
      paths: row.paths,
      steps: row.steps,
      transitions: transitions.total === 0 ? '' : `${transitions.covered}/${transitions.total}`,
      chart: `${chart.taken}/${chart.total}`,
      failed: row.failed,
      seconds: row.seconds.toFixed(1),
    };
    table.addRow(cells, { color: row.failed === 0 ? 'green' : 'red' });
  }
  return [table.render(), ...rows.flatMap(leftOutLines)].join('\n');
}

function leftOutLines({ subject, role, leftOut, leftOutAre, untimed, late, unsteady }: RoleRow): string[] {
  const reasons = Object.entries(leftOut).map(([reason, count]) => `${reason} (${count})`);
  const sum = Object.values(leftOut).reduce((all, count) => all + count, 0);
  return [
    ...(reasons.length === 0 ? [] : [`${subject} ${role}: ${sum} ${leftOutAre} are left out, they need ${reasons.join(', ')}`]),
    ...(untimed === 0
      ? []
      : [`${subject} ${role}: ${untimed} paths are left out, another limit expires before the one that they want`]),
    ...(late === 0
      ? []
      : [`${subject} ${role}: ${late} paths were driven again, since the tester had been too late for one of their limits`]),
    ...(unsteady === 0
      ? []
      : [`${subject} ${role}: ${unsteady} of the paths that failed held when they were driven again: they fail now and then`]),
  ];
}
