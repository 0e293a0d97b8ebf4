/**
 * The guide for implementations that are not ours, from its own text: its commands are run one block after the other, against the package as it is
 * built and with the C example that comes with it. Needs cc and python3; STPCONNECT_REQUIRE makes it a failure when one is missing.
 */
import { execFile } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Installed, installPackage } from './installed-package.ts';
import { root } from './repository.test-support.ts';
import { requireTool } from './required-tools.ts';

const run = promisify(execFile);
const guide = readFileSync(join(root, 'docs/guides/test-your-implementation.md'), 'utf8');
/** The blocks that begin with this info string. */
const blocks = (info: string) =>
  [...guide.matchAll(new RegExp(`^\`\`\`${info}\n(.*?)^\`\`\``, 'gms'))].map(([, text = '']) => text);
const commands = blocks('sh');
const patience = 120_000;

/** A TCP port of the loopback interface that is free. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

describe.skipIf(!requireTool('cc') || !requireTool('python3'))('the guide for implementations that are not ours', () => {
  let installed: Installed;
  beforeAll(async () => {
    installed = await installPackage();
    const example = join(installed.folder, 'node_modules/stpconnect/docs/guides/examples/server-process.c');
    cpSync(example, join(installed.folder, 'server-process.c'));
    // What the guide runs in a checkout.
    cpSync(join(root, 'model-tests/drive/peers'), join(installed.folder, 'model-tests/drive/peers'), { recursive: true });
  }, patience);
  afterAll(() => installed.remove());

  /** Runs a block in a shell that stops at the first command that fails, with ports that are free. */
  async function shell(block: string): Promise<{ readonly stdout: string; readonly stderr: string }> {
    const ports = [await freePort(), await freePort()];
    const script = block.replaceAll(/\b707([01])\b/g, (_, place: string) => String(ports[Number(place)]));
    const env = { ...process.env, PATH: `${installed.bin}:${process.env['PATH']}`, PYTHONDONTWRITEBYTECODE: '1' };
    // What it leaves running when a command fails would hold its output open.
    return run('bash', ['-ec', `trap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n${script}`], {
      cwd: installed.folder,
      env,
      timeout: patience,
    });
  }

  test('has commands', () => {
    expect(commands).toHaveLength(5);
  });

  test('builds the example without a warning, and it holds', { timeout: patience }, async () => {
    const { stdout, stderr } = await shell(commands[0] ?? '');
    expect(stderr).toBe('the server process in C server: 82 paths\n');
    const shown = blocks('text').find((text) => text.includes('│ implementation')) ?? '';
    expect(withoutSeconds(stdout)).toBe(withoutSeconds(shown));
  });

  test('shows what its broken twin is told, to the letter', { timeout: patience }, async () => {
    const { stderr } = await shell(commands[1] ?? '');
    const [shown = ''] = blocks('text failure');
    expect(stderr).toBe(`${shown}the server process in C server: 1 paths\n`);
  });

  test('drives the Python peer as client process over TCP', { timeout: patience }, async () => {
    const { stdout } = await shell(commands[2] ?? '');
    expect(stdout).toMatch(/client .* 29\/29 │ 19\/54 │ {6}0 │/);
  });

  test('drives the example as server process over TCP', { timeout: patience }, async () => {
    const { stdout, stderr } = await shell(commands[3] ?? '');
    expect(stdout).toMatch(/server .* 62\/62 │ 22\/55 │ {6}0 │/);
    expect(stderr).toMatch(/listening on tcp:\/\/127\.0\.0\.1:\d+; the server process has to dial/);
  });

  test('writes paths to a file and drives the example along them', { timeout: patience }, async () => {
    const { stdout } = await shell(commands[4] ?? '');
    expect(stdout).toMatch(/server │ {4}82 │ {3}387 │/);
  });
});

/** The table without what is different each time. */
const withoutSeconds = (table: string) => table.replaceAll(/[\d.]+ │$/gm, '│').trimEnd();
