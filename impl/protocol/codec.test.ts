import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decoder, encode } from './codec.ts';
import { HEADER_BYTES, PAYLOAD_LENGTH_OFFSET } from './layout.ts';
import { MalformedFrame } from './malformed-frame.ts';
import type { Message } from './message.ts';
import { reasonNames } from './reasons.ts';

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((text) => Buffer.byteLength(text) <= 255);
const anyMessage: fc.Arbitrary<Message> = fc.oneof(
  fc.record({
    name: fc.constant('hello' as const),
    mode: fc.constantFrom('network' as const, 'storage' as const),
    connections: fc.integer({ min: 0, max: 255 }),
    nonce: bytes32,
  }),
  fc.record({ name: fc.constant('descriptor' as const), descriptor: u32, nonce: bytes32, tag: bytes32 }),
  fc.record({ name: fc.constant('port' as const), array: name, port: u32, generation: u32, nonce: bytes32, tag: bytes32 }),
  fc.record({ name: fc.constant('group' as const), group: name, tag: bytes32 }),
  fc.record({ name: fc.constant('ready' as const), tag: bytes32 }),
  fc.record({
    name: fc.constant('decline' as const),
    reason: fc.constantFrom(...reasonNames),
    text: fc.oneof(name, fc.constant('')),
    tag: bytes32,
  }),
);

const tag = new Uint8Array(32).fill(3);
const nonce = new Uint8Array(32).fill(4);

function decodeAll(decoder: Decoder): Message[] {
  const messages: Message[] = [];
  for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) messages.push(frame.message);
  return messages;
}

function decodeOne(bytes: Uint8Array): Message | undefined {
  const decoder = new Decoder();
  decoder.push(bytes);
  return decoder.next()?.message;
}

function patched(message: Message, at: number, ...values: number[]): Uint8Array {
  const bytes = encode(message);
  bytes.set(values, at);
  return bytes;
}

function withPayloadLength(bytes: Uint8Array, length: number): Uint8Array {
  const sized = new Uint8Array(HEADER_BYTES + Math.min(length, 5000));
  sized.set(bytes.subarray(0, sized.length));
  new DataView(sized.buffer).setUint32(PAYLOAD_LENGTH_OFFSET, length);
  return sized;
}

function malformed(bytes: Uint8Array): MalformedFrame {
  try {
    decodeOne(bytes);
  } catch (error) {
    if (error instanceof MalformedFrame) return error;
    throw error;
  }
  throw new Error('the frame was accepted');
}

describe('the codec', () => {
  it('gives back each message that it encoded', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        expect(decodeOne(encode(message))).toEqual(message);
      }),
    );
  });

  it('gives the same frames however the bytes are split and coalesced, and keeps their raw bytes', () => {
    fc.assert(
      fc.property(
        fc.array(anyMessage, { maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }),
        (messages, cuts) => {
          const whole = Buffer.concat(messages.map(encode));
          const decoder = new Decoder();
          const seen: Message[] = [];
          const raws: Uint8Array[] = [];
          for (let at = 0, turn = 0; at < whole.length; turn += 1) {
            const length = cuts[turn % cuts.length] ?? 1;
            decoder.push(new Uint8Array(whole.subarray(at, at + length)));
            at += length;
            for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
              seen.push(frame.message);
              raws.push(frame.raw);
            }
          }
          expect(seen).toEqual(messages);
          expect(Buffer.concat(raws).equals(whole)).toBe(true);
          expect(decoder.rest()).toHaveLength(0);
        },
      ),
    );
  });

  it('never looks at the bytes behind the frame that the caller stops at', () => {
    const decoder = new Decoder();
    decoder.push(Buffer.concat([encode({ name: 'ready', tag }), Buffer.from('session data, not a frame')]));
    expect(decoder.next()?.message.name).toBe('ready');
    expect(Buffer.from(decoder.rest()).toString()).toBe('session data, not a frame');
    expect(decodeAll(decoder)).toEqual([]);
  });

  it('keeps nothing of a Buffer that a whole frame came in: what is written there later changes neither the frame nor its fields', () => {
    const messages: Message[] = [
      { name: 'descriptor', descriptor: 7, nonce, tag },
      { name: 'port', array: 'sym0', port: 1, generation: 2, nonce, tag },
      { name: 'ready', tag },
    ];
    for (const message of messages) {
      const chunk = Buffer.from(encode(message));
      const decoder = new Decoder();
      decoder.push(chunk);
      const frame = decoder.next();
      chunk.fill(0xff);
      expect(frame?.message).toEqual(message);
      expect(Buffer.from(frame?.raw ?? []).equals(encode(message))).toBe(true);
      frame?.raw.fill(0xff);
      expect(frame?.message, 'fields are no views of raw').toEqual(message);
    }
  });

  it('says the same of a malformed frame each time, whatever is pushed behind it', () => {
    const decoder = new Decoder();
    decoder.push(new Uint8Array(12));
    expect(() => decoder.next()).toThrow(MalformedFrame);
    decoder.push(encode({ name: 'ready', tag }));
    expect(() => decoder.next()).toThrow('magic');
  });

  it('never throws anything but MalformedFrame, whatever comes', () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc.tuple(anyMessage, fc.nat(), fc.nat(255)).map(([message, at, value]) => {
        const bytes = encode(message);
        bytes[at % bytes.length] = value;
        return bytes;
      }),
    );
    fc.assert(
      fc.property(noise, (bytes) => {
        const decoder = new Decoder();
        decoder.push(bytes);
        try {
          decodeAll(decoder);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedFrame);
        }
      }),
    );
  });
});

