/** What a report says of a verification: numbers that are right, and nothing that a peer could have written as markup. */
import { expect, test } from 'vitest';
import { clientMachine } from '../../machines/index.ts';
import { chartTransitions } from '../compile/chart-transitions.ts';
import { verifyOwnRole } from '../drive/role/verify-own.ts';
import type { RoleEvent } from '../drive/role/verify-role.ts';
import { addTallies, type RowDetail, Tally } from '../drive/tally.ts';
import { verify } from '../drive/verify.ts';
import type { VerifyEvent } from '../drive/verify-row.ts';
import type { Scenario } from '../show/scenario.ts';
import { legendOf, shadeOf } from './page/shades.ts';
import { reachablePairs } from './reachable-pairs.ts';
import { type ReportParts, reportOf } from './report.ts';
import { reportFiles } from './report-files.ts';

const hostile = `</pre></svg><script>alert(1)</script>"'&<img src=x onerror=alert(2)>]]>\u0000\u001b[31m\r\n\ud800 end`;

const scenario: Scenario = {
  title: hostile,
  description: hostile,
  lifelines: [hostile, 'it'],
  steps: [{ text: hostile, fault: true, events: [{ kind: 'message', from: hostile, to: 'it', text: hostile }] }],
  conclusion: { text: hostile, fault: true },
};

const parts: ReportParts = {
  madeBy: hostile,
  made: '2026-01-01T00:00:00.000Z',
  command: hostile,
  ok: false,
  rows: [
    {
      suite: 'client',
      criterion: hostile,
      transport: hostile,
      mode: hostile,
      paths: 2,
      steps: 3,
      transitions: { covered: 1, total: 2 },
      failed: 1,
      unsteady: 1,
      seconds: 0.5,
    },
  ],
  failures: [{ row: 0, path: hostile, what: hostile, message: hostile, scenario }],
  details: [
    {
      tallies: { client: { transitions: { [hostile]: 3 }, pairs: [[hostile, hostile, 1]] } },
      cases: [
        { name: hostile, seconds: 0.25, failed: true },
        { name: 'client.2', seconds: 0.001, failed: false },
      ],
    },
  ],
};

