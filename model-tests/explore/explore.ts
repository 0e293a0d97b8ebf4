/** Breadth-first search of a system to the end, or to a limit. Knows nothing of the handshake. */
import type { TransitionSystem } from '../compose/transition-system.ts';

/** An explored world. */
export interface Vertex<World, Move> {
  readonly id: number;
  readonly world: World;
  /** Number of moves from the initial world on a shortest way. */
  readonly depth: number;
  /** The edge by which a shortest way comes here; undefined for the initial world. */
  readonly via: Edge<World, Move> | undefined;
  readonly edges: readonly Edge<World, Move>[];
}

/** One move from one world to another. Moves that change nothing are not edges. */
export interface Edge<World, Move> {
  readonly id: number;
  readonly from: Vertex<World, Move>;
  readonly to: Vertex<World, Move>;
  readonly move: Move;
}

/** The explored part of a system; `complete` is false when `maxStates` cut the search. */
export interface Graph<World, Move> {
  readonly vertices: readonly Vertex<World, Move>[];
  readonly edges: readonly Edge<World, Move>[];
  readonly complete: boolean;
}

/** Explores `system`. A search that needs more than `maxStates` worlds (default 1,000,000) stops there and says so. */
export function explore<World, Move>(system: TransitionSystem<World, Move>, { maxStates = 1_000_000 } = {}): Graph<World, Move> {
  type Open = Omit<Vertex<World, Move>, 'via' | 'edges'> & { via: Edge<World, Move> | undefined; edges: Edge<World, Move>[] };
  const vertices: Open[] = [{ id: 0, world: system.initial, depth: 0, via: undefined, edges: [] }];
  const edges: Edge<World, Move>[] = [];
  const byKey = new Map<string, Open>([[system.key(system.initial), vertices[0] as Open]]);
  let complete = true;
  for (let head = 0; head < vertices.length; head += 1) {
    const from = vertices[head] as Open;
    for (const { move, next } of system.moves(from.world)) {
      const key = system.key(next);
      let to = byKey.get(key);
      if (to === from) continue;
      const id = edges.length;
      if (to === undefined) {
        if (vertices.length >= maxStates) {
          complete = false;
          continue;
        }
        to = { id: vertices.length, world: next, depth: from.depth + 1, via: undefined, edges: [] };
        vertices.push(to);
        byKey.set(key, to);
      }
      const edge: Edge<World, Move> = { id, from, to, move };
      if (to.via === undefined && to.id > 0) to.via = edge;
      from.edges.push(edge);
      edges.push(edge);
    }
  }
  return { vertices, edges, complete };
}

/** The moves of a shortest way from the initial world to `vertex`. */
export function wayTo<World, Move>(vertex: Vertex<World, Move>): Edge<World, Move>[] {
  const way: Edge<World, Move>[] = [];
  for (let edge = vertex.via; edge !== undefined; edge = edge.from.via) way.push(edge);
  return way.reverse();
}
