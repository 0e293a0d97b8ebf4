import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { lineWriter } from '../criteria/path-lines.ts';
import { chartPaths } from '../criteria/path-sets.ts';
import { everything } from './capabilities.ts';
import { readPaths } from './given-paths.ts';
import { coverRole, selectPaths } from './suites.ts';

const roles = ['client', 'server'] as const;
/** What `stpconnect paths --json` prints for the paths of a role. */
const printed = (role: (typeof roles)[number]) => {
  const set = chartPaths(role, { criterion: 'transitions' });
  const lineOf = lineWriter(set);
  return [...set.paths()].map((path) => JSON.stringify(lineOf(path))).join('\n');
};

describe.each(roles)('what is printed for the %s process', (role) => {
  const given = readPaths(`{"format":"stpconnect-paths","version":1}\n${printed(role)}\n`);

  test('can be driven, each path of it', () => {
    const { size, leftOut } = selectPaths(role, everything, given);
    expect([size, leftOut.size]).toEqual([given.length, 0]);
  });

  test('says what is seen of each step, as it is driven', () => {
    const seen = printed(role)
      .split('\n')
      .map((text) => (JSON.parse(text) as { steps: { seen: unknown }[] }).steps.map((step) => step.seen));
    const driven = [...selectPaths(role, everything, given).paths()].map(({ steps }) => steps.map((step) => step.expect));
    expect(seen).toEqual(driven);
  });

  test('is for other roles nothing', () => {
    const other = role === 'client' ? 'server' : 'client';
    expect(selectPaths(other, everything, given).size).toBe(0);
  });
});

test('paths that a subject cannot be driven along are counted by what they need', () => {
  const can = { ...everything, modes: ['network'] as const, wishes: [] };
  const given = readPaths(printed('server'));
  const { size, leftOut, paths } = selectPaths('server', can, given);
  expect([...paths()].every(({ steps }) => steps[0]?.input['mode'] === 'network')).toBe(true);
  expect(size + [...leftOut.values()].reduce((sum, count) => sum + count, 0)).toBe(given.length);
  expect([...leftOut.keys()]).toEqual(expect.arrayContaining(['storage mode', "its user's wish to abort"]));
});

test.each([
  { what: 'is no JSON', text: 'paths', says: /line 1 is not JSON/ },
  { what: 'is of another format', text: '{"format":"other","version":1}', says: /line 1: .*"stpconnect-paths"/ },
  { what: 'is of a later version', text: '{"format":"stpconnect-paths","version":2}', says: /line 1: .*1/ },
  {
    what: 'has no inputs',
    text: '\n{"role":"client","criterion":"x","name":"client.1","steps":[{}]}',
    says: /line 2: .*\n.*steps\[0\]\.input/,
  },
])('a file that $what is refused with the line', ({ text, says }) => {
  expect(() => readPaths(text)).toThrow(says);
});

test('a path on which something comes that cannot is left out, with what that is', () => {
  const inputs = [{ type: 'start' }, { type: 'first.ended' }, { type: 'first.ready' }];
  const { leftOut } = selectPaths('client', everything, [{ role: 'client', criterion: 'x', name: 'client.1', inputs }]);
  expect([...leftOut]).toEqual([['that first.ready can happen', 1]]);
});

test('the cover of a role takes every transition of its chart', () => {
  for (const role of roles) {
    const { chart, leftOut, paths } = coverRole(role);
    const taken = new Set([...paths()].flatMap(({ steps }) => steps.flatMap(({ transitions }) => transitions)));
    expect([taken.size, leftOut.size]).toEqual([chart, 0]);
  }
});

test('every input, output and field of a path is in the guide', () => {
  const guide = readFileSync(new URL('../../../docs/guides/test-your-implementation.md', import.meta.url), 'utf8');
  const steps = roles.flatMap((role) => [...coverRole(role).paths()].flatMap((path) => path.steps));
  const kindOf = (type: string) => type.replace(/^(first|second|array)\./, '<connection>.').replace(/^(port|group)\..*/, '$1.…');
  const frames = new Set(['hello', 'descriptor', 'port', 'group', 'ready', 'decline'].map((name) => `<connection>.${name}`));
  // These stand there by the names of their connections.
  const named = new Set(['<connection>.joined', '<connection>.accepted']);
  const kinds = [...new Set(steps.map(({ input }) => kindOf(input.type)))].filter(
    (kind) => !frames.has(kind) && !named.has(kind),
  );
  expect(kinds.filter((kind) => !guide.includes(`\`${kind}\``))).toEqual([]);
  const outputs = new Set(steps.flatMap(({ expect: seen }) => seen.map(({ type }) => type)));
  expect([...outputs].filter((type) => !guide.includes(`{"type":"${type}"`))).toEqual([]);
  const fields = ['input', 'seen', 'state', 'limits', 'started', 'expect', 'transitions'];
  expect(fields.filter((field) => !guide.includes(`\`${field}\``))).toEqual([]);
});
