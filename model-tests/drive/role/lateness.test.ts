/** A failing path has failed, also when it holds the next time; only a drive in which the tester itself was late is driven again. */
import { expect, test } from 'vitest';
import { simulatedRig } from '../rigs.ts';
import { Lateness } from './lateness.ts';
import { OwnServer } from './own-server.ts';
import { coverRole, everything, limitNames } from './paths.ts';
import type { Seen, Setup, Subject } from './subject.ts';
import { type RoleEvent, verifyRole } from './verify-role.ts';

test('a limit is overdue when its time is over since the earliest moment at which it can have begun', () => {
  let now = 0;
  const lateness = new Lateness({ replyTimeout: 100 }, () => now);
  const step = { input: { type: 'start' }, expect: [], state: '', transitions: [] };
  const since = lateness.mark();
  now = 40;
  lateness.done([{ ...step, limits: ['replyTimeout', 'readyTimeout'], started: ['replyTimeout', 'readyTimeout'] }], since);
  now = 99;
  expect(lateness.overdue({ type: 'first.descriptor' })).toBeUndefined();
  now = 100;
  expect(lateness.overdue({ type: 'first.descriptor' })).toBe('replyTimeout');
  expect(lateness.overdue({ type: 'timeout', limit: 'replyTimeout' })).toBeUndefined();
  lateness.done([{ ...step, limits: ['readyTimeout'], started: [] }], now);
  expect(lateness.overdue({ type: 'first.descriptor' })).toBeUndefined();
});

/** Our server process as one whose time passes by itself; what it is seen to do in its drive of this number is changed. */
function changed(change: (drive: number, seen: Seen[]) => Seen[]): Subject {
  const own = new OwnServer(simulatedRig(), 1);
  let drives = 0;
  const overrides: Partial<Subject> = {
    capabilities: { ...everything, clock: 'real', limits: [] },
    start: (setup: Setup) => {
      drives += 1;
      return own.start({ ...setup, limits: {} });
    },
    observe: async () => change(drives, await own.observe()),
  };
  return new Proxy<Subject>(own, {
    get(target, key: keyof Subject) {
      const value = Reflect.get(overrides, key) ?? Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

async function verified(subject: Subject, limitsOf: (trial: number) => Readonly<Record<string, number>> | undefined) {
  const events: RoleEvent[] = [];
  const suite = coverRole('server', { ...everything, limits: [] }, ['network']);
  const secret = Buffer.from('x');
  for await (const event of verifyRole({
    name: 'it',
    subject,
    suite,
    secret,
    seed: 1,
    path: 'server.1',
    limitsOf: (_path, trial) => limitsOf(trial),
    command: 'stpconnect verify',
  }))
    events.push(event);
  const row = events.flatMap((event) => (event.type === 'row' ? event.row : []))[0];
  const messages = events.flatMap((event) => (event.type === 'failure' ? event.failure.message : []));
  return { row, messages };
}

const long = Object.fromEntries(limitNames.map((name) => [name, 1_000_000]));
const over = Object.fromEntries(limitNames.map((name) => [name, 0]));
const wrongReport: Seen = { type: 'failed', code: 'nobodyKnows' };

test('what fails once and holds the next time has failed, and is said to fail now and then', async () => {
  const subject = changed((drive, seen) => (drive === 1 && seen.length > 0 ? [...seen, wrongReport] : seen));
  const { row, messages } = await verified(subject, (trial) => (trial < 3 ? long : undefined));
  expect(row).toMatchObject({ paths: 1, failed: 1, unsteady: 1, late: 0 });
  expect(messages.join()).toContain('it fails now and then');
});

test('what fails each time is not said to', async () => {
  const subject = changed((_drive, seen) => [...seen, wrongReport]);
  const { row, messages } = await verified(subject, (trial) => (trial < 3 ? long : undefined));
  expect(row).toMatchObject({ paths: 1, failed: 1, unsteady: 0, late: 0 });
  expect(messages.join()).not.toContain('now and then');
});

test('a drive in which the tester was too late for a limit is driven again with other limits', async () => {
  const subject = changed((drive, seen) => (drive === 1 && seen.length > 1 ? [...seen, wrongReport] : seen));
  const late = changed((drive, seen) => (drive < 3 ? [...seen, wrongReport] : seen));
  for (const one of [subject, late]) {
    const { row, messages } = await verified(one, (trial) => (trial < 2 ? over : trial === 2 ? long : undefined));
    expect(messages).toEqual([]);
    expect(row).toMatchObject({ paths: 1, failed: 0 });
  }
});

test('a tester that is too late each time says so, and the path has failed', async () => {
  const { row, messages } = await verified(
    changed((_drive, seen) => (seen.length > 0 ? [...seen, wrongReport] : seen)),
    (trial) => (trial < 3 ? over : undefined),
  );
  expect(row).toMatchObject({ paths: 1, failed: 1, late: 1, unsteady: 0 });
  expect(messages.join()).toMatch(/the tester was too late each time: \w+Timeout was over/);
});
