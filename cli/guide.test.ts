import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createFolder, runCli } from './cli.test-support.ts';

const page = (name: string) => readFileSync(new URL(`../docs/guides/${name}`, import.meta.url), 'utf8');
const VERBS = [
  'listen',
  'connect',
  'array create',
  'array info',
  'array repair',
  'explore',
  'replay',
  'export',
  'validate',
  'paths',
  'verify',
];
const BACKUP_VERBS = ['client', 'backup', 'restore'];

describe.each([
  ['the command line', page('cli.md'), VERBS],
  ['backup and restore', page('backup.md'), BACKUP_VERBS],
  ['the inspector', page('inspector.md'), ['inspect']],
])('the guide of %s', (_name, guide, verbs) => {
  test.each(verbs)('has every option of %s, and its examples use no other', async (verb) => {
    const { stdout, exitCode } = await runCli([...verb.split(' '), '--help']);
    const offered = [...stdout.toString().matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, option]) => option);
    expect([exitCode, offered.filter((option) => option !== '--help' && !guide.includes(`${option}`))]).toEqual([0, []]);
    const examples = guide.split('\n').filter((line) => line.replace(/^npx /, '').startsWith(`stpconnect ${verb} `));
    const used = examples.flatMap((line) => [...line.matchAll(/ (--[a-z-]+)/g)].map(([, option]) => option));
    expect([examples.length > 0, used.filter((option) => !offered.includes(option))]).toEqual([true, []]);
  });
});

test('the configuration in the guide of backup and restore is one', async () => {
  const folder = createFolder();
  const [, yaml = ''] = /```yaml client\.yaml\n([\s\S]*?)```/.exec(page('backup.md')) ?? [];
  writeFileSync(folder.path('client.yaml'), yaml);
  writeFileSync(folder.path('secret'), 'secret');
  const { exitCode, stdout, stderr } = await runCli(['client', '--config', folder.path('client.yaml'), '--check']);
  folder.remove();
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(stdout.toString()).toContain('may be asked to back up /srv, /home');
});
