/** The client process's well-known port: accepts for ever, and runs one attempt for each connection. */

import { StpConnectError } from '../protocol/errors.ts';
import { Pairing } from '../protocol/pairing.ts';
import type { Address, Socket } from '../sockets/sockets.ts';
import { ClientAttempt, type ClientHost } from './client-attempt.ts';
import type { Timer } from './clock.ts';
import type { Environment } from './environment.ts';
import { socketCode } from './failure.ts';
import { Closings } from './holdings.ts';
import type { Session } from './session.ts';
import { formatWkp } from './wkp.ts';

/** As many connections as may wait on the WKP to be accepted. */
const WKP_BACKLOG = 128;
/** After a second failed accept in a row the next try waits this long, in milliseconds. */
const ACCEPT_RETRY = 100;

/**
 * A listening client process. Nothing that a connection does stops it.
 * @example
 * await using listener = await listen({ wkp: 'tcp://127.0.0.1:0', secret, onSession: (session) => session.data.pipe(session.data) });
 * console.log(listener.address); // tcp://127.0.0.1:49321
 */
export interface Listener extends AsyncDisposable {
  /** The WKP with its real port. */
  readonly address: string;
  /**
   * Stops accepting, then ends each handshake that is under way (DECLINE closing). Sessions stay, and belong to whoever got them,
   * unless `sessions` is true: then they are closed too. Resolves when everything that this closes is free. Disposing closes the sessions too.
   */
  close(options?: { readonly sessions?: boolean }): Promise<void>;
}

export interface ListenerParts {
  readonly environment: Environment;
  readonly wkp: Address;
  readonly maxPending: number;
  readonly maxSessions: number;
  onSession(session: Session): unknown;
  /** Never throws. */
  onFailure(error: StpConnectError): void;
}

/** Opens the WKP. Throws StpConnectError addressInUse, addressUnavailable, listenFailed; its cause is the SocketError. */
export async function openListener(parts: ListenerParts): Promise<Listener> {
  let socket: Socket | undefined;
  try {
    socket = parts.environment.layer.socket(parts.wkp.family);
    await socket.bind(parts.wkp);
    await socket.listen(WKP_BACKLOG);
    return new WkpListener(parts, socket);
  } catch (cause) {
    await socket?.close();
    const code = socketCode(cause);
    throw new StpConnectError(code === 'addressInUse' || code === 'addressUnavailable' ? code : 'listenFailed', {
      detail: `Listening on ${formatWkp(parts.wkp)} failed${cause instanceof Error ? `: ${cause.message}` : ''}.`,
      cause,
    });
  }
}

class WkpListener implements Listener {
  readonly address: string;
  readonly #parts: ListenerParts;
  readonly #socket: Socket;
  readonly #host: ClientHost;
  readonly #attempts = new Set<ClientAttempt>();
  readonly #sessions = new Set<Session>();
  /** Sessions that count no more and still hold something. */
  readonly #leaving = new Set<Session>();
  readonly #closings = new Closings();
  #closing = false;
  #retry: Timer | undefined;

  constructor(parts: ListenerParts, socket: Socket) {
    this.#parts = parts;
    this.#socket = socket;
    this.address = formatWkp(socket.getsockname());
    this.#host = {
      environment: parts.environment,
      pairing: new Pairing<ClientAttempt>(),
      capacity: () => (this.#sessions.size < parts.maxSessions ? 'free' : 'full'),
      established: (session) => this.#established(session),
      ended: (session) => this.#ended(session),
      failed: (error) => parts.onFailure(error),
    };
    this.#accept(0);
  }

  async close(options: { readonly sessions?: boolean } = {}): Promise<void> {
    if (!this.#closing) {
      this.#closing = true;
      this.#retry?.cancel();
      this.#closings.add(this.#socket.close());
    }
    for (const attempt of [...this.#attempts]) {
      if (attempt.established) continue;
      attempt.close();
      this.#closings.add(attempt.settled());
    }
    if (options.sessions === true) {
      for (const session of [...this.#sessions, ...this.#leaving]) this.#closings.add(session.close());
    }
    await this.#closings.settled();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close({ sessions: true });
  }

  /** One accept is pending at any time, or a timer for the next one. `failures`: how many failed in a row. */
  #accept(failures: number): void {
    if (this.#closing) return;
    this.#socket.accept().then(
      (socket) => {
        if (this.#closing) this.#closings.add(socket.close());
        else this.#take(socket);
        this.#accept(0);
      },
      (cause: unknown) => this.#acceptFailed(cause, failures + 1),
    );
  }

  #acceptFailed(cause: unknown, failures: number): void {
    if (this.#closing) return;
    this.#parts.onFailure(new StpConnectError('acceptFailed', { detail: `On ${this.address}.`, cause }));
    if (this.#socket.state === 'closed') return;
    if (failures === 1) this.#accept(failures);
    else this.#retry = this.#parts.environment.clock.setTimer('acceptRetry', ACCEPT_RETRY, () => this.#accept(failures));
  }

  #take(socket: Socket): void {
    for (const attempt of [...this.#attempts]) if (!attempt.pending) this.#attempts.delete(attempt);
    if (this.#attempts.size >= this.#parts.maxPending) {
      this.#closings.add(socket.close());
      return;
    }
    try {
      const attempt = new ClientAttempt(socket, this.#host);
      this.#attempts.add(attempt);
      attempt.begin();
    } catch (cause) {
      // A port that was passed in threw.
      this.#closings.add(socket.close());
      this.#parts.onFailure(new StpConnectError('callbackFailed', { cause }));
    }
  }

  #established(session: Session): void {
    this.#sessions.add(session);
    try {
      Promise.resolve(this.#parts.onSession(session)).catch((cause: unknown) => this.#refused(session, cause));
    } catch (cause) {
      this.#refused(session, cause);
    }
  }

  #ended(session: Session): void {
    if (!this.#sessions.delete(session)) return;
    this.#leaving.add(session);
    void session.closed.then(() => this.#leaving.delete(session));
  }

  /** onSession threw: nobody has the session. */
  #refused(session: Session, cause: unknown): void {
    void session.close();
    this.#parts.onFailure(new StpConnectError('callbackFailed', { state: 'established', detail: 'It was onSession.', cause }));
  }
}
