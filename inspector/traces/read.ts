/** Trace files into a recording, as a stream: what was read can be looked at while the rest is still being read. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { addLine, TraceLineError } from './parse.ts';
import type { TraceRecording } from './recording.ts';

/** A record takes a few hundred bytes; a longer line is none. */
const MAX_LINE = 64 * 1024;
const CHUNK = 1 << 20;

/** A file that is no trace, or only a part of one; the message names file and line. */
export class TraceFileError extends Error {
  override readonly name = 'TraceFileError';
}

/**
 * Reads files one after the other. Several are put into the order of their times when all were read, and are seen from then on.
 *
 * @throws TraceFileError for a file that cannot be read, holds no record, holds something else, or ends in the middle of a record. What
 * was read before stays in the recording.
 */
export async function readTraces(recording: TraceRecording, paths: readonly string[]): Promise<void> {
  const starts: number[] = [];
  recording.shown = paths.length === 1;
  const total = (await Promise.all(paths.map(sizeOf))).reduce((sum, size) => sum + size, 0);
  recording.progress = { state: 'reading', done: 0, total };
  try {
    for (const path of paths) {
      starts.push(recording.columns.size);
      await readTrace(recording, path);
    }
  } catch (error) {
    if (!(error instanceof TraceFileError)) throw error;
    recording.problem = error.message;
    throw error;
  } finally {
    if (starts.length > 1) recording.columns.merge(starts);
    recording.shown = true;
    recording.progress = { state: 'whole' };
    recording.changed();
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function readTrace(recording: TraceRecording, path: string): Promise<void> {
  const before = recording.columns.size;
  let line = 0;
  let rest = '';
  const take = (text: string) => {
    line += 1;
    if (text === '' || text === '\r') return;
    try {
      addLine(recording.columns, text);
    } catch (error) {
      throw error instanceof TraceLineError ? new TraceFileError(`${path}:${line}: ${error.message}`) : error;
    }
  };
  for await (const chunk of chunksOf(path)) {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    for (const text of parts) take(text);
    if (rest.length > MAX_LINE) {
      throw new TraceFileError(`${path}:${line + 1}: not a trace: a line is longer than ${MAX_LINE} characters`);
    }
    const { done = 0, total = 0 } = recording.progress;
    recording.progress = { state: 'reading', done: Math.min(total, done + chunk.length), total };
    recording.changed();
  }
  if (rest !== '') takeLast(path, line + 1, rest, take);
  if (recording.columns.size === before) throw new TraceFileError(`${path}: no records; expected at least one`);
}

/** Only the last line may lack its newline; where it is no whole record either, the file was cut off. */
function takeLast(path: string, line: number, text: string, take: (text: string) => void): void {
  if (/^\s*\{/.test(text) && !isJson(text)) throw new TraceFileError(`${path}:${line}: the file ends in the middle of a record`);
  take(text);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

async function* chunksOf(path: string): AsyncGenerator<string> {
  try {
    yield* createReadStream(path, { encoding: 'utf8', highWaterMark: CHUNK }) as AsyncIterable<string>;
  } catch (error) {
    throw error instanceof Error && 'syscall' in error ? unreadable(path, error) : error;
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
};

function unreadable(path: string, error: unknown): TraceFileError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return new TraceFileError(`${path}: cannot be read: ${reasons[code] ?? String(error)}`, { cause: error });
}
