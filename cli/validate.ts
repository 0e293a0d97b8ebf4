/**
 * `stpconnect validate`: checks recorded traces against the statecharts.
 */
import { validateTrace } from '../model-tests/index.ts';
import { COULD_NOT_RUN, explain, HELD, VerbError, VIOLATED } from './outcome.ts';
import { type RecordLine, readRecords } from './trace-lines.ts';

/** Runs the verb over all files and answers with the worst exit code; prints one line for each file, in their order. */
export async function validateVerb(paths: readonly string[]): Promise<number> {
  let worst: number = HELD;
  for (const path of paths) {
    const { exitCode, line } = await validateFile(path);
    process.stdout.write(`${line}\n`);
    worst = Math.max(worst, exitCode);
  }
  return worst;
}

interface FileVerdict {
  readonly exitCode: number;
  readonly line: string;
}

async function validateFile(path: string): Promise<FileVerdict> {
  try {
    const lines: RecordLine[] = [];
    for await (const line of readRecords(path)) {
      lines.push(line);
    }
    return judge(path, lines);
  } catch (error) {
    if (error instanceof VerbError) {
      return { exitCode: error.exitCode, line: explain(error) };
    }
    throw error;
  }
}

function judge(path: string, lines: readonly RecordLine[]): FileVerdict {
  if (lines.length === 0) {
    return { exitCode: COULD_NOT_RUN, line: `${path}: no records; expected at least one` };
  }
  const verdict = validateTrace(lines.map(({ record }) => record));
  if (!verdict.ok) {
    return { exitCode: VIOLATED, line: `${path}:${lines[verdict.index]?.line}: does not fit: ${verdict.problem}` };
  }
  const sessions = new Set(lines.map(({ record }) => `${record.role} ${record.session}`)).size;
  return { exitCode: HELD, line: `${path}: fits (${count(lines.length, 'record')}, ${count(sessions, 'session')})` };
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
