import { describe, expect, onTestFinished, test } from 'vitest';
import type { ArrayClock } from './clock.ts';
import type { ArrayOptions } from './config.ts';
import { ArrayError } from './errors.ts';
import { END, HEADER, layoutOf, RECORD, RING } from './layout.ts';
import { Words } from './memory/words.ts';
import { type AttachOptions, StorageArray } from './storage-array.ts';
import type { ArrayMemory } from './tables.ts';

/** A clock that stands until it is moved; the heartbeats of stopped hosts do not beat. */
class ManualClock implements ArrayClock {
  #now = 2 ** 32 - 2_000;
  readonly #beats = new Set<() => void>();
  now(): number {
    return this.#now;
  }
  every(_milliseconds: number, fire: () => void) {
    this.#beats.add(fire);
    return { cancel: () => this.#beats.delete(fire) };
  }
  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }
  beat(): void {
    for (const fire of [...this.#beats]) fire();
  }
  /** From now on nobody who is attached beats any more, as when their processes were killed. */
  stop(): void {
    this.#beats.clear();
  }
}

const options: ArrayOptions = {
  name: 'sym0',
  groups: [
    { name: 'STG0', size: 65_536, hosts: ['backup', 'database'] },
    { name: 'STG1', size: 65_536, hosts: ['backup'] },
  ],
  dynamicPorts: { first: 100, last: 103 },
  wellKnownPorts: 2,
  connections: 4,
  ringSize: 1_024,
  attachments: 3,
};

function attach(memory: ArrayMemory, attachOptions: AttachOptions): StorageArray {
  const array = StorageArray.attach(memory, attachOptions);
  onTestFinished(() => array.close());
  return array;
}

function world(clock = new ManualClock()) {
  const memory = StorageArray.create(options);
  return {
    memory,
    clock,
    backup: attach(memory, { host: 'backup', clock }),
    database: attach(memory, { host: 'database', clock }),
  };
}

function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof ArrayError) return error.code;
    throw error;
  }
  throw new Error('the call succeeded, expected it to fail');
}

/** A connection from `from` to `to`, accepted. */
function connect(from: StorageArray, to: StorageArray) {
  const port = to.bindPort(0);
  to.listenPort(port, 2, () => undefined);
  const local = from.bindPort(0);
  const dialled = from.connect(port.number, port.generation, local.number);
  const accepted = to.nextConnection(port);
  if (!accepted) throw new Error('nothing to accept');
  return { dialled, accepted, port, local };
}

describe('ports', () => {
  test('port 0 gives dynamic ports until they are exhausted, and each release frees one', () => {
    const { backup } = world();
    const taken = [0, 0, 0, 0].map((port) => backup.bindPort(port));
    expect(taken.map((port) => port.number)).toEqual([100, 101, 102, 103]);
    expect(codeOf(() => backup.bindPort(0))).toBe('portsExhausted');
    for (const port of taken.slice(1, 2)) backup.releasePort(port);
    expect(backup.bindPort(0).number).toBe(101);
  });

  test('a port has another generation each time that it is taken, and the old one is refused', () => {
    const { backup, database } = world();
    const first = backup.bindPort(102);
    backup.listenPort(first, 1, () => undefined);
    backup.releasePort(first);
    const second = backup.bindPort(102);
    backup.listenPort(second, 1, () => undefined);
    expect(second.generation).not.toBe(first.generation);
    expect(codeOf(() => database.connect(102, first.generation, 9))).toBe('connectionRefused');
    expect(database.connect(102, second.generation, 9).peerPort).toBe(102);
  });

  test('well-known ports are below the dynamic ones, one owner each, as many as there are slots', () => {
    const { backup, database } = world();
    backup.bindPort(7);
    expect(codeOf(() => database.bindPort(7))).toBe('addressInUse');
    database.bindPort(8);
    expect(codeOf(() => database.bindPort(9))).toBe('portsExhausted');
    expect(codeOf(() => database.bindPort(104))).toBe('addressUnavailable');
    expect(codeOf(() => database.bindPort(-1))).toBe('addressUnavailable');
  });

  test('connecting fails where nobody listens, beyond the backlog, and when every connection is taken', () => {
    const { backup, database } = world();
    const port = backup.bindPort(0);
    expect(codeOf(() => database.connect(port.number, undefined, 9))).toBe('connectionRefused');
    expect(codeOf(() => database.connect(55, undefined, 9))).toBe('connectionRefused');
    backup.listenPort(port, 3, () => undefined);
    for (let each = 0; each < 3; each += 1) database.connect(port.number, undefined, 9);
    expect(codeOf(() => database.connect(port.number, undefined, 9))).toBe('backlogFull');
    backup.nextConnection(port);
    database.connect(port.number, undefined, 9);
    backup.nextConnection(port);
    expect(codeOf(() => database.connect(port.number, undefined, 9))).toBe('noBuffers');
  });
});