describe('malformed frames, at each limit and one beside it', () => {
  const hello: Message = { name: 'hello', mode: 'network', connections: 2, nonce };
  const ready: Message = { name: 'ready', tag };
  const group: Message = { name: 'group', group: 'STG0', tag };
  const port: Message = { name: 'port', array: 'sym0', port: 1, generation: 1, nonce, tag };
  const decline: Message = { name: 'decline', reason: 'busy', text: '', tag };

  it.each([
    ['magic', patched(ready, 3, 0x44)],
    ['version', patched(ready, 4, 0)],
    ['version', patched(ready, 4, 2)],
    ['type', patched(ready, 5, 0)],
    ['type', patched(ready, 5, 7)],
    ['flags', patched(ready, 6, 0, 1)],
    ['flags', patched(ready, 6, 1, 0)],
    ['mode', patched(hello, 12, 0)],
    ['mode', patched(hello, 12, 3)],
    ['reserved', patched(hello, 14, 0, 1)],
    ['reason', patched(decline, 12, 0, 0)],
    ['reason', patched(decline, 12, 0, 15)],
    ['length of array name', patched(port, 12, 0)],
    ['length of group name', patched(group, 12, 0)],
    ['payload length', patched(group, 12, 3)],
    ['payload length', patched(group, 12, 5)],
    ['group name', patched(group, 13, 0xff)],
  ])('names the field %s, its value and what was expected', (field, bytes) => {
    const error = malformed(bytes);
    expect(error.field).toBe(field);
    expect(error.message).toContain(`expected ${error.expected}`);
  });

  it.each([
    ['HELLO', hello, 36, 36],
    ['DESCRIPTOR', { name: 'descriptor', descriptor: 7, nonce, tag }, 68, 68],
    ['PORT', { ...port, array: 'a' }, 74, 328],
    ['GROUP', { ...group, group: 'g' }, 34, 288],
    ['READY', ready, 32, 32],
    ['DECLINE', decline, 35, 290],
  ] as [string, Message, number, number][])(
    '%s has a payload between its smallest and its largest',
    (_name, message, smallest, largest) => {
      const bytes = encode(message);
      expect(decodeOne(bytes)).toEqual(message);
      expect(malformed(withPayloadLength(bytes, smallest - 1)).field).toBe('payload length');
      expect(malformed(withPayloadLength(bytes, largest + 1)).field).toBe('payload length');
    },
  );

  it('takes names and texts of 255 bytes and refuses to send 256', () => {
    const longest = 'é'.repeat(127);
    const fits: Message = { name: 'decline', reason: 'busy', text: `${longest}x`, tag };
    expect(decodeOne(encode(fits))).toEqual(fits);
    expect(() => encode({ ...fits, text: `${longest}xy` })).toThrow(RangeError);
    expect(() => encode({ ...group, group: '' })).toThrow(RangeError);
    expect(() => encode({ ...group, group: '\ud800' })).toThrow(RangeError);
  });

  it.each([4097, 0xffff_ffff])('refuses a payload length of %i from the header alone', (length) => {
    const header = withPayloadLength(encode(ready), length).subarray(0, HEADER_BYTES);
    expect(malformed(header)).toMatchObject({ field: 'payload length', value: length, expected: 'at most 4096' });
  });

  it('refuses to send numbers that have no room', () => {
    expect(() => encode({ ...port, port: 2 ** 32 })).toThrow(RangeError);
    expect(() => encode({ ...port, generation: -1 })).toThrow(RangeError);
    expect(() => encode({ ...hello, connections: 256 })).toThrow(RangeError);
    expect(() => encode({ ...hello, nonce: new Uint8Array(31) })).toThrow(RangeError);
    expect(() => encode({ ...ready, tag: new Uint8Array(33) })).toThrow(RangeError);
  });
});
