/** The programs of the guide to the inspector, from its own text, beside the inspector of the package as it is built. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Installed, installPackage } from './installed-package.ts';
import { root } from './repository.test-support.ts';

const run = promisify(execFile);
const running = new Set<ChildProcess>();

let installed: Installed;
beforeAll(async () => {
  installed = await installPackage();
}, 120_000);
afterEach(() => {
  for (const child of running) child.kill();
  running.clear();
});
afterAll(() => installed.remove());

/** Writes a program of the guide into the folder of somebody who has installed the package. */
async function program(name: string): Promise<string> {
  const guide = await readFile(join(root, 'docs/guides/inspector.md'), 'utf8');
  const text = new RegExp(`\`\`\`js ${name.replaceAll('.', '\\.')}\n(.*?)\`\`\``, 's').exec(guide)?.[1];
  expect(text, `the guide has a block that is opened by \`\`\`js ${name}`).toBeDefined();
  const path = join(installed.folder, name);
  await writeFile(path, text ?? '');
  return path;
}

/** The address of an inspector of the installed package, and what it answers. */
async function inspect(...options: readonly string[]) {
  const bin = join(installed.folder, 'node_modules/stpconnect/dist/cli/main.js');
  const child = spawn(process.execPath, [bin, 'inspect', '--port', '0', ...options], { stdio: ['ignore', 'pipe', 'ignore'] });
  running.add(child);
  const [address] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const ask = async (path: string) => (await fetch(`${address.split('#')[0]}${path}`)).text();
  return { address, ask };
}

test('the program that is inspected is seen, both of its sides', async () => {
  const { address, ask } = await inspect('--attach');
  const path = await program('inspected.mjs');
  const { stdout, stderr } = await run(process.execPath, [path], { env: { ...process.env, STPCONNECT_INSPECT: address } });
  expect([stdout, stderr]).toEqual(['seen\n', '']);
  const { sessions } = JSON.parse(await ask('api/sessions?recording=live')) as { sessions: { role: string; state: string }[] };
  expect(sessions.map(({ role, state }) => `${role} ${state}`).sort()).toEqual([
    'client closed',
    'client joined',
    'server closed',
  ]);
});

test('the machine of one’s own is shown with its events', async () => {
  const { ask } = await inspect('--machine', await program('lamp.mjs'));
  const { moves } = JSON.parse(await ask('api/moves?recording=machine/lamp')) as { moves: { text: string }[] };
  expect(moves.map(({ text }) => text)).toEqual(['lamp: press']);
});