describe('groups', () => {
  test('a session takes four segments, both ends find the same channels, and the segments are free when both have closed both', () => {
    const { backup, database } = world();
    const { dialled, accepted } = connect(database, backup);
    const mine = backup.attachGroup(accepted, 'STG0');
    expect(backup.info().groups[0]).toMatchObject({ segments: 4, used: 4, free: 0 });
    const theirs = database.attachGroup(dialled, 'STG0');
    theirs.data.write(Buffer.from('data'));
    mine.error.write(Buffer.from('error'));
    expect(String(mine.data.read(99))).toBe('data');
    expect(String(theirs.error.read(99))).toBe('error');
    for (const channel of [mine.data, mine.error, theirs.data]) channel.close();
    expect(backup.info().groups[0]?.used).toBe(4);
    theirs.error.close();
    expect(backup.info().groups[0]?.used).toBe(0);
  });

  test('a group that is unknown, that refuses either host, or that is full cannot be attached', () => {
    const { backup, database } = world();
    const one = connect(database, backup);
    expect(codeOf(() => backup.attachGroup(one.accepted, 'STG9'))).toBe('groupUnknown');
    expect(codeOf(() => backup.attachGroup(one.accepted, 'STG1'))).toBe('groupRefused');
    expect(codeOf(() => database.attachGroup(one.dialled, 'STG0'))).toBe('groupUnknown');
    backup.attachGroup(one.accepted, 'STG0');
    expect(codeOf(() => backup.attachGroup(one.accepted, 'STG0'))).toBe('illegalCall');
    const two = connect(database, backup);
    expect(codeOf(() => backup.attachGroup(two.accepted, 'STG0'))).toBe('groupFull');
    database.attachGroup(one.dialled, 'STG0');
    expect(codeOf(() => database.attachGroup(one.dialled, 'STG0'))).toBe('illegalCall');
  });

  test('segments kept for a peer that leaves without taking them are free once the other end has closed too', () => {
    const { backup, database } = world();
    const { dialled, accepted } = connect(database, backup);
    const { data, error } = backup.attachGroup(accepted, 'STG0');
    dialled.close();
    expect(codeOf(() => data.read(1))).toBe('reset');
    error.close();
    expect(backup.info().groups[0]?.used).toBe(0);
  });
});

describe('hosts', () => {
  test('detaching gives everything back, and peers see a reset', () => {
    const { memory, clock, backup, database } = world();
    const { dialled, accepted } = connect(database, backup);
    backup.attachGroup(accepted, 'STG0');
    database.attachGroup(dialled, 'STG0').data.close();
    database.close();
    expect(codeOf(() => accepted.read(1))).toBe('reset');
    backup.close();
    const { hosts, ports, connections, groups } = attach(memory, { host: 'backup', clock }).info();
    expect([hosts.length, ports.length, connections.used, groups[0]?.used]).toEqual([1, 0, 0, 0]);
    expect(codeOf(() => backup.bindPort(0))).toBe('detached');
  });

  test('a peer that closed in order before it detached or died is not a reset', () => {
    const { backup, database } = world();
    const { dialled, accepted } = connect(database, backup);
    dialled.write(Buffer.from('last'));
    dialled.end();
    dialled.close();
    database.close();
    expect(String(accepted.read(9))).toBe('last');
    expect(accepted.read(9)).toBeNull();
  });

  test('what a host with a stale heartbeat held is taken back: ports, connections, segments, its slot', () => {
    const { memory, backup, database, clock } = world();
    const { dialled, accepted, local } = connect(database, backup);
    backup.attachGroup(accepted, 'STG0');
    const channels = database.attachGroup(dialled, 'STG0');
    clock.stop();
    const awake = new ManualClock();
    awake.advance(4_900);
    const watcher = attach(memory, { host: 'watcher', clock: awake });
    expect(watcher.info().hosts.map((each) => each.host)).toEqual(['backup', 'database', 'watcher']);
    awake.advance(200);
    expect(watcher.reap()).toEqual(['backup', 'database']);
    const { ports, connections, groups, hosts } = watcher.info();
    expect([ports.length, connections.used, groups[0]?.used, hosts.length]).toEqual([0, 0, 0, 1]);
    for (const end of [dialled, accepted, channels.data]) expect(codeOf(() => end.write(Buffer.from('x')))).toBe('reset');
    expect(codeOf(() => database.bindPort(0))).toBe('detached');
    const again = watcher.bindPort(local.number);
    database.releasePort(local);
    expect(watcher.info().ports).toMatchObject([{ port: again.number, generation: again.generation }]);
  });

  test('a heartbeat keeps a host, also when the clock’s 32 bits run over', () => {
    const { backup, clock } = world();
    for (let round = 0; round < 5; round += 1) {
      clock.advance(4_000);
      clock.beat();
      expect(backup.reap()).toEqual([]);
    }
    expect(backup.info().hosts.map((each) => each.age)).toEqual([0, 0]);
  });

  test('several attachments may be one host, up to the array’s number of them', () => {
    const { memory, clock, backup, database } = world();
    const second = attach(memory, { host: 'backup', clock });
    expect(codeOf(() => StorageArray.attach(memory, { host: 'backup', clock }))).toBe('hostsExhausted');
    const { accepted } = connect(database, second);
    expect(second.attachGroup(accepted, 'STG0').data.peerPort).toBeGreaterThan(0);
    backup.close();
    expect(second.attached).toBe(true);
  });
});

