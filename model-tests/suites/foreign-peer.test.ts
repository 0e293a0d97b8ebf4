/**
 * The implementation and the Python peer, which was written from docs/protocol.md alone: each in either role, in network mode.
 * Needs python3; STPCONNECT_REQUIRE=python3 makes it a failure when that is missing.
 */
import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { connect, type Listener, listen, StorageArray, type StpConnectError } from '../../impl/index.ts';
import { root } from './repository.test-support.ts';
import { requireTool } from './required-tools.ts';

const peers = join(root, 'model-tests/drive/peers');
const secret = Buffer.from([...Array(32).keys()]);
const other = Buffer.from('another secret');
/** More than every buffer on the way, so that both directions have to flow at once. */
const LARGE = 1_000_000;
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

function secretFile(bytes: Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'stpconnect-'));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'secret');
  writeFileSync(file, bytes);
  return file;
}

/** As peer.py does it, with bytes. */
const upperCase = (words: string) => words.replace(/[a-z]/g, (letter) => letter.toUpperCase());

interface Peer {
  readonly process: ChildProcessByStdio<null, Readable, Readable>;
  /** The next record that it prints. */
  line(): Promise<Record<string, unknown>>;
  /** Its exit code and what it complained of, once it has ended. */
  readonly ended: Promise<{ readonly status: unknown; readonly errors: string }>;
}

