import { randomBytes } from 'node:crypto';
import { linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Folder } from '../files/folder.ts';
import { loadNativeFiles } from '../files/native.ts';
import type { FileRecord } from '../records.ts';
import { TarDecoder } from '../tar/decode.ts';
import { END_OF_ARCHIVE, encodeHeader } from '../tar/encode.ts';
import { paddingOf, type TarEntry } from '../tar/entry.ts';
import { describeTree, makeFolder } from '../trees.test-support.ts';
import { Extractor } from './extract.ts';

let folder: ReturnType<typeof makeFolder>;
beforeEach(() => {
  folder = makeFolder();
  mkdirSync(folder.path('root'));
  mkdirSync(folder.path('outside'));
  writeFileSync(folder.path('outside/precious'), 'precious');
});
afterEach(() => folder.remove());

type Written = Partial<Omit<TarEntry, 'name' | 'linkName'>> & {
  readonly name: string | Buffer;
  readonly linkName?: string;
  readonly data?: string;
};

/** An archive with these entries. */
function archiveOf(...entries: readonly Written[]): Buffer {
  const pieces = entries.map(({ name, linkName, data = '', ...more }) => {
    const bytes = Buffer.from(data);
    const entry = { type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: 1_000_000_000n, size: bytes.length, ...more } as const;
    const header = encodeHeader({
      ...entry,
      name: Buffer.from(name as string),
      linkName: linkName === undefined ? undefined : Buffer.from(linkName),
    });
    return Buffer.concat([header, bytes, Buffer.alloc(paddingOf(bytes.length))]);
  });
  return Buffer.concat([...pieces, END_OF_ARCHIVE]);
}

interface Extraction {
  readonly records: string[];
  readonly restored: number;
}

function extract(
  archive: Buffer,
  more: { strip?: number; owners?: boolean; between?: (entry: TarEntry) => void } = {},
): Extraction {
  const records: FileRecord[] = [];
  const extractor = new Extractor({
    root: Folder.root(Buffer.from(folder.path('root'))),
    strip: more.strip ?? 0,
    owners: more.owners ?? false,
    report: (record) => records.push(record),
    native: loadNativeFiles(),
    newName: () => `.${randomBytes(4).toString('hex')}.partial`,
  });
  for (const event of new TarDecoder().push(archive)) {
    if (event.kind === 'entry') {
      more.between?.(event.entry);
      extractor.entry(event.entry);
    } else if (event.kind === 'data') extractor.data(event.bytes, event.position);
    else extractor.endEntry();
  }
  extractor.finish();
  return { records: records.map(({ path, code }) => `${path}: ${code}`), restored: extractor.restored };
}

const untouched = () => {
  expect(describeTree(folder.path('outside'))).toEqual(before);
};
let before: Record<string, string>;
beforeEach(() => {
  before = describeTree(folder.path('outside'));
});

