/** The server process, restoring: sends an archive, and hears what became of its files. */
import { createHash } from 'node:crypto';
import { BackupError } from '../errors.ts';
import { bytesOf, escapeText, toJsonName } from '../names.ts';
import { dataChannelOf } from '../wire/data-channel.ts';
import type { Message } from '../wire/messages.ts';
import type { Talk, TalkSession } from '../wire/talk.ts';
import { type ArchiveSource, failedToRead, openArchive } from './archive-source.ts';
import { Account, accepted, type CommonRequest, listenUntil, openTalk, type Summary } from './outcome.ts';

/** What shall be restored, and where to. */
export interface RestoreOptions extends CommonRequest {
  /** The archive: `.tar`, `.tar.gz`, `.tgz` or `.tar.br`. */
  readonly from: string;
  /** Absolute path of a folder on the host of the client process; it is made where it is missing. */
  readonly root: string | Uint8Array;
  /** So many parts of each name are left out, from its beginning. Default 0. */
  readonly strip?: number | undefined;
}

/**
 * Restores through an established session, and closes it. Throws BackupError where nothing was restored.
 * @example
 * const session = await connect({ wkp: 'tcp://database:7070', secret });
 * const { outcome, failures } = await restore(session, { from: 'data.tar', root: '/srv/restored' });
 */
export async function restore(session: TalkSession, options: RestoreOptions): Promise<Summary> {
  const talk = openTalk(session, options);
  let source: ArchiveSource | undefined;
  try {
    source = await openArchive(options.from);
    await talk.send(requestOf(options));
    await accepted(talk);
    const account = new Account(options, source.size === undefined ? undefined : { entries: 0, bytes: source.size });
    const sending = send(talk, source, account);
    sending.catch((error: unknown) => talk.fail(error instanceof BackupError ? error : failedToRead(options.from, error)));
    const verdict = await talk.guard(listenUntil('verdict', talk, account));
    await sending;
    await talk.close();
    return judge(verdict, account);
  } catch (error) {
    const reason = talk.failure ?? error;
    await talk.abandon(reason);
    throw reason;
  } finally {
    await source?.close();
  }
}

function requestOf(options: RestoreOptions): Message<'request'> {
  return {
    kind: 'request',
    verb: 'restore',
    version: 1,
    root: toJsonName(bytesOf(options.root)),
    strip: options.strip ?? 0,
    dryRun: options.dryRun ?? false,
  };
}

async function send(talk: Talk, source: ArchiveSource, account: Account): Promise<void> {
  const channel = dataChannelOf(talk.session);
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of source.pieces()) {
    hash.update(piece);
    await talk.guard(channel.write(piece));
    bytes += piece.length;
    talk.touch();
    account.moved(bytes);
  }
  channel.end();
  await talk.send({ kind: 'done', bytes, sha256: hash.digest('hex') });
}

function judge({ kept, entries, bytes, sha256, problem }: Message<'verdict'>, account: Account): Summary {
  const text = problem === undefined ? undefined : escapeText(problem.text);
  if (!kept && text === undefined) throw new BackupError('disagreement', `There came ${bytes} bytes.`);
  if (entries === 0) throw new BackupError('nothingDone', text ?? 'The archive has no file that could be restored.');
  return account.summary(entries, bytes, sha256, text);
}
