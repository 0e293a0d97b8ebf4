import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TraceRecord } from '../../impl/index.ts';
import { type Rig, realRig, simulatedRig } from '../drive/rigs.ts';
import { firstUnmatched } from '../validate/matching.ts';
import { validateTrace } from '../validate/validate-trace.ts';
import { playNames, recordSessions } from './recorded-sessions.ts';

type Records = readonly TraceRecord[];
const together = { bothSides: true };
const inOrder = { bothSides: true, inOrder: true };

describe('a trace of both sides', () => {
  test.each(playNames)('fits, also in order: %s', async (name) => {
    for (const open of [simulatedRig, () => realRig('tcp')]) {
      const rig: Rig = await open();
      const records = await recordSessions(rig, name);
      await rig.close();
      expect(validateTrace(records, together)).toMatchObject({ ok: true });
      expect(validateTrace(records, inOrder)).toMatchObject({ ok: true });
    }
  });

  test('needs whole sessions', () => {
    expect(() => validateTrace([], { bothSides: true, partial: true })).toThrow(RangeError);
  });
});

describe('what one side received and the other did not send', () => {
  let network: Records;
  let storage: Records;
  let declined: Records;
  let stale: Records;
  beforeAll(async () => {
    network = await recordSessions(simulatedRig(), 'network mode');
    storage = await recordSessions(simulatedRig(), 'storage mode');
    declined = await recordSessions(simulatedRig(), 'a group that is full, with and without a fall back');
    stale = await recordSessions(simulatedRig(), 'another secret');
  });

  const of = (role: string) => (record: TraceRecord) => record.role === role;
  const not = (role: string) => (record: TraceRecord) => record.role !== role;
  const eventAt = (records: Records, type: string) => records.findIndex(({ event }) => event.type === type);
  const renamed = (records: Records) => records.map((record) => ({ ...record, session: `${record.session}-again` }));

  /** Refused at this event of this role when judged as both sides, and accepted when each session is judged on its own. */
  const expectRefusal = (records: Records, role: string, event: string, problem: RegExp, options = together) => {
    expect(validateTrace(records)).toMatchObject({ ok: true });
    const verdict = validateTrace(records, options);
    expect(verdict).toMatchObject({ ok: false, problem: expect.stringMatching(problem) });
    expect(!verdict.ok && records[verdict.index]).toMatchObject({ role, event: { type: event } });
  };

  test('there is no client process', () => {
    expectRefusal(
      network.filter(of('server')),
      'server',
      'first.descriptor',
      /first\.descriptor: expected a client session of its own that sent DESCRIPTOR/,
    );
    expectRefusal(storage.filter(of('server')), 'server', 'first.port', /a client session of its own that sent PORT/);
  });

  test('there is no server process', () => {
    expectRefusal(network.filter(of('client')), 'client', 'first.descriptor', /a server session of its own that sent DESCRIPTOR/);
    expectRefusal(storage.filter(of('client')), 'client', 'array.group', /a server session of its own that sent GROUP/);
  });

  test('a stranger needs no counterpart, and neither does a wrong tag', () => {
    for (const role of ['client', 'server']) expect(validateTrace(stale.filter(of(role)), together)).toMatchObject({ ok: true });
  });

  test('two server processes cannot have heard one and the same session', () => {
    const twice = [...storage, ...renamed(storage.filter(of('server')))];
    expectRefusal(twice, 'server', 'first.port', /of its own/);
    expect(validateTrace([...storage, ...renamed(storage)], together)).toMatchObject({ ok: true });
  });

  test('READY came, and the session ends in the client process before it sent any', () => {
    const ready = network.findIndex(({ event }) => event.type === 'second.joined');
    const cut = network.filter((record, index) => record.role === 'server' || index < ready);
    expectRefusal(cut, 'server', 'second.ready', /sent READY/);
  });

  test('another reason came than was given', () => {
    const other = structuredClone(declined).map((record) =>
      record.event.type === 'first.decline' ? { ...record, event: { ...record.event, reason: 'groupUnknown' as const } } : record,
    );
    expectRefusal(other, 'server', 'first.decline', /sent DECLINE/);
  });

  test('an attempt was joined by nobody', () => {
    const joined = network.find(({ event }) => event.pairing === 'joined')?.session;
    expectRefusal(
      network.filter(({ session }) => session !== joined),
      'client',
      'second.joined',
      /no connection was let in/,
    );
  });

  test('a frame came before it was sent, where the trace is said to be in order', () => {
    const serverFirst = [...network.filter(of('server')), ...network.filter(not('server'))];
    expect(validateTrace(serverFirst, together)).toMatchObject({ ok: true });
    expectRefusal(serverFirst, 'server', 'first.descriptor', /sent DESCRIPTOR before/, inOrder);
    expect(eventAt(serverFirst, 'first.descriptor')).toBe(2);
  });
});

describe('matching', () => {
  /** Tries every assignment. */
  const canAll = (left: number, right: readonly number[], mayHave: (left: number, right: number) => boolean, from = 0): boolean =>
    from === left ||
    right.some(
      (one) =>
        mayHave(from, one) &&
        canAll(
          left,
          right.filter((other) => other !== one),
          mayHave,
          from + 1,
        ),
    );

  test('finds a counterpart for each, wherever there is an assignment', () => {
    const graph = fc.array(fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }), { maxLength: 6 });
    const check = (rows: boolean[][]) => {
      const mayHave = (left: number, right: number) => rows[left]?.[right] === true;
      expect(firstUnmatched(rows.length, 5, mayHave) === undefined).toBe(canAll(rows.length, [0, 1, 2, 3, 4], mayHave));
    };
    fc.assert(fc.property(graph, check), { numRuns: 500 });
  });
});
