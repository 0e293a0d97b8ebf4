/**
 * One conversation about one archive, on either side: messages on the error channel, one failure that ends everything, and a watch on whether
 * anything still moves. Whoever fails says so to the peer, and waits a moment for it to go first.
 */
import type { Writable } from 'node:stream';
import type { Clock, Session, Timer } from '../../index.ts';
import { BackupError } from '../errors.ts';
import { escapeText } from '../names.ts';
import { Watchdog } from '../watchdog.ts';
import { encodeMessage, MessageDecoder } from './frames.ts';
import { clip, type Message } from './messages.ts';

/** What is used of a session. */
export type TalkSession = Pick<Session, 'data' | 'error' | 'close' | 'mode' | 'direct'>;

/** What a conversation is told. */
export interface TalkOptions {
  readonly clock: Clock;
  /** Milliseconds without a byte or a message after which it fails. */
  readonly idleTimeout: number;
  readonly signal: AbortSignal | undefined;
}

/** How long the peer may take to close behind a failure of ours, in milliseconds. */
const FAREWELL = 2_000;

export class Talk {
  readonly session: TalkSession;
  readonly #options: TalkOptions;
  readonly #decoder = new MessageDecoder();
  readonly #incoming: AsyncIterator<Uint8Array>;
  readonly #waiting: Message[] = [];
  readonly #watchdog: Watchdog;
  readonly #failed: Promise<never>;
  readonly #onAbort = () => this.fail(new BackupError('aborted'));
  #fail: (error: BackupError) => void = () => {};
  #failure: BackupError | undefined;
  #ended = false;

  constructor(session: TalkSession, options: TalkOptions) {
    this.session = session;
    this.#options = options;
    this.#incoming = session.error.iterator({ destroyOnReturn: false })[Symbol.asyncIterator]();
    this.#failed = new Promise((_resolve, reject) => {
      this.#fail = reject;
    });
    this.#failed.catch(() => {});
    this.#watchdog = new Watchdog(options.clock, options.idleTimeout, () => this.fail(new BackupError('idle')));
    options.signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (options.signal?.aborted) this.#onAbort();
  }

  /** What it failed with first. */
  get failure(): BackupError | undefined {
    return this.#failure;
  }

  /** Ends everything that is guarded with this error; the first one counts. */
  fail(error: BackupError): void {
    this.#failure ??= error;
    this.#fail(this.#failure);
  }

  /** Something moved. */
  readonly touch = (): void => this.#watchdog.touch();

  /** Settles as `work` does, or rejects with the failure if that comes first. */
  guard<T>(work: Promise<T>): Promise<T> {
    work.catch(() => {});
    return Promise.race([work, this.#failed]);
  }

  /** Resolves when the message was taken over. Rejects with BackupError sessionBroken. */
  async send(message: Message): Promise<void> {
    await this.guard(writeTo(this.session.error, encodeMessage(message)));
    this.touch();
  }

  /** The next message, undefined at the end. An abort of the peer is an error: BackupError peerAborted; others are violation and sessionBroken. */
  async receive(): Promise<Message | undefined> {
    while (this.#waiting.length === 0) {
      if (this.#ended) return undefined;
      const { value, done } = await this.guard(this.#incoming.next().catch((cause: unknown) => Promise.reject(broken(cause))));
      this.touch();
      if (done === true) {
        this.#ended = true;
        if (!this.#decoder.whole) throw new BackupError('violation', 'The error channel ends inside a message.');
      } else this.#waiting.push(...this.#decoder.push(value));
    }
    const message = this.#waiting.shift();
    if (message?.kind === 'abort') throw new BackupError('peerAborted', `It says: ${escapeText(message.text)} (${message.code})`);
    return message;
  }

  /** The next message, which has to be of one of these kinds. */
  async expect<K extends Message['kind']>(...kinds: readonly K[]): Promise<Extract<Message, { kind: K }>> {
    const message = await this.receive();
    if (message === undefined) throw new BackupError('sessionBroken', 'The peer ended the error channel.');
    if (!(kinds as readonly string[]).includes(message.kind)) throw unexpected(message);
    return message as Extract<Message, { kind: K }>;
  }

  /** Ends in order: what was sent still arrives. */
  async close(): Promise<void> {
    this.#release();
    await this.session.close();
  }

  /** Tells the peer and ends out of order, so that nobody takes what came for the whole. Never rejects. */
  async abandon(error: unknown): Promise<void> {
    this.#release();
    const { data, error: channel } = this.session;
    const told = error instanceof BackupError ? error : new BackupError('internal');
    const peerKnows = told.code === 'peerAborted' || told.code === 'refused' || told.code === 'sessionBroken';
    if (!peerKnows && channel.writable) {
      channel.write(encodeMessage({ kind: 'abort', code: told.code, text: clip(told.message) }));
      channel.end();
      await this.#farewell();
    }
    data.destroy();
    channel.destroy();
    await this.session.close();
  }

  /** Reads and throws away until the peer has ended the channel too, for a bounded time. */
  async #farewell(): Promise<void> {
    let timer: Timer | undefined;
    const bound = new Promise<void>((resolve) => {
      timer = this.#options.clock.setTimer('farewell', FAREWELL, resolve);
    });
    const gone = (async () => {
      while ((await this.#incoming.next()).done !== true);
    })();
    await Promise.race([gone.catch(() => {}), bound]);
    timer?.cancel();
  }

  #release(): void {
    this.#watchdog.stop();
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
  }
}

export const unexpected = (message: Message): BackupError =>
  new BackupError('violation', `A message of kind ${message.kind} is not expected here.`);

/** Resolves when the bytes may be used again and there is room for more. Rejects with BackupError sessionBroken. */
export function writeTo(stream: Writable, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(bytes, (error) => (error ? reject(broken(error)) : resolve()));
  });
}

/** A session that broke. */
export function broken(cause: unknown): BackupError {
  if (cause instanceof BackupError) return cause;
  return new BackupError('sessionBroken', cause instanceof Error ? cause.message : undefined, { cause });
}
