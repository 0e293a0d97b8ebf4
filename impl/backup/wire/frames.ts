/** Messages as bytes: length (u32, of the body), kind (u8), body (JSON in UTF-8). */
import { BackupError } from '../errors.ts';
import { bodies, type Message, type MessageKind, messageKinds } from './messages.ts';

/** Longest body, in bytes; a longer one is refused from its header. */
export const MAX_BODY = 1 << 16;
const HEADER = 5;

/** Throws RangeError when the body is too long. */
export function encodeMessage(message: Message): Buffer {
  const { kind, ...body } = message;
  const text = Buffer.from(JSON.stringify(body));
  if (text.length > MAX_BODY) throw new RangeError(`a message of ${text.length} bytes, expected at most ${MAX_BODY}`);
  const frame = Buffer.alloc(HEADER + text.length);
  frame.writeUInt32BE(text.length, 0);
  frame.writeUInt8(messageKinds.indexOf(kind) + 1, 4);
  text.copy(frame, HEADER);
  return frame;
}

/** Reads messages piece by piece; keeps one frame at most. */
export class MessageDecoder {
  #carried: Buffer = Buffer.alloc(0);

  /** Whether what came ends with a whole message. */
  get whole(): boolean {
    return this.#carried.length === 0;
  }

  /** Takes `bytes` and gives the messages in them. Throws BackupError violation or versionUnknown. */
  *push(bytes: Uint8Array): Generator<Message, void> {
    const piece = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let rest = this.#carried.length === 0 ? piece : Buffer.concat([this.#carried, piece]);
    this.#carried = Buffer.alloc(0);
    while (rest.length >= HEADER) {
      const length = rest.readUInt32BE(0);
      if (length > MAX_BODY) throw new BackupError('violation', `It was a message of ${length} bytes.`);
      const kind = messageKinds[rest.readUInt8(4) - 1];
      if (kind === undefined) throw new BackupError('violation', `It was a message of unknown kind ${rest.readUInt8(4)}.`);
      if (rest.length < HEADER + length) break;
      yield decodeBody(kind, rest.subarray(HEADER, HEADER + length));
      rest = rest.subarray(HEADER + length);
    }
    this.#carried = Buffer.from(rest);
  }
}

function decodeBody(kind: MessageKind, bytes: Buffer): Message {
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new BackupError('violation', `The body of a message of kind ${kind} is not JSON.`, { cause });
  }
  if (kind === 'request' && versionOf(body) !== 1)
    throw new BackupError('versionUnknown', `It is ${JSON.stringify(versionOf(body))}.`);
  const parsed = bodies[kind].safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new BackupError(
      'violation',
      `In a message of kind ${kind}, ${issue?.path.join('.') || 'all of it'}: ${issue?.message}.`,
    );
  }
  return { kind, ...parsed.data } as Message;
}

function versionOf(body: unknown): unknown {
  const version = typeof body === 'object' && body !== null && 'version' in body ? body.version : undefined;
  return typeof version === 'number' ? version : undefined;
}
