/** The verdicts, from what was watched during a search and from the graph that it explored. */
import { createHash } from 'node:crypto';
import type { Property } from '../compose/system.ts';
import type { Edges } from './edges.ts';
import { followers } from './firing.ts';
import { Liveness, type Trap } from './liveness.ts';
import { anywhere, realWay } from './paths.ts';
import type { Counterexample, PropertyResult } from './results.ts';
import type { Canonical } from './symmetry.ts';
import type { Watch } from './watch.ts';

/** How a graph was explored. */
export interface Circumstances {
  readonly stoppedBy: string | undefined;
  /** Some states or edges were left out. */
  readonly isReduced: boolean;
  readonly canonical: Canonical | undefined;
}

/** A run by the numbers of its moves. */
interface MoveRun {
  readonly moves: readonly number[];
  readonly loopFrom?: number;
}

/** Decides each property of one check. */
export class Decision<Move> {
  readonly #edges: Edges<Move>;
  readonly #watch: Watch<Move>;
  readonly #circumstances: Circumstances;
  #liveness: Liveness<Move> | undefined;

  constructor(edges: Edges<Move>, watch: Watch<Move>, circumstances: Circumstances) {
    this.#edges = edges;
    this.#watch = watch;
    this.#circumstances = circumstances;
  }

  result(property: Property<Move>, index: number): PropertyResult<Move> {
    const { id, description, kind } = property;
    const isReached = kind === 'sometimes' || kind === 'sometimesMove';
    const inconclusive = this.#undecided(property);
    const run = this.#witness(property, index) ?? (inconclusive === undefined ? this.#endless(property) : undefined);
    if (run !== undefined)
      return { id, description, verdict: isReached ? 'holds' : 'violated', counterexample: this.#counterexample(id, run) };
    if (inconclusive !== undefined) return { id, description, verdict: 'inconclusive', reason: inconclusive };
    return { id, description, verdict: isReached ? 'violated' : 'holds' };
  }

  /** Why nothing can be said of a property for which no run was found. */
  #undecided({ kind }: Property<Move>): string | undefined {
    const { stoppedBy, isReduced } = this.#circumstances;
    const isLiveness = kind === 'eventually' || kind === 'leadsTo' || kind === 'noLivelock';
    return (
      stoppedBy ??
      (isLiveness && isReduced ? 'liveness is decided on the full state graph only: search without a reduction' : undefined)
    );
  }

  #witness(property: Property<Move>, index: number): MoveRun | undefined {
    const witness = this.#watch.witnesses[index];
    if (witness === undefined) return undefined;
    const { tables } = this.#edges;
    const { moves, values } = realWay(this.#edges, witness.state, this.#circumstances.canonical);
    if (property.kind !== 'neverMove' && property.kind !== 'sometimesMove') return { moves };
    const last = [...followers(tables, values)].find(({ move }) => property.of(tables.moves[move] as Move));
    return { moves: last === undefined ? moves : [...moves, last.move] };
  }

  #endless(property: Property<Move>): MoveRun | undefined {
    const trap = this.#trap(property);
    if (trap === undefined) return undefined;
    this.#liveness ??= new Liveness(this.#edges);
    const run = this.#liveness.escapeless(trap);
    return run === undefined ? undefined : { ...run, moves: run.steps.map(({ move }) => move) };
  }

  /** What a run that violates the property never leaves; undefined for properties that are decided by states and moves. */
  #trap(property: Property<Move>): Trap | undefined {
    const { tables, states } = this.#edges;
    switch (property.kind) {
      case 'eventually': {
        const holds = this.#watch.asker(property.id, property.holds);
        return { ...anywhere, starts: [0], endsCount: true, hasState: (id) => !holds(states, id) };
      }
      case 'leadsTo': {
        const [from, to] = [this.#watch.asker(property.id, property.from), this.#watch.asker(property.id, property.to)];
        const promises = (id: number) => states.isState(id) && from(states, id) && !to(states, id);
        return { ...anywhere, starts: where(states.count, promises), endsCount: true, hasState: (id) => !to(states, id) };
      }
      case 'noLivelock': {
        const isProgress = tables.moves.map((move) => property.progress(move));
        return {
          ...anywhere,
          starts: where(states.count, () => true),
          endsCount: false,
          hasMove: (move) => isProgress[move] !== true,
        };
      }
      default:
        return undefined;
    }
  }

  #counterexample(property: string, { moves: numbers, loopFrom }: MoveRun): Counterexample<Move> {
    const moves = numbers.map((move) => this.#edges.tables.moves[move] as Move);
    const id = createHash('sha256')
      .update(JSON.stringify([property, moves, loopFrom ?? null]))
      .digest('hex')
      .slice(0, 8);
    return { id, moves, ...(loopFrom === undefined ? {} : { loopFrom }) };
  }
}

function* where(size: number, holds: (id: number) => boolean): Generator<number> {
  for (let id = 0; id < size; id += 1) if (holds(id)) yield id;
}
