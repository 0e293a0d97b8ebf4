import { expect, test } from 'vitest';
import { Domain } from './domain.ts';
import { fits, layoutFor, pack, unpack } from './layout.ts';
import { NO_PARENT, StateSet } from './state-set.ts';

/** Domains that have taken so many values each. */
const domainsOf = (...sizes: readonly number[]) =>
  sizes.map((size, slot) => {
    const domain = new Domain(`slot ${slot}`);
    for (let value = 0; value < size; value += 1) domain.intern(value);
    return domain;
  });

/** Numbers that look like chance and are the same each time (Marsaglia's xorshift). */
function* numbers(below: number): Generator<number> {
  for (let x = 2_463_534_242; ; ) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    yield (x >>> 0) % below;
  }
}

test('values come out of packed words as they went in, also at the ends of words', () => {
  const domains = domainsOf(2, 60_000, 300, 1, 60_000, 5, 17, 3);
  const layout = layoutFor(domains);
  expect(layout.words).toBeLessThanOrEqual(3);
  const words = new Uint32Array(layout.words + 2);
  const values = Int32Array.from(domains, ({ size }) => size - 1);
  pack(layout, values, words, 1);
  const back = new Int32Array(values.length);
  unpack(layout, words, 1, back);
  expect(back).toEqual(values);
  expect([words[0], words.at(-1)]).toEqual([0, 0]);
});

test('a layout holds what it was made for, and a little more', () => {
  const domains = domainsOf(5, 6);
  const layout = layoutFor(domains);
  for (let value = 5; value < 8; value += 1) domains[0]?.intern(value);
  expect(fits(layout, domains)).toBe(true);
  for (let value = 8; value < 40; value += 1) domains[0]?.intern(value);
  expect(fits(layout, domains)).toBe(false);
});

test('of 300,000 states, equal ones are found and different ones are kept apart, also where their hashes agree', () => {
  const layout = layoutFor(domainsOf(60_000, 60_000, 60_000));
  const set = new StateSet(layout);
  const known = new Set<string>();
  const random = numbers(60_000);
  for (let i = 0; i < 300_000; i += 1) {
    const fresh = Int32Array.from([0, 0, 0], () => random.next().value as number);
    const values = i % 3 === 0 ? fresh : fresh.fill(i % 500, 1);
    known.add(values.join());
    pack(layout, values, set.staged, set.stagedAt);
    set.stage(NO_PARENT);
  }
  set.flush();
  expect(set.count).toBe(known.size);
  const values = new Int32Array(3);
  for (let id = 0; id < set.count; id += 997) {
    set.read(id, values);
    expect(known.has(values.join())).toBe(true);
    expect(set.find(values)).toBe(id);
  }
  expect(set.find(Int32Array.of(59_999, 1, 2))).toBe(-1);
});

test('states and their parents survive another layout', () => {
  const domains = domainsOf(40, 40);
  const set = new StateSet(layoutFor(domains));
  for (let value = 0; value < 40; value += 1) {
    pack(set.layout, Int32Array.of(value, 39 - value), set.staged, set.stagedAt);
    set.stage(value === 0 ? NO_PARENT : value - 1);
  }
  set.flush();
  for (let value = 40; value < 60_000; value += 1) domains[1]?.intern(value);
  set.relayout(layoutFor(domains), 2);
  const values = new Int32Array(2);
  for (let id = 0; id < 40; id += 1) {
    set.read(id, values);
    expect([...values, set.parentOf(id)]).toEqual([id, 39 - id, id === 0 ? NO_PARENT : id - 1]);
    expect(set.find(values)).toBe(id);
  }
});
