/** The golden vectors of docs/protocol.md, section 10, read from the page itself: a second implementation made them. */

import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Decoder, encode } from './codec.ts';
import { MalformedFrame } from './malformed-frame.ts';
import type { Message } from './message.ts';
import { type Hmac, Tagger } from './transcript.ts';

const hex = z.string().transform((text) => new Uint8Array(Buffer.from(text, 'hex')));
const role = z.enum(['client', 'server']);
const vector = z.object({
  name: z.string(),
  message: z.looseObject({ type: z.string(), nonce: hex.optional(), tag: hex.optional() }),
  sender: role,
  transcriptBefore: z.array(hex),
  hex,
});
const handshake = z.array(z.object({ from: role, on: z.string(), hex }));
const page = z.object({
  secret: hex,
  messages: z.array(vector),
  emptySecretMessages: z.array(vector),
  handshakes: z.object({ network: handshake, storage: handshake }),
  malformed: z.array(z.object({ hex, why: z.string() })),
});

const text = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8');
const vectors = page.parse(JSON.parse(/```json vectors\n([\s\S]*?)```/.exec(text)?.[1] ?? '{}'));
const hmac: Hmac = (key, data) => createHmac('sha256', key).update(data).digest();

function messageOf({ message: { type, ...fields } }: z.infer<typeof vector>): Message {
  return { name: type, ...fields } as unknown as Message;
}

function decodeOne(bytes: Uint8Array): Message | undefined {
  const decoder = new Decoder();
  decoder.push(bytes);
  return decoder.next()?.message;
}

const cases = [
  ...vectors.messages.map((entry) => ({ ...entry, secret: vectors.secret })),
  ...vectors.emptySecretMessages.map((entry) => ({ ...entry, secret: new Uint8Array(0) })),
];

describe('the golden vectors of the page', () => {
  it.each(cases)('$name: encoding gives the bytes of the page', (entry) => {
    expect(Buffer.from(encode(messageOf(entry))).toString('hex')).toBe(Buffer.from(entry.hex).toString('hex'));
  });

  it.each(cases)('$name: decoding gives the fields of the page', (entry) => {
    expect(decodeOne(entry.hex)).toEqual(messageOf(entry));
  });

  it.each(cases.filter(({ message }) => message.tag !== undefined))('$name: the tag is the one of the page', (entry) => {
    const tagger = new Tagger(hmac, entry.secret);
    const message = messageOf(entry);
    if (message.name === 'hello') throw new Error('HELLO has no tag');
    expect(Buffer.from(tagger.seal(entry.sender, entry.transcriptBefore, message)).equals(entry.hex)).toBe(true);
    expect(tagger.isRight(entry.sender, entry.transcriptBefore, entry.hex)).toBe(true);
    expect(tagger.isRight(entry.sender === 'client' ? 'server' : 'client', entry.transcriptBefore, entry.hex)).toBe(false);
  });

  it.each(['network', 'storage'] as const)('each tag of the whole %s handshake is right', (mode) => {
    const tagger = new Tagger(hmac, vectors.secret);
    const before: Uint8Array[] = [];
    for (const { from, hex: raw } of vectors.handshakes[mode]) {
      const name = decodeOne(raw)?.name;
      if (name !== 'hello') expect(tagger.isRight(from, before, raw)).toBe(true);
      // In network mode READY is sent twice: neither is part of the other's transcript.
      if (name !== 'ready') before.push(raw);
    }
    expect(before).toHaveLength(3);
  });

  it.each(vectors.malformed)('refuses a frame: $why', ({ hex: bytes }) => {
    expect(() => decodeOne(bytes)).toThrow(MalformedFrame);
  });
});
