/** What a generator of paths needs to know of a composition, and nothing more. */

/** A system of machines, links and an environment as a graph: worlds are vertices, moves are edges. */
export interface TransitionSystem<World, Move> {
  readonly initial: World;
  /** Everything that may happen next, in a fixed order. */
  moves(world: World): Iterable<Successor<World, Move>>;
  /** Equal worlds have equal keys. */
  key(world: World): string;
}

/** One thing that may happen, and what it leads to. */
export interface Successor<World, Move> {
  readonly move: Move;
  readonly next: World;
}
