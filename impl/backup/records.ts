/** What there is to say of one file: that it could not be read or written, or changed meanwhile, or was left out. */
import { errnoOf } from './errors.ts';
import { fromJsonName, showName, toJsonName } from './names.ts';
import { clip, type Message } from './wire/messages.ts';

/** `failure`: the file is not, or not rightly, in the archive or on disk. `note`: it was left out on purpose, as a socket is. */
export type Severity = 'failure' | 'note';

/** One file about which there is something to say. */
export interface FileRecord {
  /** The name for people: what is not printable is escaped. */
  readonly path: string;
  /** The name itself, as in the archive. */
  readonly name: Buffer;
  readonly severity: Severity;
  /** An error of the system (ENOENT), or a word: see docs/backup.md. */
  readonly code: string;
  /** A sentence for people. */
  readonly text: string;
}

/** Takes records as they come. */
export type Report = (record: FileRecord) => void;

/** Codes that are not those of the system, and their sentences. */
export const recordSentences = {
  changed: 'it changed while it was read',
  shrank: 'it became shorter while it was read; the rest is zeros',
  grew: 'it became longer while it was read; the archive has what it was',
  special: 'it is a socket, FIFO or device, which are left out',
  tooDeep: 'it lies deeper than folders are followed',
  nameTooLong: 'its name is longer than an archive of ours holds',
  unsafe: 'its name leads out of the folder that is restored to',
  linkWay: 'a symbolic link or a file stands where its name has a folder',
  linkUnsafe: 'it is another name of a file outside of the folder that is restored to',
  unnamed: 'its name is empty',
  unsupported: 'it is a kind of file that cannot be restored',
  occupied: 'a folder stands where the file belongs',
  notAllowed: 'the configuration of the client process does not allow to read it',
} as const satisfies Record<string, string>;

/** A code that is not one of the system. */
export type RecordCode = keyof typeof recordSentences;

const SYSTEM: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'the system does not permit it',
  ENOENT: 'it is not there',
  ENOSPC: 'no space is left',
  EDQUOT: 'the quota is used up',
  EIO: 'the disk does not give or take it',
  ELOOP: 'it is a symbolic link now',
  ENAMETOOLONG: 'its name is too long for this file system',
  EFBIG: 'it is too large for this file system',
  EROFS: 'the file system is read-only',
  EMFILE: 'this process has no descriptor left',
  ENFILE: 'the system has no descriptor left',
  EISDIR: 'a folder stands in its place',
  ENOTDIR: 'a part of its name is not a folder',
  ENOTEMPTY: 'a folder stands in its place, and it is not empty',
  EEXIST: 'something stands in its place',
};

export function recordOf(name: Buffer, code: RecordCode, severity: Severity = 'failure'): FileRecord {
  const kept = Buffer.from(name);
  return { path: showName(kept), name: kept, severity, code, text: recordSentences[code] };
}

/** What went wrong with a file; rethrows what is no error of the system. */
export function recordOfError(name: Buffer, error: unknown): FileRecord {
  const code = errnoOf(error);
  if (code === undefined) throw error;
  const kept = Buffer.from(name);
  return { path: showName(kept), name: kept, severity: 'failure', code, text: SYSTEM[code] ?? 'the system refused' };
}

export function toMessage({ name, severity, code, text }: FileRecord): Message<'record'> {
  return { kind: 'record', name: toJsonName(name), severity, code, text: clip(text) };
}

export function fromMessage({ name, severity, code, text }: Message<'record'>): FileRecord {
  const bytes = fromJsonName(name);
  return { path: showName(bytes), name: bytes, severity, code, text };
}
