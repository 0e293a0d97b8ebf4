/** The paths of a role through the implementation's table alone: they hold, and each of many changes of one row fails some path. */
import { expect, test } from 'vitest';
import { clientMachine } from '../../../impl/protocol/client.ts';
import { serverMachine } from '../../../impl/protocol/server.ts';
import type { Machine, Row } from '../../../impl/protocol/table.ts';
import { criterionSuite } from '../criteria/role-suite.ts';
import { coverRole } from './paths.ts';
import { driveTables } from './tables.ts';
import { verifyOwnRole } from './verify-own.ts';
import type { RoleEvent } from './verify-role.ts';

type Table = Machine<string, string, string>;
const tables = { client: clientMachine as Table, server: serverMachine as Table };

test.each(['client', 'server'] as const)('the table of the %s process does what its chart says on every path of wp', (role) => {
  const { paths } = criterionSuite(role, { criterion: 'wp', k: 1 });
  const { failures, steps } = driveTables(role, paths);
  expect([...failures.values()].map(({ what, input }) => `${input}: ${what}`)).toEqual([]);
  // What paths have in common at the beginning is run once.
  expect(steps).toBeLessThan(paths.reduce((sum, path) => sum + path.steps.length, 0) / 2);
  expect(steps).toBeGreaterThan(paths.length);
});

/** The table with one row changed. */
function changed(table: Table, state: string, event: string, at: number, change: Partial<Row<string, string>>): Table {
  const rows = { ...table.table[state] };
  rows[event] = (rows[event] ?? []).map((row, index) => (index === at ? { ...row, ...change } : row));
  return { ...table, table: { ...table.table, [state]: rows } };
}

const nonsense = [{ type: 'reportFailed', code: 'protocolViolation' as const }, { type: 'reportEstablished' }];

test.each(['client', 'server'] as const)(
  'a wrong next state or a missing action in any row of the %s table that can come about fails a path',
  { timeout: 60_000 },
  (role) => {
    const table = tables[role];
    const { paths } = coverRole(role);
    const fails = (...change: readonly [state: string, event: string, at: number, change: Partial<Row<string, string>>]) =>
      driveTables(role, paths, changed(table, ...change)).failures.size > 0;
    const unseen: string[] = [];
    let tried = 0;
    for (const [state, event, index, { next, actions }] of rowsOf(table)) {
      const other = next === 'failed' ? 'closed' : 'failed';
      // Rows for connections that are not there in a state are never come to.
      if (!fails(state, event, index, { next: other, actions: nonsense })) continue;
      tried += 1;
      if (!fails(state, event, index, { next: other })) unseen.push(`${state}, ${event}: to ${other}`);
      const [first] = actions;
      if (first === undefined || invisible.has(first.type)) continue;
      if (!fails(state, event, index, { actions: actions.slice(1) })) unseen.push(`${state}, ${event}: no ${first.type}`);
    }
    expect(unseen).toEqual([]);
    expect(tried).toBeGreaterThan(50);
  },
);

function* rowsOf({ table }: Table): Generator<[state: string, event: string, at: number, row: Row<string, string>]> {
  for (const [state, events] of Object.entries(table)) {
    for (const [event, rows] of Object.entries(events ?? {})) {
      for (const [index, row] of (rows ?? []).entries()) yield [state, event, index, row];
    }
  }
}

/** What only the sockets show, and what only a peer that is still there can be told. */
const invisible = new Set([
  'sendDecline',
  'acceptArray',
  'closePort',
  'closeChannels',
  'closeFirst',
  'refuseArray',
  'releaseAll',
]);

test('a failure names path, step, expected and seen, and the command that drives the table again', () => {
  const table = changed(tables.server, 'handshaking.connectingFirst', 'first.refused', 0, { next: 'closed' });
  const { failures } = driveTables('server', coverRole('server').paths, table);
  const [failure] = failures.values();
  expect(failure).toMatchObject({ what: 'its state differs', expected: 'failed', seen: 'closed', input: 'first.refused' });
  expect(failure?.shown.at(-1)).toMatchObject({ kind: 'note', text: 'expected: failed' });
});

test('is a row as every other one', async () => {
  const events: RoleEvent[] = [];
  for await (const event of verifyOwnRole({ role: 'client', wkp: 'protocol', detail: true })) events.push(event);
  const row = events.flatMap((event) => (event.type === 'row' ? event.row : []))[0];
  expect(row).toMatchObject({ subject: 'protocol', role: 'client', criterion: 'transitions', failed: 0 });
  expect(row?.transitions.covered).toBe(row?.transitions.total);
  expect(events.map(({ type }) => type)).toEqual(['progress', 'detail', 'row']);
});