/** Elements in the order in which they open; throws where they do not close in order, or a tag is none. */
function elementsOf(xml: string): string[] {
  const [open, all]: string[][] = [[], []] as [string[], string[]];
  for (const [tag, slash = '', name = '', attributes = '', empty = ''] of xml.matchAll(
    /<(\/?)([\w-]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|<[^?!]/g,
  )) {
    if (name === '') throw new Error(`no tag: ${tag}`);
    if (slash === '/') {
      if (open?.pop() !== name) throw new Error(`${name} closes what is not open`);
    } else {
      all?.push(name);
      if (empty === '' && !/^(meta|input|br|img)$/.test(name)) open?.push(name);
    }
    for (const [, attribute = ''] of attributes.matchAll(/\s+([\w:-]+)="[^"]*"/g))
      if (attribute.startsWith('on')) throw new Error(`a handler: ${attribute}`);
  }
  if (open?.length !== 0) throw new Error(`${open?.join(', ')} stay open`);
  return all ?? [];
}

test('nothing that a path, a peer or a chart says becomes markup, in the page and in the XML', () => {
  const files = reportFiles(parts);
  const page = files.get('report.html') ?? '';
  const elements = elementsOf(page.replace(/<style>[\s\S]*?<\/style>/g, ''));
  expect(elements).not.toContain('script');
  expect(elements).not.toContain('img');
  expect(page.match(/<style>[\s\S]*?<\/style>/g)?.join('')).not.toContain('<script');
  const xml = files.get('junit.xml') ?? '';
  expect(elementsOf(xml)).toEqual(['testsuites', 'testsuite', 'testcase', 'failure', 'testcase']);
  for (const text of [page, xml]) expect(text.replaceAll(/[\n\t]/g, '')).not.toMatch(/[\p{Cc}\p{Cs}]/u);
  expect(xml).not.toContain(']]>');
});

test('the check for markup finds markup', () => {
  expect(() => elementsOf('<p><b></p>')).toThrow('p closes');
  expect(() => elementsOf('<p>a < b</p>')).toThrow('no tag');
  expect(() => elementsOf('<p onclick="x()"></p>')).toThrow('a handler');
});

test('the page asks for nothing from the network and runs no script', () => {
  const page = reportFiles(parts).get('report.html') ?? '';
  expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  const addresses = [...page.matchAll(/<[^>]*\s(?:src|href|xlink:href|action)="([^"]*)"/g)].map(([, address = '']) => address);
  expect(addresses.filter((address) => !address.startsWith('#'))).toEqual([]);
  expect(addresses.length).toBeGreaterThan(0);
  const style = page.match(/<style>[\s\S]*?<\/style>/g)?.join('') ?? '';
  expect(style).not.toMatch(/url\(|@import/);
});

test('JUnit has the numbers of each row, and each path with its time', () => {
  const xml = reportFiles(parts).get('junit.xml') ?? '';
  expect(xml).toContain('<testsuites name="stpconnect verify" tests="2" failures="1" time="0.500">');
  expect(xml).toMatch(/<testsuite name="[^"]*" tests="2" failures="1" errors="0" skipped="0" time="0.5"/);
  expect(xml).toMatch(/name="client\.2" time="0\.001"\/>/);
});

test('the JSON says its format and has everything but the pictures', () => {
  const report = JSON.parse(reportFiles(parts).get('report.json') ?? '');
  expect(report).toMatchObject({ format: 'stpconnect-report', version: 1, ok: false, rows: parts.rows });
  expect(report.failures).toEqual([
    { row: 0, path: hostile, what: hostile, message: hostile, diagram: expect.stringMatching(/^sequenceDiagram|^---/) },
  ]);
  expect(report.charts.map(({ role }: { role: string }) => role)).toEqual(['client', 'server']);
});

test('a tally counts each process on its own', () => {
  const tally = new Tally();
  const step = (process: string, ...transitions: string[]) => ({ process, chart: 'client', transitions });
  tally.take('1', 1, false, [step('client 0', 'a'), step('client 1', 'x'), step('client 0', 'b', 'c'), step('client 1')]);
  tally.take('2', 1, true, [step('client 0', 'a'), step('client 0', 'b')]);
  const { tallies, cases } = tally.detail;
  expect(tallies['client']?.transitions).toEqual({ a: 2, x: 1, b: 2, c: 1 });
  expect(tallies['client']?.pairs).toEqual([
    ['a', 'b', 2],
    ['b', 'c', 1],
  ]);
  expect(cases.map(({ failed }) => failed)).toEqual([false, true]);
  expect(addTallies([tallies, tallies])['client']?.pairs).toEqual([
    ['a', 'b', 4],
    ['b', 'c', 2],
  ]);
});

test('the pairs criterion fills the pair matrix of the client chart, and nothing runs a pair that it does not have', async () => {
  const events: RoleEvent[] = [];
  for await (const event of verifyOwnRole({ role: 'client', wkp: 'simulated', generate: { criterion: 'pairs' }, detail: true }))
    events.push(event);
  const details = events.flatMap((event): RowDetail[] => (event.type === 'detail' ? [event.detail] : []));
  const row = events.flatMap((event) => (event.type === 'row' ? [event.row] : []))[0];
  const reachable = reachablePairs('client');
  const taken = details[0]?.tallies['client']?.pairs ?? [];
  expect(taken.filter(([first, second]) => reachable.get(first)?.has(second) !== true)).toEqual([]);
  expect(taken).toHaveLength([...reachable.values()].reduce((sum, { size }) => sum + size, 0));
  expect(details[0]?.cases).toHaveLength(row?.paths ?? 0);
  const report = reportOf({ ...parts, details });
  expect(report.charts[0]?.pairs.every(([, , count]) => count > 0)).toBe(true);
  expect(report.charts[0]?.transitions.map(({ id }) => id)).toEqual(
    [...chartTransitions(clientMachine).values()].map(({ id }) => id),
  );
});

test('a path of a composition tells what it ran of both charts', async () => {
  const events: VerifyEvent[] = [];
  for await (const event of verify({ wkp: 'simulated', mode: 'network', path: '1.1', threads: 1, detail: true }))
    events.push(event);
  const [detail] = events.flatMap((event) => (event.type === 'detail' ? [event.detail] : []));
  expect(Object.keys(detail?.tallies ?? {}).sort()).toEqual(['client', 'server']);
  expect(detail?.cases.map(({ name, failed }) => [name, failed])).toEqual([['1.1', false]]);
});

test('shades tell what ran never, once and often apart, and the legend says which counts they stand for', () => {
  expect([0, 1, 10, 100, 1_000, 10_000].map((count) => shadeOf(count, 10_000))).toEqual([0, 1, 2, 3, 4, 5]);
  expect([0, 1].map((count) => shadeOf(count, 1))).toEqual([0, 5]);
  expect(legendOf(0)).toEqual([{ shade: 0, text: 'never' }]);
  for (const most of [1, 2, 7, 100, 3_010]) {
    const shown = legendOf(most)
      .slice(1)
      .map(({ text }) => text);
    expect(shown[0]).toMatch(/^1 /);
    expect(shown.at(-1)).toMatch(new RegExp(`(^|to )${most.toLocaleString('en')} ×$`));
  }
});
