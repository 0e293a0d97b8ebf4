import { expect, test } from 'vitest';
import type { TransitionSystem } from '../compose/transition-system.ts';
import { transitionCover } from '../generate/transition-cover.ts';
import { explore, wayTo } from './explore.ts';

/** A counter modulo `size` that goes up by one or by two, or stays where it is. */
const counter = (size: number): TransitionSystem<number, string> => ({
  initial: 0,
  key: String,
  *moves(world) {
    yield { move: 'one', next: (world + 1) % size };
    yield { move: 'two', next: (world + 2) % size };
    yield { move: 'nothing', next: world };
  },
});

test('a search finds every world once, nearest first, and leaves out what changes nothing', () => {
  const graph = explore(counter(7));
  expect(graph.vertices.map(({ world, depth }) => [world, depth])).toEqual([
    [0, 0],
    [1, 1],
    [2, 1],
    [3, 2],
    [4, 2],
    [5, 3],
    [6, 3],
  ]);
  expect(graph.edges).toHaveLength(14);
  expect(graph.complete).toBe(true);
});

test('the way to a world is a shortest one', () => {
  const { vertices } = explore(counter(7));
  expect(wayTo(vertices[5] ?? (vertices[0] as never)).map(({ move }) => move)).toEqual(['one', 'two', 'two']);
});

test('a search that is cut by its limit says so', () => {
  const graph = explore(counter(7), { maxStates: 3 });
  expect(graph.vertices).toHaveLength(3);
  expect(graph.complete).toBe(false);
});

test('a transition cover takes every edge, each path from the initial world without a gap', () => {
  const graph = explore(counter(7));
  const paths = [...transitionCover(graph)];
  for (const path of paths) {
    expect(path[0]?.from).toBe(graph.vertices[0]);
    for (const [index, edge] of path.entries()) if (index > 0) expect(edge.from).toBe(path[index - 1]?.to);
  }
  expect(new Set(paths.flat())).toEqual(new Set(graph.edges));
});

test('a cover of some edges takes those, and makes no path for the others', () => {
  const graph = explore(counter(7));
  const paths = [...transitionCover(graph, ({ move }) => move === 'two')];
  const wanted = graph.edges.filter(({ move }) => move === 'two');
  expect(wanted.filter((edge) => !paths.flat().includes(edge))).toEqual([]);
  expect(paths.length).toBeLessThanOrEqual(wanted.length);
});
