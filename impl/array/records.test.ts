import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clearRing, RingConsumer, RingPoisoned, RingProducer } from './byte-ring.ts';
import { crc32c } from './crc32c.ts';
import { RING, type RingPlace } from './layout.ts';
import { Words } from './memory/words.ts';
import { RecordReader, RecordWriter } from './records.ts';

function world(capacity: number, start: number, crc = false) {
  const words = new Words(new SharedArrayBuffer(RING.WORDS * 4 + capacity));
  const place: RingPlace = { control: 0, data: RING.WORDS * 4, capacity };
  clearRing(words, place, start);
  const producer = new RingProducer(words, place);
  const consumer = new RingConsumer(words, place);
  return {
    words,
    place,
    producer,
    consumer,
    writer: new RecordWriter(producer, { crc }),
    reader: new RecordReader(consumer, { crc }),
  };
}

/** What a reader gives, as copies. */
function readAll(reader: RecordReader, limit?: number): Buffer[] {
  const records: Buffer[] = [];
  reader.read((bytes, at, length) => records.push(Buffer.from(bytes.subarray(at, at + length))), limit);
  return records;
}

const starts = fc.constantFrom(0, 56, 2 ** 31 - 64, 2 ** 31 - 8, 2 ** 31, 2 ** 32 - 128, 2 ** 32 - 8);

test('records arrive whole, once and in order, from any position, past 2^32, with and without a CRC', () => {
  const lengths = fc.array(fc.nat(120), { maxLength: 80 });
  fc.assert(
    fc.property(starts, lengths, fc.boolean(), fc.integer({ min: 1, max: 5 }), (start, sizes, crc, limit) => {
      const { writer, reader } = world(256, start, crc);
      const sent = sizes.map((size, index) => Buffer.alloc(size, index + 1));
      const received: Buffer[] = [];
      for (const record of sent) {
        while (!writer.write(record)) received.push(...readAll(reader, limit));
      }
      writer.flush();
      for (let rest = readAll(reader, limit); rest.length > 0; rest = readAll(reader, limit)) received.push(...rest);
      expect(received).toEqual(sent);
    }),
  );
});

test('a record is seen after flush, or once a batch is full, and not before', () => {
  const { writer, reader } = world(1_024, 0);
  writer.write(Buffer.from('one'));
  expect(readAll(reader)).toEqual([]);
  writer.flush();
  expect(readAll(reader).map(String)).toEqual(['one']);
  for (let each = 0; each < 8; each += 1) writer.write(Buffer.from('12345678'));
  expect(readAll(reader)).toHaveLength(8);
});

test('a record longer than half of the ring is refused, and one that fills half fits from every place', () => {
  for (let start = 0; start < 64; start += 8) {
    const { writer, reader } = world(64, start);
    expect(() => writer.write(new Uint8Array(25))).toThrow(RangeError);
    expect(writer.write(new Uint8Array(24))).toBe(true);
    writer.flush();
    expect(readAll(reader)).toHaveLength(1);
    expect(writer.need(24)).toBeLessThanOrEqual(64);
  }
});

test('behind the end of the writer there is -1, and a handler that throws has had its record', () => {
  const { producer, writer, reader } = world(256, 0);
  writer.write(Buffer.from('one'));
  writer.write(Buffer.from('two'));
  writer.flush();
  producer.end();
  const boom = () => {
    throw new Error('boom');
  };
  expect(() => reader.read(boom)).toThrow('boom');
  expect(readAll(reader).map(String)).toEqual(['two']);
  expect(reader.read(boom)).toBe(-1);
});

test('whatever stands in a record’s length, nothing but published bytes is given, or the ring is poisoned', () => {
  fc.assert(
    fc.property(starts, fc.integer(), fc.nat(60), (start, length, size) => {
      const { words, place, writer, reader, consumer } = world(256, start);
      writer.write(new Uint8Array(size));
      writer.flush();
      const published = consumer.available();
      words.store((place.data + (start & 255)) >> 2, length);
      let seen = 0;
      try {
        reader.read((bytes, at, given) => {
          expect(at).toBeGreaterThanOrEqual(place.data);
          expect(at + given).toBeLessThanOrEqual(bytes.length);
          seen += given + 8;
        });
      } catch (error) {
        expect(error).toBeInstanceOf(RingPoisoned);
        expect(() => reader.read(() => undefined)).toThrow(RingPoisoned);
      }
      expect(seen).toBeLessThanOrEqual(published);
    }),
  );
});

test('a byte that was changed under way is found by the CRC', () => {
  const { words, place, writer, reader } = world(256, 0, true);
  writer.write(Buffer.from('payload'));
  writer.flush();
  words.bytes[place.data + 10] = 0;
  expect(() => reader.read(() => undefined)).toThrow(/CRC-32C/);
});

test('CRC-32C is the one of RFC 3720', () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a91_36aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8_ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, at) => at))).toBe(0x46dd_794e);
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe306_9283);
});
