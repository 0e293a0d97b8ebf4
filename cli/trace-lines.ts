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
const wholeSchema = z.object({
  session: z.string().min(1),
  seq: z.int().nonnegative(),
  role: z.enum(['client', 'server']),
  time: z.number(),
  state: z.string(),
  event: typed,
  actions: z.array(typed),
  next: z.string(),
});

/** One of which only session, role and event are sure. */
const partialSchema = wholeSchema.partial({ seq: true, time: true, state: true, actions: true, next: true });

/** A record and where it stands, counting lines from 1. */
export interface RecordLine {
  readonly file: string;
  readonly line: number;
  readonly record: z.infer<typeof partialSchema>;
}

/** The records of one file. */
export interface TraceLines {
  readonly lines: readonly RecordLine[];
  /** The line in the middle of which the file ends; only a partial trace may. */
  readonly cutOffAt: number | undefined;
}

/**
 * The records of a trace; `-` is stdin. Throws VerbError for a file that cannot be read, that is empty, and for a line that is not a record.
 * In a partial trace fields may be missing, and the last line may be cut off: then it is left out.
 */
export async function readTrace(path: string, partial: boolean): Promise<TraceLines> {
  const input = path === '-' ? process.stdin : createReadStream(path);
  const lines: RecordLine[] = [];
  let cutOffAt: number | undefined;
  for await (const { line, text, whole } of readLines(path, input)) {
    if (text.trim() === '') continue;
    const value = parseJson(text);
    if (value === undefined && !whole && partial && /^\s*\{/.test(text)) cutOffAt = line;
    else lines.push({ file: path, line, record: parseRecord(`${path}:${line}`, value, whole, partial) });
  }
  if (lines.length === 0) throw couldNotRun(`${path}: no records; expected at least one`);
  return { lines, cutOffAt };
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

/** The value, or undefined where the text is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parseRecord(place: string, value: unknown, whole: boolean, partial: boolean): RecordLine['record'] {
  if (value === undefined) {
    throw couldNotRun(
      whole ? `${place}: not JSON; expected one trace record` : `${place}: the file ends in the middle of a record`,
    );
  }
  const parsed = (partial ? partialSchema : wholeSchema).safeParse(value);
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
