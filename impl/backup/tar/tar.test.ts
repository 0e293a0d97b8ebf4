import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TarDecoder } from './decode.ts';
import { END_OF_ARCHIVE, encodeHeader } from './encode.ts';
import { paddingOf, type TarEntry, TarError } from './entry.ts';

const entryOf = (more: Partial<TarEntry> = {}): TarEntry => ({
  name: Buffer.from('name'),
  type: 'file',
  mode: 0o644,
  uid: 1_000,
  gid: 1_000,
  mtime: 1_700_000_000_123_456_789n,
  size: 0,
  ...more,
});

const bodyOf = (entry: TarEntry, byte = 7) =>
  Buffer.concat([Buffer.alloc(entry.size, byte), Buffer.alloc(paddingOf(entry.size))]);
const archiveOf = (...entries: readonly TarEntry[]) =>
  Buffer.concat([...entries.flatMap((entry) => [encodeHeader(entry), bodyOf(entry)]), END_OF_ARCHIVE]);

/** What comes out: the entries, and how many bytes each had, wherever the archive was cut. */
function decode(archive: Buffer, cuts: readonly number[] = []) {
  const decoder = new TarDecoder();
  const entries: TarEntry[] = [];
  const sizes: number[] = [];
  let ends = 0;
  const places = [0, ...cuts.map((cut) => cut % (archive.length + 1)).sort((one, other) => one - other), archive.length];
  for (let index = 1; index < places.length; index += 1) {
    for (const event of decoder.push(archive.subarray(places[index - 1], places[index]))) {
      if (event.kind === 'entry') {
        entries.push(event.entry);
        sizes.push(0);
      } else if (event.kind === 'data') sizes[sizes.length - 1] = (sizes.at(-1) ?? 0) + event.bytes.length;
      else ends += 1;
    }
  }
  decoder.finish();
  return { entries, sizes, ends };
}

const bytes = (least: number, most: number) =>
  fc.uint8Array({ minLength: least, maxLength: most }).map((each) => Buffer.from(each.map((byte) => (byte === 0 ? 1 : byte))));
const anyEntry = fc.record({
  name: fc.oneof(
    bytes(1, 300),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 90 }).map((text) => Buffer.from(text.replaceAll('\0', 'x'))),
  ),
  type: fc.constantFrom('file', 'symlink', 'link', 'directory'),
  mode: fc.integer({ min: 0, max: 0o7777 }),
  uid: fc.integer({ min: 0, max: 2 ** 31 }),
  gid: fc.integer({ min: 0, max: 2 ** 31 }),
  mtime: fc.bigInt({ min: -(10n ** 19n), max: 10n ** 20n }),
  size: fc.integer({ min: 0, max: 2_000 }),
  linkName: bytes(1, 200),
} satisfies Record<string, fc.Arbitrary<unknown>>);

