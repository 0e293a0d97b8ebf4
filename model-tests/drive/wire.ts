/**
 * Frames as they cross the wire, read and written independently of the implementation's codec, from docs/protocol.md: the tests
 * judge with these eyes. Whole frames only; what is not one is reported as bytes.
 */
import { createHmac } from 'node:crypto';
import type { DeclineReason } from '../../machines/index.ts';

export const frameNames = ['hello', 'descriptor', 'port', 'group', 'ready', 'decline'] as const;
export type FrameName = (typeof frameNames)[number];

/** DECLINE's numbers, in order from 1 (docs/protocol.md, section 6). */
export const reasonNames: readonly DeclineReason[] = [
  'busy',
  'modeUnavailable',
  'connectionsMismatch',
  'portsExhausted',
  'arrayUnknown',
  'groupUnknown',
  'groupRefused',
  'groupFull',
  'descriptorUnknown',
  'tagWrong',
  'protocolViolation',
  'timedOut',
  'closing',
  'connectionLost',
];

const headerBytes = 12;
const tagBytes = 32;
const nonceBytes = 32;

/** One frame: its bytes, its name, and the fields that the tests look at. */
export interface WireFrame {
  readonly bytes: Buffer;
  readonly name: FrameName;
  readonly descriptor?: number;
  readonly reason?: DeclineReason;
  readonly mode?: 'network' | 'storage';
  /** What its sender says nobody has said before it; not in a DESCRIPTOR that a server process sends back, where it is zero. */
  readonly nonce?: Buffer;
}

/** The whole frames at the beginning of `bytes`, and what is left behind them. */
export function readFrames(bytes: Buffer): { readonly frames: readonly WireFrame[]; readonly rest: Buffer } {
  const frames: WireFrame[] = [];
  let at = 0;
  while (bytes.length - at >= headerBytes && bytes.toString('latin1', at, at + 4) === 'STPC') {
    const end = at + headerBytes + bytes.readUInt32BE(at + 8);
    const name = frameNames[(bytes[at + 5] ?? 0) - 1];
    if (end > bytes.length || name === undefined) break;
    frames.push(describe(name, bytes.subarray(at, end)));
    at = end;
  }
  return { frames, rest: bytes.subarray(at) };
}

function describe(name: FrameName, bytes: Buffer): WireFrame {
  switch (name) {
    case 'hello':
      return { bytes, name, mode: bytes[headerBytes] === 1 ? 'network' : 'storage', nonce: nonceAt(bytes, 4) };
    case 'descriptor':
      return { bytes, name, descriptor: bytes.readUInt32BE(headerBytes), nonce: nonceAt(bytes, 4) };
    case 'port':
      return { bytes, name, nonce: nonceAt(bytes, 1 + (bytes[headerBytes] ?? 0) + 8) };
    case 'decline':
      return { bytes, name, ...reasonOf(bytes.readUInt16BE(headerBytes)) };
    default:
      return { bytes, name };
  }
}

function nonceAt(bytes: Buffer, place: number): Buffer {
  return bytes.subarray(headerBytes + place, headerBytes + place + nonceBytes);
}

function reasonOf(number: number): { reason?: DeclineReason } {
  const reason = reasonNames[number - 1];
  return reason === undefined ? {} : { reason };
}

/** Whether the tag of `frame` is right behind these frames of its attempt (section 3). */
export function tagIsRight(
  frame: Buffer,
  transcript: readonly Buffer[],
  sender: 'client' | 'server',
  secret: Uint8Array,
): boolean {
  const blank = Buffer.from(frame);
  blank.fill(0, blank.length - tagBytes);
  const mac = createHmac('sha256', secret).update(`stpconnect 1 ${sender}`);
  for (const before of transcript) mac.update(before);
  return mac
    .update(blank)
    .digest()
    .equals(frame.subarray(frame.length - tagBytes));
}

/** A frame with this payload, for frames that nobody sent. */
function frameOf(name: FrameName, payload: Buffer): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.write('STPC', 'latin1');
  header[4] = 1;
  header[5] = frameNames.indexOf(name) + 1;
  header.writeUInt32BE(payload.length, 8);
  return Buffer.concat([header, payload]);
}

const zeros = (size: number) => Buffer.alloc(size);

/** A well-formed frame from somebody who knows neither secret nor numbers; a HELLO needs neither. */
export function forgedFrame(name: FrameName): Buffer {
  switch (name) {
    case 'hello':
      return frameOf(name, Buffer.concat([Buffer.from([1, 2, 0, 0]), Buffer.alloc(32, 0x5a)]));
    case 'descriptor':
      return frameOf(name, Buffer.concat([Buffer.from([0xff, 0xff, 0xff, 0xf0]), zeros(32), zeros(tagBytes)]));
    case 'port':
      return frameOf(name, Buffer.concat([Buffer.from([4]), Buffer.from('sym0'), zeros(8), zeros(32), zeros(tagBytes)]));
    case 'group':
      return frameOf(name, Buffer.concat([Buffer.from([4]), Buffer.from('STG0'), zeros(tagBytes)]));
    case 'ready':
      return frameOf(name, zeros(tagBytes));
    case 'decline':
      return frameOf(name, Buffer.concat([Buffer.from([0, 4, 0]), zeros(tagBytes)]));
  }
}

/** Bytes that are no frame: another magic. */
export const garbage = Buffer.from('GET / HTTP/1.1\r\nHost: stpconnect\r\n\r\n', 'latin1');

/** The frame with one bit of its tag flipped. */
export function withOtherTag(frame: Buffer): Buffer {
  const copy = Buffer.from(frame);
  const last = copy.length - 1;
  copy[last] = (copy[last] ?? 0) ^ 1;
  return copy;
}

/** A DESCRIPTOR with this number. */
export function withNumber(frame: Buffer, descriptor: number): Buffer {
  const copy = Buffer.from(frame);
  copy.writeUInt32BE(descriptor, headerBytes);
  return copy;
}

/** A DESCRIPTOR with a number that nobody was given. */
export function withOtherNumber(frame: Buffer): Buffer {
  return withNumber(frame, 0xff_ff_ff_f1);
}

/** A HELLO for sessions of three connections. */
export function withOtherConnections(frame: Buffer): Buffer {
  const copy = Buffer.from(frame);
  copy[headerBytes + 1] = 3;
  return copy;
}
