import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Mode } from '../index.ts';
import { BackupError, backup, type FileRecord, restore } from './index.ts';
import { openStation, type Station } from './sessions.test-support.ts';
import { describeTree, makeAwkwardTree, makeFifo, makeFolder } from './trees.test-support.ts';

let folder: ReturnType<typeof makeFolder>;
let station: Station;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(async () => {
  await station.close();
  folder.remove();
});

const open = async (mode: Mode = 'network') => {
  station = await openStation(mode, { read: [folder.path('')], write: [folder.path('')] });
  return station;
};

/** The tree as it comes back: below the root of the restore stands the whole path that was backed up. */
const restoredTree = (root: string, source: string) => describeTree(`${root}${source}`);

describe('a backup and its restore', () => {
  test.each(['network', 'storage'] as const)(
    'give the same tree in %s mode: contents, names, modes, times, links and owners',
    async (mode) => {
      await open(mode);
      makeAwkwardTree(folder.path('tree'));
      const before = describeTree(folder.path('tree'));
      const summary = await backup(await station.dial(), { paths: [folder.path('tree')], to: folder.path('a.tar') });
      expect({ ...summary, records: summary.records.map(({ path, code }) => `${path} ${code}`) }).toMatchObject({
        outcome: 'complete',
        entries: Object.keys(before).length,
        records: [],
      });
      expect(await station.nextServed()).toMatchObject({ verb: 'backup', sha256: summary.sha256, kept: true });
      const back = await restore(await station.dial(), { from: folder.path('a.tar'), root: folder.path('back') });
      expect([back.outcome, back.entries, back.sha256]).toEqual(['complete', summary.entries, summary.sha256]);
      expect(restoredTree(folder.path('back'), folder.path('tree'))).toEqual(before);
      expect(describeTree(folder.path('tree'))).toEqual(before);
    },
  );

  test.each(['a.tar.gz', 'a.tgz', 'a.tar.br'])('go through a compressed archive, %s', async (name) => {
    await open();
    makeAwkwardTree(folder.path('tree'));
    await backup(await station.dial(), { paths: [folder.path('tree')], to: folder.path(name) });
    await restore(await station.dial(), { from: folder.path(name), root: folder.path('back') });
    expect(restoredTree(folder.path('back'), folder.path('tree'))).toEqual(describeTree(folder.path('tree')));
    if (name !== 'a.tar.br') execFileSync('tar', ['tzf', folder.path(name)], { stdio: 'pipe' });
  });

  test('leave holes holes: a restored file takes no more room than the one that was backed up', async () => {
    await open();
    makeAwkwardTree(folder.path('tree'));
    const { bytes } = await backup(await station.dial(), { paths: [folder.path('tree/sparse')], to: folder.path('a.tar') });
    expect(bytes).toBeLessThan(100_000);
    await restore(await station.dial(), { from: folder.path('a.tar'), root: folder.path('back') });
    const blocks = (path: string) => Number(execFileSync('stat', ['-c', '%b', path], { encoding: 'utf8' }));
    expect(blocks(`${folder.path('back')}${folder.path('tree/sparse')}`)).toBeLessThanOrEqual(blocks(folder.path('tree/sparse')));
  });

  test('twice into the same folder replace what is there, and a second run changes nothing', async () => {
    await open();
    makeAwkwardTree(folder.path('tree'));
    await backup(await station.dial(), { paths: [folder.path('tree')], to: folder.path('a.tar') });
    for (const round of [1, 2]) {
      const back = await restore(await station.dial(), { from: folder.path('a.tar'), root: folder.path('back') });
      expect([round, back.records]).toEqual([round, []]);
    }
    expect(restoredTree(folder.path('back'), folder.path('tree'))).toEqual(describeTree(folder.path('tree')));
  });

  test('strip leaves out the beginning of names, so that a tree goes where one wants it', async () => {
    await open();
    makeAwkwardTree(folder.path('tree'));
    await backup(await station.dial(), { paths: [folder.path('tree')], to: folder.path('a.tar') });
    const strip = folder.path('tree').split('/').length - 1;
    await restore(await station.dial(), { from: folder.path('a.tar'), root: folder.path('back'), strip });
    const { '.': _there, ...there } = describeTree(folder.path('tree'));
    const { '.': _back, ...back } = describeTree(folder.path('back'));
    expect(back).toEqual(there);
  });
});

