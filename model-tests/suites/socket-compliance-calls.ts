/** Which call is legal in which state, states along a life, descriptor numbers, addresses. */
import { describe, expect, test } from 'vitest';
import type { Socket, SocketState } from '../../impl/sockets/sockets.ts';
import { bytes, type ComplianceSides, codeOf, connected, listener, type Sides, text } from './socket-compliance-support.ts';

/** Brings a socket of the client side (the server side for `listening`) into a state. */
const inState: Partial<Record<SocketState, (sides: ComplianceSides) => Promise<Socket>>> = {
  created: async (sides) => sides.client.socket(),
  bound: async (sides) => {
    const socket = sides.client.socket();
    await socket.bind(sides.address());
    return socket;
  },
  listening: (sides) => listener(sides),
  connected: async (sides) => (await connected(sides)).client,
  halfClosedLocal: async (sides) => {
    const { client } = await connected(sides);
    await client.shutdown();
    return client;
  },
  halfClosedRemote: async (sides) => {
    const { client, server } = await connected(sides);
    await server.shutdown();
    await client.read();
    return client;
  },
  closed: async (sides) => {
    const { client } = await connected(sides);
    await client.close();
    return client;
  },
};

const callsOf = (sides: ComplianceSides, socket: Socket): Record<string, () => unknown> => ({
  bind: () => socket.bind(sides.address()),
  listen: () => socket.listen(4),
  accept: () => socket.accept(),
  connect: async () => socket.connect(await sides.deadAddress()),
  getsockname: () => socket.getsockname(),
  getpeername: () => socket.getpeername(),
  read: () => socket.read(),
  write: () => socket.write(bytes('x')),
  shutdown: () => socket.shutdown(),
});

const withoutConnection = { getpeername: 'notConnected', read: 'notConnected', write: 'notConnected', shutdown: 'notConnected' };
const afterConnect = { bind: 'illegalCall', listen: 'illegalCall', accept: 'illegalCall', connect: 'illegalCall' };
const every = (code: string) =>
  Object.fromEntries(
    ['bind', 'listen', 'accept', 'connect', 'getsockname', 'getpeername', 'read', 'write', 'shutdown'].map((call) => [
      call,
      code,
    ]),
  );

const refused: Partial<Record<SocketState, Readonly<Record<string, string>>>> = {
  created: { listen: 'illegalCall', accept: 'illegalCall', getsockname: 'illegalCall', ...withoutConnection },
  bound: { bind: 'illegalCall', accept: 'illegalCall', ...withoutConnection },
  listening: { bind: 'illegalCall', listen: 'illegalCall', connect: 'illegalCall', ...withoutConnection },
  connected: afterConnect,
  halfClosedLocal: { ...afterConnect, write: 'endOfStream', shutdown: 'illegalCall' },
  halfClosedRemote: afterConnect,
  closed: every('closed'),
};

function legality(sides: Sides): void {
  for (const [state, codes] of Object.entries(refused)) {
    test(`a socket that is ${state} refuses the calls that are not legal then and stays as it is`, async () => {
      const socket = await inState[state as SocketState]?.(sides());
      if (!socket) throw new Error(`no way into ${state}`);
      for (const [call, code] of Object.entries(codes)) {
        const made = callsOf(sides(), socket)[call];
        expect([call, await codeOf(made ?? (() => undefined))]).toEqual([call, code]);
      }
      expect(socket.state).toBe(state);
    });
  }

  test('a second accept, a second read and a second connect are refused while one is pending, which goes on', async () => {
    const listening = await listener(sides());
    const accepting = listening.accept();
    expect(await codeOf(() => listening.accept())).toBe('illegalCall');
    const client = sides().client.socket();
    const connecting = client.connect(listening.getsockname());
    expect(await codeOf(() => client.connect(listening.getsockname()))).toBe('illegalCall');
    await connecting;
    const server = await accepting;
    const reading = client.read();
    expect(await codeOf(() => client.read())).toBe('illegalCall');
    await server.write(bytes('hello'));
    expect(text(await reading)).toBe('hello');
  });

  test('an address of another family is unavailable', async () => {
    const { family, client } = sides();
    const other =
      family === 'tcp'
        ? ({ family: 'array', array: 'sym0', port: 0 } as const)
        : ({ family: 'tcp', host: '127.0.0.1', port: 0 } as const);
    expect(await codeOf(() => client.socket().bind(other))).toBe('addressUnavailable');
    expect(await codeOf(() => client.socket().connect({ ...other, port: 9 }))).toBe('addressUnavailable');
  });

  test('a backlog below 1 and a read of less than 1 byte are refused', async () => {
    const { client } = await connected(sides());
    expect(await codeOf(() => client.read(0))).toBe('illegalCall');
    const socket = sides().server.socket();
    await socket.bind(sides().address());
    expect(await codeOf(() => socket.listen(0))).toBe('illegalCall');
    await socket.listen(1);
  });
}

