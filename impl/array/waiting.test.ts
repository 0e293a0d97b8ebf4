import { expect, test } from 'vitest';
import { Spinner } from './waiting.ts';

/** Something to look at that says yes at the given look, and counts. */
function thing(yesAt: number) {
  const looks = { count: 0 };
  return {
    looks,
    ready: () => {
      looks.count += 1;
      return looks.count >= yesAt;
    },
  };
}
const never = () => thing(Number.POSITIVE_INFINITY);

test('a spinner without any budget still looks once, so that what is there already is seen', () => {
  expect(new Spinner(0).spin(() => true)).toBe(true);
  const nothing = never();
  expect([new Spinner(0).spin(nothing.ready), nothing.looks.count]).toEqual([false, 1]);
});

test('a fixed budget is spent each time', () => {
  const spinner = new Spinner(10);
  for (let wait = 0; wait < 5; wait += 1) {
    const nothing = never();
    expect([spinner.spin(nothing.ready), nothing.looks.count]).toEqual([false, 11]);
  }
  expect(new Spinner(10).spin(thing(11).ready)).toBe(true);
});

test('an adaptive one stops looking when it was not worth it, and begins again behind a short sleep', () => {
  const spinner = new Spinner();
  const looksOf = () => {
    const nothing = never();
    spinner.spin(nothing.ready);
    return nothing.looks.count;
  };
  expect(looksOf()).toBeGreaterThan(1_000);
  expect(looksOf()).toBeGreaterThan(1_000);
  expect(looksOf()).toBe(1);
  spinner.slept(1);
  expect(looksOf()).toBe(1);
  spinner.slept(0.05);
  expect(looksOf()).toBeGreaterThan(1_000);
});
