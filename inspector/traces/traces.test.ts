import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { HandshakeCharts } from '../charts/handshake.ts';
import { excerpt, momentWindow, sessionWindow } from '../recordings/source.ts';
import { established, hello, lines, records, type Step } from '../traces.test-support.ts';
import { readTraces } from './read.ts';
import { TraceRecording } from './recording.ts';

const folder = mkdtempSync(join(tmpdir(), 'stpconnect-traces-'));
afterAll(() => rmSync(folder, { recursive: true }));
const charts = new HandshakeCharts();

const busy: readonly Step[] = [
  ['', { type: 'start' }, [], 'awaitingFirstFrame'],
  [
    'awaitingFirstFrame',
    { ...hello, capacity: 'full' },
    [{ type: 'sendDecline', reason: 'busy' }, { type: 'reportFailed', code: 'busy' }, { type: 'releaseAll' }],
    'failed',
  ],
];

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function recording(): TraceRecording {
  return new TraceRecording({ id: 'trace', kind: 'trace', title: 'a trace' }, charts.hardened);
}

async function read(...texts: readonly string[]): Promise<TraceRecording> {
  const made = recording();
  await readTraces(
    made,
    texts.map((text, index) => file(`${index}.ndjson`, text)),
  );
  return made;
}

describe('a trace that is whole', () => {
  test('has a moment for each record, with the transition that the chart took', async () => {
    const trace = await read(lines(records('a', established)));
    expect(trace.describe()).toMatchObject({ moments: 3, sessions: 1, progress: { state: 'whole' } });
    expect(trace.moment(1)).toMatchObject({
      session: 'a',
      who: 'client process',
      kind: 'frame',
      text: 'first.hello (mode network, connections same, capacity free) → handshaking.network.awaitingSecond · sendDescriptor',
      reactions: [
        {
          from: ['awaitingFirstFrame'],
          to: ['handshaking.network.awaitingSecond'],
          transitions: ['client.awaitingFirstFrame · first.hello · 2'],
        },
      ],
    });
  });

  test('draws frames between the two processes as far as one side can tell', async () => {
    const trace = await read(lines(records('a', established)));
    const drawn = [1, 2]
      .flatMap((index) => trace.moment(index).drawn)
      .map((one) => (one.kind === 'message' ? `${one.from}: ${one.text}` : one.text));
    expect(drawn).toEqual([
      'server process: HELLO on first',
      'client process: DESCRIPTOR on first',
      'second.joined',
      'client process: READY on second',
      'client process: READY on first',
      'session complete',
    ]);
  });

  test('knows how everything stands behind each record', async () => {
    const trace = await read(lines(records('a', established)));
    expect(trace.scene(-1)).toMatchObject({ at: -1, machines: [] });
    expect(trace.scene(1)).toMatchObject({
      machines: [
        { active: ['handshaking.network.awaitingSecond'], limits: ['handshakeTimeout', 'secondTimeout'], status: 'running' },
      ],
      connections: [{ channel: 'first', phase: 'open' }],
    });
    expect(trace.scene(99)).toMatchObject({ at: 2, machines: [{ active: ['established.open'] }] });
  });

  test('lists its sessions, and those that a filter leaves', async () => {
    const trace = await read(lines([...records('a', established), ...records('b', busy), ...records('c', busy)]));
    expect(trace.describe().sessionFacts).toEqual({
      modes: ['network'],
      states: ['established.open', 'failed'],
      codes: ['busy'],
    });
    const failed = sessionWindow(trace, { code: 'busy' }, 1, 10);
    expect(failed).toMatchObject({
      from: 1,
      total: 2,
      sessions: [{ id: 'c', outcome: 'failed', mode: 'network', first: 5, last: 6 }],
    });
    expect(sessionWindow(trace, { state: 'nowhere' }, 0, 10)).toMatchObject({ total: 0, sessions: [] });
  });

  test('answers the moments of one session, wherever they stand', async () => {
    const [a, b] = [records('a', established), records('b', busy)];
    const trace = await read(lines([a[0], b[0], a[1], b[1], a[2]] as object[]));
    expect(momentWindow(trace, { from: 0, count: 10, session: 'a' }).moments.map(({ index }) => index)).toEqual([0, 2, 4]);
    expect(momentWindow(trace, { from: 0, count: 1, session: 'a', around: 3 })).toMatchObject({
      from: 1,
      total: 3,
      moments: [{ index: 2 }],
    });
    const part = excerpt(trace, 0, 10, 'b');
    expect(part).toMatchObject({ moments: [{ index: 1 }, { index: 3 }], sessions: [{ id: 'b' }] });
    expect(part.scenes).toHaveLength(3);
  });

  test('counts how often each transition was taken, and names those that were not', async () => {
    const trace = await read(lines([...records('a', established), ...records('b', busy), ...records('c', busy)]));
    const counts = trace.coverage().charts.find(({ chart }) => chart === 'client')?.counts ?? {};
    expect(counts['client.awaitingFirstFrame · first.hello · 1']).toBe(2);
    expect(counts['client.awaitingFirstFrame · first.hello · 2']).toBe(1);
    expect(counts['client.awaitingFirstFrame · first.hello · 0']).toBe(0);
  });

  test('of two files is one recording in the order of time', async () => {
    const server = records(
      's',
      [['', { type: 'start', mode: 'network', fallback: false }, [{ type: 'dialFirst' }], 'handshaking.connectingFirst']],
      5,
      'server',
    );
    const trace = await read(lines(records('a', established)), lines(server));
    const order = [0, 1, 2, 3].map((index) => trace.moment(index).who);
    expect(order).toEqual(['client process', 'server process', 'client process', 'client process']);
    expect(sessionWindow(trace, {}, 0, 5).sessions.map(({ id, first, last }) => [id, first, last])).toEqual([
      ['a', 0, 3],
      ['s', 1, 1],
    ]);
    expect(trace.moment(2).drawn.map(({ kind }) => kind)).toEqual(['message', 'note']);
  });

  test('of two sides that call their sessions by one name has them both', async () => {
    const server = records(
      'a',
      [['', { type: 'start', mode: 'network', fallback: false }, [], 'handshaking.connectingFirst']],
      5,
      'server',
    );
    const trace = await read(lines(records('a', established)), lines(server));
    expect(momentWindow(trace, { from: 0, count: 9, session: 'a' }).moments.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(
      trace
        .scene(3)
        .machines.map(({ id }) => id)
        .sort(),
    ).toEqual(['client a', 'server a']);
  });

  test('may have its fields in another order, and less than all of them', async () => {
    const trace = await read(`{"role":"client","event":{"type":"first.hello"},"session":"a"}\n`);
    expect(trace.moment(0)).toMatchObject({ session: 'a', reactions: [{ from: [], to: [], transitions: [] }] });
    expect('time' in trace.moment(0)).toBe(false);
  });

  test('says what somebody hostile has written as it is, as data', async () => {
    const hostile = '<script>alert(1)</script>';
    const trace = await read(
      lines(records(hostile, [['', { type: hostile, [hostile]: hostile }, [{ type: hostile }], hostile]])),
    );
    expect(trace.moment(0)).toMatchObject({ session: hostile, reactions: [{ event: { type: hostile }, to: [hostile] }] });
    expect(trace.scene(0).machines[0]).toMatchObject({ active: [hostile], limits: [], status: 'running' });
  });
});

describe('a file that is no whole trace', () => {
  const whole = lines(records('a', established));
  test.each([
    ['ends in the middle of a record', whole.slice(0, -30), ':3: the file ends in the middle of a record'],
    ['has a line of something else', `${whole}hello\n`, ':4: not JSON; expected one trace record'],
    ['has JSON of another kind', `${whole}{"level":30,"msg":"hi"}\n`, ':4: JSON, but not a trace record: field session'],
    [
      'has a role that nobody has',
      lines(records('a', busy, 0, 'router')),
      ':1: JSON, but not a trace record: field role: expected client or server',
    ],
    [
      'has a line without end',
      `${whole}{"session":"${'x'.repeat(70_000)}`,
      ':4: not a trace: a line is longer than 65536 characters',
    ],
    ['is empty', '\n', ': no records; expected at least one'],
    ['is a binary', '\u0000\u0001\u0002', ':1: not JSON; expected one trace record'],
  ])('%s: it says so by file and line, and what came before can be looked at', async (name, text, message) => {
    const made = recording();
    const path = file(`${name}.ndjson`, text);
    await expect(readTraces(made, [path])).rejects.toThrow(`${path}${message}`);
    expect(made.problem).toContain(message);
    expect(made.size).toBe(text.startsWith(whole.slice(0, 200)) ? (name.startsWith('ends') ? 2 : 3) : 0);
  });

  test('is not there', async () => {
    await expect(readTraces(recording(), [join(folder, 'none')])).rejects.toThrow('cannot be read: there is no such file');
    await expect(readTraces(recording(), [folder])).rejects.toThrow('cannot be read: it is a folder');
  });

  test('a second file that is foreign does not hide the first', async () => {
    const made = recording();
    const reading = readTraces(made, [file('good.ndjson', whole), file('bad.ndjson', 'no\n')]);
    await expect(reading).rejects.toThrow('bad.ndjson:1: not JSON');
    expect(made.size).toBe(3);
  });
});

test('what is read can be looked at before the end was read', async () => {
  const made = recording();
  const many = lines(Array.from({ length: 20_000 }, (_, index) => records(`s${index}`, established)[0] as object));
  let seen = 0;
  made.watch(() => {
    seen ||= made.size;
  });
  await readTraces(made, [file('many.ndjson', many)]);
  expect(seen).toBeGreaterThan(0);
  expect(seen).toBeLessThan(20_000);
  expect(made.size).toBe(20_000);
});
