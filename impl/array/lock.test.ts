import { expect, test } from 'vitest';
import { ArrayError } from './errors.ts';
import { Lock } from './lock.ts';
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

const memory = () => new Words(new SharedArrayBuffer(64));

test('a lock is free again after its section, also when that throws', () => {
  const words = memory();
  const lock = new Lock(words, new Pauses(), 0, 7);
  expect(lock.run(() => words.load(0) >>> 16)).toBe(7);
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
  words.store(0, 0x0009_0001);
  const pauses = new Pauses((count) => {
    if (count === 3) words.store(0, 0);
  });
  expect(new Lock(words, pauses, 0, 7).run(() => 'in')).toBe('in');
  expect(pauses.count).toBe(3);
});

test('a lock whose holder died is taken over after a bound', () => {
  const words = memory();
  words.store(0, 0x0009_0001);
  const pauses = new Pauses();
  expect(new Lock(words, pauses, 0, 7).run(() => 'in')).toBe('in');
  expect(pauses.count).toBe(500);
  expect(words.load(0)).toBe(0);
});

test('a lock that goes from hand to hand is not taken over, and waiting for it ends with an error', () => {
  const words = memory();
  words.store(0, 0x0009_0001);
  const pauses = new Pauses((count) => words.store(0, 0x0009_0001 + (count & 0xfff)));
  expect(() => new Lock(words, pauses, 0, 7).run(() => 'in')).toThrow(ArrayError);
});

test('a holder whose lock was taken over does not free the new holding', () => {
  const words = memory();
  const lock = new Lock(words, new Pauses(), 0, 7);
  lock.run(() => words.store(0, 0x0009_0005));
  expect(words.load(0)).toBe(0x0009_0005);
});
