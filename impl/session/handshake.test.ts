import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { encode } from '../protocol/codec.ts';
import { StpConnectError } from '../protocol/errors.ts';
import type { Listener } from './listener.ts';
import { quiet } from './memory-sockets.test-support.ts';
import type { Session } from './session.ts';
import { PORT, World, type WorldOptions } from './world.test-support.ts';

let listener: Listener | undefined;
afterEach(async () => {
  await listener?.close({ sessions: true });
  listener = undefined;
});

async function start(options: WorldOptions = {}): Promise<World> {
  const world = new World(options);
  listener = await world.listen();
  return world;
}

async function failure(attempt: Promise<Session>): Promise<StpConnectError> {
  const error: unknown = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof StpConnectError) return error;
  throw new Error('the attempt did not fail');
}

async function exchange(here: Session, there: Session): Promise<void> {
  const coming = [here.data, there.data, here.error, there.error].map((channel) => once(channel, 'data'));
  here.data.write('data there');
  there.data.write('data here');
  here.error.write('error there');
  there.error.write('error here');
  expect((await Promise.all(coming)).map(String)).toEqual(['data here', 'data there', 'error here', 'error there']);
}

describe('a handshake in memory', () => {
  it('makes a session of two connections in network mode', async () => {
    const world = await start();
    const session = await world.connect('network');
    await quiet();
    const [there] = world.sessions;
    if (there === undefined) throw new Error('no session');
    expect(session).toMatchObject({ mode: 'network', group: undefined, fallbackReason: undefined });
    expect(session.descriptor).toBe(there.descriptor);
    await exchange(session, there);
    expect(world.clock.running).toEqual([]);
    expect(world.path('server 1')).toEqual([
      'handshaking.connectingFirst',
      'handshaking.network.awaitingDescriptor',
      'handshaking.network.connectingSecond',
      'handshaking.network.awaitingReady.both',
      'handshaking.network.awaitingReady.first',
      'established',
    ]);
    expect(world.actions('client')).toEqual(['sendDescriptor', 'handOver', 'sendReady', 'reportEstablished']);
  });

  it('says READY on the second connection, then with the same bytes on the first, and what onSession writes comes behind', async () => {
    const world = await start({
      onSession(session) {
        session.data.write('data');
        session.error.write('error');
      },
    });
    const session = await world.connect('network');
    await quiet();
    const hello = world.network.writes.find(({ bytes }) => bytes[5] === 1);
    const behind = world.network.writes.slice(world.network.writes.findIndex(({ bytes }) => bytes[5] === 5));
    const [onSecond, onFirst, ...channels] = behind.map(({ socket, bytes }) => [
      socket.peer === hello?.socket ? 'first' : 'second',
      Buffer.from(bytes).toString('latin1'),
    ]);
    expect([onSecond?.[0], onFirst?.[0]]).toEqual(['second', 'first']);
    expect(onFirst?.[1]).toBe(onSecond?.[1]);
    expect(channels).toEqual([
      ['first', 'data'],
      ['second', 'error'],
    ]);
    const read = await Promise.all([session.data, session.error].map((channel) => once(channel, 'data')));
    expect(read.map(String)).toEqual(['data', 'error']);
  });

  it('makes a session of an STG group in storage mode and closes what only started it', async () => {
    const world = await start();
    const session = await world.connect('storage');
    await quiet();
    const [there] = world.sessions;
    if (there === undefined) throw new Error('no session');
    expect(session).toMatchObject({ mode: 'storage', group: 'STG0', descriptor: undefined });
    expect(there.group).toBe('STG0');
    await exchange(session, there);
    expect(world.path('client 1').slice(-2)).toEqual(['established.lingering', 'established.open']);
    // The WKP, two ends of `array`, four ends of channels.
    expect(world.network.open.size).toBe(7);
    await session.close();
    await there.close();
    expect(world.network.open.size).toBe(1);
  });

  it('traces records that count from 0, begin with the configuration and hold nothing secret', async () => {
    const world = await start();
    await world.connect('network');
    await quiet();
    const records = world.records.filter(({ session }) => session === 'server 1');
    expect(records.map(({ seq }) => seq)).toEqual(records.map((_record, index) => index));
    expect(records[0]).toEqual({
      session: 'server 1',
      seq: 0,
      role: 'server',
      time: 0,
      state: '',
      event: { type: 'start', mode: 'network', fallback: false },
      actions: [{ type: 'dialFirst' }],
      next: 'handshaking.connectingFirst',
    });
    expect(JSON.stringify(world.records)).not.toMatch(/nonce|tag":"(?!right|wrong)|secret/);
  });

  it.each([
    ['modeUnavailable', { clientArray: undefined }, {}],
    ['arrayUnknown', { serverArray: 'sym1' }, {}],
    ['groupUnknown', {}, { group: 'none' }],
  ] as [string, WorldOptions, { group?: string }][])(
    'falls back to network mode after %s, and says why',
    async (reason, options, more) => {
      const world = await start(options);
      const session = await world.connect('storage', { ...more, fallback: true });
      expect(session).toMatchObject({ mode: 'network', fallbackReason: reason });
      await quiet();
      await exchange(session, world.sessions[0] ?? session);
      await session.close();
      await world.sessions[0]?.close();
      await quiet();
      expect(world.network.open.size).toBe(1);
      expect(world.network.ports).toBe(100);
    },
  );

  it('falls back after portsExhausted, groupRefused and groupFull', async () => {
    const world = await start();
    const group = world.network.groups.get('STG0');
    if (group === undefined) throw new Error('no group');
    world.network.groups.set('refused', { segments: 4, hosts: [] });
    world.network.groups.set('full', { segments: 0, hosts: ['client', 'server'] });
    expect((await world.connect('storage', { group: 'refused', fallback: true })).fallbackReason).toBe('groupRefused');
    expect((await world.connect('storage', { group: 'full', fallback: true })).fallbackReason).toBe('groupFull');
    world.network.ports = 0;
    expect((await world.connect('storage', { fallback: true })).fallbackReason).toBe('portsExhausted');
  });

  it('fails with the reason where no fall back was asked for, and both sides hold nothing', async () => {
    const world = await start();
    const error = await failure(world.connect('storage', { group: 'none' }));
    expect(error).toMatchObject({
      code: 'declined',
      kind: 'peer',
      reason: 'groupUnknown',
      state: 'handshaking.storage.awaitingReady',
      step: '236',
    });
    expect(error.message).toContain('READY');
    await quiet();
    expect(world.failures.map(({ code }) => code)).toEqual(['groupUnknown']);
    expect(world.network.open.size).toBe(1);
    expect(world.clock.running).toEqual([]);
  });

  it('fails on both sides with different secrets, and neither error has one of them', async () => {
    const world = await start({ clientSecret: 'hunter2' });
    const error = await failure(world.connect('network'));
    expect(error.code).toBe('tagWrong');
    await quiet();
    expect(world.failures).toMatchObject([{ code: 'declined', reason: 'tagWrong' }]);
    expect(`${error.stack}${world.failures[0]?.stack}`).not.toContain('hunter2');
    expect(world.network.open.size).toBe(1);
  });

  it('declines with busy while there are as many sessions as allowed, and no longer once one has gone', async () => {
    const world = await start({ maxSessions: 1 });
    const session = await world.connect('network');
    expect(await failure(world.connect('network'))).toMatchObject({ code: 'declined', reason: 'busy' });
    await world.sessions[0]?.close();
    await session.close();
    expect((await world.connect('network')).mode).toBe('network');
  });

  it('fails with connectionRefused where nobody listens', async () => {
    const error = await failure(new World().connect('network'));
    expect(error).toMatchObject({ code: 'connectionRefused', kind: 'transport', state: 'handshaking.connectingFirst' });
    expect(error.cause).toMatchObject({ code: 'connectionRefused', call: 'connect' });
  });
});

