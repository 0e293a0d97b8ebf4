import { createHash, randomBytes, randomInt } from 'node:crypto';
import { statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ArrayInfo } from '../impl/index.ts';
import { ArrayError, ArrayInspector } from '../impl/index.ts';
import { type CliCall, createFolder, runCli, startCli } from './cli.test-support.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const groups = ['--group', 'STG0=4M:database,backup', '--group', 'STG1=64K:database'];
/** Short heartbeats, so that the dead are found soon. */
const attach = (file: string, host: string) => ['--array', file, '--host', host, '--heartbeat', '100'];

/** How often each side is killed; `npm run bench -- array-kills` does it 200 times. */
const KILLS = Number(process.env['STPCONNECT_KILLS'] ?? 1);

let folder: ReturnType<typeof createFolder>;
let file: string;
beforeEach(async () => {
  folder = createFolder();
  file = folder.path('sym0');
  expect(await runCli(['array', 'create', file, ...groups])).toMatchObject({ exitCode: 0 });
});
afterEach(() => {
  folder.remove();
});

/** Why no process can attach to a file here. */
function whyNotMapped(path: string): string | undefined {
  try {
    new ArrayInspector({ file: path });
    return undefined;
  } catch (error) {
    const missing = error instanceof ArrayError && error.code === 'mappingUnavailable';
    if (!missing || (process.env['STPCONNECT_REQUIRE'] ?? '').split(',').includes('koffi')) throw error;
    console.warn(`Skipped: a test between processes. ${error.message}. STPCONNECT_REQUIRE=koffi makes that a failure.`);
    return error.message;
  }
}

const infoOf = (path: string): ArrayInfo => new ArrayInspector({ file: path }).info();

describe('array create', () => {
  test('makes a file for its owner alone, and never over another one', async () => {
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const again = await runCli(['array', 'create', file, ...groups]);
    expect([again.exitCode, again.stderr]).toEqual([2, expect.stringMatching(/^stpconnect: .*file already exists.*\n$/)]);
  });

  test.each([
    [['--group', 'STG0'], /NAME=SIZE:HOST/],
    [['--group', 'STG0=12:a'], /groups\.0\.size: got 12/],
    [['--group', 'STG0=lots:a'], /number of bytes/],
    [['--group', 'STG0=64K:a', '--size', '64K'], /needs \d+ bytes, expected at most the 65536/],
    [[], /--group/],
  ])('%j: exit code 2, and the line says what was expected', async (argv, pattern) => {
    const { exitCode, stderr } = await runCli(['array', 'create', folder.path('other'), ...argv]);
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(pattern)]);
  });
});

