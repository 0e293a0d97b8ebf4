import { expect, test } from 'vitest';
import type { Property, System, View } from '../compose/system.ts';
import { check } from './check.ts';

const text = { description: '' };

/** A system of counters: each rule adds one to its slot where `when` says so. */
function counters(
  names: readonly string[],
  rules: readonly (readonly [slot: number, to: number, when: Readonly<Record<number, number>>])[],
) {
  const system: System<string> = {
    slots: names.map((name) => ({ name, initial: 0 })),
    rules: rules.map(([slot, to, when], index) => ({
      name: `rule ${index}`,
      touches: [...new Set([slot, ...Object.keys(when).map(Number)])],
      mayWrite: [slot],
      *fire(view: View) {
        for (const [read, value] of Object.entries(when)) if (view.get<number>(Number(read)) !== value) return;
        yield { move: `${names[slot]} to ${to}`, writes: [[slot, to] as const] };
      },
    })),
    lifelines: [],
    show: (move) => ({ text: move, events: [] }),
  };
  return system;
}

test('of independent processes, it looks at one order only', async () => {
  const [processes, steps] = [5, 6];
  const system = counters(
    Array.from({ length: processes }, (_, i) => `process ${i}`),
    Array.from(
      { length: processes * steps },
      (_, i) => [i % processes, Math.floor(i / processes) + 1, { [i % processes]: Math.floor(i / processes) }] as const,
    ),
  );
  const ends: Property<string> = { ...text, id: 'ends', kind: 'noDeadlock', mayEnd: () => false };
  const [full, reduced] = [await check(system, [ends]), await check(system, [ends], { partialOrder: true })];
  expect([full.states, reduced.states]).toEqual([(steps + 1) ** processes, processes * steps + 1]);
  expect(reduced.properties[0]?.counterexample?.moves).toHaveLength(processes * steps);
});

test('what a property looks at is seen in every order', async () => {
  const system = counters(
    ['a', 'b'],
    [
      [0, 1, { 0: 0 }],
      [1, 1, { 1: 0 }],
    ],
  );
  const first = (one: number, other: number): Property<string> => ({
    ...text,
    id: `${one} first`,
    kind: 'sometimes',
    holds: (view) => view.get<number>(one) === 1 && view.get<number>(other) === 0,
  });
  const { properties } = await check(system, [first(0, 1), first(1, 0)], { partialOrder: true });
  expect(properties.map(({ verdict }) => verdict)).toEqual(['holds', 'holds']);
});

test('what may enable a rule in time is not put off', async () => {
  // x may go to 2 only while it is 0 and y is 1: to go to 1 at once, without y, would miss that end.
  const system = counters(
    ['x', 'y'],
    [
      [0, 1, { 0: 0 }],
      [0, 2, { 0: 0, 1: 1 }],
      [1, 1, { 1: 0 }],
    ],
  );
  const end: Property<string> = { ...text, id: 'end', kind: 'noDeadlock', mayEnd: (view) => view.get<number>(0) !== 2 };
  const { properties } = await check(system, [end], { partialOrder: true });
  expect(properties[0]?.verdict).toBe('violated');
});
