/**
 * The client process: serves what a server process asks for in one session. The files are the business of a thread of its own, whose calls may
 * block: a slow disk, or a peer that reads slowly, holds up its own session and no other.
 */
import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { type Clock, createRing, type DirectChannel, openRing, systemClock } from '../../index.ts';
import { BackupError, type BackupFailure, backupFailureNames } from '../errors.ts';
import { bytesOf, fromJsonName, showName } from '../names.ts';
import { type FileRecord, fromMessage } from '../records.ts';
import { dataChannelOf, piecesOf } from '../wire/data-channel.ts';
import { MessageDecoder } from '../wire/frames.ts';
import { clip, type Message, type Request } from '../wire/messages.ts';
import { Talk, type TalkSession } from '../wire/talk.ts';
import type { Job } from './job.ts';
import { pumpIn, pumpOut } from './pumps.ts';
import { allowedPath } from './roots.ts';
import { startJob } from './start-worker.ts';

/** What a session of the client process may do. */
export interface ServeOptions {
  /** Absolute paths of the folders that may be backed up. */
  readonly read: readonly (string | Uint8Array)[];
  /** Absolute paths of the folders that may be restored to, and below. */
  readonly write: readonly (string | Uint8Array)[];
  /** Milliseconds without a byte or a message after which the session is given up. Default 60,000. */
  readonly idleTimeout?: number | undefined;
  /** Most bytes of files that one restore writes. Default: no limit. */
  readonly restoreBytes?: number | undefined;
  /** Whether owners are restored. Default: when this process is root's. */
  readonly owners?: boolean | undefined;
  /** Gives the session up. */
  readonly signal?: AbortSignal | undefined;
  /** Told once, when a request was accepted. */
  readonly onRequest?: ((request: ServedRequest) => void) | undefined;
  /** Told of each file about which there is something to say. */
  readonly onRecord?: ((record: FileRecord) => void) | undefined;
  /** Replaces the clock of this process, for tests. */
  readonly clock?: Clock | undefined;
}

/** A request, as it can be logged. */
export interface ServedRequest {
  readonly verb: 'backup' | 'restore';
  /** What is backed up, or the folder that is restored to; what is not printable is escaped. */
  readonly paths: readonly string[];
  readonly dryRun: boolean;
}

/** How a session was served. */
export interface Served {
  readonly verb: 'backup' | 'restore';
  readonly entries: number;
  /** Bytes of the archive. */
  readonly bytes: number;
  readonly sha256: string;
  /** Files that failed. */
  readonly failures: number;
  /** Whether the server process has, or this one has written, all that the archive should have. */
  readonly kept: boolean;
}

/** Bytes on their way between the thread and the session: enough that neither stands still while the other waits for a processor. */
const DATA_RING = 1 << 22;
const CONTROL_RING = 1 << 17;
const DEFAULT_IDLE = 60_000;
/** How long a thread may take to end by itself when its session is given up, in milliseconds. */
const THREAD_GRACE = 5_000;

/**
 * Serves one session and closes it. Throws BackupError: whatever it is, the peer was told, as far as it was there.
 * @example
 * await listen({ wkp, secret, onSession: (session) => serveSession(session, { read: ['/srv'], write: ['/srv/restored'] }) });
 */
export async function serveSession(session: TalkSession, options: ServeOptions): Promise<Served> {
  const clock = options.clock ?? systemClock;
  const talk = new Talk(session, { clock, idleTimeout: options.idleTimeout ?? DEFAULT_IDLE, signal: options.signal });
  session.data.on('error', () => {});
  try {
    const request = await talk.expect('request');
    await check(talk, request, options);
    const served = await work(talk, request, options, clock);
    await talk.close();
    return served;
  } catch (error) {
    await talk.abandon(error);
    throw talk.failure ?? error;
  }
}

/** Accepts the request or refuses it: BackupError notAllowed. */
async function check(talk: Talk, request: Request, options: ServeOptions): Promise<void> {
  const folders = foldersOf(request, options);
  const paths = request.verb === 'backup' ? request.paths.map(fromJsonName) : [fromJsonName(request.root)];
  const wrong = paths.find((path) => allowedPath(path, folders) === undefined);
  if (wrong !== undefined) {
    const text = `${showName(wrong)} is not below a folder that may be ${request.verb === 'backup' ? 'read' : 'written'}`;
    await talk.send({ kind: 'refuse', code: 'notAllowed', text: clip(text) });
    throw new BackupError('refused', `${text}.`);
  }
  options.onRequest?.({ verb: request.verb, paths: paths.map(showName), dryRun: request.dryRun });
  await talk.send({ kind: 'accept', version: 1 });
}

