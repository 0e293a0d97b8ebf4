/** Shortest paths in an explored state graph. */
import type { Edges, Step } from './edges.ts';
import { followers } from './firing.ts';
import type { Canonical } from './symmetry.ts';

/** Where a path may go. */
export interface Within {
  readonly hasState: (id: number) => boolean;
  readonly hasMove: (move: number) => boolean;
}

/** Everything. */
export const anywhere: Within = { hasState: () => true, hasMove: () => true };

/**
 * A shortest path from one of `starts` to a state, or over a step, that is looked for; undefined when there is none. A start that is
 * looked for itself has the empty path. Neither starts nor what lies between leave `within`.
 */
export function shortestPath<Move>(
  edges: Edges<Move>,
  starts: Iterable<number>,
  isGoal: { readonly state?: (id: number) => boolean; readonly step?: (step: Step & { readonly rule: number }) => boolean },
  within: Within = anywhere,
): { readonly start: number; readonly steps: readonly Step[] } | undefined {
  const via = new Map<number, Step | undefined>();
  const queue: number[] = [];
  const wayTo = (id: number, last?: Step) => {
    const steps: Step[] = last === undefined ? [] : [last];
    let at = last?.from ?? id;
    for (let step = via.get(at); step !== undefined; step = via.get(at)) {
      steps.push(step);
      at = step.from;
    }
    return { start: at, steps: steps.reverse() };
  };
  for (const start of starts) {
    if (via.has(start) || !within.hasState(start)) continue;
    if (isGoal.state?.(start)) return { start, steps: [] };
    via.set(start, undefined);
    queue.push(start);
  }
  for (let head = 0; head < queue.length; head += 1) {
    const from = queue[head] as number;
    edges.read(from);
    for (const { move, to, rule } of [...edges.all(from)]) {
      if (!within.hasState(to) || !within.hasMove(move)) continue;
      const step = { from, move, to };
      if (isGoal.step?.({ ...step, rule })) return wayTo(to, step);
      if (via.has(to)) continue;
      via.set(to, step);
      if (isGoal.state?.(to)) return wayTo(to);
      queue.push(to);
    }
  }
  return undefined;
}

/** The steps of a shortest path from the initial state, as the search came to `id`. */
export function wayTo<Move>(edges: Edges<Move>, id: number): Step[] {
  const steps: Step[] = [];
  for (let to = id; to !== 0; ) {
    const from = edges.states.parentOf(to);
    edges.read(from);
    const move = edges.moves[edges.targets.indexOf(to)];
    if (move === undefined) throw new Error(`state ${from} does not lead to state ${to}`);
    steps.push({ from, move, to });
    to = from;
  }
  return steps.reverse();
}

/** A run by the numbers of its moves, and the values that it ends with. */
export interface Way {
  readonly moves: readonly number[];
  readonly values: Int32Array;
}

/**
 * A shortest run to a state of a search. Where states stand for others, it is a run of the system itself: each next state is one that
 * `canonical` takes to the next number.
 */
export function realWay<Move>(edges: Edges<Move>, id: number, canonical: Canonical = () => {}): Way {
  const { tables, states } = edges;
  const ids: number[] = [];
  for (let at = id; at !== 0; at = states.parentOf(at)) ids.push(at);
  const moves: number[] = [];
  let values = tables.initial;
  for (const next of ids.reverse()) {
    const follower = [...followers(tables, values)].find((candidate) => {
      const representative = candidate.values.slice();
      canonical(representative);
      return states.find(representative) === next;
    });
    if (follower === undefined) throw new Error(`no move leads to what state ${next} stands for`);
    moves.push(follower.move);
    values = follower.values;
  }
  return { moves, values };
}
