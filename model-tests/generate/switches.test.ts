import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { definedInputs, type Machine, nextState, stateBehind } from './machine.ts';
import { machineFrom, tables } from './small-machines.test-support.ts';
import type { Suite } from './suite.ts';
import { switchCover } from './switches.ts';

const machines = (size: { states: number; inputs: number; holes: boolean }) =>
  tables({ ...size, outputs: 2, looks: false }).map((table) => machineFrom(table, 2));

/** Every sequence of so many transitions that the machine can do, and every shorter one from the reset that nothing follows. */
function sequences(machine: Machine, length: number): Set<string> {
  const defined = definedInputs(machine);
  const found = new Set<string>();
  const visit = (start: number, state: number, taken: readonly number[]) => {
    const ends = defined[state]?.length === 0;
    if (taken.length === length || (start === 0 && ends && taken.length > 0)) found.add(`${start}: ${taken.join(' ')}`);
    if (taken.length < length)
      for (const input of defined[state] ?? []) visit(start, nextState(machine, state, input), [...taken, input]);
  };
  for (const state of machine.states.keys()) visit(state, state, []);
  return found;
}

/** The sequences that a suite takes. */
function takenBy({ machine, paths }: Suite, length: number): Set<string> {
  const taken = new Set<string>();
  for (const path of paths()) {
    for (let at = 0; at === 0 || at + length <= path.length; at += 1) {
      taken.add(`${stateBehind(machine, path.slice(0, at))}: ${path.slice(at, at + length).join(' ')}`);
    }
  }
  return taken;
}

/** Inputs and resets of the cheapest suite that takes all these sequences: by trying everything, the cheapest first. */
function cheapest(machine: Machine, length: number): number {
  const wanted = [...sequences(machine, length)];
  const numbers = new Map(wanted.map((sequence, number) => [sequence, 1 << number]));
  const all = 2 ** wanted.length - 1;
  const defined = definedInputs(machine);
  // Where a walk stands, how it came there, and what has been taken. A new walk costs its reset when it begins.
  interface Place {
    readonly state: number;
    readonly recent: readonly number[];
    readonly start: number;
    readonly done: number;
  }
  let layer: Place[] = [{ state: 0, recent: [], start: 0, done: 0 }];
  const seen = new Set<string>();
  for (let cost = 1; ; cost += 1) {
    const following: Place[] = [];
    for (const place of layer) {
      const key = `${place.start} ${place.recent.join()} ${place.done}`;
      if (seen.has(key)) continue;
      seen.add(key);
      if (place.done === all) return cost;
      following.push({ state: 0, recent: [], start: 0, done: place.done });
      for (const input of defined[place.state] ?? []) {
        const full = place.recent.length === length;
        const recent = full ? [...place.recent.slice(1), input] : [...place.recent, input];
        const start = full ? nextState(machine, place.start, place.recent[0] ?? 0) : place.start;
        const state = nextState(machine, place.state, input);
        const bit = numbers.get(`${start}: ${recent.join(' ')}`) ?? 0;
        following.push({ state, recent, start, done: place.done | bit });
      }
    }
    layer = following;
  }
}

const costOf = ({ size }: Suite) => size.paths + size.steps;

describe('a transition tour', () => {
  test('takes every transition at the lowest cost there is, on small machines', () => {
    let tried = 0;
    fc.assert(
      fc.property(machines({ states: 5, inputs: 3, holes: true }), (machine) => {
        const count = sequences(machine, 1).size;
        fc.pre(count > 0 && count <= 11);
        const suite = switchCover(machine);
        expect(suite.coverage.transitions).toEqual({ covered: count, total: count });
        expect(costOf(suite)).toBe(cheapest(machine, 1));
        tried += 1;
      }),
      { numRuns: 200 },
    );
    expect(tried).toBe(200);
  });

  test('of a machine that does nothing is empty', () => {
    const suite = switchCover(machineFrom({ inputs: 1, next: [-1], output: [0], sights: [0] }, 1));
    expect(suite.size).toEqual({ paths: 0, steps: 0 });
  });
});

describe('a switch cover', () => {
  test('takes all pairs at the lowest cost there is, on small machines', () => {
    fc.assert(
      fc.property(machines({ states: 4, inputs: 2, holes: true }), (machine) => {
        const count = sequences(machine, 2).size;
        fc.pre(count > 0 && count <= 11);
        expect(costOf(switchCover(machine, 1))).toBe(cheapest(machine, 2));
      }),
      { numRuns: 150 },
    );
  });

  test.each([0, 1, 2, 3])(
    'with %d switches takes every sequence of that many and one, and those that nothing can follow',
    (switches) => {
      fc.assert(
        fc.property(machines({ states: 6, inputs: 3, holes: true }), (machine) => {
          const taken = takenBy(switchCover(machine, switches), switches + 1);
          expect([...sequences(machine, switches + 1)].filter((sequence) => !taken.has(sequence))).toEqual([]);
        }),
        { numRuns: 60 },
      );
    },
  );

  test('says that it takes all pairs, and a tour says that it does not', () => {
    const machine = machineFrom({ inputs: 2, next: [1, 0, 0, 1], output: [0, 0, 1, 1], sights: [0, 0] }, 2);
    expect(switchCover(machine, 1).coverage.pairs).toEqual({ covered: 8, total: 8 });
    expect(switchCover(machine, 0).coverage.pairs.covered).toBeLessThan(8);
  });
});
