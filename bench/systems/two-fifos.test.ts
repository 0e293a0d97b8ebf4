import { expect, test } from 'vitest';
import { asTransitionSystem, explore } from '../../model-tests/index.ts';
import { twoFifos } from './two-fifos.ts';

test.each([
  [1, 1, 33, 68],
  [2, 2, 132, 410],
  [4, 3, 1_098, 4_070],
  [3, 4, 1_110, 4_094],
  [5, 5, 9_078, 35_438],
])(
  'two FIFOs of %d and %d messages have as many states and moves as a search that was packed by hand finds',
  (toServer, toClient, states, moves) => {
    const { vertices, edges, complete } = explore(asTransitionSystem(twoFifos(toServer, toClient)));
    expect(complete).toBe(true);
    expect([vertices.length, edges.length]).toEqual([states, moves]);
  },
);

test('its slots and rules are few: what a benchmark of explorers is to measure is the explorer', () => {
  const { slots, rules } = twoFifos(2, 2);
  expect(slots.map(({ name }) => name)).toEqual(['client', 'server', 'c2s', 's2c']);
  expect(rules.map(({ name, touches }) => [name, touches])).toEqual([
    ['client: events', [0, 2]],
    ['server: events', [1, 3]],
    ['server gets from c2s', [1, 2, 3]],
    ['client gets from s2c', [0, 2, 3]],
  ]);
});
