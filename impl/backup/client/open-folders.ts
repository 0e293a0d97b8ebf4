/**
 * The folders of a restore that are open: those on the way from its root to where the last entry went. A folder gets its mode, owner and time
 * when it is left, since each file in it changes its time, and its mode may forbid to write to it.
 */
import { type BigIntStats, fchmodSync, fchownSync, fstatSync } from 'node:fs';
import { setTime } from '../files/attributes.ts';
import type { Folder } from '../files/folder.ts';
import type { NativeFiles } from '../files/native.ts';
import { joinParts } from '../names.ts';
import { type Report, recordOfError } from '../records.ts';
import type { TarEntry } from '../tar/entry.ts';

/** What a folder shall be once it is left. */
interface Attributes {
  readonly mode: number;
  readonly mtime: bigint;
  /** Undefined where the owner stays who it is. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
}

interface Level {
  readonly part: Buffer;
  readonly folder: Folder;
  attributes: Attributes | undefined;
}

/** Mode of a folder that no entry has described yet. */
const DEFAULT_MODE = 0o755;
const WRITABLE = 0o700;

/** What is needed of the options of an extractor. */
export interface OpenFoldersOptions {
  readonly owners: boolean;
  readonly report: Report;
  readonly native: NativeFiles | undefined;
}

export class OpenFolders {
  readonly #root: Folder;
  readonly #options: OpenFoldersOptions;
  readonly #levels: Level[] = [];

  constructor(root: Folder, options: OpenFoldersOptions) {
    this.#root = root;
    this.#options = options;
  }

  /** The folder of these parts, made where it is missing. Throws the system's error; open until another folder is asked for. */
  open(parts: readonly Buffer[]): Folder {
    let depth = 0;
    while (depth < parts.length && depth < this.#levels.length && this.#levels[depth]?.part.equals(parts[depth] ?? EMPTY))
      depth += 1;
    this.#leaveDownTo(depth);
    for (const part of parts.slice(depth)) this.#enter(part);
    return this.#last;
  }

  /** Opens the folder of a directory entry, which shall be as the entry says once it is left. */
  keep(parts: readonly Buffer[], entry: TarEntry): void {
    this.open(parts);
    const level = this.#levels.at(-1);
    if (level === undefined) return;
    const owner = this.#options.owners ? { uid: entry.uid, gid: entry.gid } : undefined;
    level.attributes = { mode: entry.mode, mtime: entry.mtime, owner };
  }

  /** Gives the folder of these parts to `use`, nothing made, and the levels as they are. Throws the system's error. */
  lookUp(parts: readonly Buffer[], use: (folder: Folder) => void): void {
    let folder = this.#root;
    try {
      for (const part of parts) {
        const next = folder.open(part);
        if (folder !== this.#root) folder.close();
        folder = next;
      }
      use(folder);
    } finally {
      if (folder !== this.#root) folder.close();
    }
  }

  /** Leaves them all, and the root. */
  close(): void {
    this.#leaveDownTo(0);
    this.#root.close();
  }

  get #last(): Folder {
    return this.#levels.at(-1)?.folder ?? this.#root;
  }

  #enter(part: Buffer): void {
    const { folder, made } = this.#last.openOrMake(part, WRITABLE);
    const stats = fstatSync(folder.descriptor, { bigint: true });
    // An entry that describes this folder may have been before, or may never come: then it stays what it is, its time too.
    this.#levels.push({ part: Buffer.from(part), folder, attributes: made ? undefined : attributesOf(stats) });
    if (!made && (Number(stats.mode) & WRITABLE) !== WRITABLE)
      tryTo(() => fchmodSync(folder.descriptor, (Number(stats.mode) & 0o7777) | WRITABLE));
  }

  #leaveDownTo(depth: number): void {
    while (this.#levels.length > depth) {
      const level = this.#levels.pop();
      if (level === undefined) return;
      try {
        this.#settle(level);
      } catch (error) {
        this.#options.report(recordOfError(joinParts([...this.#levels.map(({ part }) => part), level.part]), error));
      } finally {
        level.folder.close();
      }
    }
  }

  #settle({ folder, attributes }: Level): void {
    if (attributes === undefined) {
      fchmodSync(folder.descriptor, DEFAULT_MODE & ~process.umask());
      return;
    }
    if (attributes.owner) fchownSync(folder.descriptor, attributes.owner.uid, attributes.owner.gid);
    fchmodSync(folder.descriptor, attributes.mode);
    setTime(folder.descriptor, attributes.mtime, this.#options.native);
  }
}

const EMPTY = Buffer.alloc(0);

function attributesOf(stats: BigIntStats): Attributes {
  return { mode: Number(stats.mode) & 0o7777, mtime: stats.mtimeNs, owner: undefined };
}

function tryTo(work: () => void): void {
  try {
    work();
  } catch {
    // Then what is made in it fails, and is told.
  }
}
