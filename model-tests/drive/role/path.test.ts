import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { headerOf, lineOf } from '../criteria/path-lines.ts';
import { rolePaths } from '../criteria/path-sets.ts';
import { criterionSuite } from '../criteria/role-suite.ts';
import { readRolePaths, writeRolePaths } from './path.ts';
import { coverRole, everything, selectPaths } from './paths.ts';

const paths = [...coverRole('client').paths, ...coverRole('server').paths];
const guide = readFileSync(new URL('../../../docs/guides/test-your-implementation.md', import.meta.url), 'utf8');

describe('a file of paths', () => {
  test('gives back the paths of both roles that were written to it', () => {
    expect(readRolePaths(writeRolePaths(paths))).toEqual(paths);
  });

  test('may be the lines that are printed, a header and then a path each', () => {
    const set = rolePaths('server', { criterion: 'transitions' });
    const lines = [headerOf(set), ...[...set.paths()].map((path) => lineOf(set, path))].map((line) => JSON.stringify(line));
    const read = readRolePaths(`${lines.join('\n')}\n`);
    expect(read.length).toBe(set.suite.size.paths);
    expect(read).toEqual(criterionSuite('server', { criterion: 'transitions' }).paths);
    expect(() => readRolePaths([...lines.slice(0, 2), '{"role":'].join('\n'))).toThrow(/paths\[1\]/);
  });

  test.each([
    { what: 'is no JSON', text: 'paths', says: /JSON/ },
    { what: 'is of another format', text: '{"format":"other","version":1,"paths":[]}', says: /format/ },
    { what: 'is of a later version', text: '{"format":"stpconnect-role-paths","version":2,"paths":[]}', says: /version/ },
    {
      what: 'has an output that nobody knows',
      text: writeRolePaths(paths.slice(0, 1)).replace('"type":"sends"', '"type":"sings"'),
      says: /paths\[0\]\.steps\[\d\]\.expect\[0\]/,
    },
  ])('that $what is refused with the reason', ({ text, says }) => {
    expect(() => readRolePaths(text)).toThrow(says);
  });

  test('has every field, input and output that the guide describes, and no other', () => {
    const inputs = new Set(
      paths.flatMap(({ steps }) =>
        steps.map(({ input: { type } }) =>
          type.replace(/^(first|second|array)\./, '<connection>.').replace(/^(port|group)\..*/, '$1.…'),
        ),
      ),
    );
    const frames = ['hello', 'descriptor', 'port', 'group', 'ready', 'decline'].map((name) => `<connection>.${name}`);
    const exact = new Set(['<connection>.joined', '<connection>.accepted']);
    const described = [...inputs].filter((type) => !frames.includes(type) && !exact.has(type) && !guide.includes(`\`${type}\``));
    expect(described).toEqual([]);
    const outputs = new Set(paths.flatMap(({ steps }) => steps.flatMap(({ expect: seen }) => seen.map(({ type }) => type))));
    expect([...outputs].filter((type) => !guide.includes(`{"type":"${type}"`))).toEqual([]);
    const [step] = paths[0]?.steps ?? [];
    const fields = [...Object.keys(paths[0] ?? {}), ...Object.keys(step ?? {})];
    expect(fields.filter((field) => !guide.includes(`\`${field}\``))).toEqual([]);
  });
});

describe('paths that somebody else has generated', () => {
  test('are those of the role that a subject can be driven along; what others need is counted', () => {
    const can = { ...everything, modes: ['network'] as const, wishes: [] };
    const chosen = selectPaths('server', can, paths);
    expect(chosen.paths.length).toBeGreaterThan(50);
    expect(chosen.paths.every(({ steps }) => steps[0]?.input['mode'] === 'network')).toBe(true);
    const leftOut = [...chosen.leftOut.values()].reduce((sum, count) => sum + count, 0);
    expect(chosen.paths.length + leftOut).toBe(coverRole('server').paths.length);
    expect([...chosen.leftOut.keys()]).toEqual(expect.arrayContaining(['storage mode', "its user's wish to abort"]));
  });
});
