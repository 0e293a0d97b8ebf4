import { expect, test } from 'vitest';
import { limitsFor, waitsOf } from './limits.ts';
import type { RolePath, RoleStep } from './path.ts';
import { coverRole, limitNames } from './paths.ts';

/** A step of a path; `expires` makes it a timeout. */
const step = (limits: readonly string[], started: readonly string[], expires?: string): RoleStep => ({
  input: expires === undefined ? { type: 'event' } : { type: 'timeout', limit: expires },
  expect: [],
  state: 'somewhere',
  limits,
  started,
  transitions: [],
});

const pathOf = (...steps: readonly RoleStep[]): RolePath => ({ role: 'client', criterion: 'a test', name: 'client.1', steps });

test('a limit expires so many milliseconds after it was started, and other steps take no time', () => {
  const path = pathOf(step(['whole', 'wait'], ['whole', 'wait']), step(['whole'], [], 'wait'), step([], [], 'whole'));
  expect(waitsOf(path, { whole: 100, wait: 30 })).toEqual([0, 30, 70]);
});

test('a limit that was started anew counts from there', () => {
  const path = pathOf(step(['wait'], ['wait']), step(['wait'], ['wait'], 'wait'), step([], [], 'wait'));
  expect(waitsOf(path, { wait: 30 })).toEqual([0, 30, 30]);
});

test('a path on which another limit would expire first, or at once with it, cannot be driven', () => {
  const path = pathOf(step(['whole', 'wait'], ['whole', 'wait']), step(['wait'], [], 'whole'));
  expect(waitsOf(path, { whole: 100, wait: 30 })).toBeUndefined();
  expect(waitsOf(path, { whole: 100, wait: 100 })).toBeUndefined();
  expect(waitsOf(path, { whole: 100, wait: 101 })).toEqual([0, 100]);
});

test('limits are chosen so that those of a path expire in its order, even where a short one is started again behind a long one', () => {
  const path = pathOf(
    step(['whole', 'wait'], ['whole', 'wait']),
    step(['whole'], [], 'wait'),
    step(['whole', 'wait'], ['wait']),
    step([], [], 'whole'),
  );
  const limits = limitsFor(path, ['whole', 'wait'], { unit: 10, never: 1_000 });
  expect(limits && waitsOf(path, limits)?.every((wait) => wait >= 0)).toBe(true);
});

test('where no choice lets them expire in the path’s order there is none', () => {
  const both = step(['one', 'two'], ['one', 'two']);
  const path = pathOf(both, step(['two'], [], 'one'), both, step(['one'], [], 'two'));
  expect(limitsFor(path, ['one', 'two'], { unit: 10, never: 1_000 })).toBeUndefined();
});

test.each(['client', 'server'] as const)('every path of the %s process can be driven with limits of its own', (role) => {
  const time = { unit: 1_000, never: 1_000_000_000 };
  const undrivable = coverRole(role).paths.filter((path) => limitsFor(path, limitNames, time) === undefined);
  expect(undrivable.map(({ name }) => name)).toEqual([]);
});
