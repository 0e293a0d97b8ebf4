/**
 * A peer that lies: every bit of the control words flipped, and words and bytes rewritten while the other side reads and writes. Nothing may be
 * touched outside of the ring, nothing may go on for ever, and what is given was committed or the ring is poisoned. STPCONNECT_FUZZ says how often (default
 * 20,000; a million takes minutes), STPCONNECT_SEED where chance begins.
 */
import { randomInt } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { clearRing, RingConsumer, RingPoisoned, RingProducer } from './byte-ring.ts';
import { ArrayError } from './errors.ts';
import { ArrayInspector } from './inspector.ts';
import { ATTACHMENT, CONFIG_AT, HEADER, layoutOf, RING, type RingPlace } from './layout.ts';
import { Words } from './memory/words.ts';
import { RecordReader, RecordWriter } from './records.ts';
import { StorageArray } from './storage-array.ts';

const TRIES = Number(process.env['STPCONNECT_FUZZ'] ?? 20_000);
const seed = Number(process.env['STPCONNECT_SEED'] ?? randomInt(2 ** 31));

/** Whole numbers below a limit, the same for the same seed. */
function chance(from: number): (limit: number) => number {
  let state = from >>> 0;
  return (limit) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b_3c6d) + 0x9e37_79b9) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) % limit;
  };
}

const CAPACITY = 64;
const GUARD = 64;

function ringWithGuards(start: number) {
  const words = new Words(new SharedArrayBuffer(RING.WORDS * 4 + GUARD + CAPACITY + GUARD));
  const place: RingPlace = { control: 0, data: RING.WORDS * 4 + GUARD, capacity: CAPACITY };
  words.bytes.fill(0xee, RING.WORDS * 4);
  clearRing(words, place, start);
  const guardsStand = () =>
    [words.bytes.subarray(RING.WORDS * 4, place.data), words.bytes.subarray(place.data + CAPACITY)].every((part) =>
      part.every((byte) => byte === 0xee),
    );
  return { words, place, guardsStand };
}

/** Runs an access; true when it found the ring poisoned. Any other error fails the test. */
function poisons(access: () => unknown): boolean {
  try {
    access();
    return false;
  } catch (error) {
    if (error instanceof RingPoisoned) return true;
    throw error;
  }
}

const starts = [0, 2 ** 31 - 40, 2 ** 32 - 40];

describe(`STPCONNECT_SEED=${seed} a ring`, () => {
  test('of which any bit of the control words is flipped is poisoned, or goes on as if it could be right', () => {
    for (const start of starts) {
      for (let bit = 0; bit < RING.WORDS * 32; bit += 1) {
        const { words, place, guardsStand } = ringWithGuards(start);
        const producer = new RingProducer(words, place);
        const consumer = new RingConsumer(words, place);
        producer.write(new Uint8Array(20).fill(1));
        const word = bit >> 5;
        words.store(word, words.load(word) ^ (1 << (bit & 31)));
        const changed = word === RING.HEAD ? (words.load(RING.HEAD) - start) >>> 0 : 20;
        let read = 0;
        const poisoned = poisons(() => {
          for (let bytes = consumer.read(9); bytes && read <= CAPACITY; bytes = consumer.read(9)) read += bytes.length;
        });
        expect(read).toBe(poisoned ? 0 : changed);
        poisons(() => producer.write(new Uint8Array(99).fill(2)));
        expect(guardsStand()).toBe(true);
      }
    }
  });

  test(`survives ${TRIES} rewritten words between its calls: never more than the ring holds at once, never outside of it`, () => {
    const next = chance(seed);
    for (let round = 0; round < TRIES / 20; round += 1) {
      const { words, place, guardsStand } = ringWithGuards(starts[next(3)] ?? 0);
      const producer = new RingProducer(words, place);
      const consumer = new RingConsumer(words, place);
      for (let step = 0; step < 20; step += 1) {
        const cell = [RING.HEAD, RING.TAIL, RING.ENDED, RING.READER_WAITS, RING.WRITER_WAITS][next(5)] ?? 0;
        if (next(3) === 0) words.store(cell, next(2) === 0 ? next(2 ** 32) : words.load(cell) + next(200) - 100);
        const size = next(100);
        poisons(() => expect(producer.write(new Uint8Array(size).fill(3))).toBeLessThanOrEqual(Math.min(size, CAPACITY)));
        poisons(() => expect(consumer.read(1 + next(100))?.length ?? 0).toBeLessThanOrEqual(CAPACITY));
        poisons(() => [consumer.writerWaits(), producer.readerWaits(), producer.wait(1), consumer.wait(2)]);
      }
      expect(guardsStand()).toBe(true);
    }
  });

  test(`of records survives ${TRIES} rewritten bytes: a record lies within what was published, and with a CRC it is the one that was written`, () => {
    const next = chance(seed + 1);
    for (let round = 0; round < TRIES / 20; round += 1) {
      const { words, place, guardsStand } = ringWithGuards((starts[next(3)] ?? 0) & ~7);
      const consumer = new RingConsumer(words, place);
      const writer = new RecordWriter(new RingProducer(words, place), { crc: true });
      const reader = new RecordReader(consumer, { crc: true });
      for (let step = 0; step < 20; step += 1) {
        writer.write(new Uint8Array(next(25)).fill(7));
        writer.flush();
        if (next(2) === 0) words.bytes[place.data + next(CAPACITY)] = next(256);
        const poisoned = poisons(() =>
          reader.read((bytes, at, length) => {
            for (let index = at; index < at + length; index += 1) expect(bytes[index]).toBe(7);
          }),
        );
        if (poisoned) break;
      }
      expect(guardsStand()).toBe(true);
    }
  });
});

