import fc from 'fast-check';
import { expect, test } from 'vitest';
import { check } from './check.ts';
import { apart, exploreNaively, smallSystems, systemOf } from './random-systems.test-support.ts';

test('counts of systems with more slots than a word has bits are those of a naive search', async () => {
  await fc.assert(
    fc.asyncProperty(smallSystems, fc.constantFrom(13, 16, 32), async (small, stride) => {
      const system = systemOf(apart(small, stride));
      const { states, edges } = await check(system);
      const graph = exploreNaively(system);
      expect([states, edges]).toEqual([graph.size, [...graph.values()].flat().length]);
    }),
    { numRuns: 300 },
  );
});
