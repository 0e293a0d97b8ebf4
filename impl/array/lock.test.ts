import { expect, test } from 'vitest';
import { ArrayError } from './errors.ts';
import { anonymous, type Life } from './liveness.ts';
import { GIVE_UP_AFTER, Lock, STEAL_AFTER } from './lock.ts';
import type { Signal } from './memory/memory.ts';
import { Words } from './memory/words.ts';

/** A signal that does not block: it counts, and lets the test act in place of the other holder. */
class Pauses implements Signal {
  count = 0;
  constructor(readonly act: (count: number) => void = () => undefined) {}
  wait(): Promise<void> {
    return Promise.resolve();
  }
  pause(): void {
    this.count += 1;
    this.act(this.count);
  }
  notify(): void {}
}

/** Holder 7; what it is told of others. */
const seven = (life: Life = 'unknown') => ({ token: 7, identity: anonymous, probe: () => life });
const holding = (token: number, count: number) => (token << 10) | count;

const memory = () => new Words(new SharedArrayBuffer(64));

test('a lock is free again after its section, also when that throws', () => {
  const words = memory();
  const lock = new Lock(words, new Pauses(), 0, seven());
  expect(lock.run(() => words.load(0) >>> 10)).toBe(7);
  expect(words.load(0)).toBe(0);
  expect(() =>
    lock.run(() => {
      throw new Error('inside');
    }),
  ).toThrow('inside');
  expect(words.load(0)).toBe(0);
});

test('a waiter gets the lock as soon as its holder gives it back', () => {
  const words = memory();
  words.store(0, holding(9, 1));
  const pauses = new Pauses((count) => {
    if (count === 3) words.store(0, 0);
  });
  expect(new Lock(words, pauses, 0, seven()).run(() => 'in')).toBe('in');
  expect(pauses.count).toBe(3);
});

test('a lock whose holder is gone is taken over at once, and says that it was', () => {
  const words = memory();
  words.store(0, holding(9, 1));
  const pauses = new Pauses();
  const lock = new Lock(words, pauses, 0, seven('gone'));
  expect(lock.run(() => 'in')).toBe('in');
  expect([pauses.count < 20, lock.robbed]).toEqual([true, true]);
});

test.each(['stopped', 'running'] as const)(
  'a lock whose holder is %s is never taken over: waiting for it ends with an error',
  (life) => {
    const words = memory();
    words.store(0, holding(9, 1));
    const pauses = new Pauses();
    expect(() => new Lock(words, pauses, 0, seven(life)).run(() => 'in')).toThrow(/thread 9 holds the lock/);
    expect([words.load(0), pauses.count]).toEqual([holding(9, 1), GIVE_UP_AFTER / 2]);
  },
);

test('the holder is asked for by what it signed with its holding, and by its number alone when it has not signed yet', () => {
  const words = memory();
  const asked: unknown[] = [];
  const probe = (identity: unknown) => {
    asked.push(identity);
    return 'gone' as const;
  };
  const other = { token: 9, identity: { process: 3, thread: 9, start: 55, boot: 66, space: 77 }, probe };
  let taken = 0;
  new Lock(words, new Pauses(), 0, other).run(() => {
    taken = words.load(0);
  });
  for (const left of [taken, holding(8, 1)]) {
    words.store(0, left);
    new Lock(words, new Pauses(), 0, { ...seven(), probe }).run(() => undefined);
  }
  expect(asked).toEqual([
    expect.objectContaining({ thread: 9, start: 55, boot: 66, space: 77 }),
    expect.objectContaining({ thread: 8, start: -1 }),
  ]);
});

test('a lock whose holder nobody can ask for is taken over after a bound', () => {
  const words = memory();
  words.store(0, holding(9, 1));
  const pauses = new Pauses();
  expect(new Lock(words, pauses, 0, seven()).run(() => 'in')).toBe('in');
  expect(pauses.count).toBe(STEAL_AFTER / 2);
  expect(words.load(0)).toBe(0);
});

test('a lock that goes from hand to hand is not taken over, and waiting for it ends with an error', () => {
  const words = memory();
  words.store(0, holding(9, 1));
  const pauses = new Pauses((count) => words.store(0, holding(9, count & 0x3ff)));
  expect(() => new Lock(words, pauses, 0, seven()).run(() => 'in')).toThrow(ArrayError);
});

test('a holder whose lock was taken over does not free the new holding', () => {
  const words = memory();
  const lock = new Lock(words, new Pauses(), 0, seven());
  lock.run(() => words.store(0, holding(9, 5)));
  expect(words.load(0)).toBe(holding(9, 5));
});
