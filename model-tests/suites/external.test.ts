/** An implementation in another process: ours behind the adapter protocol, in both roles and modes, with time that stands still and with time that passes. */
import { describe, expect, test } from 'vitest';
import { type ExternalOptions, verifyExternal } from '../drive/role/external/verify-external.ts';
import type { RoleRow } from '../drive/role/verify-role.ts';

const adapter = 'node --import tsx model-tests/drive/role/external/own-adapter.ts';
const patience = 120_000;

async function verified(
  options: Omit<ExternalOptions, 'command'>,
): Promise<{ readonly rows: RoleRow[]; readonly failures: string[] }> {
  const [rows, failures]: [RoleRow[], string[]] = [[], []];
  for await (const event of verifyExternal({ ...options, command: 'stpconnect verify' })) {
    if (event.type === 'row') rows.push(event.row);
    if (event.type === 'failure') failures.push(event.failure.message);
  }
  return { rows, failures };
}

describe('our implementation behind an adapter', () => {
  test('does what both charts say, in both modes, its limits included', { timeout: patience }, async () => {
    const { rows, failures } = await verified({ external: adapter });
    expect(failures).toEqual([]);
    expect(rows.map(({ role }) => role)).toEqual(['client', 'server']);
    for (const { transitions, chart, leftOut } of rows) {
      expect(transitions.covered).toBe(transitions.total);
      expect(chart.taken).toBe(chart.total);
      expect(leftOut).toEqual({});
    }
  });

  test.each(['client', 'server'] as const)(
    'does so as %s process where time passes by itself and nobody says when it is quiet',
    {
      timeout: patience,
    },
    async (role) => {
      const { rows, failures } = await verified({ external: `${adapter} --real-time`, role, mode: 'network', quiet: 3 });
      expect(failures).toEqual([]);
      expect(rows[0]?.transitions.covered).toBe(rows[0]?.transitions.total);
    },
  );

  test('is left alone with what it does not have', { timeout: patience }, async () => {
    const { rows } = await verified({ external: adapter, role: 'client', mode: 'network' });
    expect(rows[0]?.leftOut).toEqual({ 'storage mode': 30 });
  });
});