describe('an archive', () => {
  test('comes out as it went in, names byte by byte and times to the nanosecond, wherever it is cut', () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 4 }), fc.array(fc.nat(), { maxLength: 8 }), (drawn, cuts) => {
        const entries = drawn.map((each): TarEntry => {
          const isFile = each.type === 'file' && each.name.at(-1) !== 0x2f;
          const type = each.type === 'file' && !isFile ? 'directory' : (each.type as TarEntry['type']);
          return {
            ...each,
            type,
            size: isFile ? each.size : 0,
            linkName: type === 'link' || type === 'symlink' ? each.linkName : undefined,
            name: type === 'directory' && each.name.at(-1) !== 0x2f ? Buffer.concat([each.name, Buffer.from('/')]) : each.name,
            sparse: undefined,
          };
        });
        const { entries: back, sizes, ends } = decode(archiveOf(...entries), cuts);
        expect(back).toEqual(entries);
        expect([sizes, ends]).toEqual([entries.map(({ size }) => size), entries.length]);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['a size over 8 GiB', { size: 2 ** 40 + 5 }],
    ['an owner with a large number', { uid: 4_294_967_294, gid: 2_097_152 }],
    ['a time before 1970 with a fraction', { mtime: -1_500_000_000n }],
    ['a name of 100 bytes', { name: Buffer.alloc(100, 'n') }],
    ['a name of 101 bytes without a slash', { name: Buffer.alloc(101, 'n') }],
    ['a name that fits with a prefix', { name: Buffer.from(`${'p'.repeat(155)}/${'n'.repeat(100)}`) }],
    ['a name whose prefix is one too long', { name: Buffer.from(`${'p'.repeat(156)}/${'n'.repeat(100)}`) }],
    [
      'the name of a folder that fits only without its slash',
      { type: 'directory', name: Buffer.from(`${'p'.repeat(155)}/${'n'.repeat(100)}/`) },
    ],
    ['the longest name', { name: Buffer.alloc(16_383, 'n') }],
  ] as const)('has %s', (_what, more) => {
    const entry = entryOf(more);
    const header = encodeHeader(entry);
    const [event] = [...new TarDecoder().push(header)];
    expect(event).toMatchObject({ kind: 'entry', entry: { ...entry } });
  });

  test('with holes has its data where it belongs, and says how long the file is', () => {
    const sparse = {
      extents: [
        { offset: 4_096, length: 700 },
        { offset: 2 ** 40, length: 1 },
      ],
      realSize: 2 ** 41,
    };
    const entry = entryOf({ size: 701, sparse });
    const places: [number, number][] = [];
    const decoder = new TarDecoder();
    for (const event of decoder.push(archiveOf(entry))) {
      if (event.kind === 'entry') expect(event.entry).toMatchObject({ size: 701, sparse: { realSize: 2 ** 41 } });
      if (event.kind === 'data') places.push([event.position, event.bytes.length]);
    }
    expect([places, decoder.ended]).toEqual([
      [
        [4_096, 700],
        [2 ** 40, 1],
      ],
      true,
    ]);
  });

  test('is listed by tar with sizes, names and the year', () => {
    const folder = mkdtempSync(join(tmpdir(), 'stpconnect-tar-'));
    const entries = [
      entryOf({ size: 513, name: Buffer.from('Füße/日本') }),
      entryOf({ type: 'symlink', linkName: Buffer.from('x'.repeat(150)) }),
    ];
    writeFileSync(join(folder, 'a.tar'), archiveOf(...entries));
    const listed = execFileSync('tar', ['tvf', join(folder, 'a.tar'), '--quoting-style=literal', '--utc', '--full-time'], {
      encoding: 'utf8',
    });
    rmSync(folder, { recursive: true });
    expect(listed).toMatch(
      /-rw-r--r-- 1000\/1000\s+513 2023-11-14 22:13:20.123456789 Füße\/日本\nlrw-r--r-- .* name -> x{150}\n/,
    );
  });
});

