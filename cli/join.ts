/**
 * Joins an established session with the streams of this process or of a command, as netcat does. Memory stays flat: each way is
 * read only as fast as it is written.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Duplex, Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as after } from 'node:timers/promises';

/** What joining needs of a session. */
export interface JoinableSession {
  readonly data: Duplex;
  readonly error: Duplex;
  close(): Promise<void>;
}

/** Three streams: what is sent, where the data goes that comes, and where the peer's error channel goes. */
export interface Terminal {
  readonly input: Readable;
  readonly output: Writable;
  readonly errors: Writable;
}

/** How a command ended: its exit code, or the signal that killed it. */
export interface CommandEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** How long the peer's error channel may take to end once both ways of the data channel are done, in milliseconds. */
const ERROR_CHANNEL_GRACE = 2_000;

/**
 * `input` goes to the data channel and its end half-closes it; the data channel goes to `output`, the error channel to `errors`,
 * and neither of those two is ended. Resolves when both ways of the data channel are done; rejects when the session breaks
 * or a stream of the terminal does. The session is closed in each case.
 */
export async function joinTerminal(session: JoinableSession, terminal: Terminal): Promise<void> {
  const leaveOpen = { end: false };
  const complaints = pipeline(session.error, terminal.errors, leaveOpen).catch(() => {});
  const sending = pipeline(terminal.input, session.data).then(() => {
    session.error.end();
  });
  const receiving = pipeline(session.data, terminal.output, leaveOpen);
  try {
    await Promise.all([sending, receiving]);
    const bound = new AbortController();
    await Promise.race([complaints, after(ERROR_CHANNEL_GRACE, undefined, { signal: bound.signal })]).finally(() =>
      bound.abort(),
    );
  } finally {
    await session.close();
    terminal.input.destroy();
  }
}

/**
 * Runs `command` in the shell for one session: its stdin is the data channel, its stdout goes to the data channel and its
 * stderr to the error channel. Resolves when it has ended and all it wrote was sent; when the session breaks, the command is
 * killed and this rejects. The session is closed in each case.
 */
export async function joinCommand(session: JoinableSession, command: string): Promise<CommandEnd> {
  const child = spawn(command, { shell: true, stdio: 'pipe', detached: process.platform !== 'win32' });
  const { stdin, stdout, stderr } = child;
  const kill = () => killWithChildren(child.pid);
  try {
    const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
    // No pipeline this way: a command that stops reading early, as head does, must not end the way back.
    stdin.on('error', () => {
      session.data.unpipe(stdin);
      session.data.resume();
    });
    session.data.pipe(stdin);
    const broken = Promise.race([once(session.data, 'error'), once(session.error, 'error')]).then(([error]) => {
      kill();
      throw error;
    });
    session.error.resume();
    const sent = Promise.all([pipeline(stdout, session.data), pipeline(stderr, session.error), ended]);
    const [, , [code, signal]] = await Promise.race([sent, broken]);
    return { code, signal };
  } finally {
    kill();
    await session.close();
  }
}

/** The shell and what it started are one process group, so that no command outlives its session. */
function killWithChildren(pid: number | undefined): void {
  if (pid === undefined) {
    return;
  }
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGTERM');
  } catch {
    // It has ended already.
  }
}
