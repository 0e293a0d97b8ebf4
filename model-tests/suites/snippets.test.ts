/** The programs in the documentation, from its own text, run against the package as it is built. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const run = promisify(execFile);
const root = new URL('../../', import.meta.url).pathname;

let folder: string;

beforeAll(async () => {
  const cache = join(root, 'node_modules/.cache');
  await mkdir(cache, { recursive: true });
  folder = await mkdtemp(join(cache, 'snippets-'));
  const installed = join(folder, 'node_modules/stpconnect');
  await mkdir(installed, { recursive: true });
  await writeFile(join(installed, 'package.json'), await readFile(join(root, 'package.json')));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const to = ['--outDir', join(installed, 'dist'), '--declaration', 'false', '--declarationMap', 'false'];
  await run(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json'), ...to]);
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** What the program prints that stands in this page in a block opened by ```js and its name. */
async function output(page: string, name: string): Promise<string> {
  const block = new RegExp(`\`\`\`js ${name.replaceAll('.', '\\.')}\n(.*?)\`\`\``, 's');
  const program = block.exec(await readFile(join(root, page), 'utf8'))?.[1];
  expect(program, `${page} has a block that is opened by \`\`\`js ${name}`).toBeDefined();
  await writeFile(join(folder, name), program ?? '');
  const { stdout, stderr } = await run(process.execPath, [join(folder, name)], { timeout: 30_000 });
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