describe('giving up', () => {
  it('ends an attempt whose signal is aborted, and tells the client process', async () => {
    const world = new World();
    const silent = world.network.tcp().socket();
    await silent.bind({ family: 'tcp', host: 'test', port: PORT });
    await silent.listen(4);
    const control = new AbortController();
    const attempt = world.connect('network', { signal: control.signal });
    const there = await silent.accept();
    await there.read();
    control.abort(new Error('enough'));
    const error = await failure(attempt);
    expect(error).toMatchObject({ code: 'aborted', state: 'handshaking.network.awaitingDescriptor' });
    expect(error.cause).toMatchObject({ message: 'enough' });
    expect((await there.read())?.[5]).toBe(6);
    expect(await there.read()).toBeNull();
    expect(world.clock.running).toEqual([]);
  });

  it('does not even dial with a signal that was aborted before', async () => {
    const world = new World();
    expect(await failure(world.connect('network', { signal: AbortSignal.abort() }))).toMatchObject({ code: 'aborted' });
    expect(world.network.log).toEqual([]);
  });

  it('ends an attempt that gets no answer after its limit', async () => {
    const world = new World();
    const silent = world.network.tcp().socket();
    await silent.bind({ family: 'tcp', host: 'test', port: PORT });
    await silent.listen(4);
    const attempt = failure(world.connect('network'));
    await quiet();
    expect(world.clock.running).toEqual(['handshakeTimeout', 'replyTimeout']);
    world.clock.advance(world.limits.replyTimeout);
    expect(await attempt).toMatchObject({ code: 'replyTimeout', kind: 'timeout' });
  });

  it('resets both connections once the client process may be established', async () => {
    const world = await start();
    const control = new AbortController();
    const attempt = failure(world.connect('network', { signal: control.signal }));
    while (!world.path('server 1').includes('handshaking.network.awaitingReady.both')) await Promise.resolve();
    control.abort();
    expect(await attempt).toMatchObject({ code: 'aborted', state: expect.stringContaining('awaitingReady') });
    expect(world.network.log.filter((call) => call === 'abort')).toHaveLength(2);
    await quiet();
    expect(world.network.open.size).toBeLessThanOrEqual(3);
  });
});

