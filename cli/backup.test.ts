import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { describeTree, makeAwkwardTree, makeFifo } from '../impl/backup/trees.test-support.ts';
import { type CliCall, createFolder, runCli, startCli } from './cli.test-support.ts';

let folder: ReturnType<typeof createFolder>;
let client: CliCall | undefined;
beforeEach(() => {
  folder = createFolder();
  mkdirSync(folder.path('source'));
});
afterEach(async () => {
  client?.child.kill('SIGTERM');
  await client?.ended;
  client = undefined;
  folder.remove();
});

const config = (more = '') =>
  `wkp: tcp://127.0.0.1:0\nread: [${folder.path('source')}]\nwrite: [${folder.path('back')}]\n${more}`;

/** Starts a client process with this configuration; gives its address. */
async function startClient(more = ''): Promise<string> {
  writeFileSync(folder.path('client.yaml'), config(more));
  client = startCli('client', '--config', folder.path('client.yaml'));
  return (await client.stderrLine(/"event":"listening","address":"([^"]+)"/))[1] ?? '';
}

const events = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('client, backup and restore', () => {
  test('bring a tree to an archive and back, and say so', async () => {
    const address = await startClient();
    makeAwkwardTree(folder.path('source/tree'));
    const there = await runCli(['backup', address.slice('tcp://'.length), folder.path('source'), '--to', folder.path('a.tar')]);
    expect([there.exitCode, there.stderr]).toEqual([0, 'stpconnect: network mode: no array is named (--array)\n']);
    expect(there.stdout.toString()).toMatch(/a\.tar: 43 files, [\d.]+ kB, .+, SHA-256 [0-9a-f]{64}; 0 failed, 0 left out\n$/);
    const strip = String(folder.path('source').split('/').length - 1);
    const back = await runCli(['restore', folder.path('a.tar'), address, folder.path('back'), '--strip', strip]);
    expect([back.exitCode, back.stdout.toString().split(':')[0]]).toEqual([0, `restored to ${folder.path('back')}`]);
    expect(describeTree(folder.path('back/tree'))).toEqual(describeTree(folder.path('source/tree')));
    client?.child.kill('SIGTERM');
    const { exitCode, stderr } = (await client?.ended) ?? {};
    expect(exitCode).toBe(0);
    expect(events(stderr ?? '').map(({ event }) => event)).toEqual([
      ...['listening', 'accepted', 'served', 'accepted', 'served', 'stopping', 'stopped'],
    ]);
  });

  test('go through an array that both sides see, and tell why where they do not', async (context) => {
    const array = folder.path('sym0');
    const made = await runCli(['array', 'create', array, '--group', 'STG0=4M:database,backup']);
    if (made.exitCode !== 0 && !/koffi/.test(process.env['STPCONNECT_REQUIRE'] ?? ''))
      context.skip(`no array here: ${made.stderr}`);
    const address = await startClient(`array: { file: ${array}, host: database }`);
    writeFileSync(folder.path('source/file'), 'x'.repeat(3_000_000));
    const to = ['--to', folder.path('a.tar')];
    const through = ['--array', array, '--host', 'backup'];
    const storage = await runCli(['backup', address, folder.path('source'), ...to, ...through]);
    expect([storage.exitCode, storage.stderr]).toEqual([
      0,
      'stpconnect: storage mode: both sides are attached to the array sym0, group STG0\n',
    ]);
    const forced = await runCli(['restore', folder.path('a.tar'), address, folder.path('back'), '--mode', 'storage', ...through]);
    expect(forced.exitCode).toBe(0);
    const stranger = await runCli(['backup', address, folder.path('source'), ...to, '--array', array, '--host', 'stranger']);
    expect([stranger.exitCode, stranger.stderr]).toEqual([
      0,
      'stpconnect: network mode: no group of the array has stranger and another host on its list\n',
    ]);
    await runCli(['array', 'create', folder.path('other'), '--group', 'STG0=4M:database,backup', '--name', 'other']);
    const other = await runCli([
      'backup',
      address,
      folder.path('source'),
      ...to,
      '--array',
      folder.path('other'),
      '--host',
      'backup',
    ]);
    expect([other.exitCode, other.stderr]).toMatchObject([0, expect.stringMatching(/network mode: .*\(arrayUnknown\)\n/)]);
    const needs = await runCli(['backup', address, folder.path('source'), ...to, '--mode', 'storage']);
    expect([needs.exitCode, needs.stderr]).toMatchObject([2, expect.stringContaining('needs --array')]);
  });

  test('exit with 1 when some files failed, and name each', async () => {
    const address = await startClient();
    writeFileSync(folder.path('source/file'), 'x');
    makeFifo(folder.path('source/fifo'));
    const paths = [folder.path('source'), folder.path('source/missing')];
    const { exitCode, stdout, stderr } = await runCli(['backup', address, ...paths, '--to', folder.path('a.tar'), '--json']);
    expect([exitCode, stderr]).toEqual([1, '']);
    const lines = events(stdout.toString());
    expect(lines.map(({ type, code }) => [type, code]).filter(([type]) => type === 'record')).toEqual([
      ['record', 'special'],
      ['record', 'ENOENT'],
    ]);
    expect(lines.at(-1)).toMatchObject({ type: 'summary', outcome: 'partial', entries: 2, failures: 1, notes: 1 });
  });

  test('exit with 2, one line and no archive when nothing was done', async () => {
    const address = await startClient();
    const to = ['--to', folder.path('a.tar')];
    for (const [args, why] of [
      [['backup', address, '/etc', ...to], 'is not below a folder that may be read'],
      [['backup', address, folder.path('source'), '--to', folder.path('a.zip')], 'is expected to end in .tar'],
      [['backup', address, folder.path('source'), '--to', folder.path('nowhere/a.tar')], 'ENOENT'],
      [['backup', 'tcp://127.0.0.1:1', folder.path('source'), ...to], 'connectionRefused'],
      [['restore', folder.path('nothing.tar'), address, folder.path('back')], 'ENOENT'],
    ] as const) {
      const { exitCode, stderr } = await runCli(args);
      const lines = stderr.trim().split('\n');
      expect([args[0], exitCode, lines.length <= 2, lines.at(-1)]).toEqual([args[0], 2, true, expect.stringContaining(why)]);
    }
    expect([existsSync(folder.path('a.tar')), existsSync(folder.path('a.zip'))]).toEqual([false, false]);
  });

  test('list what a dry run would do, patterns applied', async () => {
    const address = await startClient();
    makeAwkwardTree(folder.path('source/tree'));
    const args = ['backup', address, folder.path('source'), '--to', folder.path('a.tar'), '--dry-run', '--exclude', 'size-*'];
    const { exitCode, stdout } = await runCli([...args, '--exclude', '*link*']);
    expect([exitCode, existsSync(folder.path('a.tar'))]).toEqual([0, false]);
    expect(stdout.toString()).toMatch(/^file +0 .*source\/tree\/empty$/m);
    expect(stdout.toString()).not.toMatch(/tree\/(size-|.*link)/);
  });
});