describe('plain tar', () => {
  test('lists and unpacks an archive of ours to the same tree', async () => {
    await open();
    makeAwkwardTree(folder.path('tree'));
    await backup(await station.dial(), { paths: [folder.path('tree')], to: folder.path('a.tar') });
    mkdirSync(folder.path('unpacked'));
    const listed = execFileSync('tar', ['tf', folder.path('a.tar'), '--quoting-style=literal']);
    expect(listed.toString('latin1')).toContain('gr\xfc\xdfe');
    const said = execFileSync('sh', ['-c', `tar xpf ${folder.path('a.tar')} -C ${folder.path('unpacked')} 2>&1`], {
      encoding: 'utf8',
    });
    // The clock of tar thinks that a year after 2038 is odd, and says so.
    expect(
      said.split('\n').filter((line) => line !== '' && !line.includes('in the future') && !line.includes('implausibly old')),
    ).toEqual([]);
    expect(restoredTree(folder.path('unpacked'), folder.path('tree'))).toEqual(describeTree(folder.path('tree')));
  });

  test.each(['gnu', 'posix', 'ustar', 'v7', 'oldgnu'])('of format %s is restored, each name of it', async (format) => {
    await open();
    mkdirSync(folder.path('tree'));
    writeFileSync(folder.path('tree/file'), 'contents');
    if (format !== 'v7' && format !== 'ustar') writeFileSync(folder.path(`tree/${'long '.repeat(40)}`), 'long');
    symlinkSync('file', folder.path('tree/link'));
    const sparse = format === 'posix' ? ['-S', '--sparse-version=1.0'] : [];
    execFileSync('tar', ['cf', folder.path('a.tar'), `--format=${format}`, ...sparse, '-C', folder.path(''), 'tree']);
    const { records } = await restore(await station.dial(), { from: folder.path('a.tar'), root: folder.path('back') });
    expect(records).toEqual([]);
    const whole = (root: string) =>
      Object.fromEntries(
        Object.entries(describeTree(root)).map(([name, facts]) => [name, facts.replace(/ (\d+)\d{9} /, ' $1 ')]),
      );
    expect(whole(folder.path('back/tree'))).toEqual(whole(folder.path('tree')));
  });

  test.each(['0.0', '0.1', '1.0'])('has files with holes in format %s, and they are restored', async (version) => {
    await open();
    makeAwkwardTree(folder.path('tree'));
    const names = ['sparse', 'all-hole', 'ends-in-data'].map((name) => `tree/${name}`);
    const args = ['--format=posix', '-S', `--sparse-version=${version}`, '-C', folder.path('')];
    execFileSync('tar', ['cf', folder.path('a.tar'), ...args, ...names]);
    const { records } = await restore(await station.dial(), { from: folder.path('a.tar'), root: folder.path('back') });
    expect(records).toEqual([]);
    for (const name of names)
      expect(readFileSync(folder.path(`back/${name}`)).equals(readFileSync(folder.path(name)))).toBe(true);
  });
});

