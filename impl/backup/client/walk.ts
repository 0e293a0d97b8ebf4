/** Goes through folders: every name in them once, a folder before what is in it, with one open folder a level and nothing else in memory. */
import { type BigIntStats, constants, type Dir, fstatSync, lstatSync, opendirSync } from 'node:fs';
import { errnoOf } from '../errors.ts';
import type { Folder } from '../files/folder.ts';
import type { Matcher } from '../globs.ts';
import { MAX_NAME_BYTES } from '../names.ts';
import { type RecordCode, type Report, recordOf, recordOfError } from '../records.ts';

/** How deep folders are followed: each level holds two descriptors. */
export const MAX_DEPTH = 1_000;

/** Something that was found. */
export interface Found {
  /** The open folder that it is in. */
  readonly parent: Folder;
  /** Its name in there, and in the archive. */
  readonly base: Buffer;
  readonly name: Buffer;
  readonly stats: BigIntStats;
}

/** What a walk is told. */
export interface WalkOptions {
  readonly excluded: Matcher | undefined;
  /** Folders of other file systems are not entered. */
  readonly oneFileSystem: boolean;
  readonly report: Report;
}

/** `base` in `parent` and, if it is a folder, all below it. `name` is what it is called in the archive. */
export function* walk(parent: Folder, base: Buffer, name: Buffer, options: WalkOptions): Generator<Found, void> {
  yield* visit({ parent, base, name }, options, 0, undefined);
}

/** A folder that is open already and, as `walk` does, all below it; `name` is empty for the root of the file system. */
export function* walkOpen(folder: Folder, name: Buffer, options: WalkOptions): Generator<Found, void> {
  const stats = fstatSync(folder.descriptor, { bigint: true });
  yield { parent: folder, base: HERE, name: name.length === 0 ? HERE : name, stats };
  yield* children(folder, name, options, 0, stats.dev);
}

type Place = Omit<Found, 'stats'>;

function* visit(place: Place, options: WalkOptions, depth: number, device: bigint | undefined): Generator<Found, void> {
  const { parent, base, name } = place;
  if (options.excluded?.(name)) return;
  if (name.length > MAX_NAME_BYTES - 1) return refuse(options, name.subarray(0, MAX_NAME_BYTES / 2), 'nameTooLong');
  let stats: BigIntStats;
  try {
    stats = lstatSync(parent.at(base), { bigint: true });
  } catch (error) {
    options.report(recordOfError(name, error));
    return;
  }
  yield { ...place, stats };
  if (!isFolder(stats) || (options.oneFileSystem && device !== undefined && stats.dev !== device)) return;
  if (depth >= MAX_DEPTH) return refuse(options, name, 'tooDeep');
  yield* enter(place, options, depth, stats.dev);
}

function* enter({ parent, base, name }: Place, options: WalkOptions, depth: number, device: bigint): Generator<Found, void> {
  let folder: Folder | undefined;
  try {
    folder = parent.open(base);
  } catch (error) {
    options.report(recordOfError(name, error));
    return;
  }
  try {
    yield* children(folder, name, options, depth, device);
  } finally {
    folder.close();
  }
}

function* children(folder: Folder, name: Buffer, options: WalkOptions, depth: number, device: bigint): Generator<Found, void> {
  let entries: Dir | undefined;
  try {
    entries = opendirSync(folder.self, { encoding: 'buffer' as BufferEncoding, bufferSize: 256 });
    const before = name.length === 0 ? name : Buffer.concat([name, SLASH]);
    for (let base = nextName(entries); base !== undefined; base = nextName(entries)) {
      yield* visit({ parent: folder, base, name: Buffer.concat([before, base]) }, options, depth + 1, device);
    }
  } catch (error) {
    // What goes wrong inside is told where it happens: this is the folder itself, that cannot be read to its end.
    if (errnoOf(error) === undefined) throw error;
    options.report(recordOfError(name, error));
  } finally {
    entries?.closeSync();
  }
}

/** Names come as bytes, a few at a time. */
function nextName(entries: Dir): Buffer | undefined {
  return entries.readSync()?.name as Buffer | undefined;
}

const HERE = Buffer.from('.');
const SLASH = Buffer.from('/');

const TYPE = BigInt(constants.S_IFMT);
const isFolder = ({ mode }: BigIntStats): boolean => (mode & TYPE) === BigInt(constants.S_IFDIR);

function refuse({ report }: WalkOptions, name: Buffer, code: RecordCode): void {
  report(recordOf(name, code));
}