describe('the configuration of a client process', () => {
  const check = async (text: string) => {
    writeFileSync(folder.path('client.yaml'), text);
    return await runCli(['client', '--config', folder.path('client.yaml'), '--check']);
  };

  test('is explained by --check', async () => {
    writeFileSync(folder.path('secret'), 'horse');
    const { exitCode, stdout } = await check(config('secretFile: secret\nlimits: { restoreBytes: 2G, sessions: 3 }\n'));
    expect(exitCode).toBe(0);
    for (const line of [
      'a secret of 5 bytes',
      'at most 3 sessions',
      'at most 2147483648 bytes',
      `restore to ${folder.path('back')}`,
    ]) {
      expect(stdout.toString()).toContain(line);
    }
    expect(stdout.toString()).not.toContain('horse');
  });

  test.each([
    ['wkp: 7', 'wkp is 7; expected tcp://host:port or array://name/port'],
    ['read: [/a]', 'wkp is missing'],
    ['wkp: tcp://h:1\nreed: [/a]', 'reed is no setting'],
    ['wkp: tcp://h:1\nread: [a/b]', 'read.0 is "a/b"; expected an absolute path'],
    ['wkp: tcp://h:1\nread: [/a/../b]', 'expected an absolute path without ..'],
    ['wkp: tcp://h:1\nconnections: 3', 'connections is 3; expected 2'],
    ['wkp: tcp://h:1\nsecretFile: missing', 'secretFile'],
    ['wkp: tcp://h:1\nlimits: { restoreBytes: many }', 'limits.restoreBytes is "many"; expected a number of bytes'],
    ['wkp: [', 'is not YAML'],
    ['', 'the whole file is null; expected settings'],
  ])('%j is refused with what was expected', async (text, why) => {
    const { exitCode, stderr } = await check(text);
    expect([exitCode, stderr.trim().split('\n').length]).toEqual([2, 1]);
    expect(stderr).toContain(why);
  });

  test('is read again on SIGHUP; one that is not right leaves the old one in force', async () => {
    const address = await startClient();
    mkdirSync(folder.path('later'));
    writeFileSync(folder.path('later/file'), 'x');
    const ask = () => runCli(['backup', address, folder.path('later'), '--to', folder.path('a.tar')]);
    expect((await ask()).exitCode).toBe(2);
    writeFileSync(folder.path('client.yaml'), 'wkp: [');
    client?.child.kill('SIGHUP');
    await client?.stderrLine(/"event":"reloadFailed"/);
    writeFileSync(folder.path('client.yaml'), config().replace(folder.path('source'), folder.path('later')));
    client?.child.kill('SIGHUP');
    await client?.stderrLine(/"event":"reloaded"/);
    expect((await ask()).exitCode).toBe(0);
  });

  test('a secret keeps out who does not know it, and is in no line of the log', async () => {
    writeFileSync(folder.path('secret'), 'correct horse battery');
    const address = await startClient('secretFile: secret\nlog: trace\n');
    writeFileSync(folder.path('source/file'), 'x');
    const args = ['backup', address, folder.path('source'), '--to', folder.path('a.tar')];
    expect((await runCli(args)).exitCode).toBe(2);
    expect((await runCli([...args, '--secret-file', folder.path('secret')])).exitCode).toBe(0);
    client?.child.kill('SIGTERM');
    const { stderr } = (await client?.ended) ?? {};
    expect(stderr).toContain('attemptFailed');
    expect(stderr).not.toContain('horse');
  });
});