describe('what is left out, and what fails', () => {
  test('a FIFO and a socket are told of, and are no failure', async () => {
    await open();
    mkdirSync(folder.path('tree'));
    writeFileSync(folder.path('tree/file'), 'x');
    makeFifo(folder.path('tree/fifo'));
    const server = createServer().listen(folder.path('tree/socket'));
    const told: FileRecord[] = [];
    const summary = await backup(await station.dial(), {
      paths: [folder.path('tree')],
      to: folder.path('a.tar'),
      onRecord: (record) => told.push(record),
    });
    server.close();
    expect(summary).toMatchObject({ outcome: 'complete', entries: 2, failures: 0, notes: 2 });
    expect(told.map(({ path, code, severity }) => [path.split('/').at(-1), code, severity]).sort()).toEqual([
      ['fifo', 'special', 'note'],
      ['socket', 'special', 'note'],
    ]);
  });

  test('a path that is not there is told, and the others are backed up', async () => {
    await open();
    writeFileSync(folder.path('file'), 'x');
    const paths = [folder.path('nothing'), folder.path('file')];
    const summary = await backup(await station.dial(), { paths, to: folder.path('a.tar') });
    expect(summary).toMatchObject({ outcome: 'partial', entries: 1, failures: 1 });
    expect(summary.records[0]).toMatchObject({ code: 'ENOENT', text: 'it is not there' });
  });

  test('when nothing could be read there is no archive, and an older one stays', async () => {
    await open();
    writeFileSync(folder.path('a.tar'), 'older');
    const failing = backup(await station.dial(), { paths: [folder.path('nothing')], to: folder.path('a.tar') });
    await expect(failing).rejects.toMatchObject({ code: 'nothingDone' });
    expect([readFileSync(folder.path('a.tar'), 'utf8'), readdirSync(folder.path(''))]).toEqual(['older', ['a.tar']]);
  });

  test('a path outside of the folders that may be read is refused, and what is behind a symbolic link is not read', async () => {
    await open();
    await expect(backup(await station.dial(), { paths: ['/etc/passwd'], to: folder.path('a.tar') })).rejects.toMatchObject({
      code: 'refused',
    });
    await expect(
      backup(await station.dial(), { paths: [folder.path('x/../../../etc/passwd')], to: folder.path('a.tar') }),
    ).rejects.toMatchObject({ code: 'refused' });
    symlinkSync('/etc', folder.path('link'));
    const paths = [folder.path('link/passwd'), folder.path('link')];
    const { records, entries } = await backup(await station.dial(), { paths, to: folder.path('a.tar') });
    expect([entries, records.map(({ code }) => code)]).toEqual([1, ['linkWay']]);
    const outside = restore(await station.dial(), { from: folder.path('a.tar'), root: '/etc' });
    await expect(outside).rejects.toMatchObject({ code: 'refused' });
  });

  test('patterns leave files out, and a folder with all that is in it', async () => {
    await open();
    makeAwkwardTree(folder.path('tree'));
    const exclude = ['size-*', 'folder', '**/not-writable/**'];
    await backup(await station.dial(), { paths: [folder.path('tree')], to: folder.path('a.tar'), exclude });
    const listed = execFileSync('tar', ['tf', folder.path('a.tar')], { encoding: 'latin1' });
    expect(listed.split('\n').filter((line) => /size-|folder\/|writable\/./.test(line) && !line.includes('a folder'))).toEqual(
      [],
    );
    expect(listed).toContain('not-writable/\n');
  });

  test('paths that lie in one another are backed up once', async () => {
    await open();
    makeAwkwardTree(folder.path('tree'));
    const paths = ['tree/folder', 'tree', 'tree/folder/inside', 'tree'].map(folder.path);
    const { entries } = await backup(await station.dial(), { paths, to: folder.path('a.tar') });
    expect(entries).toBe(Object.keys(describeTree(folder.path('tree'))).length);
  });

  test('a dry run lists and writes nothing', async () => {
    await open();
    makeAwkwardTree(folder.path('tree'));
    const listed: string[] = [];
    const onEntry = ({ path }: { path: string }) => listed.push(path);
    const { entries } = await backup(await station.dial(), {
      paths: [folder.path('tree')],
      to: folder.path('a.tar'),
      dryRun: true,
      onEntry,
    });
    expect([entries, listed.length, readdirSync(folder.path(''))]).toEqual([listed.length, entries, ['tree']]);
    await backup(await station.dial(), { paths: [folder.path('tree')], to: folder.path('a.tar') });
    const again: string[] = [];
    const to = { from: folder.path('a.tar'), root: folder.path('back'), dryRun: true };
    const back = await restore(await station.dial(), { ...to, onEntry: ({ path }) => again.push(path.replace(/\/$/, '')) });
    expect([back.entries, again, readdirSync(folder.path('')).sort()]).toEqual([entries, listed, ['a.tar', 'tree']]);
  });

  test('an archive that ends early is restored as far as it goes, and that is said', async () => {
    await open();
    makeAwkwardTree(folder.path('tree'));
    await backup(await station.dial(), { paths: [folder.path('tree')], to: folder.path('a.tar') });
    const whole = readFileSync(folder.path('a.tar'));
    writeFileSync(folder.path('half.tar'), whole.subarray(0, whole.length / 2));
    const summary = await restore(await station.dial(), { from: folder.path('half.tar'), root: folder.path('back') });
    expect(summary).toMatchObject({ outcome: 'partial', problem: 'it ends before its last block' });
    expect(await station.nextServed()).toMatchObject({ verb: 'backup' });
    expect(await station.nextServed()).toMatchObject({ verb: 'restore', kept: false });
    expect(Object.keys(describeTree(folder.path('back'))).filter((name) => name.includes('.partial'))).toEqual([]);
  });

  test('what is no archive at all restores nothing', async () => {
    await open();
    writeFileSync(folder.path('a.tar'), 'this is not a tar archive'.repeat(100));
    const failing = restore(await station.dial(), { from: folder.path('a.tar'), root: folder.path('back') });
    await expect(failing).rejects.toMatchObject({ code: 'nothingDone' });
    rmSync(folder.path('a.tar'));
    const missing = restore(await station.dial(), { from: folder.path('a.tar'), root: folder.path('back') });
    await expect(missing).rejects.toThrow(BackupError);
  });
});
