import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SlotValues } from '../compose/as-transition-system.ts';
import type { Property, System } from '../compose/system.ts';
import { check } from './check.ts';
import { shows } from './evidence.ts';
import { firstIsOne, lastIsOne, smallSystems, systemOf } from './random-systems.test-support.ts';
import { codeOf, RunCodeError, walkOf } from './run-code.ts';
import { initialState, type Walk, walksAlong } from './walk.ts';

const described = { description: '' };

/** Counts to 3 and may go back to 1 from there, or stop; `skip` leads from 0 to 1 and to 2 by the same move. */
const counter: System<string> = {
  slots: [{ name: 'count', initial: 0 }],
  rules: [
    {
      name: 'up',
      fair: true,
      *fire(view) {
        const count = view.get<number>(0);
        if (count === 0) yield* [1, 2].map((to) => ({ move: 'skip', writes: [[0, to]] as const }));
        else if (count < 3) yield { move: 'up', writes: [[0, count + 1]] };
      },
    },
    {
      name: 'back',
      *fire(view) {
        if (view.get<number>(0) === 3)
          yield* [
            { move: 'back', writes: [[0, 1]] as const },
            { move: 'stop', writes: [[0, 9]] as const },
          ];
      },
    },
  ],
  lifelines: ['counter'],
  show: (move) => ({ text: move, events: [] }),
};
const countsOf = ({ states }: Walk<string>) => states.map(([count]) => count);
const walks = (moves: readonly string[], loopFrom?: number) => [
  ...walksAlong(counter, { moves, ...(loopFrom === undefined ? {} : { loopFrom }) }),
];

describe('moves are followed', () => {
  test('to each state that they may lead to', () => {
    expect(walks(['skip']).map(countsOf)).toEqual([
      [0, 1],
      [0, 2],
    ]);
    expect(walks(['skip', 'up', 'up']).map(countsOf)).toEqual([[0, 1, 2, 3]]);
  });

  test('to nowhere when one of them cannot happen', () => {
    expect(walks(['up'])).toEqual([]);
    expect(walks(['skip', 'up', 'up', 'up'])).toEqual([]);
  });

  test('round a loop only where it closes', () => {
    expect(walks(['skip', 'up', 'up', 'back'], 1).map(countsOf)).toEqual([[0, 1, 2, 3, 1]]);
    expect(walks(['skip', 'up', 'back'], 1)).toEqual([]);
  });

  test('and no moves stay in the initial state', () => {
    expect(walks([]).map(countsOf)).toEqual([[0]]);
  });
});

describe('a run’s code', () => {
  const all: Property<string>[] = [
    { ...described, id: 'always', kind: 'always', holds: (view) => !lastIsOne(3)(view) },
    { ...described, id: 'neverMove', kind: 'neverMove', of: (move) => move === '0.0' },
    { ...described, id: 'noDeadlock', kind: 'noDeadlock', mayEnd: firstIsOne },
    { ...described, id: 'eventually', kind: 'eventually', holds: lastIsOne(3) },
    { ...described, id: 'leadsTo', kind: 'leadsTo', from: firstIsOne, to: lastIsOne(3) },
    { ...described, id: 'noLivelock', kind: 'noLivelock', progress: (move) => move.startsWith('0.') },
  ];

  test('gives back the run that the search found, loop and all, and that run shows what it is to show', async () => {
    let loops = 0;
    await fc.assert(
      fc.asyncProperty(smallSystems, async (small) => {
        const system = systemOf(small);
        for (const { id, counterexample } of (await check(system, all)).properties) {
          if (counterexample === undefined) continue;
          const property = all.find((known) => known.id === id) as Property<string>;
          const walk = [...walksAlong(system, counterexample)].find((candidate) => shows(system, property, candidate));
          expect([id, walk]).not.toEqual([id, undefined]);
          const code = codeOf(system, walk as Walk<string>);
          expect(code).toMatch(/^[0-9a-hjkmnp-tv-z]{3,24}$/);
          expect(walkOf(system, code.toUpperCase())).toEqual(walk);
          loops += counterexample.loopFrom === undefined ? 0 : 1;
        }
      }),
      { numRuns: 300 },
    );
    expect(loops).toBeGreaterThan(100);
  });

  test('is as short as the run’s decisions are few', () => {
    const [walk] = walks(['skip', 'up', 'up', 'stop']);
    expect(codeOf(counter, walk as Walk<string>)).toHaveLength(2 + 3);
  });

  test('with one character changed is refused, nearly always, and never leads astray', () => {
    const [walk] = walks(['skip', 'up', 'up', 'back', 'up', 'up'], 3);
    const code = codeOf(counter, walk as Walk<string>);
    const mistyped = [...code].flatMap((digit, at) =>
      [...'0123456789abcdefghjkmnpqrstvwxyz']
        .filter((other) => other !== digit)
        .map((other) => code.slice(0, at) + other + code.slice(at + 1)),
    );
    const read = mistyped.filter((other) => {
      try {
        return codeOf(counter, walkOf(counter, other)) !== other;
      } catch (error) {
        if (error instanceof RunCodeError) return false;
        throw error;
      }
    });
    expect(read).toEqual([]);
    const accepted = mistyped.filter((other) => {
      try {
        return walkOf(counter, other) !== undefined;
      } catch {
        return false;
      }
    });
    expect(accepted.length).toBeLessThanOrEqual(2);
  });

  test.each(['', 'ab', 'hello world', 'ilou', '0'.repeat(5_000)])(
    'that is none (%j) is refused with what was expected',
    (code) => {
      expect(() => walkOf(counter, code)).toThrow(/^expected 3 to 4000 of the characters 0123456789abcdefghjkmnpqrstvwxyz$/);
    },
  );

  test('of any characters whatever is read or refused, and nothing else happens', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'0123456789abcdefghjkmnpqrstvwxyz'), maxLength: 60 }), (code) => {
        try {
          expect(codeOf(counter, walkOf(counter, code)).length).toBeGreaterThan(2);
        } catch (error) {
          expect(error).toBeInstanceOf(RunCodeError);
        }
      }),
    );
  });

  test('of a walk that the system cannot go is refused', () => {
    const states: SlotValues[] = [initialState(counter), [7]];
    expect(() => codeOf(counter, { states, choices: [{ move: 'jump', rule: 0, next: [7] }] })).toThrow(
      'move 0 of the walk cannot happen there: "jump"',
    );
  });
});
