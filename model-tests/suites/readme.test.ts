/** The README's library example, from the README's own text, run against the package as it is built. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const root = new URL('../../', import.meta.url).pathname;

test('the library example of the README carries both channels through the array between two threads', {
  timeout: 120_000,
}, async () => {
  const example = /```js example\.mjs\n(.*?)```/s.exec(await readFile(join(root, 'README.md'), 'utf8'))?.[1];
  expect(example, 'the README has a block that is opened by ```js example.mjs').toBeDefined();
  const cache = join(root, 'node_modules/.cache');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'readme-'));
  try {
    const installed = join(folder, 'node_modules/stpconnect');
    await mkdir(installed, { recursive: true });
    await writeFile(join(installed, 'package.json'), await readFile(join(root, 'package.json')));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    await run(process.execPath, [
      tsc,
      '-p',
      join(root, 'tsconfig.build.json'),
      '--outDir',
      join(installed, 'dist'),
      '--declaration',
      'false',
      '--declarationMap',
      'false',
    ]);
    await writeFile(join(folder, 'example.mjs'), example ?? '');
    const { stdout, stderr } = await run(process.execPath, [join(folder, 'example.mjs')], { timeout: 30_000 });
    expect(stderr).toBe('');
    expect(stdout).toBe(
      'a storage session through STG0\ndata: what host-a wants to keep\n\nerror: photo.jpg: permission denied\n\n',
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
