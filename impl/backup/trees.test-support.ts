/** Trees of files that are hard to back up, and a way to say all that is to be the same in two trees. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of its own for a test; call `remove` at the end. */
export function makeFolder(): { readonly path: (name: string) => string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'stpconnect-backup-'));
  return {
    path: (name) => join(folder, name),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Bytes that are not UTF-8, as a name. */
export const LATIN_NAME = Buffer.from('gr\xfc\xdfe', 'latin1');

/** Makes `root`, and in it files of every kind that is restored. */
export function makeAwkwardTree(root: string): void {
  const at = (name: string) => join(root, name);
  const raw = (...names: (string | Buffer)[]) =>
    Buffer.concat([Buffer.from(`${root}/`), ...names.map((name) => Buffer.from(name))]);
  mkdirSync(root);
  writeFileSync(at('empty'), '');
  for (const size of [1, 511, 512, 513, 70_000, 300_000]) writeFileSync(at(`size-${size}`), Buffer.alloc(size, `${size} `));
  for (const mode of [0o000, 0o400, 0o644, 0o755, 0o4755, 0o2755, 0o1777]) {
    writeFileSync(at(`mode-${mode.toString(8)}`), 'x');
    chmodSync(at(`mode-${mode.toString(8)}`), mode);
  }
  mkdirSync(at('folder'));
  writeFileSync(at('folder/inside'), 'inside');
  mkdirSync(at('folder/empty'), { mode: 0o700 });
  mkdirSync(at('not-writable'));
  writeFileSync(at('not-writable/inside'), 'inside');
  const long = 'a folder with a long name'.repeat(5);
  mkdirSync(at(`${long}/${long}/${long}`), { recursive: true });
  writeFileSync(at(`${long}/${long}/${long}/${'n'.repeat(255)}`), 'deep');
  writeFileSync(at('Füße 日本 🎒'), 'text');
  writeFileSync(raw(LATIN_NAME), 'bytes');
  mkdirSync(raw('folder of ', LATIN_NAME));
  writeFileSync(raw('folder of ', LATIN_NAME, '/', 'x'.repeat(200), LATIN_NAME), 'long bytes');
  writeFileSync(at('a\nb\t"c" \\ \x1b[31m'), 'controls');
  writeFileSync(at(' -rf * $(x) '), 'shell');
  symlinkSync('folder/inside', at('link'));
  symlinkSync('/nowhere/at/all', at('broken-link'));
  symlinkSync('../'.repeat(50), at('folder/link-up'));
  symlinkSync('x'.repeat(300), at('long-link'));
  symlinkSync(LATIN_NAME, at('latin-link'));
  writeFileSync(at('one-of-three'), 'three names');
  linkSync(at('one-of-three'), at('folder/two-of-three'));
  linkSync(at('one-of-three'), at('three-of-three'));
  linkSync(at('broken-link'), at('second-name-of-a-link'));
  makeSparse(at('sparse'), 50_000_000, [
    [8_192, 'in the middle'],
    [40_000_000, 'near the end'],
  ]);
  makeSparse(at('all-hole'), 3_000_001, []);
  makeSparse(at('ends-in-data'), 2_000_000, [[1_999_990, '0123456789']]);
  for (const [name, time] of [
    ['empty', 1_234_567_890.123_456],
    ['size-1', 0],
    ['size-511', -86_400.5],
    ['size-512', 2 ** 33],
  ] as const) {
    utimesSync(at(name), time, time);
  }
  lutimesSync(at('link'), 1_000_000_000.25, 1_000_000_000.25);
  utimesSync(at('folder'), 1_100_000_000.75, 1_100_000_000.75);
  chmodSync(at('not-writable'), 0o555);
}

/** Makes a file of `size` bytes with data in these places and holes elsewhere. */
export function makeSparse(path: string, size: number, islands: readonly (readonly [offset: number, text: string])[]): void {
  const file = openSync(path, 'w');
  ftruncateSync(file, size);
  for (const [offset, text] of islands) writeSync(file, text, offset);
  closeSync(file);
}

/** Makes what is left out of archives: a FIFO. */
export function makeFifo(path: string): void {
  execFileSync('mkfifo', [path]);
}

/** What two trees have to have in common, by name. Names are shown byte by byte, so that they can be compared. */
export function describeTree(root: string): Record<string, string> {
  const described: Record<string, string> = {};
  const firstNames = new Map<bigint, string>();
  const visit = (path: Buffer, name: string) => {
    const stats = lstatSync(path, { bigint: true });
    const first = stats.nlink > 1n && !stats.isDirectory() ? (firstNames.get(stats.ino) ?? name) : name;
    firstNames.set(stats.ino, first);
    const facts = [(Number(stats.mode) & 0o177777).toString(8), `${stats.mtimeNs}`, `${stats.uid}:${stats.gid}`];
    if (first !== name) facts.push(`is ${first}`);
    if (stats.isSymbolicLink()) facts.push(readlinkSync(path, { encoding: 'buffer' }).toString('latin1'));
    if (stats.isFile()) facts.push(`${stats.size}`, createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 16));
    described[name] = facts.join(' ');
    if (!stats.isDirectory()) return;
    for (const child of readdirSync(path, { encoding: 'buffer' }).sort(Buffer.compare)) {
      visit(Buffer.concat([path, Buffer.from('/'), child]), `${name}/${child.toString('latin1')}`);
    }
  };
  visit(Buffer.from(root), '.');
  return described;
}