describe('what is no archive, or one that lies', () => {
  const whole = archiveOf(entryOf({ size: 600 }), entryOf({ name: Buffer.alloc(300, 'n') }));

  test('ends early wherever it is cut, unless only the last zeros are missing', () => {
    for (let length = 0; length < whole.length - 512; length += 37) {
      expect(() => decode(whole.subarray(0, length)), `${length} bytes`).toThrow(TarError);
    }
    expect(decode(whole.subarray(0, whole.length - 512)).entries.length).toBe(2);
  });

  test('never does anything else than to give events or a TarError, whatever bit is turned', () => {
    for (let at = 0; at < 2_048; at += 1) {
      for (const bit of [1, 64, 128]) {
        const spoilt = Buffer.from(whole);
        spoilt.writeUInt8((spoilt[at] ?? 0) ^ bit, at);
        try {
          decode(spoilt);
        } catch (error) {
          expect(error).toBeInstanceOf(TarError);
        }
      }
    }
  });

  /** A header block made by hand, with a checksum that is right. */
  const block = (fields: Readonly<Record<number, string>>): Buffer => {
    const header = Buffer.alloc(512);
    const all = {
      0: 'x',
      100: '0000644',
      108: '0000000',
      116: '0000000',
      124: '00000000000',
      136: '00000000000',
      257: 'ustar\x0000',
      ...fields,
    };
    for (const [at, text] of Object.entries(all)) header.write(text, Number(at), 'latin1');
    header.fill(0x20, 148, 156);
    header.write(
      `${header
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
      'latin1',
    );
    return header;
  };
  const pax = (text: string): Buffer =>
    Buffer.concat([
      block({ 156: 'x', 124: text.length.toString(8).padStart(11, '0') }),
      Buffer.from(text),
      Buffer.alloc(paddingOf(text.length)),
    ]);

  test.each([
    ['an extended header of 8 GiB', block({ 156: 'x', 124: '77777777777' })],
    ['a global header of 8 GiB', block({ 156: 'g', 124: '77777777777' })],
    ['a long name of 8 GiB', block({ 156: 'L', 124: '77777777777' })],
    ['a size that no double holds', block({ 124: '\x80\x00\x00\x00\x7f\xff\xff\xff\xff\xff\xff\xff' })],
    ['a negative size', block({ 124: '\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff' })],
    ['a size that is no number', block({ 124: '9999' })],
    ['a checksum that is not right', Buffer.concat([block({}).subarray(0, 511), Buffer.of(1)])],
    ['a record whose length is zero', pax('0 path=x\n')],
    ['a record that is longer than its header', pax('99 path=x\n')],
    ['a record that is shorter than itself', pax('5 path=x\n')],
    ['a record without a length', pax('path=x\n')],
    ['a record without a key', pax('6 =xy\n')],
    ['a size in words', Buffer.concat([pax('11 size=ab\n'), block({})])],
    ['a size that is too large', Buffer.concat([pax('29 size=99999999999999999999\n'), block({})])],
    ['a time that is none', Buffer.concat([pax('12 mtime=ab\n'), block({})])],
    [
      'a map with more parts than there may be',
      Buffer.concat([pax('22 GNU.sparse.major=1\n'), block({ 124: '00000001000' }), Buffer.from('100001\n'.padEnd(512, '\0'))]),
    ],
    [
      'a map that overlaps itself',
      Buffer.concat([
        pax('22 GNU.sparse.major=1\n29 GNU.sparse.realsize=100000\n'),
        block({ 124: '00000001024' }),
        Buffer.from('2\n100\n10\n50\n10\n'.padEnd(512, '\0')),
      ]),
    ],
    [
      'a map that leads behind the end',
      Buffer.concat([
        pax('22 GNU.sparse.major=1\n25 GNU.sparse.realsize=10\n'),
        block({ 124: '00000001024' }),
        Buffer.from('1\n100\n20\n'.padEnd(512, '\0')),
      ]),
    ],
    [
      'a map of other bytes than there are',
      Buffer.concat([
        pax('22 GNU.sparse.major=1\n25 GNU.sparse.realsize=10\n'),
        block({ 124: '00000001024' }),
        Buffer.from('1\n0\n5\n'.padEnd(512, '\0')),
      ]),
    ],
    [
      'a map that never ends',
      Buffer.concat([pax('22 GNU.sparse.major=1\n'), block({ 124: '00000001000' }), Buffer.alloc(512, '1')]),
    ],
  ])('with %s is malformed', (_what, archive) => {
    expect(() => [...new TarDecoder().push(archive)]).toThrow(TarError);
  });

  test('global headers without an end are read over', () => {
    const decoder = new TarDecoder();
    for (let index = 0; index < 5_000; index += 1) {
      const text = `22 key${String(index).padStart(6, '0')}=12345678\n`;
      const header = pax(text);
      header.write('g', 156, 'latin1');
      header.fill(0x20, 148, 156);
      header.write(
        `${header
          .subarray(0, 512)
          .reduce((sum, byte) => sum + byte, 0)
          .toString(8)
          .padStart(6, '0')}\0 `,
        148,
        'latin1',
      );
      expect([...decoder.push(header)]).toEqual([]);
    }
  });
});
