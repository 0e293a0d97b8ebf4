/**
 * The client process that stays: one listener at a time, its sessions, and what it was configured to. A new configuration is for new sessions;
 * sessions that are under way go on with the one that they began with.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import { BackupError, type FileRecord, serveSession } from '../impl/backup/index.ts';
import { type Limits, type Listener, listen, type Session, type StorageArray, StpConnectError } from '../impl/index.ts';
import { attachArray } from './attach.ts';
import type { ClientConfig } from './client-config.ts';
import { explain } from './outcome.ts';

/** A listener, what it was opened with, and what it holds. */
interface Post {
  readonly config: ClientConfig;
  readonly listener: Listener;
  readonly array: StorageArray | undefined;
  readonly sessions: Set<Promise<void>>;
}

export class ClientDaemon {
  readonly #log: Logger;
  readonly #stop = new AbortController();
  #config: ClientConfig;
  #post: Post | undefined;
  #sessions = 0;
  /** What still has to end of posts that were left. */
  readonly #leaving = new Set<Promise<void>>();

  constructor(config: ClientConfig, log: Logger) {
    this.#config = config;
    this.#log = log;
  }

  /** Opens the well-known port; gives its address. Throws VerbError and StpConnectError. */
  async start(): Promise<string> {
    this.#post = await this.#open(this.#config);
    return this.#post.listener.address;
  }

  /** Takes another configuration. Where the listener has to be opened anew and cannot be, the old one is opened again. Never rejects. */
  async reload(config: ClientConfig): Promise<void> {
    const before = this.#config;
    const post = this.#post;
    if (post === undefined || this.#stop.signal.aborted) return;
    this.#config = config;
    this.#log.level = config.log;
    if (!needsNewListener(before, config)) {
      this.#log.info({ event: 'reloaded' }, 'the configuration was read again');
      return;
    }
    await post.listener.close();
    this.#leave(post);
    for (const each of [config, before]) {
      try {
        this.#post = await this.#open(each);
        this.#config = each;
        this.#log.info({ event: 'reloaded', address: this.#post.listener.address }, 'the configuration was read again');
        return;
      } catch (error) {
        this.#log.error(
          { event: 'reloadFailed', reason: explain(error) },
          'the well-known port could not be opened as configured',
        );
      }
    }
  }

  /** Accepts no more, gives up what is under way, and resolves when all is free. */
  async stop(): Promise<void> {
    this.#stop.abort();
    const post = this.#post;
    await post?.listener.close();
    if (post) this.#leave(post);
    await Promise.all(this.#leaving);
  }

  #leave(post: Post): void {
    const left = Promise.all(post.sessions).then(() => post.array?.close());
    this.#leaving.add(left);
    left.finally(() => this.#leaving.delete(left)).catch(() => {});
  }

  async #open(config: ClientConfig): Promise<Post> {
    const { file, host, heartbeat } = config.array ?? {};
    const array = attachArray(file === undefined ? {} : { array: file, host: host ?? '', heartbeat: heartbeat ?? 1_000 });
    const sessions = new Set<Promise<void>>();
    try {
      const listener = await listen({
        wkp: config.wkp,
        secret: config.secret,
        array,
        limits: config.limits.handshake as Partial<Limits>,
        maxPending: config.limits.pending,
        maxSessions: config.limits.sessions,
        onSession: (session) => {
          const served = this.#serve(session).finally(() => sessions.delete(served));
          sessions.add(served);
        },
        onFailure: (error) =>
          this.#log.warn({ event: 'attemptFailed', code: error.code, reason: error.message }, 'an attempt failed'),
      });
      this.#log.info({ event: 'listening', address: listener.address }, 'listening');
      return { config, listener, array, sessions };
    } catch (error) {
      array?.close();
      throw error;
    }
  }

  async #serve(session: Session): Promise<void> {
    const number = this.#sessions;
    this.#sessions += 1;
    const log = this.#log.child({
      session: number,
      mode: session.mode,
      ...(session.group === undefined ? {} : { group: session.group }),
    });
    const { read, write, owners, limits, groups } = this.#config;
    if (session.group !== undefined && groups !== undefined && !groups.includes(session.group)) {
      log.warn({ event: 'refused' }, 'a session came through a group that is not configured');
      await session.close();
      return;
    }
    try {
      const served = await serveSession(session, {
        read,
        write,
        owners,
        idleTimeout: limits.idleTimeout,
        restoreBytes: limits.restoreBytes,
        signal: this.#stop.signal,
        onRequest: (request) => log.info({ event: 'accepted', ...request }, `${request.verb} begins`),
        onRecord: (record) => logRecord(log, record),
      });
      log.info({ event: 'served', ...served }, `${served.verb} ended`);
    } catch (error) {
      const known = error instanceof BackupError || error instanceof StpConnectError;
      log[known ? 'warn' : 'error'](
        { event: 'failed', code: known ? error.code : 'internal', reason: explain(error) },
        'a session failed',
      );
    }
  }
}

function logRecord(log: Logger, { path, severity, code, text }: FileRecord): void {
  log[severity === 'failure' ? 'warn' : 'debug']({ event: 'file', path, code }, text);
}

/** Whether something changed that the listener was opened with. */
function needsNewListener(before: ClientConfig, after: ClientConfig): boolean {
  const part = ({ wkp, secret, array, limits: { sessions, pending, handshake } }: ClientConfig) => ({
    wkp,
    secret: [...secret],
    array,
    sessions,
    pending,
    handshake,
  });
  return !isDeepStrictEqual(part(before), part(after));
}
