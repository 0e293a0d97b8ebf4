import { describe, expect, onTestFinished, test } from 'vitest';
import { StorageArray } from '../array/storage-array.ts';
import { ArraySockets } from './array-sockets.ts';
import { DescriptorTable } from './descriptors.ts';
import { type Address, type Socket, SocketError, type Sockets } from './sockets.ts';
import { StpConnect } from './stp-connect.ts';
import { TcpSockets } from './tcp-sockets.ts';
import type { SocketClock } from './transport.ts';

const tcpAddress = { family: 'tcp', host: '127.0.0.1', port: 0 } as const;
const arrayAddress = { family: 'array', array: 'sym0', port: 0 } as const;

async function codeOf(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (error) {
    if (error instanceof SocketError) return error.code;
    throw error;
  }
  throw new Error('the call succeeded, expected it to fail');
}

/** Timers that fire when they are told to. */
class ManualClock implements SocketClock {
  readonly timers = new Set<() => void>();
  #armed: (() => void) | undefined;
  now(): number {
    return 0;
  }
  setTimer(_limit: string, _milliseconds: number, fire: () => void) {
    this.timers.add(fire);
    this.#armed?.();
    return { cancel: () => this.timers.delete(fire) };
  }
  /** Resolves when the next timer is set. */
  armed(): Promise<void> {
    return new Promise((resolve) => {
      this.#armed = resolve;
    });
  }
  fire(): void {
    for (const each of [...this.timers]) {
      this.timers.delete(each);
      each();
    }
  }
}

async function pair(client: Sockets, server: Sockets, address: Address): Promise<{ client: Socket; server: Socket }> {
  const listening = server.socket();
  await listening.bind(address);
  await listening.listen(4);
  const dialled = client.socket();
  const [accepted] = await Promise.all([listening.accept(), dialled.connect(listening.getsockname())]);
  await listening.close();
  return { client: dialled, server: accepted };
}

function array(clock?: SocketClock) {
  const memory = StorageArray.create({ name: 'sym0', groups: [{ name: 'STG0', size: 1 << 20, hosts: ['backup', 'database'] }] });
  const attachments = [
    StorageArray.attach(memory, { host: 'backup' }),
    StorageArray.attach(memory, { host: 'database' }),
  ] as const;
  onTestFinished(() => {
    for (const each of attachments) each.close();
  });
  const options = clock ? { clock } : {};
  return {
    attachments,
    client: new ArraySockets(attachments[0], new DescriptorTable(), options),
    server: new ArraySockets(attachments[1], new DescriptorTable()),
  };
}

describe('a closed socket', () => {
  const families: Record<string, (clock: ManualClock) => { client: Sockets; server: Sockets; address: Address }> = {
    tcp: (clock) => {
      const client = new TcpSockets(new DescriptorTable(), { clock });
      return { client, server: new TcpSockets(new DescriptorTable()), address: tcpAddress };
    },
    array: (clock) => ({ ...array(clock), address: arrayAddress }),
  };
  for (const [name, make] of Object.entries(families)) {
    test(`resets a peer that takes nothing within the linger bound (${name})`, async () => {
      const clock = new ManualClock();
      const sides = make(clock);
      const { client, server } = await pair(sides.client, sides.server, sides.address);
      const writing = codeOf(() => client.write(new Uint8Array(64 << 20)));
      const closing = client.close();
      expect(client.descriptor).toBe(sides.client.socket().descriptor);
      // The queue makes progress until the transport is full; every piece arms the timer anew, the last one stays.
      let settled = false;
      void writing.then(() => {
        settled = true;
      });
      while (!settled) {
        clock.fire();
        await new Promise(setImmediate);
      }
      expect(await writing).toBe('closed');
      await closing;
      expect(
        await codeOf(async () => {
          while ((await server.read()) !== null);
        }),
      ).toBe('reset');
      await server.close();
    });
  }

  test('goes on reading what a TCP peer sends, and lets go at the linger bound', async () => {
    const clock = new ManualClock();
    const { client, server } = await pair(
      new TcpSockets(new DescriptorTable(), { clock }),
      new TcpSockets(new DescriptorTable()),
      tcpAddress,
    );
    await client.close();
    expect(clock.timers.size).toBe(1);
    expect(await server.read()).toBeNull();
    await server.write(new Uint8Array(1_000));
    clock.fire();
    const code = await codeOf(async () => {
      for (;;) {
        await server.write(new Uint8Array(1_000));
        await new Promise(setImmediate);
      }
    });
    expect(code).toBe('reset');
  });

  test('lets go when the TCP peer closes too, with no timer left', async () => {
    const clock = new ManualClock();
    const { client, server } = await pair(
      new TcpSockets(new DescriptorTable(), { clock }),
      new TcpSockets(new DescriptorTable()),
      tcpAddress,
    );
    await client.close();
    expect(await server.read()).toBeNull();
    await server.close();
    while (clock.timers.size > 0) await new Promise(setImmediate);
  });
});

