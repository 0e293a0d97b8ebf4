/** How a backup or a restore looks while it runs and when it is done: for people, on a terminal with a bar, or one JSON object a line. */
import { type GenericFormatter, SingleBar } from 'cli-progress';
import type { FileRecord, ListedFile, Progress, Summary } from '../impl/backup/index.ts';
import type { Dialled } from './backup-session.ts';
import { say } from './outcome.ts';

/** Takes what happens. */
export interface BackupReport {
  session(dialled: Dialled): void;
  record(record: FileRecord): void;
  progress(progress: Progress): void;
  entry(file: ListedFile): void;
  summary(what: string, summary: Summary): void;
  /** Puts away what a summary or an error shall not stand behind. */
  stop(): void;
}

export function makeReport(options: { readonly json?: boolean; readonly dryRun?: boolean }): BackupReport {
  if (options.json === true) return new JsonReport();
  return new TextReport(process.stderr.isTTY === true && options.dryRun !== true, options.dryRun === true);
}

/** One object a line on stdout. */
class JsonReport implements BackupReport {
  session({ mode, reason }: Dialled): void {
    print({ type: 'session', mode, reason });
  }
  record({ path, name, severity, code, text }: FileRecord): void {
    print({ type: 'record', path, name: name.toString('base64'), severity, code, text });
  }
  progress(): void {}
  entry({ path, type: kind, size }: ListedFile): void {
    print({ type: 'entry', path, kind, size });
  }
  summary(_what: string, { records: _records, ...summary }: Summary): void {
    print({ type: 'summary', ...summary });
  }
  stop(): void {}
}

const print = (value: object) => void process.stdout.write(`${JSON.stringify(value)}\n`);

/** How many records are named again at the end, and how often the bar is drawn, in milliseconds. */
const NAMED_AGAIN = 20;
const REDRAW = 100;

class TextReport implements BackupReport {
  readonly #bar: SingleBar | undefined;
  readonly #dryRun: boolean;
  readonly #rate = new Rate();
  #drawn = 0;

  constructor(withBar: boolean, dryRun: boolean) {
    this.#dryRun = dryRun;
    if (!withBar) return;
    const format: GenericFormatter = (_options, params, { now }: { readonly now?: Progress }) =>
      line(params.progress, now, this.#rate.perSecond, process.stderr.columns ?? 80);
    this.#bar = new SingleBar({ format, stream: process.stderr, clearOnComplete: true, hideCursor: true });
    this.#bar.start(1, 0, {});
  }

  session({ mode, reason }: Dialled): void {
    this.#above(`${mode} mode: ${reason}`);
  }

  record({ path, severity, code, text }: FileRecord): void {
    this.#above(`${severity === 'failure' ? 'failed' : 'left out'}: ${path}: ${text} (${code})`);
  }

  progress(progress: Progress): void {
    const now = performance.now();
    this.#rate.at(now, progress.bytes);
    if (this.#bar === undefined || now - this.#drawn < REDRAW) return;
    this.#drawn = now;
    const total = progress.total?.bytes ?? 0;
    this.#bar.setTotal(Math.max(total, 1));
    this.#bar.update(Math.min(progress.bytes, Math.max(total, 0)), { now: progress });
  }

  entry({ path, type, size }: ListedFile): void {
    process.stdout.write(`${type.padEnd(9)} ${String(size).padStart(13)} ${path}\n`);
  }

  summary(what: string, summary: Summary): void {
    this.stop();
    const { entries, bytes, sha256, failures, notes, records, problem } = summary;
    const size = this.#dryRun ? '' : `, ${showBytes(bytes)}, ${showBytes(this.#rate.overall)}/s, SHA-256 ${sha256}`;
    process.stdout.write(`${what}: ${count(entries, 'file')}${size}; ${failures} failed, ${notes} left out\n`);
    const failed = records.filter(({ severity }) => severity === 'failure');
    for (const { path, text } of failed.slice(0, NAMED_AGAIN)) process.stdout.write(`  ${path}: ${text}\n`);
    if (failures > NAMED_AGAIN) process.stdout.write(`  and ${failures - NAMED_AGAIN} more\n`);
    if (problem !== undefined) process.stdout.write(`  not all of the archive was there: ${problem}\n`);
  }

  stop(): void {
    this.#bar?.stop();
  }

  /** A line that stays, with the bar below it. */
  #above(text: string): void {
    if (this.#bar !== undefined) process.stderr.write('\r\x1b[K');
    say(text);
    this.#bar?.render();
  }
}

/** Bytes a second: over all, and of late. */
class Rate {
  #begun: { readonly time: number; readonly bytes: number } | undefined;
  #window: { readonly time: number; readonly bytes: number } | undefined;
  #last = { time: 0, bytes: 0 };
  perSecond = 0;

  at(time: number, bytes: number): void {
    this.#begun ??= { time, bytes };
    this.#window ??= { time, bytes };
    this.#last = { time, bytes };
    const seconds = (time - this.#window.time) / 1e3;
    if (seconds < 1) return;
    this.perSecond = (bytes - this.#window.bytes) / seconds;
    this.#window = { time, bytes };
  }

  get overall(): number {
    const seconds = this.#begun ? (this.#last.time - this.#begun.time) / 1e3 : 0;
    return seconds > 0 ? this.#last.bytes / seconds : 0;
  }
}

function line(done: number, now: Progress | undefined, rate: number, columns: number): string {
  if (now === undefined) return 'begins';
  const { entries, bytes, total, path } = now;
  const files = total && total.entries > 0 ? `${entries}/${total.entries} files` : count(entries, 'file');
  const left = total && rate > 0 ? `, ${showTime(Math.max(0, total.bytes - bytes) / rate)} left` : '';
  const percent = total && total.bytes > 0 ? `${bar(Math.min(1, done))} ${Math.floor(100 * Math.min(1, done))} %, ` : '';
  const before = `${percent}${files}, ${showBytes(bytes)}, ${showBytes(rate)}/s${left} `;
  const room = columns - 1 - before.length;
  return before + (path.length <= room ? path : room > 1 ? `…${path.slice(path.length - room + 1)}` : '');
}

const bar = (part: number): string => '█'.repeat(Math.round(20 * part)).padEnd(20, '░');

/** Bytes with three digits and a unit. */
export function showBytes(bytes: number): string {
  const power = Math.min(4, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const unit = ['B', 'kB', 'MB', 'GB', 'TB'][power] ?? 'B';
  return power === 0 ? `${Math.round(bytes)} B` : `${Number((bytes / 1e3 ** power).toPrecision(3))} ${unit}`;
}

/** Seconds as minutes and hours. */
export function showTime(seconds: number): string {
  const whole = Math.ceil(seconds);
  const two = (number: number) => String(number).padStart(2, '0');
  const minutes = `${Math.floor(whole / 60) % 60}:${two(whole % 60)}`;
  return whole < 3_600 ? minutes : `${Math.floor(whole / 3_600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
