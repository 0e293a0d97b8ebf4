/**
 * Reads a trace by lines, with a bound on a line, and names the first line that is not a record. What a record means is not known here.
 */
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { fileProblem } from './files.ts';
import { couldNotRun } from './outcome.ts';

/** A record takes a few hundred bytes; a line longer than this, in bytes, is not one. */
const MAX_LINE = 64 * 1024;

const typed = z.looseObject({ type: z.string().min(1) });

/** One record of docs/protocol.md section 9. The facts of events and actions are checked by the charts, not here. */
const recordSchema = z.object({
  session: z.string().min(1),
  seq: z.int().nonnegative(),
  role: z.enum(['client', 'server']),
  time: z.number(),
  state: z.string(),
  event: typed,
  actions: z.array(typed),
  next: z.string(),
});

/** A record and where it stands, counting lines from 1. */
export interface RecordLine {
  readonly line: number;
  readonly record: z.infer<typeof recordSchema>;
}

/** The records of a trace; `-` is stdin. Throws VerbError for a file that cannot be read and for a line that is not a record. */
export async function* readRecords(path: string): AsyncGenerator<RecordLine> {
  const input = path === '-' ? process.stdin : createReadStream(path);
  for await (const { line, text, whole } of readLines(path, input)) {
    if (text.trim() !== '') {
      yield { line, record: parseRecord(`${path}:${line}`, text, whole) };
    }
  }
}

interface Line {
  readonly line: number;
  readonly text: string;
  /** Whether a newline ends it; only the last line may lack one. */
  readonly whole: boolean;
}

async function* readLines(path: string, input: Readable): AsyncGenerator<Line> {
  let line = 1;
  let rest = '';
  input.setEncoding('utf8');
  try {
    for await (const chunk of input as AsyncIterable<string>) {
      const parts = (rest + chunk).split('\n');
      rest = parts.pop() ?? '';
      for (const text of parts) {
        yield { line, text, whole: true };
        line += 1;
      }
      if (rest.length > MAX_LINE) {
        throw couldNotRun(`${path}:${line}: not a trace: a line is longer than ${MAX_LINE} characters`);
      }
    }
  } catch (error) {
    throw error instanceof Error && 'syscall' in error
      ? couldNotRun(`${path}: cannot be read: ${fileProblem(error)}`, error)
      : error;
  }
  if (rest !== '') {
    yield { line, text: rest, whole: false };
  }
}

function parseRecord(place: string, text: string, whole: boolean): RecordLine['record'] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw couldNotRun(
      whole ? `${place}: not JSON; expected one trace record` : `${place}: the file ends in the middle of a record`,
      error,
    );
  }
  const parsed = recordSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const field = issue?.path.length ? `field ${issue.path.join('.')}: ` : '';
    throw couldNotRun(
      `${place}: JSON, but not a trace record: ${field}${issue?.message ?? 'it has another shape'}`,
      parsed.error,
    );
  }
  return parsed.data;
}