function startPeer(...args: readonly string[]): Peer {
  const process = spawn('python3', [join(peers, 'peer.py'), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = once(process, 'close');
  const errors = text(process.stderr);
  cleanups.push(async () => {
    process.kill('SIGKILL');
    await closed;
  });
  const lines = createInterface({ input: process.stdout })[Symbol.asyncIterator]();
  return {
    process,
    async line() {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`peer.py ended without a word: ${await errors}`);
      return JSON.parse(value) as Record<string, unknown>;
    },
    ended: closed.then(async ([status]) => ({ status, errors: await errors })),
  };
}

/** peer.py as the client process; `wkp` is where it listens. */
async function peerListens(secretBytes: Uint8Array): Promise<Peer & { readonly wkp: string }> {
  const peer = startPeer('listen', '127.0.0.1', '0', '--secret-file', secretFile(secretBytes), '--once');
  const { listening } = await peer.line();
  return { ...peer, wkp: `tcp://127.0.0.1:${listening}` };
}

/** peer.py as the server process. */
function peerConnects(listener: Listener, secretBytes: Uint8Array, data: string): Peer {
  const { hostname, port } = new URL(listener.address);
  return startPeer('connect', hostname, port, '--secret-file', secretFile(secretBytes), '--data', data);
}

/** Our listener does what peer.py's does: the data back in upper case, their count on the error channel. */
async function listens(failures: StpConnectError[]): Promise<Listener> {
  const listener = await listen({
    wkp: 'tcp://127.0.0.1:0',
    secret,
    onFailure: (error) => failures.push(error),
    async onSession(session) {
      // Iterating over a Duplex to its end destroys it, unless told otherwise: there would be no answering.
      const sent = await text(session.data.iterator({ destroyOnReturn: false }));
      session.data.end(upperCase(sent));
      session.error.end(`bytes ${Buffer.byteLength(sent)}\n`);
      await session.close();
    },
  });
  cleanups.push(() => listener.close({ sessions: true }));
  return listener;
}

describe.skipIf(!requireTool('python3'))('the Python peer', () => {
  test.each([
    { what: 'a few words', data: 'backup é' },
    { what: 'nothing', data: '' },
    { what: 'a megabyte', data: 'x'.repeat(LARGE) },
  ])('as client process takes our server process in: $what there and back', async ({ data }) => {
    const peer = await peerListens(secret);
    const session = await connect({ wkp: peer.wkp, secret });
    session.data.end(data);
    const [back, words] = await Promise.all([text(session.data), text(session.error)]);
    expect(back).toBe(upperCase(data));
    expect(words).toBe(`bytes ${Buffer.byteLength(data)}\n`);
    expect(await peer.line()).toEqual({ established: true, descriptor: session.descriptor });
    await session.close();
    expect(await peer.ended).toEqual({ status: 0, errors: '' });
  });

  test('as client process refuses our other secret at the first tag, and so do we', async () => {
    const peer = await peerListens(secret);
    await expect(connect({ wkp: peer.wkp, secret: other })).rejects.toMatchObject({
      code: 'tagWrong',
      state: 'handshaking.network.awaitingDescriptor',
    });
    expect(await peer.line()).toMatchObject({ failed: 'declined', reason: 'tagWrong' });
    expect(await peer.ended).toEqual({ status: 0, errors: '' });
  });

  test('as client process has no storage mode, and we fall back', async () => {
    const peer = startPeer('listen', '127.0.0.1', '0', '--secret-file', secretFile(secret));
    const wkp = `tcp://127.0.0.1:${(await peer.line())['listening']}`;
    const array = StorageArray.attach(StorageArray.create({ name: 'sym0' }), { host: 'backup' });
    cleanups.push(() => array.close());
    const session = await connect({ wkp, secret, mode: 'storage', group: 'STG0', fallback: 'network', array });
    expect(session.fallbackReason).toBe('modeUnavailable');
    session.data.end('by the network');
    expect(await text(session.data)).toBe('BY THE NETWORK');
    await session.close();
    expect(await peer.line()).toMatchObject({ failed: 'modeUnavailable' });
    expect(await peer.line()).toMatchObject({ established: true });
  });

  test.each([
    { what: 'a few words', data: 'backup é' },
    { what: 'nothing', data: '' },
    { what: 'a hundred thousand bytes', data: 'x'.repeat(100_000) },
  ])('as server process joins our client process: $what there and back', async ({ data }) => {
    const failures: StpConnectError[] = [];
    const peer = peerConnects(await listens(failures), secret, data);
    const record = await peer.line();
    expect(record).toEqual({ established: true, data: upperCase(data), error: `bytes ${Buffer.byteLength(data)}\n` });
    expect(await peer.ended).toEqual({ status: 0, errors: '' });
    expect(failures).toEqual([]);
  });

  test('as server process refuses our answer when it has another secret, and we hear why', async () => {
    const failures: StpConnectError[] = [];
    const peer = peerConnects(await listens(failures), other, 'never sent');
    expect(await peer.line()).toMatchObject({ failed: 'tagWrong' });
    expect(await peer.ended).toEqual({ status: 1, errors: '' });
    await vi.waitFor(() => expect(failures).toHaveLength(1));
    expect(failures[0]).toMatchObject({ code: 'declined', reason: 'tagWrong' });
  });

  test('passes its own tests', { timeout: 120_000 }, async () => {
    const { stderr } = await promisify(execFile)('python3', ['-m', 'unittest', 'discover', '-s', peers], {
      cwd: root,
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    });
    expect(stderr).toMatch(/^Ran [1-9]\d* tests/m);
    expect(stderr.trimEnd()).toMatch(/\nOK$/);
  });
});

describe('a tool that is missing', () => {
  const missing = 'stpconnect-no-such-tool';

  test('skips the tests that need it, and says so', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    expect(requireTool(missing, {})).toBe(false);
    expect(requireTool(missing, { STPCONNECT_REQUIRE: 'python3' })).toBe(false);
    expect(warn).toHaveBeenCalledTimes(2);
    expect(String(warn.mock.calls[0])).toContain(missing);
  });

  test('is a failure where the environment requires it', () => {
    expect(() => requireTool(missing, { STPCONNECT_REQUIRE: `python3, ${missing}` })).toThrow(/STPCONNECT_REQUIRE/);
  });

  test('is none where it is there', () => {
    expect(requireTool('node', { STPCONNECT_REQUIRE: 'node' })).toBe(true);
  });
});
