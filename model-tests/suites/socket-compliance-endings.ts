/** The ways in which a connection ends: half-close in each order, close, abort; an end is not a reset, a reset is not an end. */
import { describe, expect, test } from 'vitest';
import type { Socket } from '../../impl/sockets/sockets.ts';
import {
  bytes,
  codeOf,
  connected,
  pattern,
  readAll,
  readExactly,
  type Sides,
  sha256,
  text,
} from './socket-compliance-support.ts';

const SIZE = 1_000_000;

async function send(socket: Socket, payload: Uint8Array): Promise<void> {
  await socket.write(payload);
  await socket.shutdown();
}

function halfClose(sides: Sides): void {
  const up = pattern(SIZE, 1);
  const down = pattern(SIZE, 2);
  const orders: Record<string, (client: Socket, server: Socket) => Promise<[Uint8Array, Uint8Array]>> = {
    'the client first': async (client, server) => {
      const [, received] = await Promise.all([send(client, up), readAll(server)]);
      const [, answer] = await Promise.all([send(server, down), readAll(client)]);
      return [received, answer];
    },
    'the server first': async (client, server) => {
      const [, answer] = await Promise.all([send(server, down), readAll(client)]);
      const [, received] = await Promise.all([send(client, up), readAll(server)]);
      return [received, answer];
    },
    'both at once': async (client, server) => {
      const [, , received, answer] = await Promise.all([send(client, up), send(server, down), readAll(server), readAll(client)]);
      return [received, answer];
    },
  };
  for (const [name, run] of Object.entries(orders)) {
    test(`half-close, ${name}: every byte arrives before the end, in both directions`, async () => {
      const { client, server } = await connected(sides());
      const [received, answer] = await run(client, server);
      expect([sha256(received), sha256(answer)]).toEqual([sha256(up), sha256(down)]);
      expect([client.state, server.state]).toEqual(['closed', 'closed']);
    });
  }

  test('shutdown goes out behind writes that nobody waited for', async () => {
    const { client, server } = await connected(sides());
    const writing = [client.write(up), client.write(bytes('tail')), client.shutdown()];
    const received = await readAll(server);
    await Promise.all(writing);
    expect(received.length).toBe(SIZE + 4);
    expect(text(received.subarray(SIZE))).toBe('tail');
  });
}

function closing(sides: Sides): void {
  test('close lets everything that was written arrive, then the end', async () => {
    const { client, server } = await connected(sides());
    const payload = pattern(4 * SIZE);
    const writing = client.write(payload);
    const closing = client.close();
    expect(sha256(await readAll(server))).toBe(sha256(payload));
    await Promise.all([writing, closing]);
  });

  test('close with unread bytes is an end for the peer and not a reset', async () => {
    const { client, server } = await connected(sides());
    const flood = server.write(pattern(SIZE));
    await readExactly(client, 10);
    await client.write(bytes('good bye'));
    await client.close();
    expect(text(await readAll(server))).toBe('good bye');
    await flood;
    await server.close();
  });

  test('close ends a pending read with closed, and the peer sees the end', async () => {
    const { client, server } = await connected(sides());
    const reading = codeOf(() => client.read());
    await client.close();
    expect(await reading).toBe('closed');
    expect(await server.read()).toBeNull();
  });

  test('a peer that has closed can still be answered for a while, and its last bytes are still there', async () => {
    const { client, server } = await connected(sides());
    await client.write(bytes('last words'));
    await client.close();
    await server.write(bytes('too late'));
    expect(text(await readAll(server))).toBe('last words');
    await server.close();
  });
}

function aborting(sides: Sides): void {
  test('abort is a reset for the peer, never an end, from either side, however much was written and whether or not the peer has shut down', async () => {
    const { client, server, listener } = await connected(sides());
    await Promise.all([client.close(), server.close()]);
    for (const size of [0, 10, 65_536, 100_000, 300_000]) {
      for (const from of ['client', 'server', 'client, the peer has shut down', 'server, the peer has shut down']) {
        const dialled = sides().client.socket();
        const [accepted] = await Promise.all([listener.accept(), dialled.connect(listener.getsockname())]);
        const [aborting, peer] = from.startsWith('client') ? [dialled, accepted] : [accepted, dialled];
        if (from.endsWith('shut down')) await peer.shutdown();
        const seen = codeOf(async () => {
          while ((await peer.read()) !== null);
          throw new Error(`the peer saw an end after ${size} bytes from the ${from}, expected a reset`);
        });
        await aborting.write(pattern(size));
        aborting.abort();
        expect(await seen).toBe('reset');
        expect(peer.state).toBe('closed');
        await peer.close();
      }
    }
  });

  test('after a reset each call fails with reset until close, which frees the descriptor', async () => {
    const { client, server } = await connected(sides());
    const reading = codeOf(() => server.read());
    client.abort();
    expect(await reading).toBe('reset');
    expect(await codeOf(() => server.read())).toBe('reset');
    expect(await codeOf(() => server.write(bytes('x')))).toBe('reset');
    expect(await codeOf(() => server.shutdown())).toBe('reset');
    await server.close();
    expect(await codeOf(() => server.read())).toBe('closed');
    expect(sides().server.socket().descriptor).toBe(server.descriptor);
  });

  test('abort ends a pending read with closed on the side that aborts', async () => {
    const { client } = await connected(sides());
    const reading = codeOf(() => client.read());
    client.abort();
    expect(await reading).toBe('closed');
    expect(await codeOf(() => client.write(bytes('x')))).toBe('closed');
  });

  test('abort ends a write that waits for its reader with reset', async () => {
    const { client, server } = await connected(sides());
    const writing = codeOf(() => server.write(pattern(32 * SIZE)));
    await client.read();
    client.abort();
    expect(await writing).toBe('reset');
  });
}

export function endings(sides: Sides): void {
  describe('endings', () => {
    halfClose(sides);
    closing(sides);
    aborting(sides);
  });
}