describe(`STPCONNECT_SEED=${seed} an array`, () => {
  const options = {
    name: 'sym0',
    groups: [{ name: 'STG0', size: 65_536, hosts: ['a', 'b'] }],
    dynamicPorts: { first: 100, last: 103 },
    wellKnownPorts: 2,
    connections: 4,
    ringSize: 1_024,
    attachments: 3,
  };

  test(`whose tables are rewritten ${TRIES / 20} times answers every call, or refuses it with a typed error, and can be put right`, () => {
    const next = chance(seed + 2);
    for (let round = 0; round < TRIES / 400; round += 1) {
      const memory = StorageArray.create(options);
      const words = new Words(memory.buffer);
      const length = words.load(HEADER.CONFIG_LENGTH);
      const config = JSON.parse(new TextDecoder().decode(words.bytes.slice(CONFIG_AT, CONFIG_AT + length)));
      const { attachmentsAt, rings } = layoutOf(config, length);
      const end = (rings[0]?.[0].data ?? 0) / 4;
      const [a, b] = [StorageArray.attach(memory, { host: 'a' }), StorageArray.attach(memory, { host: 'b' })];
      try {
        for (let step = 0; step < 20; step += 1) {
          const word = attachmentsAt + next(Math.floor(end) - attachmentsAt);
          words.store(word, next(2) === 0 ? next(2 ** 32) : next(8));
          for (const call of callsOf(a, b)) refused(call);
          refused(() => new ArrayInspector(memory).info());
        }
        refused(() => new ArrayInspector(memory).repair());
      } finally {
        for (const each of [a, b]) refused(() => each.close());
      }
    }
  });

  function callsOf(a: StorageArray, b: StorageArray): (() => unknown)[] {
    return [
      () => a.info(),
      () => {
        const port = a.bindPort(0);
        a.listenPort(port, 1, () => undefined);
        const dialled = b.connect(port.number, undefined, 1);
        const accepted = a.nextConnection(port);
        if (accepted) a.attachGroup(accepted, 'STG0').data.write(new Uint8Array(10));
        dialled.read(10);
        dialled.close();
        a.releasePort(port);
      },
      () => b.beat(),
    ];
  }

  function refused(call: () => unknown): void {
    try {
      call();
    } catch (error) {
      if (!(error instanceof ArrayError)) throw error;
    }
  }

  test('whose header has any bit flipped is refused, or is the same array', () => {
    const memory = StorageArray.create(options);
    const words = new Words(memory.buffer);
    for (let bit = 0; bit < 4 * 32; bit += 1) {
      const word = bit >> 5;
      const before = words.load(word);
      words.store(word, before ^ (1 << (bit & 31)));
      expect(() => StorageArray.attach(memory, { host: 'a' })).toThrow(expect.objectContaining({ code: 'memoryInvalid' }));
      words.store(word, before);
    }
    expect(ATTACHMENT.ID).toBe(0);
    StorageArray.attach(memory, { host: 'a' }).close();
  });
});
