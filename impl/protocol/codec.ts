/** Messages to frames and back; see layout.ts. */

import { checkedNonce, checkedNumber, checkedTag, FieldReader, FieldWriter, textBytes } from './fields.ts';
import {
  DECLINE_FIXED_BYTES,
  DESCRIPTOR_BYTES,
  FLAGS,
  FLAGS_OFFSET,
  GROUP_FIXED_BYTES,
  HEADER_BYTES,
  HELLO_BYTES,
  MAGIC,
  MAGIC_OFFSET,
  NONCE_BYTES,
  PAYLOAD_LENGTH_OFFSET,
  PAYLOAD_LIMIT_BYTES,
  PORT_FIXED_BYTES,
  READY_BYTES,
  TAG_BYTES,
  TEXT_LIMIT_BYTES,
  TYPE_OFFSET,
  U8_LIMIT,
  U32_LIMIT,
  VERSION,
  VERSION_OFFSET,
} from './layout.ts';
import { MalformedFrame } from './malformed-frame.ts';
import { type Frame, type FrameName, frameNames, frameTypes, type Message, type Mode, modes } from './message.ts';
import { reasonOfNumber, reasons } from './reasons.ts';

/** The smallest and the largest payload of each frame, in bytes. */
const payloadBounds: Readonly<Record<FrameName, readonly [smallest: number, largest: number]>> = {
  hello: [HELLO_BYTES, HELLO_BYTES],
  descriptor: [DESCRIPTOR_BYTES, DESCRIPTOR_BYTES],
  port: [PORT_FIXED_BYTES + 1, PORT_FIXED_BYTES + TEXT_LIMIT_BYTES],
  group: [GROUP_FIXED_BYTES + 1, GROUP_FIXED_BYTES + TEXT_LIMIT_BYTES],
  ready: [READY_BYTES, READY_BYTES],
  decline: [DECLINE_FIXED_BYTES, DECLINE_FIXED_BYTES + TEXT_LIMIT_BYTES],
};

/**
 * The frame of a message, header and payload.
 * @throws RangeError where a field does not fit: local misuse, never a peer's fault.
 */
export function encode(message: Message): Uint8Array {
  switch (message.name) {
    case 'hello':
      return frame('hello', HELLO_BYTES, (fields) =>
        fields
          .u8(modes[message.mode])
          .u8(checkedNumber('connections', message.connections, U8_LIMIT))
          .u16(0)
          .bytes(checkedNonce(message.nonce)),
      );
    case 'descriptor':
      return frame('descriptor', DESCRIPTOR_BYTES, (fields) =>
        fields
          .u32(checkedNumber('descriptor', message.descriptor, U32_LIMIT))
          .bytes(checkedNonce(message.nonce))
          .bytes(checkedTag(message.tag)),
      );
    case 'port': {
      const array = textBytes('array name', message.array, 1);
      return frame('port', PORT_FIXED_BYTES + array.length, (fields) =>
        fields
          .text(array)
          .u32(checkedNumber('port', message.port, U32_LIMIT))
          .u32(checkedNumber('generation', message.generation, U32_LIMIT))
          .bytes(checkedNonce(message.nonce))
          .bytes(checkedTag(message.tag)),
      );
    }
    case 'group': {
      const group = textBytes('group name', message.group, 1);
      return frame('group', GROUP_FIXED_BYTES + group.length, (fields) => fields.text(group).bytes(checkedTag(message.tag)));
    }
    case 'ready':
      return frame('ready', READY_BYTES, (fields) => fields.bytes(checkedTag(message.tag)));
    case 'decline': {
      const text = textBytes('text', message.text, 0);
      return frame('decline', DECLINE_FIXED_BYTES + text.length, (fields) =>
        fields.u16(reasons[message.reason].number).text(text).bytes(checkedTag(message.tag)),
      );
    }
  }
}

/**
 * Takes bytes split and coalesced anywhere and gives frames one at a time, so that a caller can stop behind the last frame of a
 * handshake: what lies behind it is never looked at and comes out of `rest`.
 */
export class Decoder {
  #bytes: Uint8Array = new Uint8Array(0);
  #malformed: MalformedFrame | undefined;

