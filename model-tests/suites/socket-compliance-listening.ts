/** Addresses, listeners and their backlog. */
import { describe, expect, test } from 'vitest';
import { bytes, codeOf, connected, listener, type Sides, text, unusable } from './socket-compliance-support.ts';

/** A connection that does not come about ends with one of these, at connect or at its first read. */
const NEVER_USABLE = ['backlogFull', 'connectionRefused', 'reset'];

function addresses(sides: Sides): void {
  test('bind to an address that is taken fails with addressInUse, and works once it is free', async () => {
    const first = await listener(sides());
    const second = sides().server.socket();
    expect(await codeOf(() => second.bind(first.getsockname()))).toBe('addressInUse');
    expect(second.state).toBe('created');
    const address = first.getsockname();
    await first.close();
    await second.bind(address);
    expect(second.getsockname().port).toBe(address.port);
  });

  test('an address that is bound is taken before anybody listens', async () => {
    const first = sides().server.socket();
    await first.bind(sides().address());
    expect(await codeOf(() => sides().server.socket().bind(first.getsockname()))).toBe('addressInUse');
  });

  test('connecting to where nobody listens is refused, and the socket is good for close only', async () => {
    const client = sides().client.socket();
    expect(await codeOf(async () => client.connect(await sides().deadAddress()))).toBe('connectionRefused');
    expect(client.state).toBe('closed');
    expect(await codeOf(() => client.read())).toBe('notConnected');
    expect(await codeOf(async () => client.connect(await sides().deadAddress()))).toBe('illegalCall');
    await client.close();
    expect(sides().client.socket().descriptor).toBe(client.descriptor);
  });

  test('connecting to where a listener was closed is refused', async () => {
    const listening = await listener(sides());
    const address = listening.getsockname();
    await listening.close();
    expect(await codeOf(() => sides().client.socket().connect(address))).toBe('connectionRefused');
  });

  test('a socket that is bound but does not listen lets nobody in, and may listen afterwards', async () => {
    const socket = sides().server.socket();
    await socket.bind(sides().address());
    expect(NEVER_USABLE).toContain(await unusable(sides().client.socket(), socket.getsockname()));
    await socket.listen(2);
    const client = sides().client.socket();
    await client.connect(socket.getsockname());
    await client.write(bytes('now'));
    expect(text(await (await socket.accept()).read())).toBe('now');
  });
}

function queue(sides: Sides): void {
  test('connections wait for accept in the order in which they came, with what they wrote', async () => {
    const listening = await listener(sides());
    for (const name of ['one', 'two', 'three']) {
      const client = sides().client.socket();
      await client.connect(listening.getsockname());
      await client.write(bytes(name));
    }
    for (const name of ['one', 'two', 'three']) expect(text(await (await listening.accept()).read())).toBe(name);
  });

  test('an accept that is pending gets the next connection', async () => {
    const listening = await listener(sides());
    for (const name of ['one', 'two']) {
      const accepting = listening.accept();
      const client = sides().client.socket();
      await client.connect(listening.getsockname());
      await client.write(bytes(name));
      expect(text(await (await accepting).read())).toBe(name);
    }
  });

  test('a connection beyond the backlog never becomes usable, and those that wait stay good', async () => {
    const listening = await listener(sides(), 2);
    const waiting = [sides().client.socket(), sides().client.socket()];
    for (const client of waiting) await client.connect(listening.getsockname());
    expect(NEVER_USABLE).toContain(await unusable(sides().client.socket(), listening.getsockname()));
    for (const client of waiting) {
      const server = await listening.accept();
      await server.write(bytes('welcome'));
      expect(text(await client.read())).toBe('welcome');
    }
    const late = sides().client.socket();
    await late.connect(listening.getsockname());
    await (await listening.accept()).write(bytes('room again'));
    expect(text(await late.read())).toBe('room again');
  });

  test('closing a listener resets the connections that wait and leaves those that were accepted alone', async () => {
    const { client, server, listener: listening } = await connected(sides());
    const waiting = sides().client.socket();
    await waiting.connect(listening.getsockname());
    const reading = codeOf(() => waiting.read());
    // A byte over the accepted connection, so that the waiting one has certainly arrived on the listener's side too.
    await server.write(bytes('.'));
    await client.read();
    await listening.close();
    expect(await reading).toBe('reset');
    await server.write(bytes('still here'));
    expect(text(await client.read())).toBe('still here');
  });

  test('close ends a pending accept, bind and connect with closed', async () => {
    const listening = await listener(sides());
    const accepting = codeOf(() => listening.accept());
    const dialled = await listener(sides());
    const client = sides().client.socket();
    const connecting = codeOf(() => client.connect(dialled.getsockname()));
    const fresh = sides().client.socket();
    const binding = codeOf(() => fresh.bind(sides().address()));
    await Promise.all([client.close(), fresh.close(), listening.close()]);
    expect(await Promise.all([accepting, connecting, binding])).toEqual(['closed', 'closed', 'closed']);
  });
}

export function listening(sides: Sides): void {
  describe('listening', () => {
    addresses(sides);
    queue(sides);
  });
}