function life(sides: Sides): void {
  test('a socket is created, bound, listening and closed', async () => {
    const socket = sides().server.socket();
    expect(socket.state).toBe('created');
    await socket.bind(sides().address());
    expect(socket.state).toBe('bound');
    await socket.listen(1);
    expect(socket.state).toBe('listening');
    await socket.close();
    expect(socket.state).toBe('closed');
  });

  test('a socket is connecting until it is connected, and half closed in each order', async () => {
    const listening = await listener(sides());
    const client = sides().client.socket();
    const connecting = client.connect(listening.getsockname());
    expect(client.state).toBe('connecting');
    await connecting;
    const server = await listening.accept();
    expect([client.state, server.state]).toEqual(['connected', 'connected']);
    await client.shutdown();
    expect(client.state).toBe('halfClosedLocal');
    expect(await server.read()).toBeNull();
    expect(server.state).toBe('halfClosedRemote');
    await server.shutdown();
    expect(server.state).toBe('closed');
    expect(await client.read()).toBeNull();
    expect(client.state).toBe('closed');
    expect([await client.read(), await server.read()]).toEqual([null, null]);
    expect(await codeOf(() => client.write(bytes('x')))).toBe('endOfStream');
  });

  test('after bind to port 0 getsockname tells the port, and a peer sees that port', async () => {
    const listening = await listener(sides());
    const client = sides().client.socket();
    await client.bind(sides().address());
    const { port } = client.getsockname();
    expect(port).toBeGreaterThan(0);
    expect(port).not.toBe(listening.getsockname().port);
    const [server] = await Promise.all([listening.accept(), client.connect(listening.getsockname())]);
    expect(client.getsockname().port).toBe(port);
    expect(server.getpeername().port).toBe(port);
    expect(client.getpeername().port).toBe(listening.getsockname().port);
    expect(server.getsockname().port).toBe(listening.getsockname().port);
  });

  test('descriptors are the lowest free numbers, from 3 on, and free again on close and abort', async () => {
    const { client, server, listener: listening } = await connected(sides());
    expect([listening.descriptor, server.descriptor, client.descriptor]).toEqual([3, 4, 3]);
    const more = [sides().client.socket(), sides().client.socket(), sides().client.socket()];
    expect(more.map((each) => each.descriptor)).toEqual([4, 5, 6]);
    await more[1]?.close();
    await client.close();
    expect(sides().client.socket().descriptor).toBe(3);
    expect(sides().client.socket().descriptor).toBe(5);
    expect(sides().client.socket().descriptor).toBe(7);
    more[2]?.abort();
    expect(sides().client.socket().descriptor).toBe(6);
  });

  test('close is legal in each state, any number of times, and abort behind it does nothing', async () => {
    for (const make of Object.values(inState)) {
      const socket = await make(sides());
      await Promise.all([socket.close(), socket.close()]);
      await socket.close();
      socket.abort();
      expect(socket.state).toBe('closed');
    }
  });
}

export function calls(sides: Sides): void {
  describe('calls', () => {
    legality(sides);
    life(sides);
  });
}
