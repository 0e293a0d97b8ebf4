/** An adapter as a process: requests go to its stdin, answers come from its stdout, and no wait is without a bound. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { longestLine, type Request, replyLine } from './protocol.ts';

/** So many characters of what an adapter said are shown. */
const SHOWN = 100;
/** So many characters of its stderr are kept. */
const KEPT = 2_000;
/** Longest time in milliseconds between `close` and its end. */
const FAREWELL = 1_000;

/** The adapter did not answer, or not in the protocol. */
export class AdapterError extends Error {
  override readonly name = 'AdapterError';
}

/** The adapter answered that it cannot do what was asked. */
export class AdapterRefusal extends Error {
  override readonly name = 'AdapterRefusal';
}

export class AdapterProcess {
  readonly command: string;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #ended: Promise<void>;
  #buffer = '';
  #lastWords = '';
  #id = 0;
  #waiting: { readonly resolve: (line: string) => void; readonly reject: (error: AdapterError) => void } | undefined;
  #lines: string[] = [];
  /** Why nothing more will come. */
  #gone: AdapterError | undefined;

  /** Starts the command in a shell; its stderr goes to ours. */
  constructor(command: string) {
    this.command = command;
    // A group of its own: what the shell has started ends with it.
    const detached = process.platform !== 'win32';
    this.#child = spawn(command, { shell: true, detached, stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stdin.on('error', () => undefined);
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => this.#take(text));
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      process.stderr.write(text);
      this.#lastWords = (this.#lastWords + text).slice(-KEPT);
    });
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#end(new AdapterError(`cannot be started: ${error.message}`));
        resolve();
      });
      this.#child.once('close', (code, signal) => {
        this.#end(new AdapterError(`ended with ${endingText(code, signal)}${this.#words()}`));
        resolve();
      });
    });
  }

  /** Whether it can be asked something. */
  get alive(): boolean {
    return this.#gone === undefined;
  }

  /** Asks, and waits for the answer for at most so many milliseconds. Throws AdapterError and AdapterRefusal. */
  async ask(request: Request, patience: number): Promise<unknown> {
    this.#id += 1;
    const id = this.#id;
    if (this.#gone === undefined) this.#child.stdin.write(`${JSON.stringify({ id, ...request })}\n`);
    const line = await this.#line(request.do, patience);
    const parsed = replyLine.safeParse(parseJson(line));
    if (!parsed.success)
      throw this.#fault(`answers ${request.do} with ${shown(line)}, which is no reply of the adapter protocol`);
    const reply = parsed.data;
    if (reply.id !== id) throw this.#fault(`answers ${request.do} with the reply to request ${reply.id}; this is request ${id}`);
    if ('error' in reply) throw new AdapterRefusal(reply.error);
    return reply.ok;
  }

  /** Something that it did is not in the protocol: it is ended. */
  fault(message: string): AdapterError {
    return this.#fault(message);
  }

  /** Asks it to end, and ends it if it does not. */
  async close(): Promise<void> {
    if (this.#gone === undefined) {
      await this.ask({ do: 'close' }, FAREWELL).catch(() => undefined);
      this.#child.stdin.end();
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, FAREWELL);
      });
      await Promise.race([this.#ended, late]);
      clearTimeout(timer);
    }
    this.#kill();
    await this.#ended;
  }

  #take(text: string): void {
    this.#buffer += text;
    if (this.#buffer.length > longestLine) {
      this.#fault(`wrote ${longestLine} characters without the end of a line`);
      return;
    }
    const lines = this.#buffer.split('\n');
    this.#buffer = lines.pop() ?? '';
    for (const line of lines) {
      const waiting = this.#waiting;
      this.#waiting = undefined;
      if (waiting === undefined) this.#lines.push(line);
      else waiting.resolve(line);
    }
  }

  async #line(what: string, patience: number): Promise<string> {
    const line = this.#lines.shift();
    if (line !== undefined) throw this.#fault(`said ${shown(line)} without being asked`);
    if (this.#gone !== undefined) throw this.#gone;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<string>((resolve, reject) => {
        this.#waiting = { resolve, reject };
        timer = setTimeout(() => reject(this.#fault(`did not answer ${what} within ${patience} ms`)), patience);
      });
    } finally {
      clearTimeout(timer);
    }
  }

  #fault(message: string): AdapterError {
    const error = new AdapterError(`${message}${this.#words()}`);
    this.#end(error);
    this.#kill();
    return error;
  }

  #end(error: AdapterError): void {
    this.#gone ??= error;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(this.#gone);
  }

  #words(): string {
    const last = this.#lastWords.trim().split('\n').at(-1) ?? '';
    return last === '' ? '' : `; its last words on stderr: ${shown(last)}`;
  }

  #kill(): void {
    const { pid } = this.#child;
    if (pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    try {
      if (process.platform === 'win32') this.#child.kill('SIGKILL');
      else process.kill(-pid, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }
}

/** How a process ended, in words; a shell tells of a signal by an exit code above 128. */
function endingText(code: number | null, signal: NodeJS.Signals | null): string {
  const number = (code ?? 0) - 128;
  const name = signal ?? Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
  return name === undefined ? `exit code ${code}` : `signal ${name}`;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const shown = (text: string) => JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