describe('an archive that wants to get out of the folder it is restored to', () => {
  test.each([
    ['../outside/precious', 'unsafe'],
    ['a/../../outside/precious', 'unsafe'],
    ['/etc/hostname-of-mine', 'unsafe'],
    ['..', 'unsafe'],
    ['a\0b', 'unsafe'],
    ['', 'unnamed'],
    ['.', 'unnamed'],
    ['./', 'unnamed'],
  ])('by the name %j is told of, and writes nothing', (name, code) => {
    const { records, restored } = extract(archiveOf({ name: Buffer.from(`${name}`), data: 'evil' }));
    // A name that ends in a slash, with data, is a file; the root itself is nobody's to write.
    expect([records.map((record) => record.split(': ').at(-1)), restored]).toEqual([
      name.includes('\0') ? [] : [code],
      name.includes('\0') ? 1 : 0,
    ]);
    untouched();
  });

  test('by a symbolic link of its own does not get there: file, folder, link, and link of a link', () => {
    const archive = archiveOf(
      { name: 'out', type: 'symlink', linkName: folder.path('outside') },
      { name: 'out/new', data: 'evil' },
      { name: 'out/precious', data: 'evil' },
      { name: 'out/folder', type: 'directory' },
      { name: 'out/link', type: 'symlink', linkName: '/etc' },
      { name: 'out/hard', type: 'link', linkName: 'good' },
      { name: 'around', type: 'symlink', linkName: 'out' },
      { name: 'around/new', data: 'evil' },
      { name: 'up', type: 'symlink', linkName: '..' },
      { name: 'up/outside/precious', data: 'evil' },
      { name: 'good', data: 'good' },
    );
    const { records, restored } = extract(archive);
    expect([restored, records.map((record) => record.split(': ')[1])]).toEqual([4, Array.from({ length: 7 }, () => 'linkWay')]);
    untouched();
    expect(readFileSync(folder.path('root/good'), 'utf8')).toBe('good');
  });

  test('by a file in place of a link replaces the link, not what it names', () => {
    const archive = archiveOf(
      { name: 'x', type: 'symlink', linkName: folder.path('outside/precious') },
      { name: 'x', data: 'a file now' },
    );
    expect(extract(archive)).toEqual({ records: [], restored: 2 });
    expect(lstatSync(folder.path('root/x')).isFile()).toBe(true);
    untouched();
  });

  test('by a second name of a file outside does not get it', () => {
    const archive = archiveOf(
      { name: 'a', type: 'link', linkName: '../outside/precious' },
      { name: 'b', type: 'link', linkName: folder.path('outside/precious') },
      { name: 'out', type: 'symlink', linkName: folder.path('outside') },
      { name: 'c', type: 'link', linkName: 'out/precious' },
      { name: 'precious', type: 'symlink', linkName: folder.path('outside/precious') },
      { name: 'd', type: 'link', linkName: 'precious' },
      { name: 'd', data: 'evil' },
    );
    const { records } = extract(archive);
    expect(records.map((record) => record.split(': ')[1])).toEqual(['linkUnsafe', 'linkUnsafe', 'linkWay']);
    untouched();
  });

  test('by the attributes of a folder that is a link changes nothing outside', () => {
    symlinkSync(folder.path('outside'), folder.path('root/out'));
    const { records } = extract(archiveOf({ name: 'out', type: 'directory', mode: 0o777 }));
    expect(records).toEqual(['out/: linkWay']);
    untouched();
  });

  test('with the help of somebody who replaces a folder by a link meanwhile does not get there either', () => {
    const archive = archiveOf(
      { name: 'a/one', data: 'x' },
      { name: 'a/two', data: 'x' },
      { name: 'b', data: 'x' },
      { name: 'a/three', data: 'x' },
    );
    const { records } = extract(archive, {
      between: ({ name }) => {
        if (name.toString() !== 'a/two') return;
        renameSync(folder.path('root/a'), folder.path('root/moved'));
        symlinkSync(folder.path('outside'), folder.path('root/a'));
      },
    });
    // The folder was open, so what was to go into it is in it, wherever it is now.
    expect(records).toEqual(['a/three: linkWay']);
    expect(readdirSync(folder.path('root/moved')).sort()).toEqual(['one', 'two']);
    untouched();
  });

  test('by a file that is another name of one outside leaves that one as it is', () => {
    linkSync(folder.path('outside/precious'), folder.path('root/shared'));
    extract(archiveOf({ name: 'shared', data: 'new' }));
    expect(readFileSync(folder.path('root/shared'), 'utf8')).toBe('new');
    expect(readFileSync(folder.path('outside/precious'), 'utf8')).toBe('precious');
  });

  test('by thousands of folders in one another is told of', () => {
    const { records, restored } = extract(archiveOf({ name: 'a/'.repeat(2_001), type: 'directory' }));
    expect([records[0]?.split(': ')[1], restored]).toEqual(['tooDeep', 0]);
  });
});

describe('an archive that is odd', () => {
  test('with a folder where a file stands, and a file where a folder stands, tells of both and restores the rest', () => {
    writeFileSync(folder.path('root/file'), 'x');
    mkdirSync(folder.path('root/folder'));
    writeFileSync(folder.path('root/folder/inside'), 'x');
    const { records } = extract(
      archiveOf({ name: 'file/inside', data: 'x' }, { name: 'folder', data: 'x' }, { name: 'rest', data: 'x' }),
    );
    expect(records).toEqual(['file/inside: linkWay', 'folder: occupied']);
    expect(readdirSync(folder.path('root')).sort()).toEqual(['file', 'folder', 'rest']);
  });

  test('with no entry for a folder makes it; with its entries in any order, times are right in the end', () => {
    const archive = archiveOf(
      { name: 'a/b/file', data: 'x', mtime: 5_000_000_000n },
      { name: 'a', type: 'directory', mode: 0o555, mtime: 7_000_000_000n },
      { name: 'c', data: 'x' },
      { name: 'a/b', type: 'directory', mode: 0o500, mtime: 6_000_000_000n },
      { name: 'a/late', data: 'x' },
    );
    expect(extract(archive)).toEqual({ records: [], restored: 5 });
    const tree = describeTree(folder.path('root'));
    expect([tree['./a']?.split(' ').slice(0, 2), tree['./a/b']?.split(' ').slice(0, 2)]).toEqual([
      ['40555', '7000000000'],
      ['40500', '6000000000'],
    ]);
  });

  test('with an owner that is not ours gives away no right of that owner', () => {
    const { uid, gid } = { uid: (process.getuid?.() ?? 0) + 1, gid: 0 };
    extract(archiveOf({ name: 'tool', data: 'x', mode: 0o6755, uid, gid }));
    expect((lstatSync(folder.path('root/tool')).mode & 0o7777).toString(8)).toBe('755');
  });

  test('with two entries of one name has the second one', () => {
    extract(archiveOf({ name: 'a', data: 'first' }, { name: './a', data: 'second' }));
    expect(readFileSync(folder.path('root/a'), 'utf8')).toBe('second');
  });

  test('with names that are stripped away restores what is left of the others', () => {
    const { records } = extract(
      archiveOf({ name: 'a', type: 'directory' }, { name: 'a/b', data: 'x' }, { name: 'short', data: 'x' }),
      { strip: 1 },
    );
    expect([records, readdirSync(folder.path('root'))]).toEqual([['short: unnamed'], ['b']]);
  });
});
