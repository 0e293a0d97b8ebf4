import { once } from 'node:events';
import { chmodSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from 'vitest';
import type { ArrayConnection } from './array-connection.ts';
import { ArrayError } from './errors.ts';
import { ArrayInspector } from './inspector.ts';
import { HEADER } from './layout.ts';
import { attachHere, newFile, options, type Peer, startPeer, whyNotMapped } from './mapped.test-support.ts';
import { loadNative } from './memory/native.ts';
import { type AttachOptions, StorageArray } from './storage-array.ts';

function codeOf(call: () => unknown): string {
  try {
    call();
    return 'none';
  } catch (error) {
    if (error instanceof ArrayError) return error.code;
    throw error;
  }
}

async function twoProcesses(attachOptions: Partial<AttachOptions> = {}) {
  const file = newFile();
  return { file, array: attachHere(file, attachOptions), peer: await startPeer(file) };
}

/** A data channel to the other process, which sends back what comes. */
async function open(array: StorageArray, peer: Peer): Promise<ArrayConnection> {
  const port = (await peer.ask('listen')) as number;
  const connection = array.connect(port, undefined, 9);
  for (;;) {
    // The other side takes the segments first; `attached` answers behind that.
    await peer.ask('attached');
    try {
      return array.attachGroup(connection, 'STG0').data;
    } catch (error) {
      if (!(error instanceof ArrayError && error.code === 'groupUnknown')) throw error;
    }
  }
}

/** Resolves with the error that ends the connection. */
const failure = (connection: ArrayConnection) =>
  new Promise<ArrayError>((resolve) => {
    connection.watch({ readable: () => connection.read(1), room: () => undefined, failed: resolve });
    try {
      if (connection.read(1) !== undefined) throw new Error('there was something to read');
    } catch (error) {
      if (error instanceof ArrayError) resolve(error);
      else throw error;
    }
  });

describe('a file that is no array of ours', () => {
  const refused = (change: (file: string) => void) => {
    const file = newFile();
    change(file);
    return codeOf(() => StorageArray.attach({ file }, { host: 'here' }));
  };
  const patch = (word: number, value: number) => (file: string) => {
    const bytes = readFileSync(file);
    bytes.writeUInt32LE(value, word * 4);
    writeFileSync(file, bytes);
  };

  beforeEach((context) => {
    const reason = whyNotMapped();
    if (reason) context.skip(reason);
  });

  test.each([
    ['magic', patch(HEADER.MAGIC, 1)],
    ['version', patch(HEADER.VERSION, 1)],
    ['layout hash', patch(HEADER.LAYOUT_HASH, 1)],
    ['configuration length', patch(HEADER.CONFIG_LENGTH, 0xffff_ffff)],
    ['configuration', patch(64, 1)],
    ['size', (file: string) => truncateSync(file, 8_192)],
    ['size that ends in the header', (file: string) => truncateSync(file, 100)],
    ['mode', (file: string) => chmodSync(file, 0o640)],
  ])('is refused before anything is mapped: another %s', (_what, change) => {
    expect(refused(change)).toBe('memoryInvalid');
  });

  test('is refused when it is missing, or a link', () => {
    const file = newFile();
    symlinkSync(file, `${file}.link`);
    expect(codeOf(() => StorageArray.attach({ file: `${file}.none` }, { host: 'here' }))).toBe('fileFailed');
    expect(codeOf(() => StorageArray.attach({ file: `${file}.link` }, { host: 'here' }))).toBe('fileFailed');
  });
});

test('a file is made for its owner alone, and never over another one', () => {
  const file = newFile();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(codeOf(() => StorageArray.createFile(file, options))).toBe('fileFailed');
  expect(codeOf(() => StorageArray.createFile(`${file}/no/such/folder`, options))).toBe('fileFailed');
});

test('without koffi there is one sentence that says what to install', () => {
  const load = () => {
    throw new Error('Cannot find module');
  };
  expect(() => loadNative(load)).toThrow(process.platform === 'linux' ? /npm install koffi/ : /needs Linux/);
});

describe('two processes', () => {
  beforeEach((context) => {
    const reason = whyNotMapped();
    if (reason) context.skip(reason);
  });

  test('pass a megabyte there and back through a ring of 16 KiB, and leave nothing', async () => {
    const { array, peer } = await twoProcesses();
    const data = await open(array, peer);
    const bytes = Buffer.alloc(1_000_000, 'abcdefghijk');
    const received: Buffer[] = [];
    await new Promise<void>((resolve, reject) => {
      let sent = 0;
      const go = () => {
        while (sent < bytes.length) {
          const count = data.write(bytes.subarray(sent, sent + 50_000));
          if (count === 0) break;
          sent += count;
          if (sent === bytes.length) data.end();
        }
        for (let piece = data.read(65_536); piece !== undefined; piece = data.read(65_536)) {
          if (piece === null) return resolve();
          received.push(Buffer.from(piece));
        }
      };
      data.watch({ readable: go, room: go, failed: reject });
      go();
    });
    expect(Buffer.concat(received).equals(bytes)).toBe(true);
    data.close();
    await peer.ask('attached');
    const ended = once(peer.child, 'exit');
    peer.child.send({ order: 'leave', argument: 0 });
    expect((await ended)[0]).toBe(0);
    expect(array.info().hosts.map(({ host }) => host)).toEqual(['here']);
  });

  test('of which one is killed: the other sees a reset, although nothing moves, and the array is clean', async () => {
    const { array, peer } = await twoProcesses();
    const data = await open(array, peer);
    const failed = failure(data);
    await peer.kill();
    expect((await failed).code).toBe('reset');
    expect(array.info()).toMatchObject({ ports: [], hosts: [{ host: 'here' }], groups: [{ used: 0 }] });
  });

  test('of which one died just now: repair takes back what it held at once, however fresh its heartbeat is', async () => {
    const file = newFile();
    const peer = await startPeer(file);
    await peer.ask('listen');
    await peer.kill();
    const inspector = new ArrayInspector({ file });
    expect(inspector.repair(60_000)).toMatchObject({ hosts: ['there'] });
    expect(inspector.info()).toMatchObject({ hosts: [], ports: [], connections: { used: 0 } });
  });

  test('of which one is stopped: the other sees a reset, and what the stopped one may write to is its own until it goes on', async () => {
    const { array, peer } = await twoProcesses();
    const data = await open(array, peer);
    const failed = failure(data);
    peer.child.kill('SIGSTOP');
    expect((await failed).code).toBe('reset');
    expect(array.info()).toMatchObject({ ports: [], groups: [{ used: 4 }] });
    peer.child.kill('SIGCONT');
    expect(await peer.ask('stands')).not.toBe(true);
    expect(await peer.ask('attached')).toBe(false);
    expect(array.info()).toMatchObject({ ports: [], hosts: [{ host: 'here' }], groups: [{ used: 0 }] });
  });

  test('of which one computes for long: it is slow, and nothing is taken from it', async () => {
    const { array, peer } = await twoProcesses();
    await open(array, peer);
    await peer.ask('block', 600);
    expect(await peer.ask('stands')).toBe(true);
    expect(array.info()).toMatchObject({ groups: [{ used: 4 }] });
  });

  test('of which one dies in the critical section: the other takes the lock at once', async () => {
    const { array, peer } = await twoProcesses();
    await peer.ask('lockForEver');
    await peer.kill();
    expect(array.bindPort(0).number).toBe(100);
  });

  test('of which one is stopped in the critical section: the other gives up with an error, robs nobody, and goes on when it can', async () => {
    const { array, peer, file } = await twoProcesses({ heartbeatInterval: 3_000, staleAfter: 6_000 });
    await peer.ask('lockUntilTold');
    peer.child.kill('SIGSTOP');
    expect(codeOf(() => array.bindPort(0))).toBe('noBuffers');
    const unlocked = once(peer.child, 'message');
    peer.child.kill('SIGCONT');
    writeFileSync(`${file}.leave`, '');
    await unlocked;
    expect(array.bindPort(0).number).toBe(100);
  });
});
