import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeMessage, MAX_BODY, MessageDecoder } from './frames.ts';
import { type Message, messageKinds } from './messages.ts';

const messages: readonly Message[] = [
  {
    kind: 'request',
    verb: 'backup',
    version: 1,
    paths: ['/a', { base64: '/w==' }],
    exclude: [],
    dryRun: false,
    total: true,
    oneFileSystem: false,
  },
  { kind: 'request', verb: 'restore', version: 1, root: '/a', strip: 2, dryRun: true },
  { kind: 'accept', version: 1 },
  { kind: 'refuse', code: 'notAllowed', text: 'no' },
  { kind: 'record', name: 'ü', severity: 'failure', code: 'EACCES', text: 'permission denied' },
  { kind: 'progress', entries: 1, bytes: 2 ** 50, name: 'x' },
  { kind: 'total', entries: 1, bytes: 1 },
  { kind: 'entry', name: 'x', type: 'file', size: 0 },
  { kind: 'done', bytes: 3, sha256: 'a'.repeat(64) },
  { kind: 'verdict', kept: false, entries: 0, bytes: 0, sha256: '0'.repeat(64), problem: { code: 'tooLarge', text: 'x' } },
  { kind: 'abort', code: 'idle', text: '' },
];

describe('messages', () => {
  test('there is one here of each kind', () => {
    expect(new Set(messages.map(({ kind }) => kind))).toEqual(new Set(messageKinds));
  });

  test('come back as they went, wherever their bytes are cut', () => {
    const bytes = Buffer.concat(messages.map(encodeMessage));
    fc.assert(
      fc.property(fc.array(fc.nat({ max: bytes.length }), { maxLength: 12 }), (cuts) => {
        const decoder = new MessageDecoder();
        const places = [0, ...[...cuts].sort((one, other) => one - other), bytes.length];
        const back = places.slice(1).flatMap((end, index) => [...decoder.push(bytes.subarray(places[index], end))]);
        expect([back, decoder.whole]).toEqual([messages, true]);
      }),
    );
  });

  test('with keys that a later version may add are read without them', () => {
    const body = Buffer.from('{"version":1,"more":[1,2]}');
    const decoded = [...new MessageDecoder().push(Buffer.concat([Buffer.of(0, 0, 0, body.length, 2), body]))];
    expect(decoded).toEqual([{ kind: 'accept', version: 1 }]);
  });

  test('that are too long are refused from their first five bytes', () => {
    const header = Buffer.alloc(5);
    header.writeUInt32BE(MAX_BODY + 1, 0);
    header.writeUInt8(3, 4);
    expect(() => [...new MessageDecoder().push(header)]).toThrow('65537 bytes');
    expect(() => encodeMessage({ kind: 'refuse', code: 'x', text: 'x'.repeat(MAX_BODY) })).toThrow(RangeError);
  });

  test('are an error of one kind, whatever bytes come', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 5, maxLength: 60 }), (bytes) => {
        try {
          for (const { kind } of new MessageDecoder().push(bytes)) expect(messageKinds).toContain(kind);
        } catch (error) {
          expect(error).toMatchObject({ name: 'BackupError' });
        }
      }),
    );
  });
});
