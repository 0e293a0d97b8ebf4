import { describe, expect, test } from 'vitest';
import type { Property, Rule, System, View } from '../compose/system.ts';
import { shows } from './evidence.ts';
import { type Walk, walksAlong } from './walk.ts';

const when = (name: string, from: number, to: number, fair = false): Rule<string> => ({
  name,
  fair,
  *fire(view) {
    if (view.get<number>(0) === from) yield { move: name, writes: [[0, to]] };
  },
});

/** 0 → 1 → 2 → 1 for ever, and from 1 to the end, 9; the latter is fair where it says so. At 1 something has to happen: the way to 2 is fair. */
const looping = (leaves: 'fair' | 'unfair'): System<string> => ({
  slots: [{ name: 'place', initial: 0 }],
  rules: [
    when('in', 0, 1),
    when('forth', 1, 2, true),
    when('back', 2, 1),
    when('stay', 2, 2),
    when('leave', 1, 9, leaves === 'fair'),
  ],
  lifelines: [],
  show: (text) => ({ text, events: [] }),
});
const unfair = looping('unfair');

const is = (place: number) => (view: View) => view.get<number>(0) === place;
const walk = (moves: string, loopFrom?: number): Walk<string> => {
  const run = { moves: moves === '' ? [] : moves.split(' '), ...(loopFrom === undefined ? {} : { loopFrom }) };
  const [first] = walksAlong(unfair, run);
  if (first === undefined) throw new Error(`${moves} is no run`);
  return first;
};
type Bare<P> = P extends unknown ? Omit<P, 'id' | 'description'> : never;
const shown = (property: Bare<Property<string>>, run: Walk<string>, system = unfair) =>
  shows(system, { id: 'it', description: '', ...property } as Property<string>, run);

describe('a run shows', () => {
  test.each([
    ['that always is violated at its last state', { kind: 'always', holds: is(0) }, 'in', ''],
    ['that never is violated at its last state', { kind: 'never', holds: is(2) }, 'in forth', 'in'],
    ['that sometimes is reached', { kind: 'sometimes', holds: is(9) }, 'in leave', 'in forth'],
    ['a move that must not be', { kind: 'neverMove', of: (move) => move === 'forth' }, 'in forth', 'in forth back'],
    ['a move that is to be reached', { kind: 'sometimesMove', of: (move) => move === 'in' }, 'in', ''],
    ['a deadlock where nothing can happen', { kind: 'noDeadlock', mayEnd: is(0) }, 'in leave', 'in'],
  ] satisfies [string, Bare<Property<string>>, string, string][])('%s, and another run does not', (_, property, yes, no) => {
    expect([shown(property, walk(yes)), shown(property, walk(no))]).toEqual([true, false]);
  });

  test('no deadlock where it may end', () => {
    expect(shown({ kind: 'noDeadlock', mayEnd: is(9) }, walk('in leave'))).toBe(false);
  });

  test('that something never comes only when it may stop there, or goes on for ever', () => {
    const property = { kind: 'eventually', holds: is(7) } as const;
    expect(shown(property, walk('in leave'))).toBe(true);
    expect(shown(property, walk('in forth back', 1))).toBe(true);
    expect(shown(property, walk('in forth'))).toBe(true);
    expect(shown(property, walk('in forth back'))).toBe(false);
  });

  test('nothing of what never comes when it came', () => {
    const property = { kind: 'eventually', holds: is(2) } as const;
    expect(shown(property, walk('in forth back', 1))).toBe(false);
    expect(shown(property, walk('in leave'))).toBe(true);
  });

  test('a promise that is broken, whose fulfilment is neither after it nor anywhere in the loop', () => {
    const from2to1 = { kind: 'leadsTo', from: is(2), to: is(1) } as const;
    const from2to9 = { kind: 'leadsTo', from: is(2), to: is(9) } as const;
    expect(shown(from2to9, walk('in forth back', 1))).toBe(true);
    expect(shown(from2to1, walk('in forth back', 1))).toBe(false);
    expect(shown(from2to1, walk('in forth stay', 2))).toBe(true);
    expect(shown({ kind: 'leadsTo', from: is(0), to: is(1) }, walk('in forth stay', 2))).toBe(false);
  });

  test('a livelock in a loop without progress, whatever came before it', () => {
    const property = (name: string) => ({ kind: 'noLivelock', progress: (move: string) => move === name }) as const;
    expect(shown(property('in'), walk('in forth back', 1))).toBe(true);
    expect(shown(property('back'), walk('in forth back', 1))).toBe(false);
    expect(shown(property('in'), walk('in leave'))).toBe(false);
  });

  test('nothing when it goes on for ever by being unfair', () => {
    const property = { kind: 'eventually', holds: is(9) } as const;
    // Where it is at 2, leave cannot fire: weak fairness allows to go round for ever.
    expect(shown(property, walk('in forth back', 1), looping('fair'))).toBe(true);
    const stubborn = { ...looping('fair'), rules: [...looping('fair').rules.slice(0, 4), when('leave', 2, 9, true)] };
    expect(shown(property, walk('in forth stay', 2))).toBe(true);
    expect(shown(property, walk('in forth stay', 2), stubborn)).toBe(false);
  });

  test('nothing when its loop does not close', () => {
    const open = { ...walk('in forth back', 1), loopFrom: 0 };
    expect(shown({ kind: 'eventually', holds: is(9) }, open)).toBe(false);
  });
});
