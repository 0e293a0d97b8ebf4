/** CRC-32C (Castagnoli, RFC 3720 appendix B.4), four tables, four bytes a step. */

const POLYNOMIAL = 0x82f6_3b78;

function makeTables(): readonly Int32Array[] {
  const tables = [new Int32Array(256), new Int32Array(256), new Int32Array(256), new Int32Array(256)] as const;
  for (let byte = 0; byte < 256; byte += 1) {
    let value = byte;
    for (let bit = 0; bit < 8; bit += 1) value = (value & 1) === 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
    tables[0][byte] = value;
  }
  for (const [index, table] of tables.entries()) {
    const before = tables[index - 1];
    if (!before) continue;
    for (let byte = 0; byte < 256; byte += 1) {
      const value = before[byte] as number;
      table[byte] = (value >>> 8) ^ (tables[0][value & 0xff] as number);
    }
  }
  return tables;
}

const [T0, T1, T2, T3] = makeTables() as [Int32Array, Int32Array, Int32Array, Int32Array];

/** The CRC-32C of `bytes` [from, to), unsigned. */
export function crc32c(bytes: Uint8Array, from = 0, to: number = bytes.length): number {
  let crc = -1;
  let at = from;
  const byte = (index: number) => bytes[index] as number;
  for (; at + 4 <= to; at += 4) {
    crc ^= byte(at) | (byte(at + 1) << 8) | (byte(at + 2) << 16) | (byte(at + 3) << 24);
    crc =
      (T3[crc & 0xff] as number) ^
      (T2[(crc >>> 8) & 0xff] as number) ^
      (T1[(crc >>> 16) & 0xff] as number) ^
      (T0[crc >>> 24] as number);
  }
  for (; at < to; at += 1) crc = (crc >>> 8) ^ (T0[(crc ^ byte(at)) & 0xff] as number);
  return ~crc >>> 0;
}
