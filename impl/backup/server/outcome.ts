/** What the server process is told and tells: the same for a backup and for a restore. */
import { type Clock, systemClock } from '../../index.ts';
import { BackupError } from '../errors.ts';
import { fromJsonName, showName } from '../names.ts';
import { type FileRecord, fromMessage } from '../records.ts';
import type { Message } from '../wire/messages.ts';
import { Talk, type TalkSession, unexpected } from '../wire/talk.ts';

/** How far it is. */
export interface Progress {
  readonly entries: number;
  /** Bytes of the archive that went by. */
  readonly bytes: number;
  /** The file that is read or written just now, for people; empty before the first one. */
  readonly path: string;
  /** Entries and bytes of files that there are in all, once that is known. */
  readonly total: { readonly entries: number; readonly bytes: number } | undefined;
}

/** One file of a dry run. */
export interface ListedFile {
  readonly path: string;
  readonly type: string;
  readonly size: number;
}

/** Options of a backup and of a restore. */
export interface CommonRequest {
  /** Files are looked at and listed, and nothing is written anywhere. */
  readonly dryRun?: boolean | undefined;
  /** Told of each file about which there is something to say, as it happens. */
  readonly onRecord?: ((record: FileRecord) => void) | undefined;
  /** Told how far it is, for each piece of the archive: often. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Told of each file of a dry run. */
  readonly onEntry?: ((file: ListedFile) => void) | undefined;
  /** Milliseconds without a byte or a message after which the session is given up. Default 60,000. */
  readonly idleTimeout?: number | undefined;
  /** Gives up. */
  readonly signal?: AbortSignal | undefined;
  /** Replaces the clock of this process, for tests. */
  readonly clock?: Clock | undefined;
}

/** How it went. */
export interface Summary {
  /** `complete`: all of it; `partial`: some files failed, and are among the records. */
  readonly outcome: 'complete' | 'partial';
  /** Files that are in the archive, or were restored. */
  readonly entries: number;
  /** Bytes of the archive, before it is compressed. */
  readonly bytes: number;
  /** Of those bytes, agreed by both sides. */
  readonly sha256: string;
  readonly failures: number;
  readonly notes: number;
  /** The first thousand records. */
  readonly records: readonly FileRecord[];
  /** Why a restore ended before the archive did; undefined when it did not. */
  readonly problem: string | undefined;
}

const DEFAULT_IDLE = 60_000;
const KEPT_RECORDS = 1_000;
/** More than a peer that means well has to say. */
const MOST_RECORDS = 10_000_000;

export function openTalk(session: TalkSession, options: CommonRequest): Talk {
  session.data.on('error', () => {});
  return new Talk(session, {
    clock: options.clock ?? systemClock,
    idleTimeout: options.idleTimeout ?? DEFAULT_IDLE,
    signal: options.signal,
  });
}

/** Waits for the answer to a request. Throws BackupError refused. */
export async function accepted(talk: Talk): Promise<void> {
  const answer = await talk.expect('accept', 'refuse');
  if (answer.kind === 'refuse') throw new BackupError('refused', `It says: ${showName(Buffer.from(answer.text))}.`);
}

/** Takes what the client process tells while it works, until it says that it is done. */
export async function listenUntil<Kind extends 'done' | 'verdict'>(
  kind: Kind,
  talk: Talk,
  account: Account,
): Promise<Message<Kind>> {
  for (;;) {
    const message = await talk.receive();
    if (message === undefined) throw new BackupError('sessionBroken', 'The peer ended the error channel.');
    if (message.kind === kind) return message as Message<Kind>;
    if (!account.take(message)) throw unexpected(message);
  }
}

/** Collects what the peer tells while it works. */
export class Account {
  readonly records: FileRecord[] = [];
  failures = 0;
  notes = 0;
  entries = 0;
  #bytes = 0;
  #path = '';
  #total: Progress['total'];
  readonly #options: CommonRequest;

  constructor(options: CommonRequest, total?: Progress['total']) {
    this.#options = options;
    this.#total = total;
  }

  /** Whether the message was one of those that come meanwhile. Throws BackupError violation when they are too many. */
  take(message: Message): boolean {
    switch (message.kind) {
      case 'record':
        this.#record(fromMessage(message));
        return true;
      case 'progress':
        this.entries = message.entries;
        this.#path = showName(fromJsonName(message.name));
        this.#tell();
        return true;
      case 'total':
        this.#total = { entries: message.entries, bytes: message.bytes };
        this.#tell();
        return true;
      case 'entry':
        if (this.#options.dryRun !== true) return false;
        this.#options.onEntry?.({
          path: showName(fromJsonName(message.name)),
          type: showName(Buffer.from(message.type)),
          size: message.size,
        });
        return true;
      default:
        return false;
    }
  }

  /** So many bytes of the archive went by. */
  moved(bytes: number): void {
    this.#bytes = bytes;
    this.#tell();
  }

  summary(entries: number, bytes: number, sha256: string, problem?: string): Summary {
    const { failures, notes, records } = this;
    const outcome = failures > 0 || problem !== undefined ? 'partial' : 'complete';
    return { outcome, entries, bytes, sha256, failures, notes, records, problem };
  }

  #record(record: FileRecord): void {
    if (record.severity === 'failure') this.failures += 1;
    else this.notes += 1;
    if (this.failures + this.notes > MOST_RECORDS) throw new BackupError('violation', 'There is no end of records.');
    if (this.records.length < KEPT_RECORDS) this.records.push(record);
    this.#options.onRecord?.(record);
  }

  #tell(): void {
    this.#options.onProgress?.({ entries: this.entries, bytes: this.#bytes, path: this.#path, total: this.#total });
  }
}
