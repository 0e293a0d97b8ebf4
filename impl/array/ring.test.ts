import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { DirectChannel } from './direct-channel.ts';
import { ArrayError } from './errors.ts';
import { RING } from './layout.ts';
import { createRing, openRing, startRingAt } from './ring.ts';
import { StorageArray } from './storage-array.ts';
import { startEcho } from './stress.test-support.ts';

function pair(capacity = 64, start = 0): [DirectChannel, DirectChannel] {
  const memory = createRing(capacity);
  startRingAt(memory, start);
  return [openRing(memory, 0), openRing(memory, 1)];
}

/** The two ends of the data channel of a group in an array, in one thread. */
function channels(): [DirectChannel, DirectChannel] {
  const memory = StorageArray.create({ name: 'sym0', groups: [{ name: 'STG0', size: 16_384, hosts: ['a', 'b'] }] });
  const [a, b] = [StorageArray.attach(memory, { host: 'a' }), StorageArray.attach(memory, { host: 'b' })];
  onTestFinished(() => {
    for (const each of [a, b]) each.close();
  });
  const port = a.bindPort(0);
  a.listenPort(port, 1, () => undefined);
  const dialled = b.connect(port.number, port.generation, 1);
  const accepted = a.nextConnection(port);
  if (!accepted) throw new Error('nothing to accept');
  const ends = [a.attachGroup(accepted, 'STG0').data, b.attachGroup(dialled, 'STG0').data] as const;
  const direct = (end: (typeof ends)[0]) => end.direct({}, { close: () => end.close(), abort: () => end.abort() });
  return [direct(ends[0]), direct(ends[1])];
}

const codeOf = (call: () => unknown) => {
  try {
    return String(call());
  } catch (error) {
    return error instanceof ArrayError ? error.code : String(error);
  }
};

describe.each([
  ['two rings', () => pair(4_096)],
  ['a channel of an array', channels],
] as const)('direct access to %s', (_name, make) => {
  test('writes in place: what was reserved is seen when it is committed, as far as it is', () => {
    const [one, other] = make();
    one.reserve(10).set(Buffer.from('hello'));
    expect(other.peek()).toHaveLength(0);
    one.commit(5);
    expect(String(other.peek())).toBe('hello');
    other.release(2);
    expect(String(other.peek())).toBe('llo');
    expect(() => one.commit(1)).toThrow(RangeError);
    expect(() => other.release(4)).toThrow(RangeError);
  });

  test('reserves no more than there is room for, in one piece', () => {
    const [one, other] = make();
    const room = one.reserve(one.capacity + 1);
    expect(room).toHaveLength(one.capacity);
    one.commit(room.length);
    expect(one.reserve(1)).toHaveLength(0);
    other.release(10);
    expect(one.reserve(99)).toHaveLength(10);
  });

  test('goes on when the other side has made room, or has written', async () => {
    const [one, other] = make();
    const readable = other.readable();
    one.write(Buffer.alloc(one.capacity));
    await readable;
    const writable = one.writable(one.capacity);
    expect(other.tryRead(Buffer.alloc(other.capacity))).toBe(other.capacity);
    await writable;
    expect(one.reserve(one.capacity)).toHaveLength(one.capacity);
  });

  test('ends behind the last byte, and a peer that leaves without an end is a reset', async () => {
    const [one, other] = make();
    one.write(Buffer.from('last'));
    one.end();
    one.close();
    const into = Buffer.alloc(9);
    expect([other.tryRead(into), other.tryRead(into), other.peek()]).toEqual([4, -1, null]);
    const waiting = make();
    const readable = waiting[0].readable();
    waiting[1].abort();
    await expect(readable.then(() => waiting[0].tryRead(into))).rejects.toMatchObject({ code: 'reset' });
    expect(codeOf(() => waiting[0].tryWrite(into))).toBe('reset');
  });

  test('carries records beside bytes of the other way', () => {
    const [one, other] = make();
    const writer = one.recordWriter({ crc: true });
    writer.write(Buffer.from('record'));
    writer.flush();
    const seen: string[] = [];
    other
      .recordReader({ crc: true })
      .read((bytes, at, length) => seen.push(Buffer.from(bytes.subarray(at, at + length)).toString()));
    other.write(Buffer.from('bytes'));
    expect([seen, one.tryRead(Buffer.alloc(9))]).toEqual([['record'], 5]);
  });
});

test('any mix of the ways to write and to read gives the same bytes, from any position, past 2^32', () => {
  const step = fc.record({ write: fc.nat(90), inPlace: fc.boolean(), read: fc.nat(90), peek: fc.boolean() });
  fc.assert(
    fc.property(fc.constantFrom(0, 2 ** 31 - 100, 2 ** 32 - 100), fc.array(step), (start, steps) => {
      const [one, other] = pair(64, start);
      let sent = 0;
      let received = 0;
      const check = (bytes: Uint8Array) => {
        for (const byte of bytes) expect(byte).toBe(received++ & 0xff);
      };
      for (const { write, inPlace, read, peek } of steps) {
        const bytes = Uint8Array.from({ length: write }, (_, at) => (sent + at) & 0xff);
        const room = inPlace ? one.reserve(write) : undefined;
        room?.set(bytes.subarray(0, room.length));
        if (room) one.commit(room.length);
        sent += room ? room.length : one.tryWrite(bytes);
        const into = peek ? (other.peek() ?? new Uint8Array(0)).slice(0, read) : new Uint8Array(read);
        const count = peek ? into.length : other.tryRead(into);
        check(into.subarray(0, count));
        if (peek) other.release(count);
      }
      for (let rest = other.peek(); rest && rest.length > 0; rest = other.peek()) {
        check(rest);
        other.release(rest.length);
      }
      expect(received).toBe(sent);
    }),
  );
});

test('calls that block pass every byte between two threads, in both directions', async () => {
  const memory = createRing(1_024);
  startRingAt(memory, 2 ** 32 - 5_000);
  const worker = startEcho(memory);
  onTestFinished(async () => {
    await worker.stop();
  });
  await worker.ready;
  const channel = openRing(memory, 0);
  const into = Buffer.alloc(777);
  for (let round = 0; round < 2_000; round += 1) {
    const bytes = Buffer.alloc(1 + ((round * 37) % 700), round);
    channel.write(bytes);
    for (let left = bytes.length; left > 0; ) {
      const count = channel.read(into.subarray(0, left));
      expect(into.subarray(0, count)).toEqual(bytes.subarray(0, count));
      left -= count;
    }
  }
  channel.end();
  expect(channel.read(into)).toBe(-1);
});

test('memory that is none, and capacities that cannot be, are refused', () => {
  expect(codeOf(() => openRing({ buffer: new SharedArrayBuffer(64), capacity: 64 }, 0))).toBe('memoryInvalid');
  expect(() => createRing(100)).toThrow('expected a power of two');
});

test('a peer that writes nonsense into a position is a reset that names the cell, for both ends', () => {
  const memory = createRing(64);
  const [one, other] = [openRing(memory, 0), openRing(memory, 1)];
  new Int32Array(memory.buffer)[RING.HEAD] = 65;
  expect(() => other.tryRead(Buffer.alloc(9))).toThrow(/head of the ring/);
  expect(codeOf(() => one.tryWrite(Buffer.alloc(9)))).toBe('reset');
});
