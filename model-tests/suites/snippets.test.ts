/** The programs in the documentation, from its own text, run against the package as it is built. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Installed, installPackage } from './installed-package.ts';
import { root } from './repository.test-support.ts';

const run = promisify(execFile);

let installed: Installed;

beforeAll(async () => {
  installed = await installPackage();
}, 120_000);

afterAll(() => installed.remove());

/** What the program prints that stands in this page in a block opened by ```js and its name; `change` alters its text before. */
async function output(page: string, name: string, change = (program: string) => program): Promise<string> {
  const block = new RegExp(`\`\`\`js ${name.replaceAll('.', '\\.')}\n(.*?)\`\`\``, 's');
  const program = block.exec(await readFile(join(root, page), 'utf8'))?.[1];
  expect(program, `${page} has a block that is opened by \`\`\`js ${name}`).toBeDefined();
  await writeFile(join(installed.folder, name), change(program ?? ''));
  const { stdout, stderr } = await run(process.execPath, [join(installed.folder, name)], { timeout: 30_000 });
  expect(stderr).toBe('');
  return stdout;
}

test('the library example of the README carries both channels through the array between two threads', async () => {
  expect(await output('README.md', 'example.mjs')).toBe(
    'a storage session through STG0\ndata: what host-a wants to keep\n\nerror: photo.jpg: permission denied\n\n',
  );
});

test('the guide to traces validates one of which something is missing', async () => {
  expect(await output('docs/guides/traces.md', 'validate.mjs')).toBe('true\nfalse\n');
});

test('the guide to traces monitors a session', async () => {
  expect(await output('docs/guides/traces.md', 'monitor.mjs')).toBe('as the chart says\n');
});

test('the guide to second opinions prints a model for SPIN', async () => {
  const text = await output('docs/guides/second-opinion.md', 'second-opinion.mjs');
  expect(text).toMatch(/^\/\*\n \* \d+ states, \d+ moves\./);
  expect(text).toMatch(/chan reply_\d+ = \[1\] of/);
  expect(text).toMatch(/never one_p1 /);
  expect(text).toMatch(/-DNFAIR=2 .* -N NAME/);
});

/** What the page says that the program prints: the block of text behind it. */
async function promised(page: string, name: string): Promise<string> {
  const behind = (await readFile(join(root, page), 'utf8')).split(`\`\`\`js ${name}\n`)[1];
  return /```text\n(.*?)```/s.exec(behind ?? '')?.[1] ?? '';
}

describe('the guide to protocols of one’s own', () => {
  const page = 'docs/guides/your-own-protocol.md';

  test.each(['alternating-bit.mjs', 'peterson.mjs', 'two-phase-commit.mjs'])('%s prints what the guide says', async (name) => {
    const said = await promised(page, name);
    expect(said).not.toBe('');
    expect(await output(page, name)).toBe(said);
  });

  test.each([
    ['alternating-bit.mjs', 'event.bit !== bit', 'false', 'in order: violated'],
    ['peterson.mjs', "type: 'setTurn', turn: other", "type: 'setTurn', turn: 'a'", 'exclusion: violated'],
    ['two-phase-commit.mjs', "guard: 'isUnanimous',", '', 'consistent violated'],
  ])('%s finds what is wrong when %s is changed', async (name, right, wrong, found) => {
    const change = (program: string) => {
      expect(program).toContain(right);
      return program.replace(right, wrong);
    };
    expect(await output(page, name, change)).toContain(found);
  });
});