describe('listen and connect through an array in a file', () => {
  beforeEach((context) => {
    const reason = whyNotMapped(file);
    if (reason) context.skip(reason);
  });

  async function startListener(): Promise<CliCall & { readonly address: string }> {
    const call = startCli('listen', '--wkp', 'tcp://127.0.0.1:0', ...attach(file, 'database'));
    const [, address = ''] = await call.stderrLine(/listening on (\S+)/);
    return { ...call, address };
  }
  const storage = (address: string) => ['connect', address, '--mode', 'storage', '--group', 'STG0', ...attach(file, 'backup')];

  test('join two processes: 20 MB each way at the same time arrive unchanged, and nothing is left in the array', async () => {
    const there = randomBytes(20_000_000);
    const back = randomBytes(20_000_000);
    const listener = await startListener();
    listener.child.stdin.end(back);
    const [client, server] = await Promise.all([listener.ended, runCli(storage(listener.address), there)]);
    expect([server.stderr, server.exitCode, sha256(server.stdout)]).toEqual(['', 0, sha256(back)]);
    expect([client.exitCode, sha256(client.stdout)]).toEqual([0, sha256(there)]);
    expect(infoOf(file)).toMatchObject({ hosts: [], ports: [], sessions: [], connections: { used: 0 } });
  });

  test('array info shows hosts, ports, groups and the bytes of the session while it stands, as tables and as JSON', async () => {
    const listener = await startListener();
    const server = startCli(...storage(listener.address));
    server.child.stdin.write('eight by');
    await listener.stdoutBytes(8);
    const { stdout } = await runCli(['array', 'info', file]);
    for (const words of [/database.*running/, /backup.*running/, /STG0\/0.*backup.*database.*8/]) {
      expect(stdout.toString()).toMatch(words);
    }
    const json = JSON.parse((await runCli(['array', 'info', file, '--json'])).stdout.toString()) as ArrayInfo;
    expect(json.sessions).toMatchObject([
      { group: 'STG0', hosts: ['backup', 'database'], data: { there: { written: 8, unread: 0 } } },
    ]);
    server.child.stdin.end();
    listener.child.stdin.end();
    expect((await server.ended).exitCode).toBe(0);
  });

  test('the well-known port may be in the array too', async () => {
    const call = startCli('listen', '--wkp', 'array://sym0/7', ...attach(file, 'database'));
    await call.stderrLine(/listening on array:/);
    call.child.stdin.end();
    expect((await runCli(storage('array://sym0/7'), 'hello')).exitCode).toBe(0);
    expect((await call.ended).stdout.toString()).toBe('hello');
  });

  test('a group that does not have both hosts on its list is declined', async () => {
    const listener = await startListener();
    const { exitCode, stderr } = await runCli(storage(listener.address).map((word) => (word === 'STG0' ? 'STG1' : word)));
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/groupRefused/)]);
    listener.child.kill('SIGKILL');
  });

  test.each([
    [['--mode', 'storage', '--group', 'STG0', '--array', '/nonexistent/array'], /\/nonexistent\/array.*no such file/],
    [['--mode', 'storage', '--array', '/dev/null'], /needs --group/],
    [['--mode', 'network', '--host', 'backup'], /--host backup means something with --array only/],
  ])('%j: exit code 2, and the line says what was expected', async (argv, pattern) => {
    const { exitCode, stderr } = await runCli(['connect', 'tcp://127.0.0.1:9', ...argv]);
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(pattern)]);
  });

  const seed = Number(process.env['STPCONNECT_SEED'] ?? randomInt(2 ** 31));
  test.each(['listen', 'connect'] as const)(
    `whichever moment ${KILLS} times the process that does \`%s\` is killed in, the other ends with an error, and the array is clean (STPCONNECT_SEED=${seed})`,
    async (victim) => {
      let state = seed;
      const random = () => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        return state / 2 ** 32;
      };
      for (let kill = 0; kill < KILLS; kill += 1) {
        const listener = await startListener();
        const server = startCli(...storage(listener.address));
        const killed = victim === 'listen' ? listener : server;
        const other = victim === 'listen' ? server : listener;
        // A moment is an amount of bytes that have arrived: 0 is during the handshake or before it.
        const moment = Math.floor(random() * 4) * Math.floor(random() * 3_000_000);
        Readable.from(endless()).pipe(server.child.stdin);
        if (moment > 0) await listener.stdoutBytes(moment);
        killed.child.kill('SIGKILL');
        other.child.stdin.end();
        // Nobody had come yet, or nobody knows whether he had: the listener waits for the next one until it is told to go.
        if (moment === 0 && victim === 'connect') other.child.kill('SIGTERM');
        const { exitCode, stderr } = await other.ended;
        if (moment === 0 && victim === 'connect') expect([143, 1]).toContain(exitCode);
        else {
          expect({ moment, exitCode, stderr }).toMatchObject({
            exitCode: 1,
            stderr: expect.stringMatching(/connectionReset|connectionRefused|connectionEnded|Timeout/),
          });
        }
        await runCli(['array', 'repair', file]);
        expect(infoOf(file)).toMatchObject({ hosts: [], ports: [], sessions: [], connections: { used: 0 } });
      }
    },
    30_000 + 20_000 * KILLS,
  );
});

function* endless() {
  const piece = Buffer.alloc(65_536, 7);
  for (;;) yield piece;
}
