import { expect, test } from 'vitest';
import { smallSubset } from './small-subset.ts';

const keysOf = (path: string) => path;

test('a small subset has every key that all paths have, in their order', () => {
  expect(smallSubset(['ab', 'c', 'abc', 'd', 'bd'], keysOf)).toEqual(['abc', 'bd']);
});

test('a path is left out again when those behind it make it needless', () => {
  expect(smallSubset(['abcd', 'abx', 'cdy'], keysOf)).toEqual(['abx', 'cdy']);
});

test('no two of equal worth are both taken, and nothing has a subset of nothing', () => {
  expect(smallSubset(['a', 'a', ''], keysOf)).toEqual(['a']);
  expect(smallSubset([], keysOf)).toEqual([]);
});
