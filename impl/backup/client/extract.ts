/**
 * Entries as files, below one folder and nowhere else. The archive may come from anyone: each part of a name is looked up in the open folder
 * before it, symbolic links are never followed, and a file is written under a name of its own and put into its place when it is whole.
 */
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  ftruncateSync,
  lchownSync,
  linkSync,
  openSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { errnoOf } from '../errors.ts';
import { setLinkTime, setTime } from '../files/attributes.ts';
import type { Folder } from '../files/folder.ts';
import type { NativeFiles } from '../files/native.ts';
import { isAbsolute, partsOf } from '../names.ts';
import { type RecordCode, type Report, recordOf, recordOfError } from '../records.ts';
import type { TarEntry } from '../tar/entry.ts';
import { OpenFolders } from './open-folders.ts';

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
const SET_ID = 0o6000;
/** Most parts of a name: each folder on the way holds a descriptor. */
const MAX_PARTS = 2_000;

/** What an extractor is told and tells. */
export interface ExtractOptions {
  /** The folder that is restored to; the extractor closes it. Undefined for a dry run: then names are looked at, and nothing is written. */
  readonly root: Folder | undefined;
  /** So many parts of each name are left out, from its beginning. */
  readonly strip: number;
  /** Whether owners are restored. */
  readonly owners: boolean;
  readonly report: Report;
  readonly native: NativeFiles | undefined;
  /** A name that no file has, for what is not whole yet. */
  readonly newName: () => string;
}

/** The file that data comes for. */
interface Writing {
  readonly folder: Folder;
  readonly partial: Buffer;
  readonly base: Buffer;
  readonly descriptor: number;
  readonly entry: TarEntry;
}

/** Writes the files of one archive. */
export class Extractor {
  readonly #options: ExtractOptions;
  readonly #folders: OpenFolders | undefined;
  #writing: Writing | undefined;
  #finished = false;
  /** Entries that came, and those of them that are there now. */
  entries = 0;
  restored = 0;

  constructor(options: ExtractOptions) {
    this.#options = options;
    this.#folders = options.root && new OpenFolders(options.root, options);
  }

  /** Begins an entry; data() and endEntry() follow. What cannot be written is reported. */
  entry(entry: TarEntry): void {
    this.entries += 1;
    const parts = this.#placeOf(entry);
    if (parts === undefined) return;
    this.#attempt(entry, () => this.#make(entry, parts));
  }

