import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Condition, shortestTo } from './goals.ts';
import { stateBehind } from './machine.ts';
import { machineFrom, tables } from './small-machines.test-support.ts';
import { randomWalks } from './walks.ts';

// 0 -0-> 1 -0-> 2 -0-> 3, each with a way back by 1; in 3 input 0 ends in 4. Outputs are 1 where a walk goes on.
const line = machineFrom(
  { inputs: 2, next: [1, 0, 2, 0, 3, 1, 4, 2, -1, -1], output: [1, 0, 1, 0, 1, 0, 1, 0, 0, 0], sights: [0, 0, 0, 0, 1] },
  2,
);

describe('random walks', () => {
  test('are the same for the same seed, and others for another', () => {
    const of = (seed: number) => [...randomWalks(line, { seed, count: 20 }).paths()];
    expect(of(7)).toEqual(of(7));
    expect(of(7)).not.toEqual(of(8));
  });

  test('are defined, as many and as long as was asked for, and none is the beginning of another', () => {
    const machines = tables({ states: 6, inputs: 3, outputs: 2, holes: true, looks: false }).map((table) =>
      machineFrom(table, 2),
    );
    fc.assert(
      fc.property(machines, fc.nat(), fc.integer({ min: 1, max: 30 }), (machine, seed, length) => {
        const suite = randomWalks(machine, { seed, count: 30, length });
        const paths = [...suite.paths()];
        expect(paths.length).toBeLessThanOrEqual(30);
        expect(paths.filter((path) => path.length > length || stateBehind(machine, path) < 0)).toEqual([]);
        const texts = paths.map((path) => `${path.join()},`).sort();
        expect(texts.filter((text, at) => texts[at + 1]?.startsWith(text))).toEqual([]);
      }),
    );
  });
});

describe('a goal', () => {
  test('is reached by a shortest path', () => {
    expect(shortestTo(line, [({ to }) => to === 3])).toEqual([0, 0, 0]);
  });

  test('may have stages, which are met in order', () => {
    const stages = [({ to }) => to === 2, ({ input, to }) => input === 1 && to === 1, ({ to }) => to === 4] satisfies Condition[];
    expect(shortestTo(line, stages)).toEqual([0, 0, 1, 0, 0, 0]);
  });

  test('may meet several stages in one step', () => {
    expect(shortestTo(line, [({ output }) => output === 1, ({ to }) => to === 1])).toEqual([0]);
  });

  test('that cannot be reached has no path', () => {
    expect(shortestTo(line, [({ to }) => to === 4, ({ from }) => from === 4])).toBeUndefined();
  });
});
