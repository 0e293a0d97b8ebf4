import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFolder, runCli, startCli, startListener } from './cli.test-support.ts';

const MEGABYTE = 1_000_000;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const linesOf = (text: string) => text.trimEnd().split('\n');

let folder: ReturnType<typeof createFolder>;
beforeEach(() => {
  folder = createFolder();
});
afterEach(() => {
  folder.remove();
});

describe('listen and connect', () => {
  test('join two processes: 20 MB each way at the same time arrive unchanged, and both exit with 0', async () => {
    const there = randomBytes(20 * MEGABYTE);
    const back = randomBytes(20 * MEGABYTE);
    const listener = await startListener();
    listener.child.stdin.end(back);
    const [client, server] = await Promise.all([
      listener.ended,
      runCli(['connect', listener.address, '--mode', 'network'], there),
    ]);
    expect({ stderr: server.stderr, exitCode: server.exitCode, sha256: sha256(server.stdout) }).toEqual({
      stderr: '',
      exitCode: 0,
      sha256: sha256(back),
    });
    expect({ exitCode: client.exitCode, sha256: sha256(client.stdout) }).toEqual({ exitCode: 0, sha256: sha256(there) });
  });

  test('one way can end long before the other: what is typed after the peer’s end still arrives', async () => {
    const listener = await startListener();
    const server = runCli(['connect', listener.address, '--mode', 'network'], 'question');
    await listener.stdoutBytes('question'.length);
    listener.child.stdin.end('answer');
    expect((await server).stdout.toString()).toBe('answer');
    const client = await listener.ended;
    expect([client.stdout.toString(), client.exitCode]).toEqual(['question', 0]);
  });

  test('a trace is written on each side, and the secret is in neither', async () => {
    const [secret, clientTrace, serverTrace] = ['secret', 'client.ndjson', 'server.ndjson'].map(folder.path) as [
      string,
      string,
      string,
    ];
    writeFileSync(secret, 'correct horse battery staple');
    const listener = await startListener('--secret-file', secret, '--trace', clientTrace);
    listener.child.stdin.end();
    await runCli(['connect', listener.address, '--mode', 'network', '--secret-file', secret, '--trace', serverTrace]);
    await listener.ended;
    for (const [path, role] of [
      [clientTrace, 'client'],
      [serverTrace, 'server'],
    ] as const) {
      const text = readFileSync(path, 'utf8');
      const records = linesOf(text).map((line) => JSON.parse(line) as { seq: number; role: string; session: string });
      expect(records[0]).toMatchObject({ seq: 0, role, state: '', event: { type: 'start' } });
      expect(text).not.toContain('horse');
    }
  });

  test('SIGTERM is the ordinary end of a listener that stays open', async () => {
    const listener = await startListener('--keep-open');
    listener.child.kill('SIGTERM');
    expect(await listener.ended).toMatchObject({ exitCode: 0 });
  });

  test('SIGINT while waiting for the one session leaves 130 and no complaint', async () => {
    const listener = await startListener();
    listener.child.kill('SIGINT');
    const { exitCode, stderr } = await listener.ended;
    expect([exitCode, linesOf(stderr).length]).toEqual([130, 1]);
  });

  test('SIGINT ends a session that is joined with the terminal, on both sides', async () => {
    const listener = await startListener();
    const server = startCli('connect', listener.address, '--mode', 'network');
    listener.child.stdin.write('here');
    await server.stdoutBytes(1);
    server.child.kill('SIGINT');
    listener.child.stdin.end();
    expect((await server.ended).exitCode).toBe(130);
    expect((await listener.ended).exitCode).toBe(0);
  });

  test('a listener that stays open joins the terminal with one session after the other', async () => {
    const listener = await startListener('--keep-open');
    listener.child.stdin.end('for the first');
    const connect = ['connect', listener.address, '--mode', 'network'];
    const first = await runCli(connect, 'one ');
    const second = await runCli(connect, 'two');
    listener.child.kill('SIGTERM');
    const client = await listener.ended;
    expect([first.stdout.toString(), second.stdout.toString(), client.stdout.toString()]).toEqual([
      'for the first',
      '',
      'one two',
    ]);
  });
});

describe('listen --exec', () => {
  test('joins the command with the session: stdout is data, stderr is the error channel, the end of data is the end of its stdin', async () => {
    const listener = await startListener('--exec', 'wc -c; echo complaint >&2');
    const server = await runCli(['connect', listener.address, '--mode', 'network'], randomBytes(2 * MEGABYTE));
    expect([server.stdout.toString().trim(), server.stderr, server.exitCode]).toEqual([`${2 * MEGABYTE}`, 'complaint\n', 0]);
    expect((await listener.ended).exitCode).toBe(0);
  });

  test('a command that reads only the beginning does not break the session', async () => {
    const listener = await startListener('--exec', 'head -c 3');
    const server = await runCli(['connect', listener.address, '--mode', 'network'], `abc${'d'.repeat(MEGABYTE)}`);
    expect([server.stdout.toString(), server.exitCode]).toEqual(['abc', 0]);
    expect((await listener.ended).exitCode).toBe(0);
  });

  test('a command that fails is reported with its exit code', async () => {
    const listener = await startListener('--exec', 'exit 7');
    await runCli(['connect', listener.address, '--mode', 'network']);
    const client = await listener.ended;
    expect(client.stderr).toContain('stpconnect: the command of session 0 ended with exit code 7\n');
    expect(client.exitCode).toBe(1);
  });

  test('a listener that stays open serves sessions at the same time, each with a command of its own', async () => {
    const listener = await startListener('--keep-open', '--exec', 'cat');
    const connect = ['connect', listener.address, '--mode', 'network'];
    const first = startCli(...connect);
    first.child.stdin.write('one');
    await first.stdoutBytes(1);
    expect((await runCli(connect, 'two')).stdout.toString()).toBe('two');
    first.child.stdin.end('!');
    expect((await first.ended).stdout.toString()).toBe('one!');
    listener.child.kill('SIGTERM');
    expect((await listener.ended).exitCode).toBe(0);
  });

  test('the command dies with its session, and so does what it started', async () => {
    const listener = await startListener('--exec', 'sleep 1000 & yes');
    const server = startCli('connect', listener.address, '--mode', 'network');
    await server.stdoutBytes(1);
    server.child.kill('SIGKILL');
    expect((await listener.ended).exitCode).toBe(1);
  });
});

