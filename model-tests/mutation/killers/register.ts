/** Registers the suites of a part as tests, each of which fails with the first thing that it finds. */
import { beforeAll, describe, expect, test } from 'vitest';
import { type Complaints, killers, type Part } from './suites.ts';

/** Everything is loaded before the first test, so that what is done once is nobody's, and everybody looks at it. */
export function registerKillers(part: Part): void {
  describe(part, () => {
    const loaded = new Map<string, Complaints>();
    beforeAll(async () => {
      for (const { name, load } of killers[part]) loaded.set(name, await load());
    });
    test.each(killers[part].map(({ name }) => name))('%s', async (name) => {
      const complaints = loaded.get(name);
      const looking = complaints?.();
      const found = await looking?.next();
      await looking?.return(0);
      expect(found).toEqual({ done: true, value: expect.any(Number) });
    });
  });
}
