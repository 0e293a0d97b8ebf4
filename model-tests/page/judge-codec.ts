/** The codec against every generated frame: what it does otherwise than the page says, in words. */
import { isDeepStrictEqual } from 'node:util';
import type { Decoder, encode } from '../../impl/protocol/codec.ts';
import type { MalformedFrame } from '../../impl/protocol/malformed-frame.ts';
import type { Frame, Message } from '../../impl/protocol/message.ts';
import { headerSize, type RightFrame, rightFrames, type WrongFrame, wrongFrames, wrongMessages } from './frame-cases.ts';

/** What is judged. */
export interface Codec {
  readonly Decoder: typeof Decoder;
  readonly encode: typeof encode;
  readonly MalformedFrame: typeof MalformedFrame;
}

/** Frames that the codec writes or reads otherwise than they are. */
export function* complaintsAboutFrames(codec: Codec): Generator<string, number> {
  for (const { what, message, bytes } of rightFrames) {
    const written = attempt(() => codec.encode(message as unknown as Message));
    if (!isDeepStrictEqual(written, bytes)) yield `${what}: encode gives ${shown(written)}`;
    for (const [how, pieces] of cuts(bytes)) {
      const seen = attempt(() => decodeAll(new codec.Decoder(), pieces));
      const expected = [{ message, raw: bytes }];
      if (!isDeepStrictEqual(seen, expected)) yield `${what}, ${how}: decoding gives ${shown(seen)}`;
    }
  }
  yield* complaintsAboutStreams(codec);
  for (const { what, message, says } of wrongMessages) {
    const seen = attempt(() => codec.encode(message as unknown as Message));
    const said = seen instanceof RangeError ? seen.message : '';
    if (!says.every((word) => said.includes(word)) || !isSentence(said)) yield `${what}: encode gives ${shown(seen)}`;
  }
  return rightFrames.length + wrongMessages.length;
}

/** Malformed frames that the codec takes, refuses too late, or refuses for another reason. */
export function* complaintsAboutMalformed({ Decoder, MalformedFrame }: Codec): Generator<string, number> {
  for (const wrong of wrongFrames) {
    const { what, bytes } = wrong;
    const decoder = new Decoder();
    decoder.push(bytes.subarray(0, -1));
    const early = attempt(() => decoder.next());
    if (early !== undefined) yield `${what}: without its last byte it gives ${shown(early)}`;
    decoder.push(bytes.subarray(-1));
    const seen = attempt(() => decoder.next());
    const complaint = seen instanceof MalformedFrame ? complaintAbout(seen, wrong) : `it gives ${shown(seen)}`;
    if (complaint !== undefined) yield `${what}: ${complaint}`;
    decoder.push((rightFrames[0] as RightFrame).bytes);
    const again = attempt(() => decoder.next());
    if (again !== seen) yield `${what}: a second look gives ${shown(again)}`;
  }
  return wrongFrames.length;
}

function complaintAbout(error: MalformedFrame, { field, value, expected }: WrongFrame): string | undefined {
  if (error.field !== field || error.value !== value)
    return `it says that ${error.field} is ${error.value}, not ${field} ${value}`;
  const missing = expected.filter((word) =>
    word.startsWith('=') ? error.expected !== word.slice(1) : !error.expected.includes(word),
  );
  if (missing.length > 0) return `it does not say ${missing.join(', ')}: ${error.message}`;
  if (error.name !== 'MalformedFrame') return `its name is ${error.name}`;
  return error.message === `Malformed frame: ${field} is ${value}, expected ${error.expected}.`
    ? undefined
    : `it says ${error.message}`;
}

/** Frames one behind the other, bytes behind them, and bytes that somebody writes to afterwards. */
function* complaintsAboutStreams({ Decoder }: Codec): Generator<string> {
  const stream = Buffer.concat(rightFrames.map(({ bytes }) => bytes));
  for (const size of [1, headerSize, 97, stream.length]) {
    const pieces = Array.from({ length: Math.ceil(stream.length / size) }, (_, at) =>
      stream.subarray(at * size, (at + 1) * size),
    );
    const seen = attempt(() => decodeAll(new Decoder(), pieces));
    const expected = rightFrames.map(({ message, bytes }) => ({ message, raw: bytes }));
    if (!isDeepStrictEqual(seen, expected)) yield `all frames in pieces of ${size} bytes give others`;
  }
  for (const { what, message, bytes } of rightFrames) {
    const behind = Buffer.from('session data, no frame');
    const chunk = Buffer.concat([bytes, behind]);
    const decoder = new Decoder();
    decoder.push(chunk);
    const frame = decoder.next();
    const rest = Buffer.from(decoder.rest());
    chunk.fill(0xff);
    if (!isDeepStrictEqual(frame, { message, raw: bytes })) yield `${what}: the frame changes with the bytes that it came in`;
    if (!rest.equals(behind)) yield `${what}: the bytes behind it are ${rest.toString('latin1')}`;
    if (decoder.rest().length > 0 || attempt(() => decoder.next()) !== undefined)
      yield `${what}: the bytes behind it are given twice`;
    frame?.raw.fill(0xff);
    if (!isDeepStrictEqual(frame?.message, message)) yield `${what}: its fields are views of the frame`;
  }
}

function decodeAll(decoder: Decoder, pieces: readonly Uint8Array[]): Frame[] {
  const frames: Frame[] = [];
  for (const piece of pieces) {
    decoder.push(piece);
    for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) frames.push(frame);
  }
  return frames;
}

/** A frame whole, and in two pieces: cut in its header, behind it, in the middle, and before its last byte. */
function cuts(bytes: Uint8Array): (readonly [how: string, pieces: readonly Uint8Array[]])[] {
  const places = [1, headerSize - 1, headerSize, Math.floor(bytes.length / 2), bytes.length - 1];
  const inTwo = places.map((at) => [`cut at ${at}`, [bytes.subarray(0, at), bytes.subarray(at)]] as const);
  return [['whole', [bytes]], ['with nothing before and behind', [new Uint8Array(0), bytes, new Uint8Array(0)]], ...inTwo];
}

const isSentence = (text: string) => /^\w.*\.$/.test(text);

/** What a call gives, or what it throws. */
export function attempt<T>(call: () => T): T | unknown {
  try {
    return call();
  } catch (error) {
    return error;
  }
}

/** A value in words. */
export function shown(value: unknown): string {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (['bigint', 'symbol', 'function'].includes(typeof value)) return String(value);
  return (JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? `${inner}n` : inner)) ?? String(value)).slice(
    0,
    200,
  );
}
