/** Random schedules of concurrent sessions of one listener; and that a bug which only some of them show is found, shrunk and brought back. */

import type { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { runSchedules } from '../drive/schedule/schedules.ts';
import { type Doors, ownDoors } from '../drive/schedule/world.ts';
import { soak, tellFailure } from '../soak/soak.ts';

const seed = 1;
const runs = 120;

test('in whatever order concurrent sessions of one listener go on, each server process gets the session that it asked for', {
  timeout: 120_000,
}, async () => {
  let sessions = 0;
  const failed = await runSchedules({
    seed,
    runs,
    onDone: (_, established) => {
      sessions += established;
    },
  });
  expect(failed === undefined ? '' : tellFailure(failed).join('\n')).toBe('');
  expect(sessions).toBeGreaterThan(runs);
});

/** Gives each user the error channel of the session that was established before his. */
function crossing(): Doors {
  return {
    ...ownDoors,
    listen: (options) => {
      let before: Duplex | undefined;
      return ownDoors.listen({
        ...options,
        onSession: (session) => {
          const error = before ?? session.error;
          before = session.error;
          return options.onSession({ ...session, error });
        },
      });
    },
  };
}

/** Each time new, since what it breaks is in what it remembers. */
const broken: Doors = { ...ownDoors, listen: (options) => crossing().listen(options) };

test('channels that are crossed between two sessions are found, and shrunk to two server processes that dial', {
  timeout: 60_000,
}, async () => {
  const failed = await runSchedules({ seed, runs, doors: broken });
  expect(failed?.what).toMatch(/is with server \d, the error channel|a channel carries/);
  expect(failed?.commands).toHaveLength(2);
  for (const command of failed?.commands ?? []) expect(command).toMatch(/^dial in/);
  const again = await runSchedules({ ...failed?.place, seed, runs: 1, doors: broken });
  expect(again).toEqual(failed);
});

test('the line that a failing soak prints brings the failure back, and says that it is gone where it is', {
  timeout: 60_000,
}, async () => {
  const [first, second, third] = [[], [], []] as [string[], string[], string[]];
  const saying = (lines: string[]) => (line: string) => void lines.push(line);
  expect(await soak(['--seconds', '30', '--seed', String(seed)], saying(first), broken)).toBe(1);
  const [, words = ''] = /replay: npm run soak -- (.*)$/.exec(first.at(-1) ?? '') ?? [];
  const args = words.split(' ').map((word) => word.replaceAll("'", ''));
  expect(await soak(args, saying(second), broken)).toBe(1);
  expect(second.slice(1)).toEqual(first.slice(2));
  expect(await soak(args, saying(third))).toBe(0);
  expect(third).toEqual(['soak: this schedule, and others of its commands: everything held']);
});

test('a soak ends in time and says how many sessions a second there were', { timeout: 60_000 }, async () => {
  const lines: string[] = [];
  expect(await soak(['--seconds', '0.2', '--seed', '5'], (line) => lines.push(line))).toBe(0);
  expect(lines.at(-1)).toMatch(
    /^soak: \d+ schedules, \d+ handshakes, \d+ sessions in [\d.]+ s: \d+ sessions a second; everything held$/,
  );
});

test('a soak that cannot run says how it is called', async () => {
  const lines: string[] = [];
  for (const args of [['--seconds', 'x'], ['--seed', '1.5'], ['--path', 'a'], ['--what']])
    expect(await soak(args, (line) => lines.push(line))).toBe(2);
  expect(new Set(lines).size).toBe(1);
});
