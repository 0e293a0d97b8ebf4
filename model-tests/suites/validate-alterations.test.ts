import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { simulatedRig } from '../drive/rigs.ts';
import { validateTrace } from '../validate/validate-trace.ts';
import { type Altered, alterations, altered } from './alterations.ts';
import { playNames, recordSessions } from './recorded-sessions.ts';
import { firstWrong, fitsBehindAnyOne, type LooseRecord } from './table-judge.ts';

const RUNS = 1_000;

let traces: LooseRecord[][];
beforeAll(async () => {
  traces = [];
  for (const name of playNames)
    traces.push(structuredClone(await recordSessions(simulatedRig(), name)) as unknown as LooseRecord[]);
});

describe('of 1,000 random alterations', () => {
  test('each is refused at the record that the tables would not have written, and what they would have written is accepted', () => {
    const refused: string[] = [];
    const check = ({ kind, expectation, index, records }: Altered) => {
      const wrong = firstWrong(records);
      const verdict = validateTrace(records);
      expect(verdict.ok ? undefined : verdict.index).toBe(wrong);
      if (expectation === 'refused there') expect(wrong).toBe(index);
      if (wrong !== undefined) refused.push(kind);
    };
    fc.assert(fc.property(altered(traces, Object.keys(alterations)), check), { numRuns: RUNS });
    expect(refused.length).toBeGreaterThan(RUNS * 0.75);
    // Of each kind something is refused, but for the one that never matters.
    expect([...new Set(refused)].sort()).toEqual(
      Object.keys(alterations)
        .filter((kind) => kind !== 'another time')
        .sort(),
    );
  });

  test('behind a missing record each is refused or accepted as a search through the tables says', () => {
    const ofOneRecord = Object.keys(alterations).filter((kind) => !/seq|role|session|twice|exchanged|somewhere|less/.test(kind));
    const verdicts = new Set<boolean>();
    const check = ({ index, records }: Altered) => {
      const record = records[index] as LooseRecord;
      const before = records.slice(0, index).filter(({ session, role }) => session === record.session && role === record.role);
      if (before.length === 0) return;
      const known = before.slice(0, -1);
      const verdict = validateTrace([...known, record], { partial: true });
      expect(verdict).toMatchObject(
        fitsBehindAnyOne(known, record) ? { ok: true, missing: 1 } : { ok: false, index: known.length },
      );
      verdicts.add(verdict.ok);
    };
    fc.assert(fc.property(altered(traces, ofOneRecord), check), { numRuns: RUNS });
    expect([...verdicts].sort()).toEqual([false, true]);
  });
});

describe('a trace of which something is missing', () => {
  const somewhere = fc.record({
    trace: fc.nat(10_000),
    keep: fc.infiniteStream(fc.boolean()),
    leaveOut: fc.infiniteStream(fc.subarray(['seq', 'time', 'state', 'actions', 'next'])),
  });

  test('fits, whichever records are missing, as a partial one', () => {
    const check = ({ trace, keep }: { trace: number; keep: Iterator<boolean> }) => {
      const left = (traces[trace % traces.length] ?? []).filter(() => keep.next().value);
      expect(validateTrace(left, { partial: true })).toMatchObject({ ok: true });
    };
    fc.assert(fc.property(somewhere, check));
  });

  test('fits, whatever its records do not say', () => {
    const check = ({
      trace,
      keep,
      leaveOut,
    }: {
      trace: number;
      keep: Iterator<boolean>;
      leaveOut: Iterator<readonly string[]>;
    }) => {
      const left = (traces[trace % traces.length] ?? []).filter(() => keep.next().value);
      const said = left.map((record) => {
        const silent: readonly string[] = leaveOut.next().value;
        return Object.fromEntries(Object.entries(record).filter(([field]) => !silent.includes(field)));
      });
      expect(validateTrace(said, { partial: true })).toMatchObject({ ok: true });
    };
    fc.assert(fc.property(somewhere, check));
  });
});
