import { beforeAll, describe, expect, test } from 'vitest';
import { setup } from 'xstate';
import type { TraceRecord } from '../../impl/index.ts';
import { simulatedRig } from '../drive/rigs.ts';
import { ChartSource } from '../validate/chart-source.ts';
import { Follower } from '../validate/follow.ts';
import { silentSteps } from '../validate/silent-steps.ts';
import { validateTrace } from '../validate/validate-trace.ts';
import { recordSessions } from './recorded-sessions.ts';

describe('silent steps', () => {
  /** A line of 5 states, then a ring of 3. */
  const successors = (state: number) => [state < 7 ? state + 1 : 5];

  test('lead exactly so far, however far that is', () => {
    expect(silentSteps([0], { from: 3, to: 3 }, successors)).toEqual([3]);
    expect(silentSteps([0], { from: 1_000_000_000, to: 1_000_000_000 }, successors)).toEqual([5 + ((1_000_000_000 - 5) % 3)]);
  });

  test('lead to everything in between, and end where nothing new comes', () => {
    expect(silentSteps([0], { from: 1, to: 3 }, successors)).toEqual([1, 2, 3]);
    expect(silentSteps([0], { from: 0, to: Number.POSITIVE_INFINITY }, successors)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(silentSteps([0], { from: 2, to: 5 }, () => [])).toEqual([]);
  });
});

describe('a partial trace', () => {
  let server: TraceRecord[];
  let storage: TraceRecord[];
  beforeAll(async () => {
    server = (await recordSessions(simulatedRig(), 'network mode')).filter(({ role }) => role === 'server');
    storage = (await recordSessions(simulatedRig(), 'storage mode')).filter(({ role }) => role === 'client');
  });
  const partial = { partial: true };
  const without = (records: readonly TraceRecord[], ...indexes: number[]) =>
    records.filter((_, index) => !indexes.includes(index));
  /** The records without these fields. */
  const lacking = (records: readonly object[], ...fields: string[]) =>
    records.map((record) => Object.fromEntries(Object.entries(record).filter(([name]) => !fields.includes(name))));

  test('with a gap is refused at the gap where nothing may be missing, and bridged where something may', () => {
    expect(validateTrace(without(server, 2))).toMatchObject({
      ok: false,
      index: 2,
      problem: expect.stringMatching(/seq is 3; expected 2/),
    });
    expect(validateTrace(without(server, 2, 3, 5), partial)).toEqual({ ok: true, missing: 3 });
  });

  test('that begins in the middle is refused, and bridged, too', () => {
    expect(validateTrace(server.slice(4))).toMatchObject({ ok: false, index: 0 });
    expect(validateTrace(server.slice(4), partial)).toEqual({ ok: true, missing: 4 });
    expect(validateTrace(lacking(server.slice(4), 'seq'), partial)).toEqual({ ok: true, missing: 0 });
  });

  test('with a gap that no run can fill is refused behind it, with what would have fitted', () => {
    const wide = without(server, 1, 2).map((record, index) => ({ ...record, seq: index === 0 ? 0 : record.seq - 1 }));
    const verdict = validateTrace(wide, partial);
    expect(verdict).toMatchObject({
      ok: false,
      index: 1,
      problem: expect.stringMatching(
        /record 2: the state before is 'handshaking.network.connectingSecond'; expected handshaking.network.awaitingDescriptor or failed, after 1 missing record/,
      ),
      fitting: expect.arrayContaining([
        {
          state: 'handshaking.network.awaitingDescriptor',
          event: { type: 'first.descriptor', tag: 'right' },
          actions: [{ type: 'dialSecond' }],
          next: 'handshaking.network.connectingSecond',
        },
      ]),
    });
  });

  test('is refused behind a state in which it was over', () => {
    const failed = [...server.slice(0, 3), { ...server[3], next: 'failed' }, { ...server[3], seq: 6 }];
    expect(validateTrace(failed.slice(0, 3).concat(failed[4] ?? []), partial)).toMatchObject({ ok: false, index: 3 });
    const over = [...server, { ...server.at(-1), seq: 9 }];
    expect(validateTrace(over, partial)).toMatchObject({
      ok: false,
      index: server.length,
      problem: expect.stringMatching(/2 records before it would be missing; no run goes on so long behind closed/),
    });
  });

  test('is refused where more is missing than may be', () => {
    expect(validateTrace(without(server, 2, 3), { partial: true, maxMissing: 2 })).toMatchObject({ ok: true });
    expect(validateTrace(without(server, 2, 3), { partial: true, maxMissing: 1 })).toMatchObject({
      ok: false,
      index: 2,
      problem: expect.stringMatching(/seq is 4; expected 2 to 3: 2 records missing are more than may be/),
    });
    const far = lacking([server[1], server[6]] as object[], 'seq');
    expect(validateTrace(far, { partial: true, maxMissing: 4 })).toMatchObject({ ok: true });
    expect(validateTrace(far, { partial: true, maxMissing: 2 })).toMatchObject({ ok: false, index: 1 });
  });

  test('still has no record twice and none out of order', () => {
    expect(validateTrace([...server.slice(0, 3), ...server.slice(2)], partial)).toMatchObject({ ok: false, index: 3 });
    const [first, second] = without(server, 2).slice(2);
    expect(validateTrace([...server.slice(0, 2), second, first], partial)).toMatchObject({ ok: false, index: 3 });
  });

  test('of events alone is searched for a run of the chart', () => {
    const events = lacking(storage, 'seq', 'time', 'state', 'actions', 'next');
    expect(validateTrace(events, partial)).toMatchObject({ ok: true });
    const [start, hello, , ...rest] = events;
    // A second HELLO is a violation, or ignored when the session is complete: no array connection is accepted behind it.
    expect(validateTrace([start, hello, hello, ...rest], partial)).toMatchObject({
      ok: false,
      index: 3,
      problem: expect.stringMatching(
        /array.accepted is not accepted in failed, established.lingering.*, whatever was missing; accepted there: /,
      ),
    });
  });

  test('may leave open what decides: each value is tried', () => {
    const unsaid = storage.map((record) =>
      record.event.type === 'first.hello' ? { ...record, event: { type: 'first.hello' } } : record,
    );
    expect(validateTrace(unsaid, partial)).toMatchObject({ ok: true });
    // What a partial trace was allowed is not remembered as allowed.
    expect(validateTrace(unsaid)).toMatchObject({
      ok: false,
      index: 1,
      problem: expect.stringMatching(/first.hello has no mode/),
    });
    expect(validateTrace(unsaid, partial)).toMatchObject({ ok: true });
    expect(validateTrace(lacking(unsaid, 'state', 'next', 'actions'), partial)).toMatchObject({ ok: true });
  });
});

test('a session is followed through nondeterminism as long as one run is left', () => {
  const forked = setup({
    types: { events: {} as { type: 'go'; way: 'left' | 'right' } | { type: 'leftEnd' } | { type: 'rightEnd' } },
  }).createMachine({
    id: 'forked',
    initial: 'start',
    states: {
      start: { on: { go: [{ guard: ({ event }) => event.way === 'left', target: 'left' }, { target: 'right' }] } },
      left: { on: { leftEnd: 'end' } },
      right: { on: { rightEnd: 'end' } },
      end: { type: 'final' },
    },
  });
  const dialect = { alphabet: { go: { way: ['left', 'right'] }, leftEnd: {}, rightEnd: {} }, input: {} };
  const follower = new Follower(new ChartSource(forked, dialect), { partial: true, maxMissing: 0 });
  const take = (type: string) => follower.take({ session: 's', role: 'r', event: { type } });
  expect([take('start'), take('go')]).toEqual([undefined, undefined]);
  expect(take('start')?.problem).toBe('start is not accepted, since the session has begun');
  expect(take('rightEnd')).toBeUndefined();
  expect(take('leftEnd')?.problem).toBe('leftEnd is not accepted in end; accepted there: nothing, it is final');
});
