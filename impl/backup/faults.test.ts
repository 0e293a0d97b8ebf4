import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Clock, Mode, Session } from '../index.ts';
import { BackupError, backup, restore, type Served } from './index.ts';
import { openListener, openStation, type Station } from './sessions.test-support.ts';
import { encodeHeader } from './tar/encode.ts';
import { makeFolder, makeSparse } from './trees.test-support.ts';
import { encodeMessage, MessageDecoder } from './wire/frames.ts';
import type { Message } from './wire/messages.ts';

let folder: ReturnType<typeof makeFolder>;
let station: Station | undefined;
beforeEach(() => {
  folder = makeFolder();
  mkdirSync(folder.path('source'));
  makeSparse(folder.path('source/file'), 100, []);
});
afterEach(async () => {
  await station?.close();
  station = undefined;
  folder.remove();
});

/** A clock whose time passes when a test says so. */
class HandClock implements Clock {
  #now = 0;
  readonly #timers = new Set<{ readonly at: number; readonly fire: () => void }>();
  readonly now = () => this.#now;
  setTimer(_limit: string, milliseconds: number, fire: () => void) {
    const timer = { at: this.#now + milliseconds, fire };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }
  advance(milliseconds: number): void {
    this.#now += milliseconds;
    for (const timer of [...this.#timers].filter(({ at }) => at <= this.#now)) {
      this.#timers.delete(timer);
      timer.fire();
    }
  }
}

const openServing = async (mode: Mode = 'network', more: object = {}): Promise<Station> => {
  station = await openStation(mode, { read: [folder.path('source')], write: [folder.path('back')], ...more });
  return station;
};

/** A big file, so that a backup is never over before something happens to it: all but a few bytes are read from nowhere, and sent. */
function makeBig(): void {
  writeFileSync(folder.path('source/big'), Buffer.alloc(40_000_000, 'big'));
}

const request = (more: object = {}): Message<'request'> => ({
  kind: 'request',
  verb: 'backup',
  version: 1,
  paths: ['/x'],
  exclude: [],
  dryRun: false,
  total: false,
  oneFileSystem: false,
  ...more,
});

/** A request with whatever body. */
const frame = (body: string): Buffer => Buffer.concat([Buffer.of(0, 0, 0, body.length, 1), Buffer.from(body)]);

/** Messages of a session that a test speaks by itself. */
async function* messagesOf(session: Session): AsyncGenerator<Message, void> {
  const decoder = new MessageDecoder();
  for await (const piece of session.error.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>)
    yield* decoder.push(piece);
}

const kindsOf = async (session: Session) => {
  const kinds: string[] = [];
  for await (const message of messagesOf(session)) kinds.push(message.kind === 'abort' ? `abort ${message.code}` : message.kind);
  return kinds;
};

describe('a client process', () => {
  test.each(['network', 'storage'] as const)(
    'that is told to stop in %s mode tells the server process, which keeps nothing',
    async (mode) => {
      makeBig();
      const stop = new AbortController();
      await openServing(mode, { signal: stop.signal });
      const failing = backup(await (station as Station).dial(), {
        paths: [folder.path('source')],
        to: folder.path('a.tar'),
        onProgress: () => stop.abort(),
      });
      await expect(failing).rejects.toMatchObject({ code: 'peerAborted', detail: expect.stringContaining('aborted') });
      expect(await station?.nextServed()).toMatchObject({ code: 'aborted' });
      expect(readdirSync(folder.path(''))).toEqual(['source']);
    },
  );

  test.each([
    ['garbage', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'violation'],
    ['a message that is too long', Buffer.from('000100010000', 'hex'), 'violation'],
    ['a message of no kind', Buffer.from('0000000200', 'hex'), 'violation'],
    ['a body that is not JSON', Buffer.from('00000002017b7b', 'hex'), 'violation'],
    ['another version', frame('{"version":2}'), 'versionUnknown'],
    ['a message that is not a request', encodeMessage({ kind: 'accept', version: 1 }), 'violation'],
    ['too many paths', encodeMessage(request({ paths: Array.from({ length: 65 }, () => '/x') })), 'violation'],
    ['a pattern that is too long', encodeMessage(request({ exclude: ['x'.repeat(1_025)] })), 'violation'],
  ])('that gets %s says what it is, and serves the next one', async (_what, bytes, code) => {
    await openServing();
    const session = await (station as Station).dial();
    session.error.write(bytes);
    expect((await kindsOf(session)).at(-1)).toBe(`abort ${code}`);
    await session.close();
    expect(await station?.nextServed()).toMatchObject({ code });
    const summary = await backup(await (station as Station).dial(), { paths: [folder.path('source')], to: folder.path('a.tar') });
    expect(summary.outcome).toBe('complete');
  });

  test('that hears nothing gives up, also when the peer reads nothing of its archive', async () => {
    makeBig();
    const clock = new HandClock();
    await openServing('network', { clock, idleTimeout: 1_000 });
    const silent = await (station as Station).dial();
    const deaf = await (station as Station).dial();
    deaf.error.write(encodeMessage(request({ paths: [folder.path('source')] })));
    const messages = messagesOf(deaf);
    expect(await messages.next()).toMatchObject({ value: { kind: 'accept' } });
    clock.advance(1_001);
    expect((await kindsOf(silent)).at(-1)).toBe('abort idle');
    for await (const message of messages) if (message.kind === 'abort') expect(message.code).toBe('idle');
    await Promise.all([silent.close(), deaf.close()]);
    expect([await station?.nextServed(), await station?.nextServed()]).toMatchObject([{ code: 'idle' }, { code: 'idle' }]);
  });

  test('serves others while one reads nothing', async () => {
    makeBig();
    await openServing();
    const deaf = await (station as Station).dial();
    deaf.error.write(encodeMessage(request({ paths: [folder.path('source')] })));
    expect(await messagesOf(deaf).next()).toMatchObject({ value: { kind: 'accept' } });
    const summary = await backup(await (station as Station).dial(), { paths: [folder.path('source')], to: folder.path('a.tar') });
    expect(summary).toMatchObject({ outcome: 'complete', entries: 3 });
    deaf.data.destroy();
    deaf.error.destroy();
    await deaf.close();
  });

  test('writes no more than its limit, and tells; a stream without an end ends there', async () => {
    await openServing('network', { restoreBytes: 1_000_000 });
    const header = encodeHeader({ name: Buffer.from('x'), type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: 0n, size: 2 ** 40 });
    writeFileSync(folder.path('endless.tar'), Buffer.concat([header, Buffer.alloc(3_000_000)]));
    const failing = restore(await (station as Station).dial(), { from: folder.path('endless.tar'), root: folder.path('back') });
    await expect(failing).rejects.toMatchObject({
      code: 'nothingDone',
      detail: expect.stringContaining('limit of the client process'),
    });
    expect(readdirSync(folder.path('back'))).toEqual([]);
  });

  test('puts away what is not whole when the server process gives up in the middle of a restore', async () => {
    await openServing();
    const header = encodeHeader({
      name: Buffer.from('x'),
      type: 'file',
      mode: 0o644,
      uid: 0,
      gid: 0,
      mtime: 0n,
      size: 50_000_000,
    });
    writeFileSync(folder.path('a.tar'), Buffer.concat([header, Buffer.alloc(50_000_000)]));
    const stop = new AbortController();
    const failing = restore(await (station as Station).dial(), {
      from: folder.path('a.tar'),
      root: folder.path('back'),
      signal: stop.signal,
      onProgress: ({ bytes }) => void (bytes > 5_000_000 && stop.abort()),
    });
    await expect(failing).rejects.toMatchObject({ code: 'aborted' });
    expect(await station?.nextServed()).toMatchObject({ code: 'peerAborted' });
    expect(readdirSync(folder.path('back'))).toEqual([]);
  });

  test('does not restore through a link that stands where its configuration allows to write', async () => {
    mkdirSync(folder.path('back'));
    mkdirSync(folder.path('outside'));
    symlinkSync(folder.path('outside'), folder.path('back/link'));
    await openServing();
    await backup(await (station as Station).dial(), { paths: [folder.path('source')], to: folder.path('a.tar') });
    const failing = restore(await (station as Station).dial(), { from: folder.path('a.tar'), root: folder.path('back/link/x') });
    await expect(failing).rejects.toMatchObject({ code: 'peerAborted', detail: expect.stringContaining('cannot be opened') });
    expect(readdirSync(folder.path('outside'))).toEqual([]);
  });
});

/** A client process that a test speaks by itself: accepts, sends `data`, and says `last`. */
async function openLiar(data: Buffer, last: readonly Buffer[]): Promise<Station> {
  station = await openListener('network', async (session) => {
    const messages = messagesOf(session);
    await messages.next();
    session.error.write(encodeMessage({ kind: 'accept', version: 1 }));
    session.data.end(data);
    for (const bytes of last) session.error.write(bytes);
    const told: string[] = [];
    for await (const message of messages) told.push(message.kind === 'verdict' ? `kept ${message.kept}` : message.kind);
    await session.close();
    throw new BackupError('violation', told.join());
  });
  return station;
}

const done = (more: object = {}): Buffer =>
  encodeMessage({
    kind: 'done',
    entries: 1,
    bytes: 4,
    sha256: '88d4266fd4e6338d13b845fcf289579d209c897823b9217da3e161936f031589',
    ...more,
  });

describe('a server process', () => {
  const ask = async (more: object = {}) =>
    backup(await (station as Station).dial(), { paths: ['/x'], to: folder.path('a.tar'), ...more });

  test('keeps the archive when bytes and digest are those that came', async () => {
    await openLiar(Buffer.from('abcd'), [done()]);
    await expect(ask()).resolves.toMatchObject({ outcome: 'complete' });
    expect(readFileSync(folder.path('a.tar'), 'utf8')).toBe('abcd');
    expect(await station?.nextServed()).toMatchObject({ detail: 'kept true' });
  });

  test.each([
    ['another digest', [done({ sha256: 'f'.repeat(64) })], 'disagreement'],
    ['another length', [done({ bytes: 5 })], 'disagreement'],
    ['no entry', [done({ entries: 0 })], 'nothingDone'],
    ['a negative length', [Buffer.from('0000000b087b226279746573223a2d317d', 'hex')], 'violation'],
    [
      'a verdict instead',
      [encodeMessage({ kind: 'verdict', kept: true, entries: 1, bytes: 4, sha256: 'a'.repeat(64) })],
      'violation',
    ],
    ['a list that nobody asked for', [encodeMessage({ kind: 'entry', name: 'x', type: 'file', size: 1 })], 'violation'],
    ['an abort', [encodeMessage({ kind: 'abort', code: 'x', text: 'orders \u001b[2J' })], 'peerAborted'],
  ])('keeps nothing when the client process says %s', async (_what, last, code) => {
    await openLiar(Buffer.from('abcd'), last);
    await expect(ask()).rejects.toMatchObject({ code, message: expect.not.stringContaining('\u001b') });
    expect(readdirSync(folder.path(''))).toEqual(['source']);
  });

  test('takes no more than it was told, and nothing at all in a dry run', async () => {
    await openLiar(Buffer.alloc(1_000_000), []);
    await expect(ask({ mostBytes: 10_000 })).rejects.toMatchObject({ code: 'tooLarge' });
    await expect(ask({ dryRun: true })).rejects.toMatchObject({ code: 'tooLarge' });
    expect(readdirSync(folder.path(''))).toEqual(['source']);
  });

  test('keeps nothing of a client process that dies, whenever that is', async () => {
    for (const bytes of [0, 1, 512, 100_000]) {
      station = await openListener('network', async (session): Promise<Served> => {
        session.error.write(encodeMessage({ kind: 'accept', version: 1 }));
        if (bytes > 0) await new Promise((resolve) => session.data.write(Buffer.alloc(bytes), resolve));
        session.data.destroy();
        session.error.destroy();
        await session.close();
        throw new BackupError('aborted');
      });
      await expect(ask()).rejects.toMatchObject({ code: 'sessionBroken' });
      await station.close();
    }
    expect(readdirSync(folder.path(''))).toEqual(['source']);
  });

  test('gives up on a client process that says nothing', async () => {
    const clock = new HandClock();
    let asked = () => {};
    const heard = new Promise<void>((resolve) => {
      asked = resolve;
    });
    station = await openListener('network', async (session) => {
      await messagesOf(session).next();
      asked();
      expect((await kindsOf(session)).at(-1)).toBe('abort idle');
      await session.close();
      throw new BackupError('idle');
    });
    const failing = ask({ clock, idleTimeout: 1_000 });
    await heard;
    clock.advance(1_001);
    await expect(failing).rejects.toMatchObject({ code: 'idle' });
  });

  test('says so when the disk does not take the archive', async () => {
    await openServing();
    const failing = backup(await (station as Station).dial(), {
      paths: [folder.path('source')],
      to: folder.path('nowhere/a.tar'),
    });
    await expect(failing).rejects.toMatchObject({ code: 'fileFailed', detail: expect.stringContaining('ENOENT') });
    expect(await station?.nextServed()).toMatchObject({ code: 'peerAborted' });
  });
});

test('a session that ends before a request is an error, and nothing hangs', async () => {
  await openServing();
  const session = await (station as Station).dial();
  await session.close();
  expect(await station?.nextServed()).toMatchObject({ code: 'sessionBroken' });
});
