import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { backup, restore } from './index.ts';
import { openStation, type Station } from './sessions.test-support.ts';
import { makeFolder } from './trees.test-support.ts';

let folder: ReturnType<typeof makeFolder>;
let station: Station;
let mounted = false;
beforeEach(async () => {
  folder = makeFolder();
  mkdirSync(folder.path('small'));
  mkdirSync(folder.path('source'));
  writeFileSync(folder.path('source/a'), 'small');
  writeFileSync(folder.path('source/big'), Buffer.alloc(3_000_000, 'big'));
  writeFileSync(folder.path('source/z'), 'small');
  station = await openStation('network', { read: [folder.path('source')], write: [folder.path('small')] });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder.path('small')], { stdio: 'pipe' });
    mounted = true;
  } catch {
    mounted = false;
  }
});
afterEach(async () => {
  await station.close();
  if (mounted) execFileSync('umount', [folder.path('small')]);
  folder.remove();
});

test('an archive that finds no space left is not there, and both sides know why', async (context) => {
  if (!mounted) context.skip('nothing can be mounted here, so no disk can be made full');
  const failing = backup(await station.dial(), { paths: [folder.path('source')], to: folder.path('small/a.tar') });
  await expect(failing).rejects.toMatchObject({ code: 'fileFailed', detail: expect.stringContaining('ENOSPC') });
  expect(await station.nextServed()).toMatchObject({ code: 'peerAborted', detail: expect.stringContaining('ENOSPC') });
  expect(readdirSync(folder.path('small'))).toEqual([]);
});

test('a file that finds no space left when it is restored is told of, and the others are there', async (context) => {
  if (!mounted) context.skip('nothing can be mounted here, so no disk can be made full');
  await backup(await station.dial(), { paths: [folder.path('source')], to: folder.path('a.tar') });
  const strip = folder.path('source').split('/').length - 1;
  const summary = await restore(await station.dial(), { from: folder.path('a.tar'), root: folder.path('small'), strip });
  expect(summary).toMatchObject({ outcome: 'partial', failures: 1, records: [{ code: 'ENOSPC', text: 'no space is left' }] });
  expect(readdirSync(folder.path('small')).sort()).toEqual(['a', 'z']);
});
