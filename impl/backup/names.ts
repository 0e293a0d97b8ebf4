/**
 * Names of files are bytes, on disk and in archives; only people and JSON want text. What may live here: the two ways from one to the other.
 */
import { isUtf8 } from 'node:buffer';
import { z } from 'zod';

/** Longest name of a file, its folders included, in bytes. */
export const MAX_NAME_BYTES = 16_384;

/** A name in JSON: text where the bytes are UTF-8, base64 of the bytes where they are not. */
export type JsonName = string | { readonly base64: string };

/** What a JsonName has to look like. */
export const jsonNameSchema = z.union([z.string().max(MAX_NAME_BYTES), z.object({ base64: z.base64().max(2 * MAX_NAME_BYTES) })]);

/** A name as bytes, however a caller has it. */
export const bytesOf = (name: string | Uint8Array): Buffer =>
  typeof name === 'string' ? Buffer.from(name, 'utf8') : Buffer.from(name);

export function toJsonName(bytes: Buffer): JsonName {
  return isUtf8(bytes) ? bytes.toString('utf8') : { base64: bytes.toString('base64') };
}

export function fromJsonName(name: JsonName): Buffer {
  return typeof name === 'string' ? Buffer.from(name, 'utf8') : Buffer.from(name.base64, 'base64');
}

/** Everything that a terminal could take for an order, and what turns the direction of text around. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\\]/gu;

/** A name for people: bytes that are not UTF-8, controls and backslashes are escaped, so that no name gives orders to a terminal. */
export function showName(bytes: Uint8Array): string {
  const name = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isUtf8(name)) return escapeText(name.toString('utf8'));
  let shown = '';
  let from = 0;
  for (let at = 0; at < name.length; ) {
    const length = characterLength(name, at);
    if (length === 0) {
      shown += `${escapeText(name.toString('utf8', from, at))}\\x${(name[at] ?? 0).toString(16).padStart(2, '0')}`;
      from = at + 1;
    }
    at += length || 1;
  }
  return shown + escapeText(name.toString('utf8', from));
}

/** A text of a peer for people, without orders to a terminal. */
export function escapeText(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    if (character === '\\') return '\\\\';
    if (character === '\n') return '\\n';
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/** Bytes of the UTF-8 character that begins here; 0 when none does. */
export function characterLength(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0;
  const length = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  return length > 0 && at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length)) ? length : 0;
}

const SLASH = 0x2f;

/** The parts between the slashes, `.` and empty ones left out; undefined when one is `..` or holds a zero byte. */
export function partsOf(name: Buffer): Buffer[] | undefined {
  const parts: Buffer[] = [];
  for (let from = 0; from <= name.length; ) {
    const slash = name.indexOf(SLASH, from);
    const end = slash === -1 ? name.length : slash;
    const part = name.subarray(from, end);
    from = end + 1;
    if (part.length === 0 || (part.length === 1 && part[0] === 0x2e)) continue;
    if ((part.length === 2 && part[0] === 0x2e && part[1] === 0x2e) || part.includes(0)) return undefined;
    parts.push(part);
  }
  return parts;
}

/** Parts with slashes between them. */
export function joinParts(parts: readonly Buffer[]): Buffer {
  const slash = Buffer.of(SLASH);
  return Buffer.concat(parts.flatMap((part, index) => (index === 0 ? [part] : [slash, part])));
}

/** Whether `name` begins at the root of the file system. */
export const isAbsolute = (name: Buffer): boolean => name[0] === SLASH;
