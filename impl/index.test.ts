/** The public interface over real TCP connections of the loopback interface and over the storage array emulator. */

import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { connect, type Listener, listen, type Observer, type Session, StorageArray, StpConnectError } from './index.ts';

const secret = 'a secret of both sides';
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function arrays(): { database: StorageArray; backup: StorageArray } {
  const memory = StorageArray.create({
    name: 'sym0',
    groups: [{ name: 'STG0', size: 1 << 20, hosts: ['backup', 'database'] }],
  });
  const database = StorageArray.attach(memory, { host: 'database' });
  const backup = StorageArray.attach(memory, { host: 'backup' });
  closers.push(() => {
    backup.close();
    database.close();
  });
  return { database, backup };
}

async function echoing(array?: StorageArray, wkp = 'tcp://127.0.0.1:0'): Promise<Listener> {
  const listener = await listen({
    wkp,
    secret,
    array,
    onSession(session) {
      session.error.write('ready');
      session.data.pipe(session.data);
    },
  });
  closers.push(() => listener.close({ sessions: true }));
  return listener;
}

async function roundTrip(session: Session): Promise<number> {
  expect(String((await once(session.error, 'data'))[0])).toBe('ready');
  session.data.end(Buffer.alloc(1_000_000, 7));
  let bytes = 0;
  for await (const chunk of session.data) bytes += (chunk as Buffer).length;
  await session.close();
  return bytes;
}

describe('listen and connect', () => {
  it('carry a megabyte there and back in network mode', async () => {
    const listener = await echoing();
    expect(listener.address).toMatch(/^tcp:\/\/127\.0\.0\.1:[1-9]\d+$/);
    expect(await roundTrip(await connect({ wkp: listener.address, secret }))).toBe(1_000_000);
  });

  it('carry a megabyte there and back through the array, and leave nothing there', async () => {
    const { database, backup } = arrays();
    const listener = await echoing(database);
    const session = await connect({ wkp: listener.address, mode: 'storage', group: 'STG0', secret, array: backup });
    expect(session).toMatchObject({ mode: 'storage', group: 'STG0' });
    expect(await roundTrip(session)).toBe(1_000_000);
    await listener.close({ sessions: true });
    expect(database.info()).toMatchObject({ ports: [], connections: { used: 0 }, groups: [{ used: 0 }] });
  });

  it('give direct access to a channel of a storage session, whose close is the channel’s', async () => {
    const { database, backup } = arrays();
    let answered: Promise<void> | undefined;
    const listener = await listen({
      wkp: 'tcp://127.0.0.1:0',
      secret,
      array: database,
      onSession(session) {
        const channel = session.direct('data');
        answered = channel?.readable().then(() => {
          channel.write(Buffer.from(`got ${channel.peek()?.toString()}`));
          channel.end();
          return session.close();
        });
      },
    });
    closers.push(() => listener.close({ sessions: true }));
    const session = await connect({ wkp: listener.address, mode: 'storage', group: 'STG0', secret, array: backup });
    const channel = session.direct('data');
    channel?.write(Buffer.from('a question'));
    await channel?.readable();
    expect(channel?.peek()?.toString()).toBe('got a question');
    channel?.end();
    channel?.close();
    session.error.resume().end();
    await Promise.all([answered, session.closed]);
    expect(backup.info()).toMatchObject({ connections: { used: 0 }, groups: [{ used: 0 }] });
    const network = await connect({ wkp: listener.address, secret });
    closers.push(() => network.close());
    expect(network.direct('data')).toBeUndefined();
  });

  it('take a secret as a Buffer that the caller overwrites as soon as it was given', async () => {
    const given = Buffer.from(secret);
    const listening = listen({ wkp: 'tcp://127.0.0.1:0', secret: given, onSession: (session) => void session.close() });
    given.fill(0);
    const listener = await listening;
    closers.push(() => listener.close({ sessions: true }));
    const session = await connect({ wkp: listener.address, secret });
    closers.push(() => session.close());
    expect(session.mode).toBe('network');
  });

  it('give what was written to a session that onSession closes at once, and leave nothing in the array', async () => {
    const { database, backup } = arrays();
    const closed: Promise<void>[] = [];
    const failures: string[] = [];
    const listener = await listen({
      wkp: 'tcp://127.0.0.1:0',
      secret,
      array: database,
      onFailure: (error) => failures.push(error.code),
      onSession(session) {
        session.data.write('all of it');
        closed.push(session.close());
      },
    });
    closers.push(() => listener.close({ sessions: true }));
    for (const mode of ['storage', 'network', 'storage'] as const) {
      const session = await connect({ wkp: listener.address, mode, group: 'STG0', secret, array: backup });
      let text = '';
      for await (const chunk of session.data) text += String(chunk);
      expect(text).toBe('all of it');
      await session.close();
    }
    await Promise.all(closed);
    expect(closed).toHaveLength(3);
    expect(failures).toEqual([]);
    expect(database.info()).toMatchObject({ ports: [], connections: { used: 0 }, groups: [{ used: 0 }] });
  });

  it('take a well-known port in the array', async () => {
    const { database, backup } = arrays();
    const listener = await echoing(database, 'array://sym0/7');
    expect(await roundTrip(await connect({ wkp: listener.address, secret, array: backup }))).toBe(1_000_000);
  });

  it('fall back when the client process has no array', async () => {
    const { backup } = arrays();
    const listener = await echoing();
    const storage = { wkp: listener.address, mode: 'storage', group: 'STG0', secret, array: backup } as const;
    await expect(connect(storage)).rejects.toMatchObject({ code: 'declined', reason: 'modeUnavailable' });
    const session = await connect({ ...storage, fallback: 'network' });
    expect(session).toMatchObject({ mode: 'network', fallbackReason: 'modeUnavailable' });
    expect(await roundTrip(session)).toBe(1_000_000);
  });

  it('reject with errors of one class, their cause kept', async () => {
    const listener = await echoing();
    await expect(listen({ wkp: listener.address, onSession: () => undefined })).rejects.toBeInstanceOf(StpConnectError);
    await expect(listen({ wkp: listener.address, onSession: () => undefined })).rejects.toMatchObject({
      code: 'addressInUse',
      cause: { name: 'SocketError' },
    });
    await expect(connect({ wkp: listener.address, secret: 'another' })).rejects.toMatchObject({ code: 'tagWrong', kind: 'peer' });
    await expect(connect({ wkp: 'nowhere' })).rejects.toMatchObject({ code: 'configInvalid', kind: 'usage' });
  });

  it('go on when a trace throws', async () => {
    const failures: string[] = [];
    const broken = (): never => {
      throw new Error('the file is gone');
    };
    const listener = await listen({
      wkp: 'tcp://127.0.0.1:0',
      secret,
      trace: broken,
      onSession: (session) => void session.close(),
      onFailure: (error) => failures.push(error.code),
    });
    closers.push(() => listener.close({ sessions: true }));
    const session = await connect({ wkp: listener.address, secret });
    closers.push(() => session.close());
    expect(session.mode).toBe('network');
    expect(new Set(failures)).toEqual(new Set(['callbackFailed']));
  });
});

