/** What happens between READY in storage mode and the end of `first`, where one side is established and the other not yet. */

import { afterEach, describe, expect, it } from 'vitest';
import { encode } from '../protocol/codec.ts';
import { SocketError } from '../sockets/sockets.ts';
import type { Listener } from './listener.ts';
import { type MemorySocket, quiet } from './memory-sockets.test-support.ts';
import type { Session } from './session.ts';
import { PORT, World, type WorldOptions } from './world.test-support.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Lingering {
  readonly world: World;
  readonly listener: Listener;
  readonly session: Session;
  /** The server process's end of `first`. */
  readonly first: MemorySocket;
  readonly attempt: Promise<Session>;
  /** Lets the server process attach the group, or fails its attachGroup. */
  attach(error?: Error): void;
}

/** The client process is in `established.lingering`, and the server process in `handshaking.storage.attachingGroup` until `attach`. */
async function lingering(options: WorldOptions = {}): Promise<Lingering> {
  const world = new World(options);
  const listener = await world.listen();
  let attach: Lingering['attach'] = () => undefined;
  world.network.holds.set(
    'server',
    new Promise((resolve, reject) => {
      attach = (error) => (error === undefined ? resolve() : reject(error));
    }),
  );
  const attempt = world.connect('storage');
  attempt.catch(() => undefined);
  await quiet();
  const [session] = world.sessions;
  const first = [...world.network.open].find((socket) => socket.written[0]?.[5] === 1);
  if (session === undefined || first === undefined) throw new Error('nothing is established');
  expect(world.path('server 1').at(-1)).toBe('handshaking.storage.attachingGroup');
  closers.push(async () => {
    attach();
    const closing = listener.close({ sessions: true });
    await quiet();
    world.clock.advance(world.limits.lingerTimeout);
    await closing;
  });
  return { world, listener, session, first, attempt, attach };
}

function watch(promise: Promise<unknown>): { done: boolean } {
  const watched = { done: false };
  void promise.then(() => {
    watched.done = true;
  });
  return watched;
}

async function textOf(channel: AsyncIterable<unknown>): Promise<string> {
  let text = '';
  for await (const chunk of channel) text += String(chunk);
  return text;
}

describe('a session that is closed while the first connection lingers', () => {
  it('reaches a server process that has not attached the group yet: what was written, then the ends, then all is free', async () => {
    const { world, session, attempt, attach } = await lingering();
    session.data.write('restored');
    session.error.write('no errors');
    const closed = watch(session.close());
    await quiet();
    expect(closed.done).toBe(false);
    expect(world.path('client 1').at(-1)).toBe('closing');
    // The WKP, two ends of `first`, two of `array`, the server process's two ends of channels.
    expect(world.network.open.size).toBe(7);
    attach();
    const there = await attempt;
    await quiet();
    expect(closed.done).toBe(true);
    expect(world.path('client 1').at(-1)).toBe('closed');
    expect(await Promise.all([textOf(there.data), textOf(there.error)])).toEqual(['restored', 'no errors']);
    await there.close();
    expect(world.network.open.size).toBe(1);
    expect(world.clock.running).toEqual([]);
    expect(world.failures).toEqual([]);
  });

  it('tells its driver once, however often it is closed', async () => {
    const { world, session, first } = await lingering();
    void session.close();
    await quiet();
    void session.close();
    await quiet();
    first.abort();
    await session.closed;
    expect(world.records.filter(({ session: id }) => id === 'client 1').slice(-2)).toMatchObject([
      { state: 'established.lingering', event: { type: 'close' }, actions: [{ type: 'closeChannels' }], next: 'closing' },
      { state: 'closing', event: { type: 'first.reset' }, actions: [{ type: 'releaseAll' }], next: 'closed' },
    ]);
  });

  it('waits for the first connection for lingerTimeout, which starts anew', async () => {
    const { world, session } = await lingering();
    const { lingerTimeout } = world.limits;
    world.clock.advance(lingerTimeout - 1);
    const closed = watch(session.close());
    await quiet();
    world.clock.advance(lingerTimeout - 1);
    await quiet();
    expect(closed.done).toBe(false);
    world.clock.advance(1);
    await quiet();
    expect(closed.done).toBe(true);
  });

  it('ignores frames on the first connection and is over after a malformed one', async () => {
    const { world, session, first } = await lingering();
    const closed = watch(session.close());
    await first.write(encode({ name: 'ready', tag: new Uint8Array(32) }));
    await quiet();
    expect(world.path('client 1').at(-1)).toBe('closing');
    await first.write(Buffer.from('GET / HTTP/1.1'));
    await quiet();
    expect(closed.done).toBe(true);
  });

  it('counts no more, but a listener that closes its sessions waits until it is free', async () => {
    const { world, listener, session, first } = await lingering({ maxSessions: 1, onSession: (each) => void each.close() });
    expect(world.path('client 1').at(-1)).toBe('closing');
    const hello = await world.network.dial(PORT);
    await hello.write(encode({ name: 'hello', mode: 'network', connections: 2, nonce: new Uint8Array(32) }));
    expect((await hello.read())?.[5]).toBe(2);
    const listening = watch(listener.close({ sessions: true }));
    await quiet();
    expect(listening.done).toBe(false);
    first.abort();
    await session.closed;
    await quiet();
    expect(listening.done).toBe(true);
  });

  it('is no handshake: it takes no place of maxPending, and a listener that leaves its sessions does not wait for it', async () => {
    const { world, listener, session } = await lingering({ maxPending: 1 });
    void session.close();
    await quiet();
    const hello = await world.network.dial(PORT);
    await hello.write(encode({ name: 'hello', mode: 'network', connections: 2, nonce: new Uint8Array(32) }));
    expect((await hello.read())?.[5]).toBe(2);
    await listener.close();
    expect(world.path('client 1').at(-1)).toBe('closing');
  });
});

describe('a server process that attaches the group', () => {
  it('is established whatever comes on the first connection, and its trace has it', async () => {
    const { world, first, attempt, attach } = await lingering();
    const there = first.peer;
    // Tags are wrong, the mode could fall back, and a port would be dialled elsewhere.
    await there?.write(encode({ name: 'decline', reason: 'groupFull', text: '', tag: new Uint8Array(32) }));
    await there?.write(
      encode({ name: 'port', array: 'sym0', port: 1, generation: 1, nonce: new Uint8Array(32), tag: new Uint8Array(32) }),
    );
    await there?.write(Buffer.from('GET / HTTP/1.1'));
    await quiet();
    attach();
    expect((await attempt).mode).toBe('storage');
    const seen = world.records.filter(({ state }) => state === 'handshaking.storage.attachingGroup');
    expect(seen.filter(({ role }) => role === 'server').map(({ event }) => event)).toEqual([
      { type: 'first.decline', tag: 'wrong', reason: 'groupFull' },
      { type: 'first.port' },
      { type: 'first.garbage' },
      { type: 'group.attached' },
    ]);
  });

  it('says connectionLost on the first connection when the array connection is gone', async () => {
    const { world, attempt, attach } = await lingering();
    attach(new SocketError('closed', 'attachGroup', 'attachGroup: the connection is gone'));
    await expect(attempt).rejects.toMatchObject({ code: 'connectionReset', state: 'handshaking.storage.attachingGroup' });
    const last = world.records.filter(({ role }) => role === 'server').at(-1);
    expect(last).toMatchObject({ event: { type: 'array.reset' }, actions: [{ reason: 'connectionLost' }, {}, {}] });
  });
});
