import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createFolder, runCli, startCli } from './cli.test-support.ts';

interface Line {
  readonly format?: string;
  readonly paths: number;
  readonly steps: number | readonly object[];
  readonly name: string;
  readonly mode: string;
}

/** Runs `stpconnect paths … --json`; its lines as objects. */
async function pathsOf(...argv: string[]) {
  const { exitCode, stdout, stderr } = await runCli(['paths', ...argv, '--json']);
  expect([exitCode, stderr]).toEqual([0, '']);
  const lines = stdout.toString().trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Line);
}

describe('verify --criterion', () => {
  test('drives a process along the paths that paths prints', async () => {
    const [header] = await pathsOf('--criterion', 'hsi', '--role', 'client');
    const { exitCode, stdout } = await runCli([
      'verify',
      '--role',
      'client',
      '--criterion',
      'hsi',
      '--wkp',
      'simulated',
      '--json',
    ]);
    const { rows } = JSON.parse(stdout.toString()) as { rows: readonly object[] };
    expect([exitCode, rows]).toEqual([0, [expect.objectContaining({ paths: header?.paths, steps: header?.steps, failed: 0 })]]);
  });

  test.each([
    [['--k', '1'], /--k needs --criterion$/],
    [['--criterion', 'pairs', '--k', '1'], /--k is for the criteria wp and hsi/],
    [['--criterion', 'wp', '--count', '1', '--role', 'client'], /--count is for the criterion random/],
    [['--criterion', 'wp', '--external', 'x', '--paths', 'y'], /--criterion means nothing with it$/],
  ])('refuses %j', async (argv, pattern) => {
    const { exitCode, stderr } = await runCli(['verify', ...argv]);
    expect([exitCode, stderr.trimEnd()]).toEqual([2, expect.stringMatching(pattern)]);
  });
});

