import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Folder } from '../files/folder.ts';
import { extentsOf } from '../files/holes.ts';
import { loadNativeFiles } from '../files/native.ts';
import type { FileRecord } from '../records.ts';
import { TarDecoder } from '../tar/decode.ts';
import { makeFifo, makeFolder, makeSparse } from '../trees.test-support.ts';
import type { ByteSink } from './byte-sink.ts';
import { Packer } from './pack.ts';
import { walk } from './walk.ts';

let folder: ReturnType<typeof makeFolder>;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => folder.remove());

/** Keeps what it gets; `meddle` is called before each piece of data. */
class MemorySink implements ByteSink {
  readonly pieces: Buffer[] = [];
  bytes = 0;
  meddle: () => void = () => {};
  write(bytes: Uint8Array): void {
    this.pieces.push(Buffer.from(bytes));
    this.bytes += bytes.length;
  }
  fill(most: number, read: (into: Buffer) => number): number {
    this.meddle();
    const into = Buffer.alloc(Math.min(most, 65_536));
    const count = read(into);
    this.write(into.subarray(0, count));
    return count;
  }
}

/** Archives `name`; gives the records, and the contents of each file. */
function pack(name: string, more: { meddle?: () => void; between?: (name: string) => void; oneFileSystem?: boolean } = {}) {
  const sink = new MemorySink();
  const records: FileRecord[] = [];
  const report = (record: FileRecord) => records.push(record);
  let done = false;
  sink.meddle = () => {
    if (!done) more.meddle?.();
    done = true;
  };
  const packer = new Packer({ sink, report, native: loadNativeFiles(), onEntry: () => {}, onData: () => {} });
  const root = Folder.root(Buffer.from(folder.path('')));
  const options = { excluded: undefined, oneFileSystem: more.oneFileSystem ?? false, report };
  for (const found of walk(root, Buffer.from(name), Buffer.from(name), options)) {
    more.between?.(found.name.toString());
    packer.add(found);
  }
  packer.finish();
  root.close();
  const files: Record<string, string> = {};
  let current = '';
  const decoder = new TarDecoder();
  for (const event of decoder.push(Buffer.concat(sink.pieces))) {
    if (event.kind === 'entry') {
      current = event.entry.name.toString();
      files[current] = '';
    } else if (event.kind === 'data') files[current] += event.bytes.toString('latin1');
  }
  decoder.finish();
  return { records: records.map(({ path, code }) => `${path}: ${code}`), files };
}

describe('a file that changes while it is read', () => {
  beforeEach(() => writeFileSync(folder.path('file'), 'x'.repeat(200_000)));

  test('and grows is in the archive as long as it was, and told of', () => {
    const { records, files } = pack('file', { meddle: () => appendFileSync(folder.path('file'), 'more') });
    expect([records, files]).toEqual([['file: grew'], { file: 'x'.repeat(200_000) }]);
  });

  test('and shrinks has zeros where it ended, and is told of', () => {
    const { records, files } = pack('file', { meddle: () => truncateSync(folder.path('file'), 70_000) });
    expect([records, files]).toEqual([['file: shrank'], { file: `${'x'.repeat(70_000)}${'\0'.repeat(130_000)}` }]);
  });

  test('and keeps its length is told of', () => {
    const { records } = pack('file', { meddle: () => utimesSync(folder.path('file'), 1, 1) });
    expect(records).toEqual(['file: changed']);
  });

  test('and is gone when its turn comes is told of', () => {
    mkdirSync(folder.path('tree'));
    writeFileSync(folder.path('tree/file'), 'x');
    const { records, files } = pack('tree', { between: (name) => name === 'tree/file' && rmSync(folder.path('tree/file')) });
    expect([records, files]).toEqual([['tree/file: ENOENT'], { 'tree/': '' }]);
  });

  test('and is a FIFO when its turn comes holds nothing up', () => {
    mkdirSync(folder.path('tree'));
    writeFileSync(folder.path('tree/file'), 'x');
    const swap = () => {
      rmSync(folder.path('tree/file'));
      makeFifo(folder.path('tree/file'));
    };
    expect(pack('tree', { between: (name) => name === 'tree/file' && swap() }).records).toEqual(['tree/file: changed']);
  });

  test('and is a link when its turn comes is not followed', () => {
    mkdirSync(folder.path('tree'));
    writeFileSync(folder.path('tree/file'), 'x');
    const swap = () => {
      rmSync(folder.path('tree/file'));
      execFileSync('ln', ['-s', '/etc/passwd', folder.path('tree/file')]);
    };
    const { records, files } = pack('tree', { between: (name) => name === 'tree/file' && swap() });
    expect([records, files]).toEqual([['tree/file: ELOOP'], { 'tree/': '' }]);
  });
});

