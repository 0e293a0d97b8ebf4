/** Tags against those that are made from section 3 alone: what the implementation does otherwise, in words. */
import type { Message } from '../../impl/protocol/message.ts';
import type { equalInConstantTime, isAllZero, Tagger } from '../../impl/protocol/transcript.ts';
import { type Sender, sealed, type TypeName } from '../drive/build-frames.ts';
import { rightFrames } from './frame-cases.ts';
import { pageVectors } from './read-page.ts';

/** What is judged; `hmac` is what the tagger is given. */
export interface Tags {
  readonly Tagger: typeof Tagger;
  readonly equalInConstantTime: typeof equalInConstantTime;
  readonly isAllZero: typeof isAllZero;
  readonly hmac: ConstructorParameters<typeof Tagger>[0];
}

const tagBytes = 32;
const senders: readonly Sender[] = ['client', 'server'];
const secrets = ['', 'x', 'a secret of the generated tests', 'longer than the block of the hash '.repeat(4)].map((text) =>
  Buffer.from(text),
);

/** Messages that end with a tag: one of each type. */
const tagged = rightFrames.filter(({ message, what }) => 'tag' in message && what.endsWith('plain'));
const transcripts = [0, 1, 2, 3].map((length) => rightFrames.slice(0, length).map(({ bytes }) => Buffer.from(bytes)));

/** Tags that are made, or judged, otherwise than the page says. */
export function* complaintsAboutTags(tags: Tags): Generator<string, number> {
  for (const secret of secrets) {
    const tagger = new tags.Tagger(tags.hmac, secret);
    for (const sender of senders) {
      for (const [length, before] of transcripts.entries())
        yield* complaintsAboutSealing(tagger, { secret, sender, before, length });
    }
  }
  const [secret = Buffer.alloc(0)] = secrets.slice(2);
  yield* complaintsAboutChanges(new tags.Tagger(tags.hmac, secret), secret);
  yield* complaintsAboutBytes(tags);
  yield* complaintsAboutVectors(tags);
  return secrets.length * senders.length * transcripts.length * tagged.length;
}

interface Sealing {
  readonly secret: Buffer;
  readonly sender: Sender;
  readonly before: readonly Buffer[];
  readonly length: number;
}

function* complaintsAboutSealing(tagger: Tagger, { secret, sender, before, length }: Sealing): Generator<string> {
  for (const { message, bytes } of tagged) {
    const what = `${message.name} of ${sender} behind ${length} frames, secret of ${secret.length} bytes`;
    const right = sealed(message.name as TypeName, Buffer.from(bytes.subarray(12, -tagBytes)), before, sender, secret);
    const made = tagger.seal(sender, before, message as unknown as Exclude<Message, { name: 'hello' }>);
    if (!right.equals(made)) yield `${what}: another tag is made`;
    if (!tagger.isRight(sender, before, right)) yield `${what}: the right tag is refused`;
    const other = sender === 'client' ? 'server' : 'client';
    if (tagger.isRight(other, before, right)) yield `${what}: it is taken as one of the ${other}`;
  }
}

/** A frame with any bit changed, or behind other frames, is none that was tagged. */
function* complaintsAboutChanges(tagger: Tagger, secret: Buffer): Generator<string> {
  const before = transcripts[2] ?? [];
  for (const { message, bytes } of tagged) {
    const right = sealed(message.name as TypeName, Buffer.from(bytes.subarray(12, -tagBytes)), before, 'client', secret);
    for (let bit = 0; bit < right.length * 8; bit += 1) {
      const changed = Buffer.from(right);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      if (tagger.isRight('client', before, changed)) yield `${message.name} with bit ${bit} changed is taken`;
    }
    const others = [before.slice(1), before.toReversed(), [...before, ...before.slice(0, 1)], []];
    if (others.some((other) => tagger.isRight('client', other, right))) yield `${message.name} is taken behind other frames`;
    if (!right.equals(sealed(message.name as TypeName, Buffer.from(bytes.subarray(12, -tagBytes)), before, 'client', secret)))
      yield `${message.name} is written to when its tag is judged`;
  }
}

function* complaintsAboutBytes({ equalInConstantTime, isAllZero }: Tags): Generator<string> {
  for (let length = 0; length <= tagBytes; length += 1) {
    const zeros = new Uint8Array(length);
    if (!equalInConstantTime(zeros, new Uint8Array(length)) || !isAllZero(zeros)) yield `${length} zeros are none`;
    if (equalInConstantTime(zeros, new Uint8Array(length + 1)) || equalInConstantTime(new Uint8Array(length + 1), zeros))
      yield `${length} zeros are as many as ${length + 1}`;
    for (let at = 0; at < length; at += 1) {
      const other = zeros.with(at, 1 << (at % 8));
      if (equalInConstantTime(zeros, other) || equalInConstantTime(other, zeros) || isAllZero(other))
        yield `byte ${at} of ${length} is not looked at`;
      if (!equalInConstantTime(other, Uint8Array.from(other))) yield `${length} bytes are not themselves`;
    }
    if (equalInConstantTime(zeros.fill(3), new Uint8Array(length).fill(5)) !== (length === 0)) yield `${length} times 3 is 5`;
  }
}

function* complaintsAboutVectors({ Tagger, hmac }: Tags): Generator<string> {
  const all = [
    ...pageVectors.messages.map((vector) => ({ ...vector, secret: Buffer.from(pageVectors.secret, 'hex') })),
    ...pageVectors.emptySecretMessages.map((vector) => ({ ...vector, secret: Buffer.alloc(0) })),
  ];
  for (const { name, message, sender, transcriptBefore, hex, secret } of all) {
    if (message['tag'] === undefined) continue;
    const before = transcriptBefore.map((frame) => Buffer.from(frame, 'hex'));
    if (!new Tagger(hmac, secret).isRight(sender, before, Buffer.from(hex, 'hex'))) yield `the golden vector ${name} is refused`;
  }
}