function foldersOf(request: Request, options: ServeOptions): Buffer[] {
  return (request.verb === 'backup' ? options.read : options.write).map(bytesOf);
}

async function work(talk: Talk, request: Request, options: ServeOptions, clock: Clock): Promise<Served> {
  const job: Job = {
    request,
    folders: foldersOf(request, options),
    owners: options.owners ?? process.getuid?.() === 0,
    restoreBytes: options.restoreBytes ?? Number.MAX_SAFE_INTEGER,
    data: createRing(DATA_RING),
    control: createRing(CONTROL_RING),
  };
  const data = openRing(job.data, 0, { spin: 0 });
  const control = openRing(job.control, 0, { spin: 0 });
  const worker = startJob(job);
  const ended = once(worker, 'exit');
  worker.once('error', (cause) => talk.fail(new BackupError('internal', cause.message, { cause })));
  try {
    // Once the last word is said the work is done, whatever comes while the thread ends.
    return await (request.verb === 'backup' ? sendBackup : takeRestore)(talk, data, control, options);
  } catch (error) {
    // The first failure is the reason; what broke after it is its consequence.
    if (error instanceof BackupError) talk.fail(error);
    throw error;
  } finally {
    data.abort();
    control.abort();
    await endThread(worker, ended, clock);
  }
}

/** The thread sees that its rings are gone, puts away what is not whole, and ends; one that hangs in a call of the system is let go. */
async function endThread(worker: Worker, ended: Promise<unknown>, clock: Clock): Promise<void> {
  const timer = clock.setTimer('threadGrace', THREAD_GRACE, () => void worker.terminate());
  await ended.catch(() => {});
  timer.cancel();
}

async function sendBackup(talk: Talk, data: DirectChannel, control: DirectChannel, options: ServeOptions): Promise<Served> {
  const sending = talk.guard(pumpOut(data, dataChannelOf(talk.session), talk.touch));
  sending.catch(() => {});
  const verdict = talk.expect('verdict');
  verdict.catch((error: BackupError) => talk.fail(error));
  let failures = 0;
  for await (const message of messagesOf(talk, control)) {
    if (message.kind === 'record' && message.severity === 'failure') failures += 1;
    if (message.kind === 'record') options.onRecord?.(fromMessage(message));
    if (message.kind === 'abort') throw failureOf(message);
    if (message.kind === 'done') await sending;
    await talk.send(message);
  }
  const { kept, entries, bytes, sha256 } = await verdict;
  return { verb: 'backup', entries, bytes, sha256, failures, kept };
}

async function takeRestore(talk: Talk, data: DirectChannel, control: DirectChannel, options: ServeOptions): Promise<Served> {
  const channel = dataChannelOf(talk.session);
  const taking = talk.guard(pumpIn(channel, data, talk.touch));
  const done = talk.expect('done');
  done.catch((error: BackupError) => talk.fail(error));
  taking.catch((error: BackupError) => talk.fail(error));
  channel.end();
  let failures = 0;
  for await (const message of messagesOf(talk, control)) {
    if (message.kind === 'record' && message.severity === 'failure') failures += 1;
    if (message.kind === 'record') options.onRecord?.(fromMessage(message));
    if (message.kind === 'abort') throw failureOf(message);
    if (message.kind !== 'verdict') {
      await talk.send(message);
      continue;
    }
    const sent = await done;
    const agreed = sent.sha256 === message.sha256 && sent.bytes === message.bytes;
    const kept = message.kept && agreed;
    await talk.send({ ...message, kept });
    talk.session.error.end();
    const { entries, bytes, sha256 } = message;
    return { verb: 'restore', entries, bytes, sha256, failures, kept };
  }
  throw new BackupError('internal', 'The thread ended without a verdict.');
}

async function* messagesOf(talk: Talk, control: DirectChannel): AsyncGenerator<Message, void> {
  const decoder = new MessageDecoder();
  const pieces = piecesOf(control);
  for (;;) {
    const { value, done } = await talk.guard(pieces.next());
    if (done === true) return;
    yield* decoder.push(value);
  }
}

function failureOf({ code, text }: Message<'abort'>): BackupError {
  const known = (backupFailureNames as readonly string[]).includes(code) ? (code as BackupFailure) : 'internal';
  return new BackupError(known, text);
}
