/** Builds frames from docs/protocol.md, not by the implementation's codec: right ones, and whatever else a peer may say. */
import { createHmac, randomBytes } from 'node:crypto';

/** The numbers of the table in section 2. */
export const types = { hello: 1, descriptor: 2, port: 3, group: 4, ready: 5, decline: 6 } as const;
export type TypeName = keyof typeof types;
export type Sender = 'client' | 'server';

export const tagBytes = 32;
export const nonceBytes = 32;
export const headerBytes = 12;

export const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** A name or a text behind its length in one byte. */
const text = (value: string): Buffer => Buffer.concat([Buffer.from([Buffer.byteLength(value)]), Buffer.from(value)]);

/** A frame of any type with any payload. */
export function frame(type: number, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from('STPC'), Buffer.from([1, type, 0, 0]), u32(payload.length), payload]);
}

/** A frame whose tag is right behind the frames of `before` (section 3). */
export function sealed(name: TypeName, fields: Buffer, before: readonly Buffer[], sender: Sender, key: Uint8Array): Buffer {
  const blank = frame(types[name], Buffer.concat([fields, Buffer.alloc(tagBytes)]));
  const mac = createHmac('sha256', key).update(`stpconnect 1 ${sender}`);
  for (const earlier of before) mac.update(earlier);
  return Buffer.concat([blank.subarray(0, -tagBytes), mac.update(blank).digest()]);
}

export function hello(mode: 'network' | 'storage', connections = 2, nonce: Buffer = randomBytes(nonceBytes)): Buffer {
  return frame(types.hello, Buffer.concat([Buffer.from([mode === 'network' ? 1 : 2, connections, 0, 0]), nonce]));
}

/** The fields of each frame that has a tag, without the tag. */
export const fields = {
  descriptor: (number: number, nonce: Buffer = Buffer.alloc(nonceBytes)) => Buffer.concat([u32(number), nonce]),
  port: (array: string, port: number, generation: number, nonce: Buffer = randomBytes(nonceBytes)) =>
    Buffer.concat([text(array), u32(port), u32(generation), nonce]),
  group: (name: string) => text(name),
  ready: () => Buffer.alloc(0),
  /** `reason` is its number in section 6. */
  decline: (reason: number, words = 'because') => Buffer.concat([Buffer.from([reason >> 8, reason & 0xff]), text(words)]),
};

/** Array, port and generation of a PORT frame. */
export function readPort(bytes: Buffer): { readonly array: string; readonly port: number; readonly generation: number } {
  const end = headerBytes + 1 + (bytes[headerBytes] ?? 0);
  return {
    array: bytes.toString('utf8', headerBytes + 1, end),
    port: bytes.readUInt32BE(end),
    generation: bytes.readUInt32BE(end + 4),
  };
}
