import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { RolePath } from '../../model-tests/drive/role/path.ts';
import { coverRole } from '../../model-tests/drive/role/paths.ts';
import { reportFiles } from '../../model-tests/report/report-files.ts';
import { HandshakeCharts } from '../charts/handshake.ts';
import { momentWindow, type Source, sessionWindow } from '../recordings/source.ts';
import { reportOffer } from './report.ts';
import { rolePathsOffer } from './role-paths.ts';

const charts = new HandshakeCharts().hardened;
const folder = mkdtempSync(join(tmpdir(), 'stpconnect-fixed-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('generated paths of one role', () => {
  const { paths } = coverRole('client');
  const some = paths as unknown as readonly RolePath[];
  const source = rolePathsOffer('client.json', some, charts).open() as Source;

  test('are sessions whose moments are their steps', () => {
    expect(source.describe()).toMatchObject({ kind: 'path', sessions: some.length, canDrive: false });
    const [row] = sessionWindow(source, {}, 1, 1).sessions;
    expect(row).toMatchObject({ id: some[1]?.name, moments: some[1]?.steps.length, first: some[0]?.steps.length });
    const window = momentWindow(source, { from: 0, count: 500, session: some[1]?.name });
    expect(window.moments.map(({ reactions }) => reactions[0]?.to)).toEqual(some[1]?.steps.map(({ state }) => [state]));
  });

  test('cover every transition that they were generated for', () => {
    const [counts] = source.coverage().charts;
    const taken = Object.entries(counts?.counts ?? {}).filter(([, count]) => count > 0);
    expect(taken.map(([id]) => id).sort()).toEqual(
      [...new Set(some.flatMap(({ steps }) => steps.flatMap(({ transitions }) => transitions)))].sort(),
    );
    expect(taken.length).toBeGreaterThan(40);
  });

  test('show where the role is and what it has been told and has said', () => {
    const index = source.describe().moments - 1;
    expect(source.scene(-1).machines).toEqual([]);
    expect(source.scene(index).machines[0]).toMatchObject({ chart: 'client', session: some.at(-1)?.name });
    const drawn = momentWindow(source, { from: 0, count: 500 }).moments.flatMap((moment) => moment.drawn);
    expect(drawn.some((one) => one.kind === 'message' && one.from === 'tester' && one.frame?.name === 'HELLO')).toBe(true);
    expect(drawn.some((one) => one.kind === 'message' && one.to === 'tester' && one.frame?.name === 'READY')).toBe(true);
  });
});

describe('a report', () => {
  const write = (name: string, text: string) => {
    const place = join(folder, name);
    mkdirSync(place);
    writeFileSync(join(place, 'report.json'), text);
    return place;
  };
  const parts = {
    madeBy: 'stpconnect 0, Node 20',
    made: '2026-01-01T00:00:00Z',
    command: 'stpconnect verify',
    ok: false,
    rows: [
      {
        suite: 'compositions',
        criterion: 'transitions',
        transport: 'tcp',
        paths: 2,
        steps: 9,
        transitions: { covered: 3, total: 4 },
        failed: 1,
        unsteady: 0,
        seconds: 1,
      },
    ],
    failures: [
      {
        row: 0,
        path: 'n.1',
        what: 'READY was not sent',
        message: 'expected <READY>\nseen nothing',
        scenario: { title: 't', lifelines: ['a'], steps: [] },
      },
    ],
    details: [
      { tallies: { client: { transitions: { 'client.awaitingFirstFrame · first.hello · 2': 17 }, pairs: [] } }, cases: [] },
    ],
  } as const;

  test('colours the charts by how often each transition was run, and has a moment for each failure', () => {
    const text = reportFiles(parts as never).get('report.json') ?? '';
    const source = reportOffer(write('good', text), charts).open() as Source;
    expect(source.describe()).toMatchObject({
      kind: 'report',
      moments: 1,
      conclusion: { fault: true, text: '1 paths have failed.' },
    });
    const counts = source.coverage().charts.find(({ chart }) => chart === 'client')?.counts ?? {};
    expect(counts['client.awaitingFirstFrame · first.hello · 2']).toBe(17);
    expect(counts['client.awaitingFirstFrame · first.hello · 0']).toBe(0);
    expect(source.moment(0)).toMatchObject({
      fault: true,
      session: 'n.1',
      text: 'tcp compositions transitions: path n.1: READY was not sent',
    });
    expect(source.scene(-1).facts).toEqual([
      { name: 'tcp compositions transitions', value: '2 paths, 9 steps, 3 of 4 transitions, 1 failed' },
    ]);
  });

  test.each([
    [
      'is not there',
      () => join(folder, 'none'),
      /none cannot be read: there is no such file; expected the folder that verify --report has written/,
    ],
    ['is not JSON', () => write('text', 'hello'), /report\.json is not JSON/],
    [
      'is of something else',
      () => write('other', '{"format":"coverage"}'),
      /report\.json is JSON, but not a report of version 1: field format/,
    ],
  ])('that %s is refused, by its file', (_what, place, message) => {
    expect(() => reportOffer(place(), charts)).toThrow(message);
  });
});
