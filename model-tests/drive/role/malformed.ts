/** Bytes that no receiver may take for a frame (docs/protocol.md, section 2), and what is wrong with a frame that was received. */
import { fields, frame, headerBytes, hello, nonceBytes, tagBytes, types, u32 } from '../build-frames.ts';
import { garbage, reasonNames, type WireFrame } from '../wire.ts';

const tag = Buffer.alloc(tagBytes, 0x33);
const nonce = Buffer.alloc(nonceBytes, 0x11);

/** The frame with one byte changed. */
function withByte(bytes: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = value;
  return copy;
}

const declined = (reason: number) => frame(types.decline, Buffer.concat([fields.decline(reason), tag]));
const greeting = hello('network', 2, nonce);

/** One of each kind. All are complete, but where the header alone is enough. */
export const malformedBytes: readonly Buffer[] = [
  garbage,
  withByte(greeting, 0, 0x73),
  withByte(greeting, 4, 2),
  withByte(greeting, 6, 0x80),
  withByte(greeting, 7, 1),
  frame(0, tag),
  frame(7, tag),
  Buffer.concat([Buffer.from('STPC'), Buffer.from([1, types.ready, 0, 0]), u32(4_097)]),
  Buffer.concat([Buffer.from('STPC'), Buffer.from([1, types.decline, 0, 0]), u32(0xff_ff_ff_ff)]),
  frame(types.ready, tag.subarray(1)),
  frame(types.ready, Buffer.concat([tag, Buffer.alloc(1)])),
  frame(types.descriptor, Buffer.alloc(0)),
  frame(types.group, Buffer.concat([Buffer.alloc(1), tag])),
  frame(types.group, Buffer.concat([Buffer.from([2, 0xc0, 0xaf]), tag])),
  withByte(greeting, headerBytes, 0),
  withByte(greeting, headerBytes, 3),
  withByte(greeting, headerBytes + 3, 1),
  declined(0),
  declined(reasonNames.length + 1),
  frame(types.decline, Buffer.concat([Buffer.from([0, 12, 200]), tag])),
  frame(types.decline, Buffer.concat([Buffer.from([0, 12, 1, 0xff]), tag])),
];

/** What is wrong with the form of a frame that was received; empty when nothing is. Its magic and type are known to be right. */
export function formErrors({ bytes, name }: WireFrame): string[] {
  const payload = bytes.subarray(headerBytes);
  const errors: string[] = [];
  if (bytes[4] !== 1) errors.push(`version ${bytes[4]}`);
  if (bytes.readUInt16BE(6) !== 0) errors.push(`flags ${bytes.readUInt16BE(6)}`);
  if (payload.length > 4_096) errors.push(`a payload of ${payload.length} bytes`);
  const expected = payloadLength(name, payload);
  if (expected !== payload.length) return [...errors, `a payload of ${payload.length} bytes where its fields need ${expected}`];
  if (name === 'hello') {
    if (payload[0] !== 1 && payload[0] !== 2) errors.push(`mode ${payload[0]}`);
    if (payload.readUInt16BE(2) !== 0) errors.push('a reserved field that is not zero');
  }
  if (name === 'port' || name === 'group') errors.push(...nameErrors(payload.subarray(1, 1 + (payload[0] ?? 0)), 1));
  if (name === 'decline') {
    if (reasonNames[payload.readUInt16BE(0) - 1] === undefined) errors.push(`reason ${payload.readUInt16BE(0)}`);
    errors.push(...nameErrors(payload.subarray(3, 3 + (payload[2] ?? 0)), 0));
  }
  return errors;
}

function payloadLength(name: WireFrame['name'], payload: Buffer): number {
  switch (name) {
    case 'hello':
      return 4 + nonceBytes;
    case 'descriptor':
      return 4 + nonceBytes + tagBytes;
    case 'port':
      return 1 + (payload[0] ?? 0) + 8 + nonceBytes + tagBytes;
    case 'group':
      return 1 + (payload[0] ?? 0) + tagBytes;
    case 'ready':
      return tagBytes;
    case 'decline':
      return 3 + (payload[2] ?? 0) + tagBytes;
  }
}

function nameErrors(bytes: Buffer, least: number): string[] {
  if (bytes.length < least) return ['an empty name'];
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return [];
  } catch {
    return ['a text that is not UTF-8'];
  }
}