describe('who looks on', () => {
  /** What both sides say to an observer, in order: records by their event, frames by their type. */
  async function observed(more: (observer: Observer) => Observer = (observer) => observer): Promise<string[]> {
    const said: string[] = [];
    const observer = (who: string): Observer =>
      more({
        record: ({ event }) => said.push(`${who} ${event.type}`),
        frame: ({ way, channel, bytes }) => said.push(`${who} ${way} ${bytes[5]} on ${channel}`),
      });
    const listener = await listen({
      wkp: 'tcp://127.0.0.1:0',
      secret: 's',
      inspect: observer('client'),
      onSession: (session) => void session.close(),
      onFailure: (error) => said.push(error.code),
    });
    const session = await connect({ wkp: listener.address, secret: 's', inspect: observer('server') });
    await session.close();
    await listener.close({ sessions: true });
    return said;
  }

  it('gets each record, each frame that was received before its record, and each frame that is sent behind the record that decided it', async () => {
    const said = await observed();
    const of = (who: string) => said.filter((line) => line.startsWith(who)).slice(0, 12);
    expect(of('server')).toEqual([
      'server start',
      'server first.connected',
      'server sent 1 on first',
      'server received 2 on first',
      'server first.descriptor',
      'server second.connected',
      'server sent 2 on second',
      expect.stringMatching(/^server received 5 on (first|second)$/),
      expect.stringMatching(/^server (first|second)\.ready$/),
      expect.stringMatching(/^server received 5 on (first|second)$/),
      expect.stringMatching(/^server (first|second)\.ready$/),
      'server close',
    ]);
    expect(of('client').slice(0, 10)).toEqual([
      'client start',
      'client received 1 on first',
      'client first.hello',
      'client sent 2 on first',
      'client start',
      'client received 2 on first',
      'client first.descriptor',
      'client second.joined',
      'client sent 5 on second',
      'client sent 5 on first',
    ]);
  });

  it('can throw what it likes: it is reported, and the session is established', async () => {
    const failing = (): never => {
      throw new Error('not today');
    };
    const said = await observed(() => ({ record: failing, frame: failing }));
    expect(new Set(said)).toEqual(new Set(['callbackFailed']));
  });
});
