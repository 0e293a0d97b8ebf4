/**
 * What `stpconnect verify --external` says of implementations that hold, that do not, and of commands and addresses that are none.
 * Needs cc for some of it; STPCONNECT_REQUIRE=cc makes it a failure when that is missing.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requireTool } from '../model-tests/suites/required-tools.ts';
import { createFolder, runCli } from './cli.test-support.ts';

const folder = createFolder();
afterAll(() => folder.remove());
const patience = 120_000;

/** Calls `stpconnect verify`. */
async function verify(...argv: string[]) {
  const { exitCode, stdout, stderr } = await runCli(['verify', ...argv]);
  return { exitCode, stdout: stdout.toString(), stderr };
}

describe.skipIf(!requireTool('cc'))('the server process in C', () => {
  const source = fileURLToPath(new URL('../docs/guides/examples/server-process.c', import.meta.url));
  /** The path of a built twin; 0 is the one that holds. */
  const built = (broken: number) => folder.path(`server-process-${broken}`);
  beforeAll(() => {
    for (const broken of [0, 1, 2, 3]) {
      const flags = ['-std=c11', '-O2', '-Wall', '-Wextra', '-Werror', `-DBROKEN=${broken}`];
      execFileSync('cc', [...flags, '-o', built(broken), source], { stdio: 'pipe' });
    }
  }, patience);

  test('holds on every path that network mode has', { timeout: patience }, async () => {
    const { exitCode, stdout } = await verify('--external', built(0), '--json');
    const result = JSON.parse(stdout) as { ok: boolean; rows: { transitions: unknown; leftOut: unknown; failed: number }[] };
    expect(exitCode).toBe(0);
    expect(result).toMatchObject({ ok: true, failures: [] });
    expect(result.rows).toMatchObject([{ role: 'server', failed: 0, leftOut: { 'storage mode': 26 } }]);
    expect(result.rows[0]?.transitions).toEqual({ covered: 89, total: 89 });
  });

  test.each([
    { broken: 1, what: 'compares too little of a tag', expected: /resets first; resets second/, seen: /established/ },
    { broken: 2, what: 'is established by one READY', expected: /nothing/, seen: /reports established \(network\)/ },
    {
      broken: 3,
      what: 'closes where it has to reset',
      expected: /resets first; resets second/,
      seen: /closes first; closes second/,
    },
  ])(
    'fails readably when it $what, and the command that is printed shows the same again',
    { timeout: patience },
    async ({ broken, expected, seen }) => {
      const { exitCode, stderr, stdout } = await verify('--external', built(broken));
      expect(exitCode).toBe(1);
      expect(stdout).toContain('the server process in C');
      const [, report = ''] = /^stpconnect: (path server\.\d+ of .*?\n {2}replay: [^\n]*)$/ms.exec(stderr) ?? [];
      expect(report).toMatch(/, at step \d of \d, .*, in state handshaking\.network\./);
      expect(/^ {2}expected (.*)$/m.exec(report)?.[1]).toMatch(expected);
      expect(/^ {2}seen {5}(.*)$/m.exec(report)?.[1]).toMatch(seen);
      expect(report).toMatch(/tester {2,}server process/);
      expect(report).toContain('◀───');
      const replay = /replay: stpconnect verify (.*)$/m.exec(report)?.[1] ?? '';
      const again = await verify(...replay.split(' '));
      expect(again.exitCode).toBe(1);
      expect(again.stderr).toContain(report);
    },
  );
});

describe('what could not be run', () => {
  test.each([
    { external: 'stpconnect-no-such-command', role: 'server', says: /"stpconnect-no-such-command" ended with exit code 127/ },
    { external: 'tcp://somewhere', role: 'client', says: /tcp:\/\/somewhere is no address; expected tcp:\/\/host:port/ },
    {
      external: 'tcp://:1',
      role: 'client',
      says: /no client process listens on tcp:\/\/127\.0\.0\.1:1 within 200 ms: connect ECONNREFUSED/,
    },
  ])('is said of $external, with exit code 2', async ({ external, role, says }) => {
    const { exitCode, stdout, stderr } = await verify('--external', external, '--role', role, '--patience', '200');
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(says);
  });

  test('is said of a server process that never dials, once it was said where it has to: its path has failed', async () => {
    const call = ['--external', 'tcp://127.0.0.1:0', '--role', 'server', '--patience', '100', '--path', 'server.1'];
    const { exitCode, stderr } = await verify(...call);
    expect(stderr).toMatch(/listening on tcp:\/\/127\.0\.0\.1:\d+; the server process has to dial/);
    expect(stderr).toMatch(/nobody dialled tcp:\/\/127\.0\.0\.1:\d+ and said HELLO within 100 ms/);
    expect(exitCode).toBe(1);
  });

  test('is said of a path that there is not', async () => {
    const { exitCode, stderr } = await verify('--role', 'server', '--wkp', 'simulated', '--path', 'server.9999');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('there is no path server.9999; a failure prints the name of its path');
  });
});

describe('options', () => {
  test.each([
    { argv: ['--patience', '5'], says: /--patience needs --external/ },
    { argv: ['--role', 'client', '--secret-file', 'x'], says: /--secret-file needs --external/ },
    {
      argv: ['--external', 'x', '--limit', 'secondTimeout=5'],
      says: /--limit is for --external tcp:\/\/host:port; an adapter is told its limits/,
    },
    {
      argv: ['--external', 'tcp://:7070', '--role', 'client', '--limit', 'coffeeBreak=5'],
      says: /--limit coffeeBreak: there is no such limit; there are firstFrameTimeout,/,
    },
    {
      argv: ['--external', 'tcp://:7070', '--role', 'client', '--secret-file', '/does/not/exist'],
      says: /--secret-file .* cannot be read: there is no such file/,
    },
    { argv: ['--external', 'x', '--paths', '/does/not/exist'], says: /--paths .* cannot be read: there is no such file/ },
    { argv: ['--external', 'x', '--paths', 'package.json'], says: /--paths package\.json is no file of paths: .*format/ },
    { argv: ['--external', 'x', '--wkp', 'tcp'], says: /--external.* cannot be used with option '--wkp/ },
    { argv: ['--external', 'x', '--quiet', '0'], says: /expected milliseconds/ },
  ])('$argv could not be run', async ({ argv, says }) => {
    const { exitCode, stdout, stderr } = await verify(...argv);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(says);
  });
});

test('one role of ours is driven alone, and says what is left out', { timeout: patience }, async () => {
  const { exitCode, stdout, stderr } = await verify('--role', 'server', '--wkp', 'simulated', '--mode', 'network');
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/simulated +│ server │ +82 │ +387 │ +89\/89 │ 29\/55 │ +0 │/);
  expect(stdout).toContain('simulated server: 26 transitions of the chart are left out, they need storage mode (26)');
  expect(stderr).toBe('simulated server: 82 paths\n');
});
