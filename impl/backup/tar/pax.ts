/** Extended headers: `LENGTH KEY=VALUE\n`, any number of them. Values are bytes. */
import { TarError } from './entry.ts';

/** Values by their keys. */
export type PaxRecords = ReadonlyMap<string, Buffer>;

/** Longest extended header that is read, in bytes. */
export const MAX_PAX = 1 << 20;

const SPACE = 0x20;
const EQUALS = 0x3d;
const NEWLINE = 0x0a;
/** Digits of a length. */
const MAX_DIGITS = 8;

export function encodePax(records: readonly (readonly [key: string, value: Buffer])[]): Buffer {
  return Buffer.concat(
    records.map(([key, value]) => {
      const rest = Buffer.concat([Buffer.from(` ${key}=`), value, Buffer.of(NEWLINE)]);
      let length = rest.length + String(rest.length).length;
      length = rest.length + String(length).length;
      return Buffer.concat([Buffer.from(String(length)), rest]);
    }),
  );
}

/** Throws TarError where the records are not whole. Of two records with one key the last one counts. */
export function decodePax(bytes: Buffer): Map<string, Buffer> {
  const records = new Map<string, Buffer>();
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.subarray(at, at + MAX_DIGITS + 1).indexOf(SPACE);
    const digits = space === -1 ? '' : bytes.toString('latin1', at, at + space);
    const end = at + Number(digits);
    if (!/^\d+$/.test(digits) || end > bytes.length || end <= at + space + 1 || bytes[end - 1] !== NEWLINE) {
      throw new TarError('malformed', 'an extended header has a record whose length is not right');
    }
    const record = bytes.subarray(at + space + 1, end - 1);
    const equals = record.indexOf(EQUALS);
    if (equals < 1) throw new TarError('malformed', 'an extended header has a record without a key');
    const key = record.toString('utf8', 0, equals);
    const value = record.subarray(equals + 1);
    // The older formats of files with holes say pairs of numbers, one record each.
    if (key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes') {
      const before = records.get('GNU.sparse.map');
      records.set('GNU.sparse.map', before ? Buffer.concat([before, Buffer.from(','), value]) : value);
    } else records.set(key, value);
    at = end;
  }
  return records;
}

const NANOSECONDS = 1_000_000_000n;

/** Nanoseconds as pax has them: seconds, with a fraction where there is one. */
export function formatTime(nanoseconds: bigint): string {
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  const fraction = String(size % NANOSECONDS)
    .padStart(9, '0')
    .replace(/0+$/, '');
  const sign = nanoseconds < 0n ? '-' : '';
  return `${sign}${size / NANOSECONDS}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Throws TarError. */
export function parseTime(text: string): bigint {
  const [, sign, seconds, fraction = ''] = /^(-?)(\d{1,15})(?:\.(\d{0,30}))?$/.exec(text) ?? [];
  if (seconds === undefined) throw new TarError('malformed', 'an extended header has a time that is none');
  const size = BigInt(seconds) * NANOSECONDS + BigInt(fraction.slice(0, 9).padEnd(9, '0'));
  return sign === '-' ? -size : size;
}
