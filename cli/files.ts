/**
 * The files that verbs are given by name: a secret to read, a trace to write.
 */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { couldNotRun, explain, say } from './outcome.ts';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is not a folder',
};

/** Why a file could not be opened, read or written, in words. */
export function fileProblem(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return REASONS[code] ?? explain(error);
}

/** The secret: the file's bytes as they are, a newline at the end included. No file, no secret. */
export function readSecret(path: string | undefined): Uint8Array {
  if (path === undefined) {
    return new Uint8Array();
  }
  let secret: Uint8Array;
  try {
    secret = readFileSync(path);
  } catch (error) {
    throw couldNotRun(`--secret-file ${path} cannot be read: ${fileProblem(error)}`, error);
  }
  if (secret.length === 0) {
    throw couldNotRun(
      `--secret-file ${path} is empty; expected the secret, best 32 random bytes (or leave the option out for none)`,
    );
  }
  return secret;
}

/** The text of a file that an option names. */
export function readText(option: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw couldNotRun(`${option} ${path} cannot be read: ${fileProblem(error)}`, error);
  }
}

/** A trace being written, one JSON object a line. */
export interface TraceFile {
  /** Appends a record at once, so that what a crash leaves behind is whole. */
  readonly write: (record: object) => void;
  readonly close: () => void;
}

/** Opens `path` for a trace, emptying it; without a path records go nowhere. */
export function openTrace(path: string | undefined): TraceFile {
  if (path === undefined) {
    return { write: () => {}, close: () => {} };
  }
  let file: number;
  try {
    file = openSync(path, 'w');
  } catch (error) {
    throw couldNotRun(`--trace ${path} cannot be written: ${fileProblem(error)}`, error);
  }
  let broken = false;
  const write = (record: object) => {
    if (broken) {
      return;
    }
    try {
      writeSync(file, `${JSON.stringify(record)}\n`);
    } catch (error) {
      broken = true;
      say(`the trace ends early, ${path} cannot be written any more: ${fileProblem(error)}`);
    }
  };
  return {
    write,
    close: () => {
      broken = true;
      closeSync(file);
    },
  };
}