describe('paths', () => {
  test.each([
    ['transitions', 'client'],
    ['pairs', 'server'],
    ['wp', 'server'],
    ['hsi', 'socket'],
    ['switch-2', 'socket'],
  ])('prints a header that says what there is, and all of it behind it: %s of the %s', async (criterion, role) => {
    const [header, ...paths] = await pathsOf('--criterion', criterion, '--role', role);
    expect(header).toMatchObject({ format: 'stpconnect-paths', version: 1, role, paths: paths.length });
    expect(header?.steps).toBe(paths.reduce((sum, { steps }) => sum + (steps as object[]).length, 0));
    expect(new Set(paths.map(({ name }) => name)).size).toBe(paths.length);
    expect(header).toHaveProperty(
      'coverage.transitions.covered',
      (header as unknown as { coverage: { transitions: { total: number } } }).coverage.transitions.total,
    );
  });

  test('tells each step with its input, what has to be seen, state, limits and transitions', async () => {
    const [, path] = await pathsOf('--goal', 'second.joined');
    expect(path?.steps).toEqual([
      {
        input: { type: 'start' },
        expect: [],
        state: 'awaitingFirstFrame',
        limits: ['firstFrameTimeout'],
        started: ['firstFrameTimeout'],
        transitions: [],
      },
      {
        input: { type: 'first.hello', mode: 'network', connections: 'same', capacity: 'free' },
        expect: [{ type: 'sends', connection: 'first', frame: 'descriptor' }],
        state: 'handshaking.network.awaitingSecond',
        limits: ['handshakeTimeout', 'secondTimeout'],
        started: ['handshakeTimeout', 'secondTimeout'],
        transitions: ['client.awaitingFirstFrame · first.hello · 2'],
      },
      {
        input: { type: 'second.joined' },
        expect: [
          { type: 'sends', connection: 'second', frame: 'ready' },
          { type: 'sends', connection: 'first', frame: 'ready' },
          { type: 'established', mode: 'network' },
        ],
        state: 'established.open',
        limits: [],
        started: [],
        transitions: ['client.handshaking.network.awaitingSecond · second.joined · 0'],
      },
    ]);
  });

  test('of compositions come one suite after another, each with its header', async () => {
    const lines = await pathsOf('--role', 'system', '--criterion', 'random', '--count', '3', '--seed', '5', '--mode', 'network');
    const headers = lines.filter(({ format }) => format !== undefined);
    expect(headers.map(({ paths, mode }) => [paths, mode])).toEqual([
      [3, 'network'],
      [3, 'network'],
      [3, 'network'],
    ]);
    expect(lines.length).toBe(12);
  });

  test('are printed for people, too, with what the suite assumes', async () => {
    const { exitCode, stdout } = await runCli(['paths', '--criterion', 'wp', '--k', '1', '--role', 'server']);
    const lines = stdout.toString().split('\n');
    expect(exitCode).toBe(0);
    expect(lines[0]).toMatch(/^# server: wp \(k = 1\), \d+ paths, \d+ steps; a machine of \d+ states$/);
    expect(lines.find((line) => line.startsWith('# assumes: '))).toMatch(
      /one to each of the \d+ states of the model\) and at most 1 more input/,
    );
    expect(lines.find((line) => line.startsWith('server.1: '))).toMatch(
      /^server\.1: start \(mode network, fallback false\) \/ dials \(connection first\); .* -> failed$/,
    );
  });

  test('reach a goal by a shortest path', async () => {
    const { exitCode, stdout } = await runCli(['paths', '--role', 'server', '--goal', 'startFallback then established']);
    const [path] = stdout.toString().split('\n').slice(-2);
    expect([exitCode, path]).toEqual([
      0,
      expect.stringMatching(/^server\.1: .*\(tag right, reason modeUnavailable\).* established \(mode network\) -> established$/),
    ]);
  });

  test('are read by verify, which needs no other file', async () => {
    const folder = createFolder();
    const { stdout } = await runCli(['paths', '--criterion', 'hsi', '--role', 'client', '--json']);
    const file = folder.path('paths.ndjson');
    writeFileSync(file, stdout);
    const { exitCode, stderr } = await runCli(['verify', '--paths', file, '--external', 'node no-such-adapter']);
    folder.remove();
    expect([exitCode, stderr]).toEqual([2, expect.not.stringContaining('no file of paths')]);
  });

  test('stop when nobody reads any more: head gets its lines of millions', async () => {
    const call = startCli('paths', '--criterion', 'hsi', '--k', '3', '--role', 'server', '--json');
    call.child.stdin.end();
    await call.stdoutBytes(1);
    call.child.stdout.destroy();
    const { exitCode, stderr } = await call.ended;
    expect([exitCode, stderr]).toEqual([0, '']);
  });

  test.each([
    [['--role', 'system', '--criterion', 'wp'], /^stpconnect: wp is for one process \(--role client or server\): /],
    [['--criterion', 'all'], /--criterion all: expected transitions, pairs, switch-N, wp, hsi or random$/],
    [['--k', '1'], /--k is for the criteria wp and hsi/],
    [['--criterion', 'wp', '--seed', '1'], /--seed is for the criterion random/],
    [['--goal', 'established', '--criterion', 'pairs'], /--goal asks for shortest paths, so --criterion means nothing with it$/],
    [['--goal', 'established now'], /expected words of the charts with "then" between them/],
    [['--goal', 'established then happy'], /nothing in the chart of the client is called happy$/],
    [['--mode', 'storage'], /--mode chooses among compositions; it needs --role system$/],
    [['--criterion', 'switch-9'], /client has more than 2000000 sequences of 10 transitions$/],
    [['--k', '-1', '--criterion', 'wp'], /expected a whole number from 0 to 20/],
  ])('refuse %j', async (argv, pattern) => {
    const { exitCode, stdout, stderr } = await runCli(['paths', ...argv]);
    expect([exitCode, stdout.toString(), stderr.trimEnd()]).toEqual([2, '', expect.stringMatching(pattern)]);
  });

  test('say so when a goal cannot be reached', async () => {
    const { exitCode, stdout, stderr } = await runCli(['paths', '--goal', 'failed then established']);
    expect([exitCode, stdout.toString(), stderr]).toEqual([
      1,
      '',
      'stpconnect: paths: no path reaches failed then established\n',
    ]);
  });
});
