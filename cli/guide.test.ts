import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runCli } from './cli.test-support.ts';

const guide = readFileSync(new URL('../docs/guides/cli.md', import.meta.url), 'utf8');
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

describe('the guide of the command line', () => {
  test.each(VERBS)('has every option of %s, and its examples use no other', async (verb) => {
    const { stdout, exitCode } = await runCli([...verb.split(' '), '--help']);
    const offered = [...stdout.toString().matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, option]) => option);
    expect([exitCode, offered.filter((option) => option !== '--help' && !guide.includes(`${option}`))]).toEqual([0, []]);
    const examples = guide.split('\n').filter((line) => line.startsWith(`stpconnect ${verb} `));
    const used = examples.flatMap((line) => [...line.matchAll(/ (--[a-z-]+)/g)].map(([, option]) => option));
    expect([examples.length > 0, used.filter((option) => !offered.includes(option))]).toEqual([true, []]);
  });
});
