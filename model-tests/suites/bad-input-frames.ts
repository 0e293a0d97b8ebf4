/** Frames of a peer that says what it likes, built from docs/protocol.md and not by the implementation's codec; and the page's malformed ones. */
import { readFileSync } from 'node:fs';
import { sealed as build, frame, type Sender, type TypeName, tagBytes } from '../drive/build-frames.ts';

export { fields, headerBytes, hello, nonceBytes, readPort, type Sender } from '../drive/build-frames.ts';

/** What both sides know in these tests. */
export const secret = Buffer.from('a secret of both sides');

/** A frame whose tag is right behind the frames of `before` (section 3), made with the secret of these tests unless another one is given. */
export const sealed = (name: TypeName, fields: Buffer, before: readonly Buffer[], sender: Sender, key: Buffer = secret): Buffer =>
  build(name, fields, before, sender, key);

/** Bytes that no receiver may take for a frame, and why. */
export interface Malformed {
  readonly why: string;
  readonly bytes: Buffer;
}

/** The `malformed` vectors of section 10, read from the page itself, and what has no vector there. */
export function malformedFrames(): Malformed[] {
  const page = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8');
  const block = page.split('```json vectors\n')[1]?.split('```')[0] ?? '{}';
  const vectors = JSON.parse(block) as { readonly malformed: readonly { readonly hex: string; readonly why: string }[] };
  return [
    ...vectors.malformed.map(({ hex, why }) => ({ why, bytes: Buffer.from(hex, 'hex') })),
    { why: 'text of another protocol', bytes: Buffer.from('GET / HTTP/1.1\r\nHost: stpconnect\r\n\r\n') },
    { why: 'type 255 is not in the table', bytes: frame(255, Buffer.alloc(tagBytes)) },
    { why: 'zeros for ever', bytes: Buffer.alloc(9_000) },
  ];
}
