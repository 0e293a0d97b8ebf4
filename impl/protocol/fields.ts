/** Reading and writing the fields of a payload in order. */

import { NONCE_BYTES, TAG_BYTES, TEXT_LIMIT_BYTES } from './layout.ts';
import { MalformedFrame } from './malformed-frame.ts';

const encoder = new TextEncoder();
// TextEncoder would silently put U+FFFD in its place.
const LONE_SURROGATE = /\p{Cs}/u;
// ignoreBOM keeps a leading U+FEFF: a name must come out exactly as it went in.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads fields one behind the other. The payload's length has been checked against the type's smallest. */
export class FieldReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(payload: Uint8Array) {
    this.#bytes = payload;
    this.#view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  }

  u8(): number {
    this.#at += 1;
    return this.#view.getUint8(this.#at - 1);
  }

  u16(): number {
    this.#at += 2;
    return this.#view.getUint16(this.#at - 2);
  }

  u32(): number {
    this.#at += 4;
    return this.#view.getUint32(this.#at - 4);
  }

  bytes(length: number): Uint8Array {
    this.#at += length;
    return new Uint8Array(this.#bytes.subarray(this.#at - length, this.#at));
  }

  /** A text with its length in front; `fixedBytes` is what the payload holds besides it. */
  text(field: string, shortest: number, fixedBytes: number): string {
    const length = this.u8();
    if (length < shortest) throw new MalformedFrame(`length of ${field}`, length, `${shortest} to ${TEXT_LIMIT_BYTES}`);
    if (this.#bytes.length !== fixedBytes + length) {
      throw new MalformedFrame('payload length', this.#bytes.length, `${fixedBytes + length}, as ${field} says`);
    }
    const bytes = this.bytes(length);
    try {
      return decoder.decode(bytes);
    } catch {
      throw new MalformedFrame(field, `${length} bytes that are not UTF-8`, 'valid UTF-8');
    }
  }
}

/** Writes fields one behind the other. Values out of range are local misuse: RangeError. */
export class FieldWriter {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at: number;

  constructor(bytes: Uint8Array, from: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = from;
  }

  u8(value: number): this {
    this.#view.setUint8(this.#at, value);
    this.#at += 1;
    return this;
  }

  u16(value: number): this {
    this.#view.setUint16(this.#at, value);
    this.#at += 2;
    return this;
  }

  u32(value: number): this {
    this.#view.setUint32(this.#at, value);
    this.#at += 4;
    return this;
  }

  bytes(value: Uint8Array): this {
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
    return this;
  }

  text(value: Uint8Array): this {
    return this.u8(value.length).bytes(value);
  }
}

/** The UTF-8 bytes of a name or text, at least `shortest` and at most 255 of them. Throws RangeError. */
export function textBytes(field: string, value: string, shortest: number): Uint8Array {
  const bytes = encoder.encode(value);
  if (bytes.length < shortest || bytes.length > TEXT_LIMIT_BYTES || LONE_SURROGATE.test(value)) {
    throw new RangeError(`${field} has ${bytes.length} bytes, expected ${shortest} to ${TEXT_LIMIT_BYTES} bytes of UTF-8.`);
  }
  return bytes;
}

/** A whole number of 0 to `limit`. Throws RangeError. */
export function checkedNumber(field: string, value: number, limit: number): number {
  if (!Number.isInteger(value) || value < 0 || value > limit) {
    throw new RangeError(`${field} is ${value}, expected a whole number of 0 to ${limit}.`);
  }
  return value;
}

/** A nonce of 32 bytes. Throws RangeError. */
export function checkedNonce(nonce: Uint8Array): Uint8Array {
  if (nonce.length !== NONCE_BYTES) throw new RangeError(`nonce has ${nonce.length} bytes, expected ${NONCE_BYTES}.`);
  return nonce;
}

/** A tag of 32 bytes. Throws RangeError. */
export function checkedTag(tag: Uint8Array): Uint8Array {
  if (tag.length !== TAG_BYTES) throw new RangeError(`tag has ${tag.length} bytes, expected ${TAG_BYTES}.`);
  return tag;
}