describe('spoilt memory', () => {
  test('a ring position that cannot be is a reset for both ends, and the record is free again', () => {
    const { memory, backup, database } = world();
    const { dialled, accepted } = connect(database, backup);
    const words = new Words(memory.buffer);
    const length = words.load(HEADER.CONFIG_LENGTH);
    const config = JSON.parse(new TextDecoder().decode(words.bytes.slice(256, 256 + length)));
    const { recordsAt } = layoutOf(config, length);
    words.store(recordsAt + RECORD.RING + RING.HEAD, 0x7fff_ffff);
    expect(codeOf(() => accepted.read(1))).toBe('reset');
    expect(codeOf(() => dialled.read(1))).toBe('reset');
    expect(backup.info().connections.used).toBe(0);
    const next = connect(database, backup);
    words.store(recordsAt + RECORD.ENDS + END.WORDS + END.STATE, 77);
    expect(codeOf(() => next.dialled.write(Buffer.from('x')))).toBe('reset');
  });

  test('memory that is no array’s is refused', () => {
    expect(codeOf(() => StorageArray.attach({ buffer: new SharedArrayBuffer(64) }, { host: 'backup' }))).toBe('memoryInvalid');
    expect(codeOf(() => StorageArray.attach({ buffer: new SharedArrayBuffer(8_192) }, { host: 'backup' }))).toBe('memoryInvalid');
    const memory = StorageArray.create(options);
    new Uint8Array(memory.buffer)[260] = 0;
    expect(codeOf(() => StorageArray.attach(memory, { host: 'backup' }))).toBe('memoryInvalid');
  });
});

describe('options', () => {
  const wrong: [unknown, string][] = [
    [{ name: '' }, 'array.name: got "", expected a text of 1 to 255 bytes'],
    [{}, 'array.name: got nothing, expected a text of 1 to 255 bytes'],
    [
      { name: 'a', ports: 3 },
      'array: got {"name":"a","ports":3}, expected options { name, groups, … } and nothing else (unknown: ports)',
    ],
    [{ name: 'a', connections: 0 }, 'array.connections: got 0, expected a whole number from 1 to 4096'],
    [{ name: 'a', ringSize: 1_000 }, 'array.ringSize: got 1000, expected a power of two from 64 to 16777216'],
    [
      { name: 'a', dynamicPorts: { first: 9, last: 8 } },
      'array.dynamicPorts: got {"first":9,"last":8}, expected first <= last and at most 4096 ports',
    ],
    [
      { name: 'a', groups: [{ name: 'g', size: 1, hosts: [] }] },
      'array.groups.0.size: got 1, expected a whole number from 16384 to 1073741824',
    ],
    [
      { name: 'a', groups: [{ name: 'g', size: 16_384, hosts: 'b' }] },
      'array.groups.0.hosts: got "b", expected a list of host names',
    ],
    [
      { name: 'a', groups: [{ name: 'g', size: 16_384, hosts: [], segmentSize: 8_192 }] },
      "array.groups.0.segmentSize: got 8192, expected at most a quarter of the group's size, 16384",
    ],
    [
      { name: 'a', groups: ['g', 'g'].map((name) => ({ name, size: 16_384, hosts: [] })) },
      'array.groups.1.name: got "g", expected a name that no other group has',
    ],
  ];
  for (const [given, message] of wrong) {
    test(`are refused with one sentence: ${message}`, () => {
      expect(() => StorageArray.create(given as ArrayOptions)).toThrow(message);
    });
  }

  test('of an attachment are checked too', () => {
    const memory = StorageArray.create(options);
    expect(() => StorageArray.attach(memory, { host: '' })).toThrow('attach.host: got "", expected a text of 1 to 255 bytes');
    expect(() => StorageArray.attach(memory, { host: 'a', staleAfter: 500 })).toThrow(
      'attach.staleAfter: got 500, expected more than',
    );
  });
});
