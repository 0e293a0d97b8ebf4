/** What the thread of a session is given, and what it does: a request, on two rings, with calls that block. */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import type { DirectChannel, RingMemory } from '../../index.ts';
import { BackupError, errnoOf } from '../errors.ts';
import type { Folder } from '../files/folder.ts';
import { loadNativeFiles } from '../files/native.ts';
import { matcherOf } from '../globs.ts';
import { fromJsonName, toJsonName } from '../names.ts';
import { type FileRecord, toMessage } from '../records.ts';
import { type TarEntry, TarError } from '../tar/entry.ts';
import { encodeMessage } from '../wire/frames.ts';
import { type BackupRequest, clip, type Message, type Request, type RestoreRequest } from '../wire/messages.ts';
import { RingSink } from './byte-sink.ts';
import { Extractor } from './extract.ts';
import { Packer } from './pack.ts';
import { pathsOf, walkAll } from './paths.ts';
import { receiveArchive } from './receive-archive.ts';
import { type AllowedPath, allowedPath, openWay } from './roots.ts';
import type { WalkOptions } from './walk.ts';

/** What the thread is started with. */
export interface Job {
  readonly request: Request;
  /** Folders of the configuration: to be read, or to be written, as the request wants it. */
  readonly folders: readonly Uint8Array[];
  readonly owners: boolean;
  /** Most bytes of data that a restore writes. */
  readonly restoreBytes: number;
  /** Bytes of the archive. */
  readonly data: RingMemory;
  /** Messages for the error channel. */
  readonly control: RingMemory;
}

/** Milliseconds between two messages about progress. */
const PROGRESS_INTERVAL = 250;

/** Tells, on the control ring, what happens. */
class Teller {
  readonly #channel: DirectChannel;
  #lastProgress = performance.now();
  #current: Buffer = Buffer.alloc(0);

  constructor(channel: DirectChannel) {
    this.#channel = channel;
  }

  say(message: Message): void {
    this.#channel.write(encodeMessage(message));
  }

  readonly report = (record: FileRecord): void => this.say(toMessage(record));

  at(name: Buffer): void {
    this.#current = name;
  }

  /** Says how far it is, now and then. */
  progress(entries: number, bytes: number): void {
    const now = performance.now();
    if (now - this.#lastProgress < PROGRESS_INTERVAL) return;
    this.#lastProgress = now;
    this.say({ kind: 'progress', entries, bytes, name: toJsonName(this.#current) });
  }

  list({ name, type, size, sparse }: TarEntry): void {
    this.say({ kind: 'entry', name: toJsonName(name), type, size: sparse?.realSize ?? size });
  }
}

/** Does the job. Throws what the rings throw when the session is given up. */
export function runJob(job: Job, data: DirectChannel, control: DirectChannel): void {
  const teller = new Teller(control);
  if (job.request.verb === 'backup') runBackup(job, job.request, data, teller);
  else runRestore(job, job.request, data, teller);
  control.end();
}

function runBackup(job: Job, request: BackupRequest, data: DirectChannel, teller: Teller): void {
  const paths = pathsOf(
    request,
    job.folders.map((folder) => Buffer.from(folder)),
  );
  const options: WalkOptions = {
    excluded: request.exclude.length > 0 ? matcherOf(request.exclude) : undefined,
    oneFileSystem: request.oneFileSystem,
    report: teller.report,
  };
  if (request.total) countAll(paths, { ...options, report: () => {} }, teller);
  const sink = new RingSink(data);
  const packer = new Packer({
    sink,
    report: teller.report,
    native: loadNativeFiles(),
    dryRun: request.dryRun,
    onEntry: (entry) => {
      teller.at(entry.name);
      teller.progress(packer.entries, sink.bytes);
      if (request.dryRun) teller.list(entry);
    },
    onData: () => teller.progress(packer.entries, sink.bytes),
  });
  for (const found of walkAll(paths, options)) packer.add(found);
  packer.finish();
  const sha256 = sink.end();
  teller.say({ kind: 'done', entries: packer.entries, bytes: sink.bytes, sha256 });
}

function countAll(paths: readonly AllowedPath[], options: WalkOptions, teller: Teller): void {
  let entries = 0;
  let bytes = 0;
  for (const { stats, name } of walkAll(paths, options)) {
    entries += 1;
    if (stats.isFile()) bytes += Number(stats.size);
    teller.at(name);
    teller.progress(0, 0);
  }
  teller.say({ kind: 'total', entries, bytes });
}

function runRestore(job: Job, request: RestoreRequest, data: DirectChannel, teller: Teller): void {
  const extractor = new Extractor({
    root: request.dryRun ? undefined : openRoot(job, request),
    strip: request.strip,
    owners: job.owners,
    report: teller.report,
    native: loadNativeFiles(),
    newName: () => `.stpconnect-${randomBytes(6).toString('hex')}.partial`,
  });
  try {
    const { bytes, sha256, problem } = receiveArchive(data, extractor, {
      most: job.restoreBytes,
      onEntry: (entry) => {
        teller.at(entry.name);
        if (request.dryRun) teller.list(entry);
      },
      onProgress: (count) => teller.progress(extractor.entries, count),
    });
    extractor.finish();
    teller.say({
      kind: 'verdict',
      kept: problem === undefined,
      entries: extractor.restored,
      bytes,
      sha256,
      ...problemOf(problem),
    });
  } finally {
    extractor.finish();
  }
}

function problemOf(problem: TarError | BackupError | undefined) {
  if (problem === undefined) return {};
  const code =
    problem instanceof TarError ? (problem.kind === 'truncated' ? 'archiveTruncated' : 'archiveMalformed') : problem.code;
  return { problem: { code, text: clip(problem.message) } };
}

/** Opens the folder that is restored to, and makes what is missing of it below the folder of the configuration. */
function openRoot(job: Job, request: RestoreRequest): Folder {
  const path = allowedPath(
    fromJsonName(request.root),
    job.folders.map((folder) => Buffer.from(folder)),
  );
  if (path === undefined) throw new BackupError('notAllowed');
  try {
    mkdirSync(path.root, { recursive: true });
    return openWay(path.root, path.way, (above, part) => above.openOrMake(part, 0o755).folder);
  } catch (error) {
    throw new BackupError('fileFailed', `The folder to restore to cannot be opened: ${errnoOf(error) ?? String(error)}.`, {
      cause: error,
    });
  }
}