describe('a handshake that fails', () => {
  test('with two secrets is refused on both sides, and the listener goes on to serve who has the right one', async () => {
    const [right, wrong] = [folder.path('right'), folder.path('wrong')];
    writeFileSync(right, randomBytes(32));
    writeFileSync(wrong, randomBytes(32));
    const listener = await startListener('--secret-file', right);
    listener.child.stdin.end();
    const connect = ['connect', listener.address, '--mode', 'network', '--secret-file'];
    const refused = await runCli([...connect, wrong]);
    expect(refused.exitCode).toBe(1);
    expect(linesOf(refused.stderr)).toEqual([expect.stringMatching(/^stpconnect: .*tagWrong/)]);
    await listener.stderrLine(/an attempt failed: .*tagWrong/);
    expect((await runCli([...connect, right], 'hello')).exitCode).toBe(0);
    expect((await listener.ended).stdout.toString()).toBe('hello');
  });

  test('because nobody listens says so in one line and exits with 1', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const { exitCode, stderr } = await runCli(['connect', `tcp://127.0.0.1:${port}`, '--mode', 'network']);
    expect(linesOf(stderr)).toEqual([expect.stringMatching(/^stpconnect: .*connectionRefused/)]);
    expect(exitCode).toBe(1);
  });

  test('because the peer says nothing names the limit that --limit set', async () => {
    const mute = createServer((socket) => socket.on('error', () => {}).resume()).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { port } = mute.address() as AddressInfo;
    const { exitCode, stderr } = await runCli([
      'connect',
      `tcp://127.0.0.1:${port}`,
      '--mode',
      'network',
      '--limit',
      'replyTimeout=50',
    ]);
    mute.close();
    expect(linesOf(stderr)).toEqual([expect.stringMatching(/^stpconnect: .*replyTimeout/)]);
    expect(exitCode).toBe(1);
  });
});

describe('arguments that cannot work', () => {
  const address = 'tcp://127.0.0.1:9';
  test.each([
    [[], /Usage: stpconnect/],
    [['lisen'], /unknown command 'lisen'/],
    [['listen'], /--wkp/],
    [['listen', '--wkp', 'udp://127.0.0.1:9'], /udp:\/\/127\.0\.0\.1:9/],
    [['listen', '--wkp', 'tcp://127.0.0.1:99999'], /99999/],
    [['listen', '--wkp', 'tcp://127.0.0.1:0', '--keep-open', '--once'], /--keep-open.*--once/],
    [['listen', '--wkp', 'array://sym0/7'], /array/],
    [['connect', '--mode', 'network'], /address/],
    [['connect', address], /--mode/],
    [['connect', address, '--mode', 'carrier-pigeon'], /carrier-pigeon.*network, storage/],
    [['connect', address, '--mode', 'storage', '--group', 'STG0'], /needs --array/],
    [['connect', address, '--mode', 'storage', '--group', 'STG0', '--fallback', 'network'], /needs --array/],
    [['connect', address, '--mode', 'network', '--group', 'STG0'], /--group STG0 means something in storage mode only/],
    [['connect', address, '--mode', 'network', '--limit', 'soon'], /soon.*NAME=MS/],
    [['connect', address, '--mode', 'network', '--limit', 'patience=5'], /patience/],
    [['connect', address, '--mode', 'network', '--secret-file', '/nonexistent/secret'], /\/nonexistent\/secret.*no such file/],
    [['connect', address, '--mode', 'network', '--trace', '/nonexistent/trace'], /\/nonexistent\/trace.*no such file/],
    [['connect', address, '--mode', 'network', '--colour'], /unknown option '--colour'/],
    [['export', '--format', 'png'], /png.*json, mermaid, dot/],
    [['verify', '--seed', '-1'], /--seed/],
  ])('%j: exit code 2, and the line says what was expected', async (argv, pattern) => {
    const { exitCode, stderr, stdout } = await runCli(argv);
    expect(stderr).toMatch(pattern);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect([exitCode, stdout.toString()]).toEqual([2, '']);
    expect(argv.length === 0 || linesOf(stderr).length === 1).toBe(true);
  });

  test('a port that is taken: exit code 2 and the address', async () => {
    const first = await startListener();
    const { exitCode, stderr } = await runCli(['listen', '--wkp', first.address]);
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/^stpconnect: .*addressInUse.*\n$/)]);
    first.child.kill('SIGTERM');
    await first.ended;
  });
});
