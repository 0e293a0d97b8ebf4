import { describe, expect, test } from 'vitest';
import { scaleOf } from '../parts/use-window.ts';
import { readAddress, type Shown, writeAddress } from './address.ts';
import { Cache } from './cache.ts';

describe('the address', () => {
  test('holds what is shown, whatever the names are', () => {
    const shown: Shown = {
      recording: 'run/described.network&x=1',
      at: -1,
      session: '<script> #1',
      tab: 'sessions',
      panel: 'wires',
      wide: 'sequence',
      coverage: true,
      machines: { client: 'client/A.first', 'a.b': 'c=d' },
    };
    expect(readAddress(writeAddress(shown))).toEqual(shown);
  });

  test('shows nothing of what it does not know', () => {
    expect(readAddress('?at=soon&tab=secrets&panel=&wide=constructor')).toEqual({});
  });
});

describe('the scale of a list', () => {
  test('is one pixel for one as long as browsers can draw it', () => {
    expect(scaleOf(1000, 46, 500)).toEqual({ height: 46_000, factor: 1 });
  });

  test('brings the scroll bar’s end and the list’s end together in a list of a million', () => {
    const { height, factor } = scaleOf(1_000_000, 46, 500);
    expect((height - 500) * factor).toBeCloseTo(46_000_000 - 500, 3);
    expect(height).toBeLessThan(10_000_000);
  });
});

describe('answers that are kept', () => {
  test('are asked for once, however often they are wanted at a time', async () => {
    const cache = new Cache<number>(2);
    let asked = 0;
    const ask = async () => {
      asked += 1;
      return asked;
    };
    expect(await Promise.all([cache.get('a', ask), cache.get('a', ask)])).toEqual([1, 1]);
    expect(await cache.get('a', ask)).toBe(1);
  });

  test('are forgotten when there are too many, the oldest first', async () => {
    const cache = new Cache<string>(2);
    for (const key of ['a', 'b', 'c']) await cache.get(key, async () => key);
    expect(['a', 'b', 'c'].map((key) => cache.peek(key))).toEqual([undefined, 'b', 'c']);
  });

  test('that were asked for before everything was forgotten are not kept', async () => {
    const cache = new Cache<string>(2);
    let answer = (_: string) => {};
    const late = cache.get('a', () => new Promise((resolve) => (answer = resolve)));
    cache.clear();
    answer('old');
    expect(await late).toBe('old');
    expect(cache.peek('a')).toBeUndefined();
  });

  test('a question that failed is asked again', async () => {
    const cache = new Cache<string>(2);
    await expect(cache.get('a', () => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
    expect(await cache.get('a', async () => 'back')).toBe('back');
  });
});
