/** The server process, backing up: asks for an archive, and has it on the disk, whole, or not at all. */
import { createHash } from 'node:crypto';
import { BackupError } from '../errors.ts';
import { bytesOf, toJsonName } from '../names.ts';
import { dataChannelOf } from '../wire/data-channel.ts';
import type { Message } from '../wire/messages.ts';
import type { Talk, TalkSession } from '../wire/talk.ts';
import { AsideFile } from './aside-file.ts';
import { compressionOf, compressTo } from './compression.ts';
import { Account, accepted, type CommonRequest, listenUntil, openTalk, type Summary } from './outcome.ts';

/** What shall be backed up, and where to. */
export interface BackupOptions extends CommonRequest {
  /** Absolute paths on the host of the client process. */
  readonly paths: readonly (string | Uint8Array)[];
  /** The archive: `.tar`, or compressed `.tar.gz`, `.tgz` or `.tar.br`. A file of that name is replaced once the new one is whole. */
  readonly to: string;
  /** Patterns of names that are left out: see docs/guides/backup.md. */
  readonly exclude?: readonly string[] | undefined;
  /** Folders of other file systems are not entered. Default false. */
  readonly oneFileSystem?: boolean | undefined;
  /** Whether the client process counts what there is before it begins, so that progress has a total. Default false. */
  readonly total?: boolean | undefined;
  /** Most bytes of the archive, before it is compressed. Default: no limit. */
  readonly mostBytes?: number | undefined;
}

/**
 * Backs up through an established session, and closes it. Throws BackupError where there is no archive in the end; a file of that name from
 * before is still there then.
 * @example
 * const session = await connect({ wkp: 'tcp://database:7070', secret });
 * const { outcome, records } = await backup(session, { paths: ['/srv/data'], to: 'data.tar' });
 */
export async function backup(session: TalkSession, options: BackupOptions): Promise<Summary> {
  const talk = openTalk(session, options);
  let file: AsideFile | undefined;
  try {
    await talk.send(requestOf(options));
    await accepted(talk);
    file = options.dryRun === true ? undefined : await AsideFile.create(options.to);
    return await take(talk, options, file);
  } catch (error) {
    const reason = talk.failure ?? error;
    await talk.abandon(reason);
    throw reason;
  } finally {
    await file?.discard();
  }
}

function requestOf(options: BackupOptions): Message<'request'> {
  return {
    kind: 'request',
    verb: 'backup',
    version: 1,
    paths: options.paths.map((path) => toJsonName(bytesOf(path))),
    exclude: [...(options.exclude ?? [])],
    dryRun: options.dryRun ?? false,
    total: options.total ?? false,
    oneFileSystem: options.oneFileSystem ?? false,
  };
}

async function take(talk: Talk, options: BackupOptions, file: AsideFile | undefined): Promise<Summary> {
  const account = new Account(options);
  const receiving = receive(talk, options, file, account);
  const listening = listenUntil('done', talk, account);
  const [received, done] = await talk.guard(Promise.all([receiving, listening]));
  const entries = done.entries ?? 0;
  const verdict = { kind: 'verdict', entries, bytes: received.bytes, sha256: received.sha256 } as const;
  const fault = faultOf(received, done, entries);
  if (fault === undefined) await file?.commit();
  await talk.send({ ...verdict, kept: fault === undefined && file !== undefined });
  await talk.close();
  if (fault !== undefined) throw fault;
  return account.summary(entries, received.bytes, received.sha256);
}

interface Received {
  readonly bytes: number;
  readonly sha256: string;
}

function faultOf(received: Received, done: Received, entries: number): BackupError | undefined {
  if (received.bytes !== done.bytes || received.sha256 !== done.sha256) {
    return new BackupError('disagreement', `Here came ${received.bytes} bytes, there went ${done.bytes}.`);
  }
  return entries === 0 ? new BackupError('nothingDone', 'No file could be read.') : undefined;
}

/** All of the data channel, into the file. */
async function receive(talk: Talk, options: BackupOptions, file: AsideFile | undefined, account: Account): Promise<Received> {
  const channel = dataChannelOf(talk.session);
  channel.end();
  const hash = createHash('sha256');
  let bytes = 0;
  const most = options.mostBytes ?? Number.POSITIVE_INFINITY;
  async function* pieces(): AsyncGenerator<Buffer, void> {
    for await (const piece of channel.pieces()) {
      bytes += piece.length;
      if (bytes > most || (file === undefined && bytes > 0)) {
        throw new BackupError('tooLarge', `It is more than ${file === undefined ? 0 : most} bytes.`);
      }
      hash.update(piece);
      talk.touch();
      account.moved(bytes);
      yield piece;
    }
  }
  const compression = compressionOf(options.to);
  if (compression === 'none') for await (const piece of pieces()) await file?.write(piece);
  else await compressTo(compression, copies(pieces()), async (piece) => file?.write(piece));
  return { bytes, sha256: hash.digest('hex') };
}

/** Pieces that are good for longer than until the next one. */
async function* copies(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  for await (const piece of pieces) yield Buffer.from(piece);
}
