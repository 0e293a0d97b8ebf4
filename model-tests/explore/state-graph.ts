/** The whole state graph of a system that is small enough, for other tools and for the eye. */
import type { SlotValues } from '../compose/as-transition-system.ts';
import type { System } from '../compose/system.ts';
import { Edges } from './edges.ts';
import { Search } from './search.ts';
import { Tables } from './tables.ts';
import { Watch } from './watch.ts';

/** Every reachable state, by numbers from 0, which is the initial one; nearer ones come first. */
export interface StateGraph<Move> {
  readonly system: System<Move>;
  readonly states: number;
  readonly edges: number;
  /** Every move that an edge names, by its number. */
  readonly moves: readonly Move[];
  /** What the slots hold in a state. */
  valuesOf(state: number): SlotValues;
  /** What leads on from a state, in the order of the rules. */
  edgesOf(state: number): readonly { readonly move: number; readonly to: number }[];
}

/** A system has more states than were asked for. */
export class GraphTooLargeError extends Error {
  override readonly name = 'GraphTooLargeError';
}

/**
 * Explores the system to the end.
 *
 * @param most - states that the graph may have
 * @throws GraphTooLargeError when it has more; ExploreError and UnboundedSlotError as `check` does.
 */
export function stateGraph<Move>(system: System<Move>, most: number): StateGraph<Move> {
  const tables = new Tables(system);
  const search = new Search(tables, new Watch(tables, []));
  while (!search.done && search.states.count <= most) search.advance();
  if (search.states.count > most) throw new GraphTooLargeError(`the system has more than ${most} states`);
  const edges = new Edges(tables, search.states);
  const values = new Int32Array(system.slots.length);
  return {
    system,
    states: search.states.count,
    edges: search.edges,
    moves: tables.moves,
    valuesOf(state) {
      search.states.read(state, values);
      return tables.domains.map((domain, slot) => domain.value(values[slot] as number));
    },
    edgesOf(state) {
      edges.read(state);
      return [...edges.all(state)].map(({ move, to }) => ({ move, to }));
    },
  };
}
