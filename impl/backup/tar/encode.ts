/** Entries as bytes: a ustar header, and before it an extended one for whatever does not fit. */
import { isUtf8 } from 'node:buffer';
import { BLOCK, type EntryType, paddingOf, type TarEntry } from './entry.ts';
import { encodePax, formatTime } from './pax.ts';
import { encodeMap } from './sparse.ts';

const TYPE_FLAGS: Partial<Record<EntryType, string>> = { file: '0', link: '1', symlink: '2', directory: '5' };
const SLASH = 0x2f;
const NAME_FIELD = 100;
const PREFIX_FIELD = 155;
/** Largest number of 7 and of 11 octal digits. */
const MAX_ID = 0o7777777;
const MAX_SIZE = 0o77777777777;

/** The end of an archive. */
export const END_OF_ARCHIVE = Buffer.alloc(2 * BLOCK);

/**
 * The header of an entry, with the map of its extents behind it when it has holes; the data and its padding are the caller's.
 * Throws RangeError for a kind of file that is not written.
 */
export function encodeHeader(entry: TarEntry): Buffer {
  const flag = TYPE_FLAGS[entry.type];
  if (flag === undefined) throw new RangeError(`a file of type ${entry.type} is not archived`);
  const records: [string, Buffer][] = [];
  const isFolder = entry.type === 'directory' && entry.name.at(-1) !== SLASH;
  const name = isFolder ? Buffer.concat([entry.name, Buffer.of(SLASH)]) : entry.name;
  const map = entry.sparse ? encodeMap(entry.sparse) : Buffer.alloc(0);
  const size = entry.size + map.length;
  if (entry.sparse) {
    records.push(['GNU.sparse.major', Buffer.from('1')], ['GNU.sparse.minor', Buffer.from('0')]);
    records.push(['GNU.sparse.name', name], ['GNU.sparse.realsize', Buffer.from(String(entry.sparse.realSize))]);
  }
  const fields = entry.sparse ? sparseName(name) : placeName(name, records);
  const linkName = entry.linkName ?? Buffer.alloc(0);
  if (linkName.length > NAME_FIELD || wantsText(linkName)) records.push(['linkpath', linkName]);
  if (size > MAX_SIZE) records.push(['size', Buffer.from(String(size))]);
  if (entry.uid > MAX_ID) records.push(['uid', Buffer.from(String(entry.uid))]);
  if (entry.gid > MAX_ID) records.push(['gid', Buffer.from(String(entry.gid))]);
  const seconds = entry.mtime / 1_000_000_000n;
  const plainTime = entry.mtime >= 0n && entry.mtime % 1_000_000_000n === 0n && seconds <= BigInt(MAX_SIZE);
  if (!plainTime) records.push(['mtime', Buffer.from(formatTime(entry.mtime))]);
  const mtime = seconds >= 0n && seconds <= BigInt(MAX_SIZE) ? Number(seconds) : 0;
  const header = encodeBlock({ ...fields, flag, mode: entry.mode, uid: entry.uid, gid: entry.gid, size, mtime, linkName });
  return Buffer.concat([records.length > 0 ? extended(records, mtime) : Buffer.alloc(0), header, map]);
}

interface Fields {
  readonly name: Buffer;
  readonly prefix: Buffer;
  readonly flag: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  readonly linkName: Buffer;
}

/**
 * Text that is not ASCII belongs into the extended header, whose encoding is UTF-8. Bytes that are not text stand as they are, best in the
 * plain header, and where they are too long for it in the extended one: GNU tar writes and reads both like that.
 */
const wantsText = (name: Buffer): boolean => isUtf8(name) && name.some((byte) => byte > 0x7f);

/** Where a name stands; what does not fit goes to the records. */
function placeName(name: Buffer, records: [string, Buffer][]): Pick<Fields, 'name' | 'prefix'> {
  const none = Buffer.alloc(0);
  if (!wantsText(name)) {
    if (name.length <= NAME_FIELD) return { name, prefix: none };
    // The slash between prefix and name is in neither; a folder's last slash is not such a one.
    const slash = name.subarray(0, Math.min(name.length - 1, PREFIX_FIELD + 1)).lastIndexOf(SLASH);
    if (slash > 0 && name.length - slash - 1 <= NAME_FIELD)
      return { name: name.subarray(slash + 1), prefix: name.subarray(0, slash) };
  }
  records.push(['path', name]);
  return { name: name.subarray(-NAME_FIELD), prefix: none };
}

/** Readers that do not know files with holes make this name instead. */
function sparseName(name: Buffer): Pick<Fields, 'name' | 'prefix'> {
  const base = name.subarray(name.lastIndexOf(SLASH) + 1);
  return { name: Buffer.concat([Buffer.from('GNUSparseFile.0/'), base]).subarray(0, NAME_FIELD), prefix: Buffer.alloc(0) };
}

function extended(records: readonly (readonly [string, Buffer])[], mtime: number): Buffer {
  const body = encodePax(records);
  const none = Buffer.alloc(0);
  const name = Buffer.from('PaxHeaders/entry');
  const header = encodeBlock({
    name,
    prefix: none,
    flag: 'x',
    mode: 0o644,
    uid: 0,
    gid: 0,
    size: body.length,
    mtime,
    linkName: none,
  });
  return Buffer.concat([header, body, Buffer.alloc(paddingOf(body.length))]);
}

function encodeBlock(fields: Fields): Buffer {
  const block = Buffer.alloc(BLOCK);
  fields.name.copy(block, 0);
  octal(block, 100, 7, fields.mode & 0o7777);
  octal(block, 108, 7, fields.uid <= MAX_ID ? fields.uid : 0);
  octal(block, 116, 7, fields.gid <= MAX_ID ? fields.gid : 0);
  octal(block, 124, 11, fields.size <= MAX_SIZE ? fields.size : 0);
  octal(block, 136, 11, fields.mtime);
  block.fill(0x20, 148, 156);
  block.write(fields.flag, 156, 'latin1');
  fields.linkName.copy(block, 157, 0, Math.min(NAME_FIELD, fields.linkName.length));
  block.write('ustar\x0000', 257, 'latin1');
  octal(block, 329, 7, 0);
  octal(block, 337, 7, 0);
  fields.prefix.copy(block, 345);
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

function octal(block: Buffer, at: number, digits: number, value: number): void {
  block.write(value.toString(8).padStart(digits, '0'), at, 'latin1');
}
