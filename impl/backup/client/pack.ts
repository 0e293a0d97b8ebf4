/** Files as entries of an archive: what a walk finds is read, file by file, as it is at that moment. */
import { type BigIntStats, closeSync, constants, fstatSync, openSync, readlinkSync, readSync } from 'node:fs';
import { errnoOf } from '../errors.ts';
import { extentsOf } from '../files/holes.ts';
import type { NativeFiles } from '../files/native.ts';
import { type Report, recordOf, recordOfError } from '../records.ts';
import { END_OF_ARCHIVE, encodeHeader } from '../tar/encode.ts';
import { type EntryType, type Extent, paddingOf, type TarEntry } from '../tar/entry.ts';
import type { ByteSink } from './byte-sink.ts';
import type { Found } from './walk.ts';

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, S_IFMT, S_IFREG, S_IFDIR, S_IFLNK } = constants;

/** Most bytes that one call reads. */
const PIECE = 131_072;
const ZEROS = Buffer.alloc(65_536);
/** So many files that have other names still to come are remembered. */
const MAX_WAITING_LINKS = 200_000;

/** What a packer is told and tells. */
export interface PackOptions {
  readonly sink: ByteSink;
  readonly report: Report;
  readonly native: NativeFiles | undefined;
  /** Files are looked at, and nothing is written. */
  readonly dryRun?: boolean;
  /** Called for each entry, before its data. */
  readonly onEntry: (entry: TarEntry) => void;
  /** Called now and then while the data of an entry goes by. */
  readonly onData: () => void;
}

/** Writes one archive. */
export class Packer {
  readonly #options: PackOptions;
  /** First names of files with several names, by device and inode, and how many names are still to come. */
  readonly #links = new Map<string, { readonly name: Buffer; left: bigint }>();
  entries = 0;

  constructor(options: PackOptions) {
    this.#options = options;
  }

  /** Archives what was found. What cannot be read is reported, and not in the archive. */
  add(found: Found): void {
    try {
      switch (Number(found.stats.mode) & S_IFMT) {
        case S_IFREG:
          this.#addFile(found);
          break;
        case S_IFDIR:
          this.#begin(entryOf(found, 'directory', found.stats));
          break;
        case S_IFLNK: {
          if (this.#addLink(found, found.stats)) break;
          const linkName = readlinkSync(found.parent.at(found.base), { encoding: 'buffer' });
          this.#begin({ ...entryOf(found, 'symlink', found.stats), linkName });
          break;
        }
        default:
          this.#options.report(recordOf(found.name, 'special', 'note'));
      }
    } catch (error) {
      // Errors of the sink are no errors of the system, and go through.
      this.#options.report(recordOfError(found.name, error));
    }
  }

  /** Writes the end of the archive. */
  finish(): void {
    if (!this.#options.dryRun) this.#options.sink.write(END_OF_ARCHIVE);
  }

  #addFile(found: Found): void {
    // What was a file may be a FIFO now: to open must neither follow a link nor wait.
    const descriptor = openSync(found.parent.at(found.base), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      const stats = fstatSync(descriptor, { bigint: true });
      if ((Number(stats.mode) & S_IFMT) !== S_IFREG) this.#options.report(recordOf(found.name, 'changed'));
      else if (!this.#addLink(found, stats)) this.#addData(found, stats, descriptor);
    } finally {
      closeSync(descriptor);
    }
  }

  /** Whether the file is in the archive already, and this is one more name of it. */
  #addLink(found: Found, stats: BigIntStats): boolean {
    if (stats.nlink < 2n) return false;
    const key = `${stats.dev}:${stats.ino}`;
    const known = this.#links.get(key);
    if (known === undefined) {
      if (this.#links.size < MAX_WAITING_LINKS) this.#links.set(key, { name: Buffer.from(found.name), left: stats.nlink - 1n });
      return false;
    }
    known.left -= 1n;
    if (known.left === 0n) this.#links.delete(key);
    this.#begin({ ...entryOf(found, 'link', stats), linkName: known.name });
    return true;
  }

  #addData(found: Found, before: BigIntStats, descriptor: number): void {
    const size = Number(before.size);
    const extents = extentsOf(descriptor, size, Number(before.blocks), this.#options.native);
    const stored = extents ? extents.reduce((sum, { length }) => sum + length, 0) : size;
    const sparse = extents && { extents, realSize: size };
    this.#begin({ ...entryOf(found, 'file', before), size: stored, sparse });
    if (this.#options.dryRun) return;
    let missing = false;
    for (const extent of extents ?? [{ offset: 0, length: size }]) missing = !this.#copy(found, descriptor, extent) || missing;
    this.#options.sink.write(ZEROS.subarray(0, paddingOf(stored)));
    const after = fstatSync(descriptor, { bigint: true });
    const { report } = this.#options;
    if (missing) report(recordOf(found.name, 'shrank'));
    else if (after.size > before.size) report(recordOf(found.name, 'grew'));
    else if (after.mtimeNs !== before.mtimeNs || after.size !== before.size) report(recordOf(found.name, 'changed'));
  }

  /** The header has said how much comes: what cannot be read any more is zeros. Gives whether everything was there. */
  #copy(found: Found, descriptor: number, { offset, length }: Extent): boolean {
    const { sink, report, onData } = this.#options;
    let at = 0;
    let whole = true;
    while (at < length) {
      const position = offset + at;
      let count = 0;
      if (whole) {
        try {
          count = sink.fill(Math.min(PIECE, length - at), (into) => readSync(descriptor, into, 0, into.length, position));
        } catch (error) {
          if (errnoOf(error) === undefined) throw error;
          report(recordOfError(found.name, error));
        }
      }
      whole = whole && count > 0;
      if (!whole) {
        count = Math.min(ZEROS.length, length - at);
        sink.write(ZEROS.subarray(0, count));
      }
      at += count;
      onData();
    }
    return whole;
  }

  #begin(entry: TarEntry): void {
    this.#options.onEntry(entry);
    this.entries += 1;
    if (!this.#options.dryRun) this.#options.sink.write(encodeHeader(entry));
  }
}

function entryOf({ name }: Found, type: EntryType, stats: BigIntStats): TarEntry {
  return {
    name,
    type,
    mode: Number(stats.mode) & 0o7777,
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    mtime: stats.mtimeNs,
    size: 0,
  };
}
