/**
 * `stpconnect validate`: checks recorded traces against the statecharts.
 */
import { type TraceOptions, type TraceVerdict, validateTrace } from '../model-tests/index.ts';
import { explain, HELD, VerbError, VIOLATED } from './outcome.ts';
import { type RecordLine, readTrace, type TraceLines } from './trace-lines.ts';

/** The options of the verb. */
export interface ValidateOptions {
  readonly partial?: true;
  readonly maxMissing?: number;
  readonly bothSides?: true;
  readonly inOrder?: true;
  readonly json?: true;
}

/**
 * Runs the verb over all files and answers with the worst exit code; prints one line for each file, in their order, or one for all of them
 * where they are judged together.
 */
export async function validateVerb(paths: readonly string[], options: ValidateOptions): Promise<number> {
  const read: (TraceLines | Report)[] = [];
  for (const path of paths) read.push(await readFile(path, options));
  const reports = options.bothSides ? judgeTogether(paths, read, options) : read.map((one) => judgeAlone(one, options));
  for (const { line, facts } of reports) process.stdout.write(`${options.json ? JSON.stringify(facts) : line}\n`);
  return Math.max(...reports.map(({ exitCode }) => exitCode));
}

/** What is said of one trace, for people and for machines. */
interface Report {
  readonly exitCode: number;
  readonly line: string;
  readonly facts: object;
}

async function readFile(path: string, { partial }: ValidateOptions): Promise<TraceLines | Report> {
  try {
    return await readTrace(path, partial === true);
  } catch (error) {
    if (!(error instanceof VerbError)) throw error;
    return { exitCode: error.exitCode, line: explain(error), facts: { files: [path], ok: false, error: explain(error) } };
  }
}

function judgeAlone(read: TraceLines | Report, options: ValidateOptions): Report {
  return 'exitCode' in read ? read : judge([read], options);
}

/** All files are one trace. Where one of them could not be read there is nothing to judge. */
function judgeTogether(paths: readonly string[], read: readonly (TraceLines | Report)[], options: ValidateOptions): Report[] {
  const unread = read.filter((one) => 'exitCode' in one);
  const traces = read.filter((one) => 'lines' in one);
  if (traces.length < paths.length) return unread;
  return [judge(traces, options)];
}

function judge(traces: readonly TraceLines[], options: ValidateOptions): Report {
  const lines = traces.flatMap((trace) => trace.lines);
  const files = [...new Set(lines.map(({ file }) => file))];
  const verdict = validateTrace(
    lines.map(({ record }) => record),
    traceOptions(options),
  );
  return verdict.ok ? reportFit(files, lines, traces, verdict) : reportMisfit(files, lines, verdict);
}

function traceOptions({ partial, maxMissing, bothSides, inOrder }: ValidateOptions): TraceOptions {
  return { partial, maxMissing, bothSides, inOrder };
}

type Fit = Extract<TraceVerdict, { ok: true }>;
type Misfit = Extract<TraceVerdict, { ok: false }>;

function reportFit(
  files: readonly string[],
  lines: readonly RecordLine[],
  traces: readonly TraceLines[],
  { missing }: Fit,
): Report {
  const sessions = new Set(lines.map(({ record }) => `${record.role} ${record.session}`)).size;
  const cutOff = traces.filter(({ cutOffAt }) => cutOffAt !== undefined);
  const notes = [
    count(lines.length, 'record'),
    count(sessions, 'session'),
    ...(missing > 0 ? [`${missing} missing`] : []),
    ...cutOff.map(({ cutOffAt }) => `line ${cutOffAt} is cut off and was left out`),
  ];
  const fits = files.length === 1 ? 'fits' : 'fit together';
  return {
    exitCode: HELD,
    line: `${files.join(', ')}: ${fits} (${notes.join(', ')})`,
    facts: { files, ok: true, records: lines.length, sessions, missing, cutOffAt: cutOff.map(({ cutOffAt }) => cutOffAt) },
  };
}

function reportMisfit(files: readonly string[], lines: readonly RecordLine[], { index, problem, fitting }: Misfit): Report {
  const { file, line } = lines[index] ?? { file: files[0], line: 0 };
  return {
    exitCode: VIOLATED,
    line: `${file}:${line}: does not fit: ${problem}`,
    facts: { files, ok: false, file, line, problem, fitting },
  };
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
