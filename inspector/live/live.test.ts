/** A real server, real sessions over TCP, and what the page would see of them. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { connect, listen, StorageArray } from '../../impl/index.ts';
import { HandshakeCharts } from '../charts/handshake.ts';
import type { Frame, Moment } from '../contract.ts';
import { type Inspector, startServer } from '../http/server.ts';
import { inspector } from '../index.ts';
import { Catalogue } from '../recordings/catalogue.ts';
import { momentWindow } from '../recordings/source.ts';
import { announce, findInspector } from './meeting.ts';
import { LiveRecording } from './receiver.ts';

const charts = new HandshakeCharts();
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
const folder = mkdtempSync(join(tmpdir(), 'stpconnect-live-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** An inspector that processes may attach to, and its recording. */
async function live(): Promise<{ server: Inspector; recording: LiveRecording['recording'] }> {
  const receiver = new LiveRecording(charts.hardened);
  const server = await startServer({
    catalogue: new Catalogue([receiver.offer]),
    assets: new Map(),
    port: 0,
    receive: (request) => receiver.receive(request),
  });
  closers.push(() => server.close());
  return { server, recording: receiver.recording };
}

/** One session from its beginning to its end, both sides looked at. */
async function session(address: string, more: { readonly storage?: boolean } = {}): Promise<void> {
  const memory = StorageArray.create({ name: 'sym0', groups: [{ name: 'STG0', size: 1 << 20, hosts: ['a', 'b'] }] });
  const [there, here] = [StorageArray.attach(memory, { host: 'a' }), StorageArray.attach(memory, { host: 'b' })];
  const observers = [inspector({ address, title: 'listener', array: there }), inspector({ address, title: 'dialler' })] as const;
  const listener = await listen({ wkp: 'tcp://127.0.0.1:0', array: there, inspect: observers[0], onSession: () => {} });
  const storage = { mode: 'storage', group: 'STG0', array: here } as const;
  const joined = await connect({ wkp: listener.address, inspect: observers[1], ...(more.storage ? storage : {}) });
  await joined.close();
  await listener.close({ sessions: true });
  for (const observer of observers) await observer.close();
  there.close();
  here.close();
}

const framesOf = ({ drawn }: Moment): Frame[] => drawn.flatMap((one) => (one.kind === 'message' && one.frame ? [one.frame] : []));

describe('sessions that are looked at while they happen', () => {
  test.each([
    ['network', ['HELLO', 'DESCRIPTOR', 'DESCRIPTOR', 'READY', 'READY']],
    ['storage', ['HELLO', 'PORT', 'GROUP', 'READY']],
  ])('in %s mode: each side’s records, and each frame with its bytes', async (mode, names) => {
    const { server, recording } = await live();
    await session(server.address, { storage: mode === 'storage' });
    expect(recording.problem).toBeUndefined();
    expect(recording.describe()).toMatchObject({ kind: 'live', progress: { state: 'live' } });
    const states = recording.sessions({}).map(({ role, state, mode: one }) => `${role} ${state} ${one}`);
    expect(states).toContain(`server closed ${mode}`);
    expect(states).toContain(`client closed ${mode}`);
    const frames = momentWindow(recording, { from: 0, count: 500 }).moments.flatMap(framesOf);
    expect(frames.map(({ name }) => name).sort()).toEqual([...names].sort());
    expect(frames.every(({ hex, bytesFrom }) => bytesFrom === 'wire' && hex?.startsWith('53545043') === true)).toBe(true);
    const hello = frames.find(({ name }) => name === 'HELLO');
    expect(hello?.fields.find(({ name }) => name === 'mode')?.value).toBe(mode);
  });

  test('nothing is received before it was sent, however the connections of two processes are read', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { server, recording } = await live();
      await session(server.address);
      const events = momentWindow(recording, { from: 0, count: 500 }).moments.map(({ text }) => text.split(' ')[0]);
      const place = (type: string) => events.indexOf(type);
      expect(place('first.hello')).toBeGreaterThan(place('first.connected'));
      expect(place('first.descriptor')).toBeGreaterThan(place('first.hello'));
      expect(place('second.connected')).toBeGreaterThan(place('first.hello'));
      for (const ready of ['first.ready', 'second.ready']) expect(place(ready)).toBeGreaterThan(place('second.joined'));
    }
  });

  test('the listener’s array is shown: its group, and the rings of its session', async () => {
    const { server, recording } = await live();
    await session(server.address, { storage: true });
    expect(recording.scene(0).array).toMatchObject({ name: 'sym0', groups: [{ name: 'STG0', hosts: ['a', 'b'] }] });
  });

  test('somebody who watches is told', async () => {
    const { server, recording } = await live();
    let told = 0;
    recording.watch(() => {
      told += 1;
    });
    await session(server.address);
    expect(told).toBeGreaterThan(0);
  });
});

