/**
 * Starts the real command line as a process of its own, and waits for what it prints: no test waits for a time to pass.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

const root = fileURLToPath(new URL('../', import.meta.url));

/** What a test that failed left running; each test file has its own. */
const running = new Set<CliCall['child']>();
afterAll(() => {
  for (const child of running) {
    child.kill('SIGKILL');
  }
});

/** How a call of the command line ended. */
export interface CliEnd {
  readonly exitCode: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** A call of the command line that runs. */
export interface CliCall {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly ended: Promise<CliEnd>;
  /** The first line of stderr that matches, past or to come; rejects if the process ends without one. */
  stderrLine(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves when so many bytes have come on stdout; rejects if the process ends without them. */
  stdoutBytes(count: number): Promise<number>;
  /** The first line of stdout; rejects if the process ends without one. */
  stdoutLine(): Promise<string>;
}

/** Starts `stpconnect …`; its stdin stays open until the caller ends it. */
export function startCli(...argv: string[]): CliCall {
  return startCliWith({}, ...argv);
}

/** The same with more in its environment. */
export function startCliWith(environment: Readonly<Record<string, string>>, ...argv: string[]): CliCall {
  const child = spawn(process.execPath, ['--import', 'tsx', 'cli/main.ts', ...argv], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  running.add(child);
  // A process that ends early does not read all of what a test sends it.
  child.stdin.on('error', () => {});
  let stderr = '';
  const stdout: Buffer[] = [];
  const changed = new EventEmitter().setMaxListeners(0);
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    changed.emit('change');
  });
  child.stdout.on('data', (bytes: Buffer) => {
    stdout.push(bytes);
    changed.emit('change');
  });
  const ended = new Promise<CliEnd>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => {
      running.delete(child);
      resolve({ exitCode, stdout: Buffer.concat(stdout), stderr });
    });
  });
  /** What `look` finds, now or after a change. */
  const find = <T>(what: string, look: () => T | undefined) =>
    new Promise<T>((resolve, reject) => {
      const lookAgain = () => {
        const found = look();
        if (found !== undefined) {
          changed.off('change', lookAgain);
          resolve(found);
        }
      };
      changed.on('change', lookAgain);
      lookAgain();
      ended.then(
        (end) => reject(new Error(`ended with exit code ${end.exitCode} before ${what}; stderr: ${end.stderr}`)),
        reject,
      );
    });
  const stderrLine = (pattern: RegExp) =>
    find(`a line like ${pattern}`, () =>
      stderr
        .split('\n')
        .slice(0, -1)
        .map((line) => pattern.exec(line) ?? undefined)
        .find((match) => match !== undefined),
    );
  const stdoutBytes = (count: number) =>
    find(`${count} bytes on stdout`, () => (stdout.reduce((sum, bytes) => sum + bytes.length, 0) >= count ? count : undefined));
  const stdoutLine = () => find('a line on stdout', () => /^(.*)\n/.exec(Buffer.concat(stdout).toString())?.[1]);
  return { child, ended, stderrLine, stdoutBytes, stdoutLine };
}

/** Runs `stpconnect …` with `input` as its stdin, to its end. */
export function runCli(argv: readonly string[], input: string | Uint8Array = ''): Promise<CliEnd> {
  const call = startCli(...argv);
  call.child.stdin.end(input);
  return call.ended;
}

/** Starts `stpconnect listen` on a free port; answers with the call and the address that it listens on. */
export async function startListener(...argv: string[]): Promise<CliCall & { readonly address: string }> {
  const call = startCli('listen', '--wkp', 'tcp://127.0.0.1:0', ...argv);
  const [, address = ''] = await call.stderrLine(/listening on (\S+)/);
  return { ...call, address };
}

/** A folder of its own for the files of a test; call `remove` at the end. */
export function createFolder(): { readonly path: (name: string) => string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'stpconnect-'));
  return { path: (name) => join(folder, name), remove: () => rmSync(folder, { recursive: true, force: true }) };
}
