/**
 * Shortest tours: walks from a start node, each followed by a reset, that together take every required arc of a graph (the Chinese postman of
 * a directed graph, Edmonds and Johnson 1973, with the reset as one more way back).
 */
import { type ArcGraph, cheapestFlow } from './flow.ts';

/** A graph to tour. Every node can be reached from node 0, where each walk begins. */
export interface TourGraph {
  readonly nodes: number;
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** Whether an arc has to be taken; others may be. */
  readonly required: (arc: number) => boolean;
}

/**
 * Walks as lists of arcs. Their number times `resetCost`, plus the arcs of all of them, is as small as can be; where required arcs hang together
 * only by way of others, it is small, and whether it is smallest is not known.
 */
export function shortestTour(graph: TourGraph, resetCost = 1): number[][] {
  const arcs = withResets(graph, resetCost);
  let taken = circulation(arcs, new Set());
  const forced = new Set<number>();
  for (let lonely = unconnected(arcs, taken); lonely !== undefined; lonely = unconnected(arcs, taken)) {
    const group = lonely;
    const entries = graph.from.flatMap((from, arc) => (!group.has(from) && group.has(graph.to[arc] ?? 0) ? [arc] : []));
    const attempts = entries.map((entry) => ({ entry, taken: circulation(arcs, new Set([...forced, entry])) }));
    const best = attempts.reduce((cheapest, attempt) =>
      costOf(arcs, attempt.taken) < costOf(arcs, cheapest.taken) ? attempt : cheapest,
    );
    forced.add(best.entry);
    taken = best.taken;
  }
  return walksOf(graph, circuit(arcs, taken));
}

/** A graph whose last arcs are resets: from each node to a node of their own, and from there, at least once, to the start. */
interface ResetGraph extends ArcGraph {
  readonly required: (arc: number) => boolean;
}

function withResets(graph: TourGraph, resetCost: number): ResetGraph {
  const reset = graph.nodes;
  const count = graph.from.length;
  const nodes = Array.from({ length: graph.nodes }, (_, node) => node);
  const last = count + graph.nodes;
  return {
    nodes: graph.nodes + 1,
    from: [...graph.from, ...nodes, reset],
    to: [...graph.to, ...nodes.map(() => reset), 0],
    cost: [...graph.from.map(() => 1), ...nodes.map(() => resetCost), 0],
    required: (arc) => arc === last || (arc < count && graph.required(arc)),
  };
}

/** How often each arc is taken in a cheapest circulation that takes the required and the forced ones. */
function circulation(graph: ResetGraph, forced: ReadonlySet<number>): Int32Array {
  const supply = new Array<number>(graph.nodes).fill(0);
  const mandatory = Int32Array.from({ length: graph.from.length }, (_, arc) => Number(graph.required(arc) || forced.has(arc)));
  for (const [arc, times] of mandatory.entries()) {
    const [from, to] = [graph.from[arc] ?? 0, graph.to[arc] ?? 0];
    supply[from] = (supply[from] ?? 0) - times;
    supply[to] = (supply[to] ?? 0) + times;
  }
  const flow = cheapestFlow(graph, supply);
  return flow.map((times, arc) => times + (mandatory[arc] ?? 0));
}

function costOf(graph: ResetGraph, taken: Int32Array): number {
  return taken.reduce((sum, times, arc) => sum + times * (graph.cost[arc] ?? 0), 0);
}

/** Nodes that taken arcs join with each other, but not with the start; undefined where there are none. */
function unconnected(graph: ResetGraph, taken: Int32Array): Set<number> | undefined {
  const leader = Array.from({ length: graph.nodes }, (_, node) => node);
  const find = (node: number): number => {
    let root = node;
    while (leader[root] !== root) root = leader[root] ?? root;
    for (let at = node; at !== root; ) [at, leader[at]] = [leader[at] ?? root, root];
    return root;
  };
  for (const [arc, times] of taken.entries()) if (times > 0) leader[find(graph.from[arc] ?? 0)] = find(graph.to[arc] ?? 0);
  const lost = taken.findIndex((times, arc) => times > 0 && find(graph.from[arc] ?? 0) !== find(0));
  if (lost < 0) return undefined;
  const group = find(graph.from[lost] ?? 0);
  return new Set([...leader.keys()].filter((node) => find(node) === group));
}

/** One closed walk from the start that takes each arc as often as `taken` says (Hierholzer 1873). */
function circuit(graph: ResetGraph, taken: Int32Array): number[] {
  const out: number[][] = Array.from({ length: graph.nodes }, () => []);
  for (const [arc, times] of taken.entries()) for (let n = 0; n < times; n += 1) out[graph.from[arc] ?? 0]?.push(arc);
  for (const arcs of out) arcs.reverse();
  const walk: number[] = [];
  const open: { readonly node: number; readonly by: number }[] = [{ node: 0, by: -1 }];
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const arc = out[top.node]?.pop();
    if (arc !== undefined) {
      open.push({ node: graph.to[arc] ?? 0, by: arc });
      continue;
    }
    open.pop();
    if (top.by >= 0) walk.push(top.by);
  }
  return walk.reverse();
}

/** The closed walk, cut at its resets. */
function walksOf(graph: TourGraph, closed: readonly number[]): number[][] {
  const count = graph.from.length;
  const cut = closed.lastIndexOf(count + graph.nodes) + 1;
  const walks: number[][] = [[]];
  for (const arc of [...closed.slice(cut), ...closed.slice(0, cut)]) {
    if (arc < count) walks.at(-1)?.push(arc);
    else if (arc === count + graph.nodes) walks.push([]);
  }
  return walks.filter((walk) => walk.length > 0);
}
