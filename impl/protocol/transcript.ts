/** Tags (docs/protocol.md, section 3): tag = HMAC-SHA-256(secret, label, then every frame of the attempt up to and with this one). */

import { encode } from './codec.ts';
import { TAG_BYTES } from './layout.ts';
import type { HelloMessage, Message } from './message.ts';

/** HMAC-SHA-256 as a port: the digest, 32 bytes, of `data` under `key` (which may be empty). */
export type Hmac = (key: Uint8Array, data: Uint8Array) => Uint8Array;

/** Who sends: it picks the label, so that a frame cannot be sent back to its sender. */
export type Role = 'client' | 'server';

/** A message that ends with a tag, before it has one. */
export type Untagged =
  Exclude<Message, HelloMessage> extends infer M ? (M extends { tag: unknown } ? Omit<M, 'tag'> : never) : never;

const labels: Readonly<Record<Role, Uint8Array>> = {
  client: new TextEncoder().encode('stpconnect 1 client'),
  server: new TextEncoder().encode('stpconnect 1 server'),
};

const NO_TAG = new Uint8Array(TAG_BYTES);

/** Makes and checks the tags of one process. Holds the secret, and shows it to nobody. */
export class Tagger {
  readonly #hmac: Hmac;
  readonly #secret: Uint8Array;

  constructor(hmac: Hmac, secret: Uint8Array) {
    this.#hmac = hmac;
    this.#secret = secret;
  }

  /** The frame of a message that `sender` sends behind the frames of `before`, with its tag. */
  seal(sender: Role, before: readonly Uint8Array[], message: Untagged): Uint8Array {
    const raw = encode({ ...message, tag: NO_TAG } as Message);
    raw.set(this.#tag(sender, before, raw), raw.length - TAG_BYTES);
    return raw;
  }

  /** Whether the tag of `raw`, a whole frame that ends with one, is right behind the frames of `before`. */
  isRight(sender: Role, before: readonly Uint8Array[], raw: Uint8Array): boolean {
    const untagged = new Uint8Array(raw);
    untagged.fill(0, untagged.length - TAG_BYTES);
    return equalInConstantTime(this.#tag(sender, before, untagged), raw.subarray(raw.length - TAG_BYTES));
  }

  #tag(sender: Role, before: readonly Uint8Array[], untagged: Uint8Array): Uint8Array {
    return this.#hmac(this.#secret, concatenate([labels[sender], ...before, untagged]));
  }
}

/** Compares without stopping at the first difference: how long it takes says nothing about where that is. */
export function equalInConstantTime(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let index = 0; index < left.length; index += 1) difference |= (left[index] ?? 0) ^ (right[index] ?? 0);
  return difference === 0;
}

/** Whether each byte is zero, as the nonce of a DESCRIPTOR on `second` must be. */
export function isAllZero(bytes: Uint8Array): boolean {
  return equalInConstantTime(bytes, new Uint8Array(bytes.length));
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