  /** Adds bytes; they must not be written to any more. */
  push(bytes: Uint8Array): void {
    if (this.#bytes.length === 0) {
      this.#bytes = bytes;
      return;
    }
    const joined = new Uint8Array(this.#bytes.length + bytes.length);
    joined.set(this.#bytes, 0);
    joined.set(bytes, this.#bytes.length);
    this.#bytes = joined;
  }

  /**
   * The next frame, or undefined until more bytes have been pushed.
   * @throws MalformedFrame, and again on each later call: there is no finding the next frame behind a malformed one.
   */
  next(): Frame | undefined {
    if (this.#malformed !== undefined) throw this.#malformed;
    try {
      return this.#decode();
    } catch (error) {
      if (error instanceof MalformedFrame) this.#malformed = error;
      throw error;
    }
  }

  /** The bytes behind the last frame, none of them decoded. They are taken out: a second call gives none. */
  rest(): Uint8Array {
    const rest = this.#bytes;
    this.#bytes = new Uint8Array(0);
    return rest;
  }

  #decode(): Frame | undefined {
    if (this.#bytes.length < HEADER_BYTES) return undefined;
    const { name, payloadBytes } = decodeHeader(this.#bytes);
    const size = HEADER_BYTES + payloadBytes;
    if (this.#bytes.length < size) return undefined;
    // A copy: the transcript outlives the chunk that these bytes came in.
    const raw = new Uint8Array(this.#bytes.subarray(0, size));
    const message = payloadDecoders[name](new FieldReader(raw.subarray(HEADER_BYTES)));
    this.#bytes = this.#bytes.subarray(size);
    return { message, raw };
  }
}

function frame(name: FrameName, payloadBytes: number, write: (fields: FieldWriter) => void): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + payloadBytes);
  new FieldWriter(bytes, 0).u32(MAGIC).u8(VERSION).u8(frameTypes[name]).u16(FLAGS).u32(payloadBytes);
  write(new FieldWriter(bytes, HEADER_BYTES));
  return bytes;
}

function decodeHeader(bytes: Uint8Array): { name: FrameName; payloadBytes: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  expectField('magic', view.getUint32(MAGIC_OFFSET), MAGIC);
  expectField('version', view.getUint8(VERSION_OFFSET), VERSION);
  expectField('flags', view.getUint16(FLAGS_OFFSET), FLAGS);
  const type = view.getUint8(TYPE_OFFSET);
  const name = frameNames.find((candidate) => frameTypes[candidate] === type);
  if (name === undefined) throw new MalformedFrame('type', type, `1 to ${frameNames.length}`);
  const payloadBytes = view.getUint32(PAYLOAD_LENGTH_OFFSET);
  if (payloadBytes > PAYLOAD_LIMIT_BYTES) {
    throw new MalformedFrame('payload length', payloadBytes, `at most ${PAYLOAD_LIMIT_BYTES}`);
  }
  const [smallest, largest] = payloadBounds[name];
  if (payloadBytes < smallest || payloadBytes > largest) {
    const expected = smallest === largest ? `${smallest}` : `${smallest} to ${largest}`;
    throw new MalformedFrame('payload length', payloadBytes, `${expected} in ${name.toUpperCase()}`);
  }
  return { name, payloadBytes };
}

function expectField(field: string, value: number, expected: number): void {
  if (value !== expected) throw new MalformedFrame(field, value, String(expected));
}

const payloadDecoders: Readonly<Record<FrameName, (fields: FieldReader) => Message>> = {
  hello(fields) {
    const mode = decodeMode(fields.u8());
    const connections = fields.u8();
    expectField('reserved', fields.u16(), 0);
    return { name: 'hello', mode, connections, nonce: fields.bytes(NONCE_BYTES) };
  },
  descriptor: (fields) => ({
    name: 'descriptor',
    descriptor: fields.u32(),
    nonce: fields.bytes(NONCE_BYTES),
    tag: fields.bytes(TAG_BYTES),
  }),
  port: (fields) => ({
    name: 'port',
    array: fields.text('array name', 1, PORT_FIXED_BYTES),
    port: fields.u32(),
    generation: fields.u32(),
    nonce: fields.bytes(NONCE_BYTES),
    tag: fields.bytes(TAG_BYTES),
  }),
  group: (fields) => ({
    name: 'group',
    group: fields.text('group name', 1, GROUP_FIXED_BYTES),
    tag: fields.bytes(TAG_BYTES),
  }),
  ready: (fields) => ({ name: 'ready', tag: fields.bytes(TAG_BYTES) }),
  decline(fields) {
    const number = fields.u16();
    const reason = reasonOfNumber(number);
    if (reason === undefined) throw new MalformedFrame('reason', number, `1 to ${Object.keys(reasons).length}`);
    return {
      name: 'decline',
      reason,
      text: fields.text('text', 0, DECLINE_FIXED_BYTES),
      tag: fields.bytes(TAG_BYTES),
    };
  },
};

function decodeMode(number: number): Mode {
  if (number === modes.network) return 'network';
  if (number === modes.storage) return 'storage';
  throw new MalformedFrame('mode', number, '1 (network) or 2 (storage)');
}