describe('TCP', () => {
  test('a host that does not exist and an address of another machine are unavailable', async () => {
    const tcp = new TcpSockets(new DescriptorTable());
    expect(await codeOf(() => tcp.socket().bind({ family: 'tcp', host: '192.0.2.1', port: 0 }))).toBe('addressUnavailable');
    expect(await codeOf(() => tcp.socket().connect({ family: 'tcp', host: '127.0.0.1', port: 70_000 }))).toBe(
      'addressUnavailable',
    );
  });

  test('a socket that is bound to any address dials from its port', async () => {
    const tcp = new TcpSockets(new DescriptorTable());
    const listening = tcp.socket();
    await listening.bind({ ...tcpAddress, host: '0.0.0.0' });
    await listening.listen(1);
    const client = tcp.socket();
    await client.bind({ ...tcpAddress, host: '0.0.0.0' });
    const { port } = client.getsockname();
    await client.connect({ ...tcpAddress, port: listening.getsockname().port });
    const server = await listening.accept();
    expect([client.getsockname(), server.getpeername()]).toEqual([
      { ...tcpAddress, port },
      { ...tcpAddress, port },
    ]);
    await Promise.all([client.close(), server.close(), listening.close()]);
  });
});

describe('the array', () => {
  test('attaches a group as two channels, whose segments are free when both ends have closed both', async () => {
    const { attachments, client, server } = array();
    const control = await pair(client, server, arrayAddress);
    expect(await codeOf(() => client.attachGroup(control.client, 'STG0'))).toBe('groupUnknown');
    const theirs = await server.attachGroup(control.server, 'STG0');
    const mine = await client.attachGroup(control.client, 'STG0');
    await mine.data.write(Buffer.from('data'));
    await theirs.error.write(Buffer.from('error'));
    expect([String(await theirs.data.read()), String(await mine.error.read())]).toEqual(['data', 'error']);
    expect([mine.data.descriptor, mine.error.descriptor]).toEqual([4, 5]);
    await Promise.all(
      [mine.data, mine.error, theirs.data, theirs.error, control.client, control.server].map((each) => each.close()),
    );
    const { connections, groups, ports } = attachments[0].info();
    expect([connections.used, groups[0]?.used, ports]).toEqual([0, 0, []]);
  });

  test('attaches a group only to a socket of its own that is connected', async () => {
    const { client, server } = array();
    expect(await codeOf(() => client.attachGroup(client.socket(), 'STG0'))).toBe('notConnected');
    const tcp = new TcpSockets(new DescriptorTable());
    expect(await codeOf(() => client.attachGroup(tcp.socket(), 'STG0'))).toBe('notConnected');
    const control = await pair(client, server, arrayAddress);
    await control.server.close();
    expect(await codeOf(() => server.attachGroup(control.server, 'STG0'))).toBe('notConnected');
    expect(await codeOf(() => client.attachGroup(control.client, 'STG9'))).toBe('groupUnknown');
  });

  test('of another name is unavailable', async () => {
    const { client } = array();
    expect(await codeOf(() => client.socket().bind({ family: 'array', array: 'sym1', port: 0 }))).toBe('addressUnavailable');
  });

  test('resets every socket when its attachment is closed, and ends a pending accept', async () => {
    const { attachments, client, server } = array();
    const { client: dialled, server: accepted } = await pair(client, server, arrayAddress);
    const listening = client.socket();
    await listening.bind(arrayAddress);
    await listening.listen(1);
    const pending = [codeOf(() => dialled.read()), codeOf(() => accepted.read()), codeOf(() => listening.accept())];
    attachments[0].close();
    expect(await Promise.all(pending)).toEqual(['reset', 'reset', 'addressUnavailable']);
    expect(await codeOf(() => client.socket().bind(arrayAddress))).toBe('addressUnavailable');
    await Promise.all([dialled.close(), accepted.close(), listening.close()]);
  });
});

describe('StpConnect', () => {
  test('sends each call to its family, and both share one descriptor table', () => {
    const descriptors = new DescriptorTable();
    const { attachments } = array();
    const stp = new StpConnect({ tcp: new TcpSockets(descriptors), array: new ArraySockets(attachments[0], descriptors) });
    expect([stp.socket('tcp').descriptor, stp.socket('array').descriptor, stp.array?.array]).toEqual([3, 4, 'sym0']);
  });

  test('says so when there is no array', async () => {
    const stp = new StpConnect({ tcp: new TcpSockets(new DescriptorTable()) });
    expect(stp.array).toBeUndefined();
    expect(await codeOf(() => stp.socket('array'))).toBe('addressUnavailable');
  });
});

test('a descriptor table that is full fails with noBuffers and goes on when a number is free', async () => {
  const descriptors = new DescriptorTable({ limit: 2 });
  const tcp = new TcpSockets(descriptors);
  const [first] = [tcp.socket(), tcp.socket()];
  expect(await codeOf(() => tcp.socket())).toBe('noBuffers');
  await first?.close();
  expect(tcp.socket().descriptor).toBe(3);
});