describe('a signal', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s ends a backup: no archive, the exit code of the signal, and the other side knows',
    async (signal) => {
      const address = await startClient();
      writeFileSync(folder.path('source/big'), Buffer.alloc(200_000_000, 'big'));
      const call = startCli('backup', address, folder.path('source'), '--to', folder.path('a.tar'));
      await client?.stderrLine(/"event":"accepted"/);
      call.child.kill(signal);
      const { exitCode, stdout } = await call.ended;
      expect([exitCode, stdout.length]).toEqual([{ SIGTERM: 143, SIGINT: 130 }[signal], 0]);
      await client?.stderrLine(/"event":"failed","code":"(peerAborted|sessionBroken)"/);
      expect(readdirSync(folder.path('')).filter((name) => name.includes('a.tar'))).toEqual([]);
    },
  );

  test('SIGTERM ends a client process in the middle of a backup, and the server process says why', async () => {
    const address = await startClient();
    writeFileSync(folder.path('source/big'), Buffer.alloc(200_000_000, 'big'));
    const call = startCli('backup', address, folder.path('source'), '--to', folder.path('a.tar'));
    await client?.stderrLine(/"event":"accepted"/);
    client?.child.kill('SIGTERM');
    const [served, asked] = await Promise.all([client?.ended, call.ended]);
    expect([served?.exitCode, asked.exitCode]).toEqual([0, 2]);
    expect(asked.stderr).toContain('The peer gave up. It says: It was told to stop. (aborted)');
    expect(readdirSync(folder.path('')).filter((name) => name.includes('a.tar'))).toEqual([]);
  });
});
