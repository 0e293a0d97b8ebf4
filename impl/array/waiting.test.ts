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

const looksOf = (spinner: Spinner) => {
  const nothing = never();
  spinner.spin(nothing.ready);
  return nothing.looks.count;
};

/** Short sleeps that it takes until the spinner looks again. */
function sleepsUntilItLooks(spinner: Spinner): number {
  for (let sleeps = 0; sleeps < 10_000; sleeps += 1) {
    if (looksOf(spinner) > 1) return sleeps;
    spinner.slept(0.05);
  }
  throw new Error('it never looks again');
}

test('an adaptive one stops looking when it was not worth it, and long sleeps do not make it try again', () => {
  const spinner = new Spinner();
  expect([looksOf(spinner) > 1_000, looksOf(spinner) > 1_000, looksOf(spinner)]).toEqual([true, true, 1]);
  for (let sleep = 0; sleep < 10_000; sleep += 1) spinner.slept(1);
  expect(looksOf(spinner)).toBe(1);
});

test('behind short sleeps it tries again, more and more seldom while that is for nothing, and at once as often as before when it was not', () => {
  const spinner = new Spinner();
  const again = () => {
    while (looksOf(spinner) > 1);
    return sleepsUntilItLooks(spinner);
  };
  const [one = 0, two = 0, three = 0] = [again(), again(), again()];
  expect([two, three]).toEqual([one * 2, one * 4]);
  for (let round = 0; round < 12; round += 1) again();
  expect(again()).toBe(again());
  expect(spinner.spin(thing(5).ready)).toBe(true);
  expect(again()).toBe(one);
});
