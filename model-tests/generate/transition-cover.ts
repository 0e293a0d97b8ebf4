/** Paths from the initial world that together take every edge of a graph. Knows nothing of the handshake. */
import { type Edge, type Graph, type Vertex, wayTo } from '../explore/explore.ts';

/** A run from the initial world. */
export type Path<World, Move> = readonly Edge<World, Move>[];

/**
 * A transition cover: the deepest edge that no path has taken yet gets a path, a shortest way to it, which then goes on along
 * edges that are new as long as there are any, and to a world without edges if one can be reached so. Greedy, hence not the smallest cover. Edges that are not `wanted` (default: all are) get no paths of their own.
 */
export function* transitionCover<World, Move>(
  graph: Graph<World, Move>,
  wanted: (edge: Edge<World, Move>) => boolean = () => true,
): Generator<Path<World, Move>> {
  const taken = Uint8Array.from(graph.edges, (edge) => (wanted(edge) ? 0 : 1));
  const deepestFirst = [...graph.edges].sort((a, b) => b.from.depth - a.from.depth || a.id - b.id);
  for (const edge of deepestFirst) {
    if (taken[edge.id] === 1) continue;
    const path = prefixThroughNewEdges(edge, taken);
    for (let next = newEdge(edge.to, taken); next !== undefined; next = newEdge(next.to, taken)) {
      path.push(next);
      taken[next.id] = 1;
    }
    yield path;
  }
}

/** A way to `edge` and over it; every edge on it counts as taken. */
function prefixThroughNewEdges<World, Move>(edge: Edge<World, Move>, taken: Uint8Array): Edge<World, Move>[] {
  const path = [...wayTo(edge.from), edge];
  for (const step of path) taken[step.id] = 1;
  return path;
}

function newEdge<World, Move>(vertex: Vertex<World, Move>, taken: Uint8Array): Edge<World, Move> | undefined {
  return vertex.edges.find((edge) => taken[edge.id] !== 1);
}
