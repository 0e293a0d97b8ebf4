/** A frame field by field, from its bytes (docs/protocol.md, section 2). Whatever the bytes are, this has something to say and never throws. */
import { frameTypes } from '../../impl/protocol/message.ts';
import { reasons } from '../../impl/protocol/reasons.ts';
import type { Field, Frame } from '../contract.ts';

const MAGIC = 'STPC';
const HEADER_BYTES = 12;
const TAG_BYTES = 32;
const NONCE_BYTES = 32;
/** More of a frame than this is not taken apart: the largest frame has 4,108 bytes. */
const MOST_BYTES = 8_192;

const names = new Map<number, string>(Object.entries(frameTypes).map(([name, type]) => [type, name]));
const reasonNames = new Map<number, string>(Object.entries(reasons).map(([name, { number }]) => [number, name]));
const modes = new Map([
  [1, 'network'],
  [2, 'storage'],
]);

/** What can be said of bytes that are, or should be, one frame. */
export type DecodedFrame = Required<Pick<Frame, 'name' | 'fields' | 'hex'>>;

/** Takes a frame apart. What is not one is called `garbage` and has one field. */
export function decodeFrame(raw: Uint8Array): DecodedFrame {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, Math.min(raw.byteLength, MOST_BYTES));
  const hex = bytes.toString('hex');
  const reader = new Reader(bytes);
  const magic = reader.take('magic', 4, (part) => part.toString('latin1'));
  const version = reader.u8('version');
  const type = reader.u8('type', (value) => `${value} (${names.get(value)?.toUpperCase() ?? 'unknown'})`);
  reader.number('flags', 2);
  const length = reader.number('payload length', 4);
  const name = names.get(type ?? -1);
  if (magic !== MAGIC || version !== 1 || name === undefined || length !== bytes.length - HEADER_BYTES) {
    return { name: 'garbage', fields: [{ name: 'bytes', value: printable(bytes), offset: 0, length: bytes.length }], hex };
  }
  readPayload(name, reader);
  reader.rest('left over');
  return { name: name.toUpperCase(), fields: reader.fields, hex };
}

function readPayload(name: string, reader: Reader): void {
  switch (name) {
    case 'hello':
      reader.u8('mode', (value) => modes.get(value) ?? `${value} (unknown)`);
      reader.u8('connections');
      reader.number('reserved', 2);
      reader.bytes('nonce', NONCE_BYTES);
      return;
    case 'descriptor':
      reader.number('descriptor', 4);
      reader.bytes('nonce', NONCE_BYTES);
      break;
    case 'port':
      reader.text('array');
      reader.number('port', 4);
      reader.number('generation', 4);
      reader.bytes('nonce', NONCE_BYTES);
      break;
    case 'group':
      reader.text('group');
      break;
    case 'decline':
      reader.number('reason', 2, (value) => reasonNames.get(value) ?? `${value} (unknown)`);
      reader.text('text');
      break;
    default:
      break;
  }
  reader.bytes('tag', TAG_BYTES);
}

/** Reads fields one behind the other; where bytes are missing it reads nothing more. */
class Reader {
  readonly fields: Field[] = [];
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  take(name: string, length: number, show: (part: Buffer) => string): string | undefined {
    if (this.#at + length > this.#bytes.length) {
      this.rest(`${name} (cut off)`);
      return undefined;
    }
    const value = show(this.#bytes.subarray(this.#at, this.#at + length));
    this.fields.push({ name, value, offset: this.#at, length });
    this.#at += length;
    return value;
  }

  number(name: string, length: number, show: (value: number) => string = String): number | undefined {
    let value = 0;
    const shown = this.take(name, length, (part) => {
      value = part.readUIntBE(0, length);
      return show(value);
    });
    return shown === undefined ? undefined : value;
  }

  u8(name: string, show?: (value: number) => string): number | undefined {
    return this.number(name, 1, show);
  }

  bytes(name: string, length: number): void {
    this.take(name, length, (part) => part.toString('hex'));
  }

  /** A name or a text behind its length in one byte. */
  text(name: string): void {
    const length = this.u8(`${name} length`);
    if (length !== undefined) this.take(name, length, (part) => part.toString('utf8'));
  }

  rest(name: string): void {
    const left = this.#bytes.subarray(this.#at);
    if (left.length === 0) return;
    this.fields.push({ name, value: printable(left), offset: this.#at, length: left.length });
    this.#at = this.#bytes.length;
  }
}

/** Bytes as text where they are printable ASCII, as dots where they are not. */
function printable(bytes: Buffer): string {
  return bytes.toString('latin1').replaceAll(/[^ -~]/g, '.');
}