  /** Data of the entry that was begun; of one that cannot be written it is passed over. */
  data(bytes: Buffer, position: number): void {
    const writing = this.#writing;
    if (writing === undefined) return;
    this.#attempt(writing.entry, () => {
      for (let from = 0; from < bytes.length; ) {
        from += writeSync(writing.descriptor, bytes, from, bytes.length - from, position + from);
      }
    });
  }

  endEntry(): void {
    const writing = this.#writing;
    if (writing !== undefined) this.#attempt(writing.entry, () => this.#finishFile(writing));
  }

  /** To be called also when the archive was not whole: what was begun and not finished is taken away, folders get their times. */
  finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#giveUp();
    this.#folders?.close();
  }

  /** Where the entry belongs; undefined when that is nowhere, which was told. */
  #placeOf(entry: TarEntry): readonly Buffer[] | undefined {
    const parts = isAbsolute(entry.name) ? undefined : partsOf(entry.name);
    if (parts === undefined) return this.#refuse(entry, 'unsafe');
    if (entry.type === 'fifo' || entry.type === 'device') return this.#refuse(entry, 'special', 'note');
    if (entry.type === 'other') return this.#refuse(entry, 'unsupported');
    const { strip } = this.#options;
    const rest = parts.slice(strip);
    if (rest.length > MAX_PARTS) return this.#refuse(entry, 'tooDeep');
    if (rest.length > 0) return rest;
    // `./`, and the folders that are stripped away, are the root itself, which keeps what it is.
    if (entry.type === 'directory') {
      this.restored += 1;
      return undefined;
    }
    return this.#refuse(entry, 'unnamed');
  }

  #refuse(entry: TarEntry, code: RecordCode, severity: 'failure' | 'note' = 'failure'): undefined {
    this.#options.report(recordOf(entry.name, code, severity));
    return undefined;
  }

  #make(entry: TarEntry, parts: readonly Buffer[]): void {
    const folders = this.#folders;
    if (folders === undefined) {
      if (entry.type === 'link') this.#targetOf(entry);
      this.restored += 1;
      return;
    }
    if (entry.type === 'directory') {
      folders.keep(parts, entry);
      this.restored += 1;
      return;
    }
    const base = parts.at(-1) ?? Buffer.alloc(0);
    const folder = folders.open(parts.slice(0, -1));
    if (entry.type === 'symlink') this.#makeSymlink(entry, folder, base);
    else if (entry.type === 'link') this.#makeLink(entry, folder, base);
    else this.#beginFile(entry, folder, base);
  }

  #makeSymlink(entry: TarEntry, folder: Folder, base: Buffer): void {
    const { owners, native } = this.#options;
    const target = entry.linkName ?? Buffer.alloc(0);
    this.#place(folder, base, (path) => {
      symlinkSync(target, path);
      if (owners) lchownSync(path, entry.uid, entry.gid);
      setLinkTime(path, entry.mtime, native);
    });
  }

  #makeLink(entry: TarEntry, folder: Folder, base: Buffer): void {
    const target = this.#targetOf(entry);
    const folders = this.#folders;
    if (target === undefined || folders === undefined) return;
    folders.lookUp(target.slice(0, -1), (from) => {
      // link(2) does not follow a symbolic link at the end of the first name.
      this.#place(folder, base, (path) => linkSync(from.at(target.at(-1) ?? Buffer.alloc(0)), path));
    });
  }

  #targetOf(entry: TarEntry): readonly Buffer[] | undefined {
    const linkName = entry.linkName ?? Buffer.alloc(0);
    const parts = isAbsolute(linkName) ? undefined : partsOf(linkName)?.slice(this.#options.strip);
    if (parts === undefined || parts.length === 0) throw new Refused('linkUnsafe');
    return parts;
  }

  #beginFile(entry: TarEntry, folder: Folder, base: Buffer): void {
    const partial = Buffer.from(this.#options.newName());
    // Nobody else may read it before its mode is right.
    const descriptor = openSync(folder.at(partial), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    this.#writing = { folder, partial, base, descriptor, entry };
  }

  #finishFile({ folder, partial, base, descriptor, entry }: Writing): void {
    const { owners, native } = this.#options;
    if (entry.sparse) ftruncateSync(descriptor, entry.sparse.realSize);
    let mode = entry.mode;
    // Bits that lend an owner's rights mean nothing good where the owner is another one.
    if (!(owners ? this.#setOwner(entry, descriptor) : isOurs(entry))) mode &= ~SET_ID;
    fchmodSync(descriptor, mode);
    setTime(descriptor, entry.mtime, native);
    rename(folder, partial, base);
    this.#writing = undefined;
    closeSync(descriptor);
    this.restored += 1;
  }

  /** Gives whether it worked: a file with another owner is better than none. */
  #setOwner(entry: TarEntry, descriptor: number): boolean {
    try {
      fchownSync(descriptor, entry.uid, entry.gid);
      return true;
    } catch (error) {
      this.#options.report(recordOfError(entry.name, error));
      return false;
    }
  }

  /** Makes something that is whole at once; where something stands already, beside it first. */
  #place(folder: Folder, base: Buffer, make: (path: Buffer) => void): void {
    try {
      make(folder.at(base));
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
      const partial = Buffer.from(this.#options.newName());
      make(folder.at(partial));
      try {
        rename(folder, partial, base);
      } finally {
        // Two names of one file: a rename between them does nothing, and leaves both.
        remove(folder.at(partial));
      }
    }
    this.restored += 1;
  }

  #attempt(entry: TarEntry, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#giveUp();
      this.#options.report(error instanceof Refused ? recordOf(entry.name, error.code) : explained(entry, error));
    }
  }

  #giveUp(): void {
    const writing = this.#writing;
    this.#writing = undefined;
    if (writing === undefined) return;
    closeSync(writing.descriptor);
    remove(writing.folder.at(writing.partial));
  }
}

/** An entry that is not restored, with a reason of ours. */
class Refused extends Error {
  constructor(readonly code: RecordCode) {
    super(code);
  }
}

const isOurs = ({ uid, gid }: TarEntry): boolean => uid === process.getuid?.() && gid === process.getgid?.();

/** Where a folder of the name is a link or a file, the system says ELOOP or ENOTDIR. */
function explained(entry: TarEntry, error: unknown) {
  const code = errnoOf(error);
  if (code === 'ELOOP' || code === 'ENOTDIR') return recordOf(entry.name, 'linkWay');
  if (code === 'EISDIR' || code === 'ENOTEMPTY') return recordOf(entry.name, 'occupied');
  return recordOfError(entry.name, error);
}

function rename(folder: Folder, from: Buffer, to: Buffer): void {
  renameSync(folder.at(from), folder.at(to));
}

function remove(path: Buffer): void {
  try {
    unlinkSync(path);
  } catch {
    // It is gone already.
  }
}
