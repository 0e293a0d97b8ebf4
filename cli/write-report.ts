/**
 * `stpconnect verify --report DIR`: what was driven, gathered while it is, and written as a page, as JSON and as JUnit XML.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type ReportFailure, type ReportRow, type RowDetail, reportFiles } from '../model-tests/index.ts';
import { fileProblem } from './files.ts';
import { couldNotRun, say } from './outcome.ts';

const NOTHING: RowDetail = { tallies: {}, cases: [] };

/** A failure before it is known which row it belongs to. */
type Failure = Omit<ReportFailure, 'row'>;

/** Gathers rows with what is behind them; without a directory it gathers nothing. */
export class ReportWriter {
  readonly #directory: string | undefined;
  readonly #rows: { readonly row: ReportRow; readonly detail: RowDetail; readonly failures: readonly Failure[] }[] = [];
  readonly #details = new Map<string, RowDetail>();
  readonly #failures = new Map<string, Failure[]>();

  /** Makes the directory. Throws VerbError where that cannot be done. */
  constructor(directory: string | undefined) {
    this.#directory = directory;
    if (directory === undefined) {
      return;
    }
    try {
      mkdirSync(directory, { recursive: true });
    } catch (error) {
      throw couldNotRun(`--report ${directory} cannot be made: ${fileProblem(error)}`, error);
    }
  }

  /** Whether details are wanted at all. */
  get wanted(): boolean {
    return this.#directory !== undefined;
  }

  /** What is behind the row of this name, which comes later. */
  detail(row: string, detail: RowDetail): void {
    this.#details.set(row, detail);
  }

  /** A path of the row of this name has failed. */
  failure(row: string, failure: Failure): void {
    const known = this.#failures.get(row) ?? [];
    known.push(failure);
    this.#failures.set(row, known);
  }

  /** The row of this name is done; the next one may have the same name. */
  row(name: string, row: ReportRow): void {
    this.#rows.push({ row, detail: this.#details.get(name) ?? NOTHING, failures: this.#failures.get(name) ?? [] });
    this.#details.delete(name);
    this.#failures.delete(name);
  }

  /** Writes the files. Throws VerbError where that cannot be done. */
  write(ok: boolean): void {
    const directory = this.#directory;
    if (directory === undefined) {
      return;
    }
    const { version } = createRequire(import.meta.url)('stpconnect/package.json') as { version: string };
    const files = reportFiles({
      madeBy: `stpconnect ${version}, Node ${process.version}`,
      made: new Date().toISOString(),
      command: ['stpconnect', ...process.argv.slice(2)].join(' '),
      ok,
      rows: this.#rows.map(({ row }) => row),
      details: this.#rows.map(({ detail }) => detail),
      failures: this.#rows.flatMap(({ failures }, row) => failures.map((failure) => ({ row, ...failure }))),
    });
    for (const [name, text] of files) {
      const path = join(directory, name);
      try {
        writeFileSync(path, text);
      } catch (error) {
        throw couldNotRun(`${path} cannot be written: ${fileProblem(error)}`, error);
      }
    }
    say(`the report is ${join(directory, 'report.html')}, with report.json and junit.xml beside it`);
  }
}
