/** A header block as values, before extended headers are laid over it. */
import { BLOCK, type EntryType, TarError } from './entry.ts';

/** What a header block says. */
export interface RawHeader {
  /** The type flag, as a character. */
  readonly flag: string;
  readonly name: Buffer;
  readonly linkName: Buffer;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** Seconds. */
  readonly mtime: number;
}

const TYPES: Readonly<Record<string, EntryType>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '1': 'link',
  '2': 'symlink',
  '3': 'device',
  '4': 'device',
  '5': 'directory',
  '6': 'fifo',
};

export const typeOf = (flag: string): EntryType => TYPES[flag] ?? 'other';

/** Undefined for a block of zeros. Throws TarError when the checksum or a number is not right. */
export function parseHeader(block: Buffer): RawHeader | undefined {
  let unsigned = 8 * 0x20;
  let signed = 8 * 0x20;
  let any = 0;
  for (let at = 0; at < BLOCK; at += 1) {
    const byte = block[at] ?? 0;
    any |= byte;
    if (at >= 148 && at < 156) continue;
    unsigned += byte;
    signed += byte < 0x80 ? byte : byte - 0x100;
  }
  if (any === 0) return undefined;
  const sum = number(block, 148, 8, 'checksum');
  if (sum !== unsigned && sum !== signed) throw new TarError('malformed', 'the checksum of a header is not right');
  const name = field(block, 0, 100);
  // `ustar\0`: POSIX, with a prefix; `ustar ` is older GNU, which has other things there.
  const prefix = block.toString('latin1', 257, 263) === 'ustar\0' ? field(block, 345, 155) : Buffer.alloc(0);
  return {
    flag: String.fromCharCode(block[156] ?? 0),
    name: prefix.length > 0 ? Buffer.concat([prefix, Buffer.from('/'), name]) : name,
    linkName: field(block, 157, 100),
    mode: number(block, 100, 8, 'mode') & 0o7777,
    uid: number(block, 108, 8, 'uid'),
    gid: number(block, 116, 8, 'gid'),
    size: natural(number(block, 124, 12, 'size'), 'size'),
    mtime: number(block, 136, 12, 'mtime'),
  };
}

/** Throws TarError unless `value` is a whole number from 0 that a double holds. */
export function natural(value: number, what: string): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new TarError('malformed', `a header has a ${what} that cannot be`);
  return value;
}

/** A copy up to the first zero byte. */
function field(block: Buffer, at: number, length: number): Buffer {
  const bytes = block.subarray(at, at + length);
  const end = bytes.indexOf(0);
  return Buffer.from(end === -1 ? bytes : bytes.subarray(0, end));
}

/** Octal text, or GNU's binary form, which the first bit announces. */
function number(block: Buffer, at: number, length: number, what: string): number {
  const first = block[at] ?? 0;
  if (first >= 0x80) return binary(block.subarray(at, at + length), what);
  const text = block
    .toString('latin1', at, at + length)
    .replaceAll('\0', ' ')
    .trim();
  if (text === '') return 0;
  if (!/^[0-7]+$/.test(text)) throw new TarError('malformed', `a header has a ${what} that is no number`);
  return Number.parseInt(text, 8);
}

function binary(bytes: Buffer, what: string): number {
  const bits = 8 * bytes.length - 1;
  const value = BigInt.asIntN(bits, BigInt(`0x${bytes.toString('hex')}`));
  const small = Number(value);
  if (!Number.isSafeInteger(small)) throw new TarError('malformed', `a header has a ${what} that is too large`);
  return small;
}