describe('an inspector that is not there', () => {
  const warned = () => {
    const warnings: string[] = [];
    const take = (warning: Error) => warnings.push(warning.message);
    process.on('warning', take);
    closers.push(() => process.off('warning', take));
    return warnings;
  };

  test.each([
    ['nobody listens there', 'http://127.0.0.1:1/#token=x', /cannot be reached/],
    ['on another machine', 'http://203.0.113.7:80/#token=x', /is http:\/\/127\.0\.0\.1:PORT/],
    ['without a token', 'http://127.0.0.1:1/', /is http:\/\/127\.0\.0\.1:PORT/],
    ['no address', 'nonsense', /is http:\/\/127\.0\.0\.1:PORT/],
  ])('%s: who waits for it has an error', async (_what, address, message) => {
    await expect(inspector({ address }).ready).rejects.toThrow(message);
  });

  test('the session goes on without it, and the process is warned once', async () => {
    const warnings = warned();
    await session('http://127.0.0.1:1/#token=x');
    expect(warnings.filter((text) => text.includes('cannot be reached'))).toHaveLength(2);
  });

  test('one that has ended is not waited for', async () => {
    const { server } = await live();
    const observer = inspector({ address: server.address });
    await observer.ready;
    await server.close();
    await observer.close();
  });

  test('a wrong token is refused', async () => {
    const { server } = await live();
    await expect(inspector({ address: `${server.origin}#token=wrong` }).ready).rejects.toThrow('refuses: status 401');
  });

  test('an inspector that takes nobody refuses', async () => {
    const server = await startServer({ catalogue: new Catalogue([]), assets: new Map(), port: 0 });
    closers.push(() => server.close());
    await expect(inspector({ address: server.address }).ready).rejects.toThrow('refuses: status 404');
  });
});

describe('what a process sends', () => {
  const send = (server: Inspector, body: string) =>
    fetch(`${server.origin}api/attach`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/x-ndjson', 'x-stpconnect-token': server.token },
    }).catch(() => undefined);

  test.each([
    ['no JSON', 'hello'],
    ['an unknown kind', '{"type":"run","command":"rm"}'],
    ['a record that is none', '{"type":"record","record":{"role":"client"}}'],
    ['bytes that are none', '{"type":"frame","session":"a","way":"sent","channel":"first","hex":"zz"}'],
    ['a line without end', `{"type":"hello","title":"${'x'.repeat(200_000)}`],
  ])('ends with %s, and the page says so', async (_what, line) => {
    const { server, recording } = await live();
    await send(server, `{"type":"hello","version":1,"title":"t","pid":1}\n${line}\n`);
    expect(recording.problem).toMatch(/^a process has sent what is not understood/);
    expect(recording.size).toBe(0);
  });

  test('is shown as it is, whoever says it', async () => {
    const { server, recording } = await live();
    const hostile = '<script>alert(1)</script>';
    const record = {
      session: hostile,
      seq: 0,
      role: 'client',
      time: 0,
      state: '',
      event: { type: hostile },
      actions: [],
      next: hostile,
    };
    const frame = {
      type: 'frame',
      session: hostile,
      way: 'received',
      channel: 'first',
      hex: Buffer.from(hostile).toString('hex'),
    };
    await send(server, `${JSON.stringify(frame)}\n${JSON.stringify({ type: 'record', record })}\n{"type":"lost","lines":3}\n`);
    expect(recording.moment(0)).toMatchObject({ session: hostile });
    expect(recording.problem).toBe('3 lines are missing: they came faster than they could be taken');
  });
});

describe('how a process finds the inspector', () => {
  const uid = process.getuid?.() ?? -1;
  const environment = { XDG_RUNTIME_DIR: folder };
  const meeting = join(folder, `stpconnect-${uid}`);
  afterEach(() => rmSync(meeting, { recursive: true, force: true }));

  test('by the file that it leaves for this user, as long as it runs', () => {
    const takeBack = announce('http://127.0.0.1:1/#token=x', meeting);
    expect(findInspector(environment)).toBe('http://127.0.0.1:1/#token=x');
    takeBack();
    expect(findInspector(environment)).toBeUndefined();
  });

  test('the last one that was started, whichever ends first', () => {
    const first = announce('one', meeting);
    announce('two', meeting);
    first();
    expect(findInspector(environment)).toBe('two');
  });

  test('an address in the environment goes before', () => {
    announce('one', meeting);
    expect(findInspector({ ...environment, STPCONNECT_INSPECT: 'two' })).toBe('two');
  });

  test('a folder that others can read is not trusted', () => {
    mkdirSync(meeting);
    chmodSync(meeting, 0o755);
    writeFileSync(join(meeting, 'inspect.json'), '{"address":"http://127.0.0.1:1/#token=x","pid":1}');
    expect(findInspector(environment)).toBeUndefined();
    expect(() => announce('one', meeting)).toThrow('belongs to somebody else, or others can read it');
  });

  test('a link in its place is not followed', () => {
    mkdirSync(meeting, { mode: 0o700 });
    const victim = join(folder, 'victim');
    writeFileSync(victim, 'precious');
    symlinkSync(victim, join(meeting, 'inspect.json'));
    announce('one', meeting);
    expect(findInspector(environment)).toBe('one');
    rmSync(meeting, { recursive: true });
    symlinkSync(folder, meeting);
    expect(() => announce('two', meeting)).toThrow('belongs to somebody else');
  });

  test('a file that says nothing is as good as none', () => {
    announce('one', meeting);
    writeFileSync(join(meeting, 'inspect.json'), '{"address":');
    expect(findInspector(environment)).toBeUndefined();
  });
});
