import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clearRing, RingConsumer, RingPoisoned, RingProducer, WAKE } from './byte-ring.ts';
import { RING, type RingPlace } from './layout.ts';
import { Words } from './memory/words.ts';

const CONTROL_BYTES = RING.WORDS * 4;

/** A ring with guard bytes before and behind it, both positions at `start`. */
function ring(capacity: number, start = 0) {
  const guard = 64;
  const words = new Words(new SharedArrayBuffer(CONTROL_BYTES + guard + capacity + guard));
  words.bytes.fill(0xee, CONTROL_BYTES);
  const place: RingPlace = { control: 0, data: CONTROL_BYTES + guard, capacity };
  clearRing(words, place, start);
  const guards = () => {
    const outside = [words.bytes.subarray(CONTROL_BYTES, place.data), words.bytes.subarray(place.data + capacity)];
    return outside.every((part) => part.every((value) => value === 0xee));
  };
  return { words, place, guards, producer: new RingProducer(words, place), consumer: new RingConsumer(words, place) };
}

const nearTheLimit = fc.oneof(
  fc.integer({ min: 0, max: 300 }),
  fc.integer({ min: 2 ** 31 - 300, max: 2 ** 31 + 300 }),
  fc.integer({ min: 2 ** 32 - 300, max: 2 ** 32 - 1 }),
);

describe('a byte ring', () => {
  test('gives every byte once and in order, whatever the pieces, from any position, past 2^32', () => {
    const step = fc.record({ write: fc.integer({ min: 0, max: 200 }), read: fc.integer({ min: 1, max: 200 }) });
    fc.assert(
      fc.property(fc.constantFrom(4, 8, 64, 128), nearTheLimit, fc.array(step, { maxLength: 60 }), (capacity, start, steps) => {
        const { producer, consumer, guards } = ring(capacity, start);
        let written = 0;
        let read = 0;
        const take = (max: number) => {
          const bytes = consumer.read(max);
          for (const value of bytes ?? []) {
            expect(value).toBe(read & 0xff);
            read += 1;
          }
          return bytes;
        };
        for (const { write, read: max } of steps) {
          const count = producer.write(Uint8Array.from({ length: write }, (_, at) => (written + at) & 0xff));
          expect(count).toBe(Math.min(write, capacity - (written - read)));
          written += count;
          const bytes = take(max);
          if (written === read && !bytes) expect(bytes).toBeUndefined();
        }
        producer.end();
        for (let bytes = take(37); bytes; bytes = take(37));
        expect(read).toBe(written);
        expect(consumer.read(1)).toBeNull();
        expect(guards()).toBe(true);
      }),
    );
  });

  test('shows its end only behind the last byte', () => {
    const { producer, consumer } = ring(64);
    producer.write(new Uint8Array([1, 2]));
    producer.end();
    expect(consumer.ready()).toBe(true);
    expect(consumer.read(1)).toEqual(Buffer.from([1]));
    expect(consumer.read(9)).toEqual(Buffer.from([2]));
    expect([consumer.read(1), consumer.read(1)]).toEqual([null, null]);
  });

  test('gives bytes of the reader’s own', () => {
    const { producer, consumer } = ring(64);
    producer.write(new Uint8Array(64).fill(1));
    const bytes = consumer.read(64);
    producer.write(new Uint8Array(64).fill(2));
    expect(bytes?.every((value) => value === 1)).toBe(true);
  });

  test('wakes a waiting reader once, in the way it asked for, and a waiting writer once a quarter is free', () => {
    const { producer, consumer } = ring(64);
    expect(consumer.wait(WAKE.BELL)).toBe(true);
    expect(producer.readerWaits()).toBe(WAKE.BELL);
    expect(producer.readerWaits()).toBe(WAKE.NOT);
    producer.write(new Uint8Array(64));
    expect(consumer.wait(WAKE.FLAG)).toBe(false);
    expect(producer.wait(WAKE.FLAG)).toBe(true);
    consumer.read(15);
    expect(consumer.writerWaits()).toBe(WAKE.NOT);
    consumer.read(1);
    expect(consumer.writerWaits()).toBe(WAKE.FLAG);
    expect(consumer.writerWaits()).toBe(WAKE.NOT);
  });

  test('copies long pieces as it copies short ones, and into any place of what it is given', () => {
    const { producer, consumer, guards } = ring(8_192, 2 ** 32 - 3_000);
    const bytes = Uint8Array.from({ length: 8_192 }, (_, at) => (at * 7) & 0xff);
    expect(producer.write(bytes, 100)).toBe(8_092);
    const into = new Uint8Array(8_192);
    expect(consumer.readInto(into, 100)).toBe(8_092);
    expect(into.subarray(100)).toEqual(bytes.subarray(100));
    expect(guards()).toBe(true);
  });

  test('does not look at the other side’s position while what it saw last is enough', () => {
    const { words, place, producer, consumer } = ring(64);
    producer.write(new Uint8Array(40));
    expect(consumer.available()).toBe(40);
    words.store(place.control + RING.HEAD, 1);
    expect(consumer.readInto(new Uint8Array(40))).toBe(40);
  });
});

describe('a poisoned ring', () => {
  test('is found by the reader whatever the writer’s position is made to be, unless it could be right, and nothing outside is read', () => {
    fc.assert(
      fc.property(nearTheLimit, fc.integer({ min: 0, max: 2 ** 32 - 1 }), (start, head) => {
        const { words, place, producer, consumer } = ring(64, start);
        producer.write(new Uint8Array(10));
        expect(consumer.ready()).toBe(true);
        words.store(place.control + RING.HEAD, head);
        const used = (head - start) >>> 0;
        if (used >= 10 && used <= 64) expect(consumer.read(100)?.length).toBe(used);
        else expect(() => consumer.read(100)).toThrow(RingPoisoned);
      }),
    );
  });

  test('is found by the writer whatever the reader’s position is made to be, unless it could be right', () => {
    fc.assert(
      fc.property(nearTheLimit, fc.integer({ min: 0, max: 2 ** 32 - 1 }), (start, tail) => {
        const { words, place, producer, guards } = ring(64, start);
        producer.write(new Uint8Array(64));
        words.store(place.control + RING.TAIL, tail);
        const freed = (tail - start) >>> 0;
        if (freed <= 64) expect(producer.write(new Uint8Array(100))).toBe(freed);
        else expect(() => producer.write(new Uint8Array(100))).toThrow(RingPoisoned);
        expect(guards()).toBe(true);
      }),
    );
  });

  test('stays poisoned when the word is put right again, and the error names the cell', () => {
    const { words, place, producer, consumer } = ring(64);
    producer.write(new Uint8Array(10));
    words.store(place.control + RING.HEAD, 65);
    expect(() => consumer.read(1)).toThrow(expect.objectContaining({ cell: 'head' }));
    words.store(place.control + RING.HEAD, 10);
    expect(() => consumer.read(1)).toThrow(RingPoisoned);
    words.store(place.control + RING.TAIL, 11);
    expect(() => producer.write(new Uint8Array(64))).toThrow(expect.objectContaining({ cell: 'tail' }));
    words.store(place.control + RING.TAIL, 0);
    expect(() => producer.write(new Uint8Array(1))).toThrow(RingPoisoned);
  });

  test('is refused when it is opened', () => {
    const { words, place } = ring(64);
    words.store(place.control + RING.HEAD, 65);
    expect(() => new RingProducer(words, place)).toThrow(RingPoisoned);
    expect(() => new RingConsumer(words, place)).toThrow(RingPoisoned);
  });
});
