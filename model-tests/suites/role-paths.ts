/** The generated suite of one role: every path of its chart, our side against a puppet of the other one, over one kind of WKP. */
import { expect, test } from 'vitest';
import type { Role } from '../drive/role/path.ts';
import { type OwnRoleOptions, verifyOwnRole } from '../drive/role/verify-own.ts';
import type { RoleEvent, RoleRow } from '../drive/role/verify-role.ts';

/** Longest time in milliseconds for one role over one kind of WKP; it takes a few seconds. */
const patience = 240_000;

const peers: Readonly<Record<Role, string>> = { client: 'server', server: 'client' };

/** Registers the generated tests of both roles over one kind of WKP. */
export function rolePaths(wkp: OwnRoleOptions['wkp']): void {
  for (const role of ['client', 'server'] as const) {
    test(`over ${wkp}, our ${role} process does what its chart says against a puppet ${peers[role]} process`, {
      timeout: patience,
    }, async () => {
      const events: RoleEvent[] = [];
      for await (const event of verifyOwnRole({ role, wkp })) if (event.type !== 'progress') events.push(event);
      const failures = events.flatMap((event) => (event.type === 'failure' ? [event.failure.message] : []));
      expect(failures.slice(0, 2).join('\n\n'), `${failures.length} paths failed`).toBe('');
      const row = events.flatMap((event): RoleRow[] => (event.type === 'row' ? [event.row] : []))[0];
      expect(row?.transitions.covered).toBe(row?.transitions.total);
      expect(row?.chart).toEqual({ taken: row?.chart.total, total: row?.chart.total });
      expect(row?.leftOut).toEqual({});
    });
  }
}