describe('the listener', () => {
  it('says nothing to a connection that says nothing sensible, and goes on', async () => {
    const world = await start();
    const scan = await world.network.dial(PORT);
    await scan.write(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    expect(await scan.read()).toBeNull();
    const mute = await world.network.dial(PORT);
    await quiet();
    world.clock.advance(world.limits.firstFrameTimeout);
    expect(await mute.read()).toBeNull();
    expect(world.failures.map(({ code }) => code)).toEqual(['frameMalformed', 'firstFrameTimeout']);
    expect((await world.connect('network')).mode).toBe('network');
  });

  it('answers a descriptor that nobody waits for, and one with a wrong tag, and the attempt that was named goes on', async () => {
    const world = await start();
    const first = await world.network.dial(PORT);
    await first.write(encode({ name: 'hello', mode: 'network', connections: 2, nonce: new Uint8Array(32) }));
    const answer = await first.read();
    const descriptor = Buffer.from(answer ?? []).readUInt32BE(12);
    const claim = { name: 'descriptor', nonce: new Uint8Array(32), tag: new Uint8Array(32) } as const;
    const reasons: unknown[] = [];
    for (const number of [descriptor, descriptor + 1000]) {
      const intruder = await world.network.dial(PORT);
      await intruder.write(encode({ ...claim, descriptor: number }));
      reasons.push(Buffer.from((await intruder.read()) ?? []).readUInt16BE(12));
      expect(await intruder.read()).toBeNull();
    }
    expect(reasons).toEqual([10, 9]);
    expect(world.path('client 1').at(-1)).toBe('handshaking.network.awaitingSecond');
    expect(world.failures.map(({ code }) => code)).toEqual(['tagWrong', 'descriptorUnknown']);
  });

  it('refuses another number of connections', async () => {
    const world = await start();
    const first = await world.network.dial(PORT);
    await first.write(encode({ name: 'hello', mode: 'network', connections: 3, nonce: new Uint8Array(32) }));
    expect(Buffer.from((await first.read()) ?? []).readUInt16BE(12)).toBe(3);
    expect(world.failures[0]?.code).toBe('connectionsMismatch');
  });

  it('refuses strangers on the dynamic port and waits for the right one', async () => {
    const world = await start();
    const first = await world.network.dial(PORT);
    await first.write(encode({ name: 'hello', mode: 'storage', connections: 2, nonce: new Uint8Array(32) }));
    const answer = Buffer.from((await first.read()) ?? []);
    const port = answer.readUInt32BE(17);
    for (const bytes of [
      encode({ name: 'group', group: 'STG0', tag: new Uint8Array(32) }),
      encode({ name: 'ready', tag: new Uint8Array(32) }),
    ]) {
      const stranger = world.network.array('sym0', 'stranger').socket();
      await stranger.connect({ family: 'array', array: 'sym0', port });
      await stranger.write(bytes);
      const declined = Buffer.from((await stranger.read()) ?? []);
      expect(declined.readUInt16BE(12)).toBe(bytes[5] === 4 ? 10 : 11);
      expect(await stranger.read()).toBeNull();
    }
    expect(world.path('client 1').at(-1)).toBe('handshaking.storage.awaitingConnection');
    expect(world.failures).toEqual([]);
  });

  it('closes connections beyond maxPending at once', async () => {
    const world = await start({ maxPending: 2 });
    const dialled = [await world.network.dial(PORT), await world.network.dial(PORT), await world.network.dial(PORT)];
    expect(await dialled[2]?.read()).toBeNull();
    await dialled[0]?.close();
    await quiet();
    expect((await world.network.dial(PORT)).state).toBe('connected');
  });

  it('survives a failing accept, and waits before the next try when it fails again', async () => {
    const world = await start();
    const socket = [...world.network.listeners.values()][0];
    socket?.failAccept();
    await quiet();
    expect(world.failures.map(({ code }) => code)).toEqual(['acceptFailed']);
    socket?.failAccept();
    await quiet();
    expect(world.clock.running).toEqual(['acceptRetry']);
    world.clock.advance(100);
    expect((await world.connect('network')).mode).toBe('network');
  });

  it.each([
    () => {
      throw new Error('no');
    },
    () => Promise.reject(new Error('no')),
  ])('survives an onSession that fails: it is reported and the session closed (%#)', async (onSession) => {
    const world = await start({ onSession });
    await world.connect('network');
    await quiet();
    expect(world.failures).toMatchObject([{ code: 'callbackFailed', cause: { message: 'no' } }]);
    expect(world.path('client 1').at(-1)).toBe('closed');
  });

  it('takes a session that onSession closes at once', async () => {
    const world = await start({ onSession: (session) => void session.close() });
    const session = await world.connect('network');
    session.data.resume();
    session.error.resume();
    await quiet();
    expect(session.data.readableEnded).toBe(true);
  });

  it('ends the handshakes when it is closed, and leaves the sessions', async () => {
    const world = await start();
    const session = await world.connect('network');
    const first = await world.network.dial(PORT);
    await first.write(encode({ name: 'hello', mode: 'network', connections: 2, nonce: new Uint8Array(32) }));
    await first.read();
    const mute = await world.network.dial(PORT);
    await quiet();
    await listener?.close();
    expect(Buffer.from((await first.read()) ?? []).readUInt16BE(12)).toBe(13);
    expect(await mute.read()).toBeNull();
    expect(world.failures.map(({ code }) => code)).toEqual(['closed', 'closed']);
    await exchange(session, world.sessions[0] ?? session);
    await expect(world.network.dial(PORT)).rejects.toMatchObject({ code: 'connectionRefused' });
  });

  it('says addressInUse where somebody listens already', async () => {
    const world = await start();
    await expect(world.listen()).rejects.toMatchObject({ code: 'addressInUse', cause: { name: 'SocketError' } });
  });
});
