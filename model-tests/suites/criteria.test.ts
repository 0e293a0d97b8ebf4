/** The complete suites of both roles, driven: our implementation does on every path what its chart says. */
import { describe, expect, test } from 'vitest';
import { criterionSuite } from '../drive/criteria/role-suite.ts';
import { verifyOwnRole } from '../drive/role/verify-own.ts';
import type { RoleEvent } from '../drive/role/verify-role.ts';
import { parseCriterion } from '../generate/criterion.ts';

/** Longest time in milliseconds for one suite; it takes some seconds. */
const patience = 240_000;

describe.each(['client', 'server'] as const)('the %s process', (role) => {
  test.each(['wp', 'pairs'] as const)(
    'does on every path of %s what its chart says',
    { timeout: patience },
    async (criterion) => {
      const generate = criterion === 'wp' ? { criterion, k: 1 } : { criterion };
      const events: RoleEvent[] = [];
      for await (const event of verifyOwnRole({ role, wkp: 'simulated', generate })) events.push(event);
      const failures = events.flatMap((event) => (event.type === 'failure' ? [event.failure.message] : []));
      expect(failures.slice(0, 2).join('\n\n'), `${failures.length} paths failed`).toBe('');
      const [row] = events.flatMap((event) => (event.type === 'row' ? [event.row] : []));
      expect(row?.transitions.covered).toBe(row?.transitions.total);
      expect(row?.chart).toEqual({ taken: row?.chart.total, total: row?.chart.total });
    },
  );

  test('has suites that take every transition of what can be reached, and those with pairs every pair', () => {
    for (const name of ['transitions', 'pairs', 'switch-2', 'wp', 'hsi']) {
      const criterion = parseCriterion(name);
      if (criterion === undefined) throw new Error(`${name} is no criterion`);
      const { suite } = criterionSuite(role, { criterion, ...(name === 'hsi' ? { k: 1 } : {}) });
      const { transitions, pairs } = suite.coverage;
      expect([name, transitions.covered]).toEqual([name, transitions.total]);
      if (!['transitions', 'wp'].includes(name)) expect([name, pairs.covered]).toEqual([name, pairs.total]);
    }
  });

  test('has complete suites whose promise holds', () => {
    for (const criterion of ['wp', 'hsi'] as const) {
      expect(criterionSuite(role, { criterion, k: 2 }).suite).toMatchObject({ complete: true });
    }
  });
});