describe('what may not be read', () => {
  test('is told of, and the rest is archived', () => {
    mkdirSync(folder.path('tree/closed'), { recursive: true });
    writeFileSync(folder.path('tree/secret'), 'x');
    writeFileSync(folder.path('tree/open'), 'open');
    chmodSync(folder.path('tree/secret'), 0);
    chmodSync(folder.path('tree/closed'), 0);
    chmodSync(folder.path(''), 0o755);
    // Root may read everything: for as long as this takes, this process is nobody.
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      const { records, files } = pack('tree');
      expect(records.sort()).toEqual(['tree/closed: EACCES', 'tree/secret: EACCES']);
      expect(files).toEqual({ 'tree/': '', 'tree/closed/': '', 'tree/open': 'open' });
    } finally {
      if (isRoot) process.seteuid?.(0);
      chmodSync(folder.path('tree/closed'), 0o700);
    }
  });
});

describe('holes', () => {
  test('are found by asking the system, and by looking for zeros: the data is the same', () => {
    makeSparse(folder.path('file'), 10_000_000, [
      [0, 'begin'],
      [4_194_304, 'middle'],
      [9_999_990, 'end'],
    ]);
    const file = openSync(folder.path('file'), 'r');
    const whole = readFileSync(folder.path('file'));
    for (const native of [loadNativeFiles(), undefined]) {
      const found = extentsOf(file, whole.length, statSync(folder.path('file')).blocks, native) ?? [];
      const rebuilt = Buffer.alloc(whole.length);
      for (const { offset, length } of found) whole.copy(rebuilt, offset, offset, offset + length);
      expect(rebuilt.equals(whole)).toBe(true);
      expect(found.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(100_000);
    }
    closeSync(file);
  });
});

test('folders of other file systems are left out where that is wanted', (context) => {
  mkdirSync(folder.path('tree/mounted'), { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', folder.path('tree/mounted')], { stdio: 'pipe' });
  } catch {
    context.skip('nothing can be mounted here');
  }
  try {
    writeFileSync(folder.path('tree/mounted/file'), 'x');
    expect(Object.keys(pack('tree', { oneFileSystem: true }).files)).toEqual(['tree/', 'tree/mounted/']);
    expect(Object.keys(pack('tree').files)).toEqual(['tree/', 'tree/mounted/', 'tree/mounted/file']);
  } finally {
    execFileSync('umount', [folder.path('tree/mounted')]);
  }
});

test('a tree that is deeper than folders are followed is told of, and no descriptor is left open', () => {
  const path = folder.path('deep');
  const names = Array.from({ length: 1_003 }, () => 'd');
  execFileSync('sh', ['-c', `mkdir ${path} && cd ${path} && ${names.map((name) => `mkdir ${name} && cd ${name}`).join(' && ')}`]);
  const open = () =>
    execFileSync('ls', ['-l', `/proc/${process.pid}/fd`], { encoding: 'utf8' }).split(folder.path('')).length - 1;
  const { records, files } = pack('deep');
  expect([records.map((record) => record.split(': ')[1]), Object.keys(files).length, open()]).toEqual([['tooDeep'], 1_001, 0]);
});
