/**
 * `stpconnect listen`: the client process. Serves one session, or all of them, with this terminal or with a command for each.
 */
import { Readable } from 'node:stream';
import { listen, type Session } from '../impl/index.ts';
import type { LiveInspector } from '../inspector/index.ts';
import type { LimitArguments } from './arguments.ts';
import type { AttachArguments } from './array-options.ts';
import { attachArray } from './attach.ts';
import { openTrace, readSecret } from './files.ts';
import { type Interruption, watchInterruption } from './interrupt.ts';
import { joinCommand, joinTerminal } from './join.ts';
import { openObserver } from './observer.ts';
import { couldNotRun, explain, HELD, say, VIOLATED } from './outcome.ts';

/** The options of the verb, as the command line has them. */
export interface ListenArguments extends AttachArguments {
  readonly wkp: string;
  readonly exec?: string;
  readonly keepOpen?: boolean;
  readonly secretFile?: string;
  readonly trace?: string;
  readonly inspect?: boolean;
  readonly limit?: LimitArguments;
}

/** Runs the verb and answers with its exit code. Throws VerbError. */
export async function listenVerb(options: ListenArguments): Promise<number> {
  const secret = readSecret(options.secretFile);
  const array = attachArray(options);
  const trace = openTrace(options.trace);
  const interruption = watchInterruption();
  const desk = new Desk(options, interruption.signal);
  let observer: LiveInspector | undefined;
  try {
    observer = await openObserver(options.inspect, `listen ${options.wkp}`, array);
    const listener = await listen({
      wkp: options.wkp,
      secret,
      array,
      limits: options.limit ?? {},
      trace: trace.write,
      inspect: observer,
      onSession: (session) => desk.take(session),
      onFailure: (error) => say(`an attempt failed: ${explain(error)}`),
    }).catch((error: unknown) => {
      throw couldNotRun(explain(error), error);
    });
    say(`listening on ${listener.address}`);
    await desk.done;
    await listener.close();
    return await exitCode(desk, options, interruption);
  } finally {
    interruption.release();
    await observer?.close();
    trace.close();
    array?.close();
    process.stdin.destroy();
  }
}

/** A signal is the ordinary end of a listener that stays open, and an interruption of one that waits for its session. */
async function exitCode(desk: Desk, options: ListenArguments, interruption: Interruption): Promise<number> {
  await desk.finish();
  const interrupted = options.keepOpen === true ? undefined : interruption.exitCode();
  return interrupted ?? (desk.broken && options.keepOpen !== true ? VIOLATED : HELD);
}

/**
 * Gives each session its partner. With a command, sessions are served at the same time. With the terminal they are served one after
 * the other, and stdin belongs to the first: to later ones it has ended.
 */
class Desk {
  /** Settles when nothing more is to be accepted: the one session has come, or a signal. */
  readonly done: Promise<void>;
  /** Whether a session broke or a command failed. */
  broken = false;
  readonly #options: ListenArguments;
  readonly #sessions = new Map<Session, Promise<void>>();
  #stop: () => void = () => {};
  #count = 0;
  #terminal: Promise<void> = Promise.resolve();
  #interrupted = false;

  constructor(options: ListenArguments, signal: AbortSignal) {
    this.#options = options;
    this.done = new Promise((resolve) => {
      this.#stop = resolve;
    });
    signal.addEventListener('abort', () => this.#interrupt(), { once: true });
  }

  /** Serves a session; a second one is closed unless the listener stays open. */
  take(session: Session): void {
    const number = this.#count;
    this.#count += 1;
    if ((number > 0 && this.#options.keepOpen !== true) || this.#interrupted) {
      void session.close();
      return;
    }
    const served = this.#serve(session, number)
      .catch((error: unknown) => this.#report(`session ${number} broke: ${explain(error)}`))
      .finally(() => this.#sessions.delete(session));
    this.#sessions.set(session, served);
    if (this.#options.keepOpen !== true) {
      this.#stop();
    }
  }

  /** Resolves when every session that was taken is served. */
  async finish(): Promise<void> {
    await Promise.all(this.#sessions.values());
  }

  async #serve(session: Session, number: number): Promise<void> {
    if (this.#options.exec !== undefined) {
      const { code, signal } = await joinCommand(session, this.#options.exec);
      if (code !== 0) {
        this.#report(`the command of session ${number} ended ${code === null ? `by ${signal}` : `with exit code ${code}`}`);
      }
      return;
    }
    const before = this.#terminal;
    const input = number === 0 ? process.stdin : Readable.from([]);
    const served = before.then(() => joinTerminal(session, { input, output: process.stdout, errors: process.stderr }));
    this.#terminal = served.catch(() => {});
    await served;
  }

  #report(line: string): void {
    if (!this.#interrupted) {
      this.broken = true;
      say(line);
    }
  }

  #interrupt(): void {
    this.#interrupted = true;
    this.#stop();
    for (const session of this.#sessions.keys()) {
      void session.close();
    }
  }
}
