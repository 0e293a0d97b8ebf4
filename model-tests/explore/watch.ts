/** Properties of states and moves, watched while a search goes on: each is dropped as soon as it is decided. */
import type { Property, View } from '../compose/system.ts';
import { lookUp } from './decision-tree.ts';
import type { Observer } from './expander.ts';
import type { StateSet } from './state-set.ts';
import { NO, type Tables, YES } from './tables.ts';

/** The first state, or edge, that decides a property; a nearest one. */
export interface Witness {
  readonly state: number;
  /** The move that leads on from `state`, for properties of moves. */
  readonly move?: number;
}

/** A predicate that is still watched, and the answer that decides its property. */
export interface Watched {
  readonly property: number;
  readonly predicate: number;
  readonly deciding: typeof YES | typeof NO;
}

/** What a reduction must not put off. */
export interface Visible {
  readonly slots: ReadonlySet<number>;
  readonly rules: ReadonlySet<number>;
}

export class Watch<Move> implements Observer {
  /** The witness of each property that is decided, by its place in the list. */
  readonly witnesses: (Witness | undefined)[];
  readonly #tables: Tables<Move>;
  readonly #properties: readonly Property<Move>[];
  #watched: Watched[] = [];
  readonly #mayEnd = new Map<number, number>();
  /** Of properties of states. */
  readonly #predicates: number[];

  constructor(tables: Tables<Move>, properties: readonly Property<Move>[]) {
    this.#tables = tables;
    this.#properties = properties;
    this.witnesses = properties.map(() => undefined);
    for (const [index, property] of properties.entries()) this.#register(index, property);
    this.#predicates = this.#watched.map(({ predicate }) => predicate);
  }

  /** The predicates that are still to be asked, of every state and of those without a move. */
  get open(): { readonly ofStates: readonly Watched[]; readonly ofEnds: readonly Watched[] } {
    const ofEnds = [...this.#mayEnd].flatMap(([property, predicate]) =>
      this.witnesses[property] === undefined ? [{ property, predicate, deciding: NO } as const] : [],
    );
    return { ofStates: this.#watched, ofEnds };
  }

  /** Somebody found that this state decides a property. */
  decide(property: number, state: number): void {
    this.witnesses[property] ??= { state };
    this.#watched = this.#watched.filter((watched) => watched.property !== property);
  }

  /** The slots that watched properties of states have looked at, and the rules that properties of moves have noticed. */
  get visible(): Visible {
    const { moves, rules } = this.#tables;
    const ofMoves = this.#properties.flatMap((property) =>
      property.kind === 'neverMove' || property.kind === 'sometimesMove' ? [property.of] : [],
    );
    const noticed = rules.filter((_, move) => ofMoves.some((of) => of(moves[move] as Move)));
    return {
      slots: new Set(this.#predicates.flatMap((predicate) => [...this.#tables.slotsOfPredicate(predicate)])),
      rules: new Set(noticed),
    };
  }

  onState(id: number, values: Int32Array): boolean {
    for (let i = 0; i < this.#watched.length; i += 1) {
      const { property, predicate, deciding } = this.#watched[i] as Watched;
      if (this.#answer(predicate, values) !== deciding) continue;
      this.decide(property, id);
      i -= 1;
    }
    return true;
  }

  onMove(move: number, from: number): void {
    for (const [index, property] of this.#properties.entries()) {
      if (property.kind !== 'neverMove' && property.kind !== 'sometimesMove') continue;
      if (this.witnesses[index] === undefined && property.of(this.#tables.moves[move] as Move))
        this.witnesses[index] = { state: from, move };
    }
  }

  onEnd(id: number, values: Int32Array): boolean {
    for (const [property, mayEnd] of this.#mayEnd) {
      if (this.witnesses[property] === undefined && this.#answer(mayEnd, values) === NO) this.witnesses[property] = { state: id };
    }
    return true;
  }

  /** A predicate that can be asked for any state of the set; for what is decided after the search. */
  asker(name: string, holds: (view: View) => boolean): (states: StateSet, id: number) => boolean {
    const predicate = this.#tables.addPredicate(name, holds);
    const values = new Int32Array(this.#tables.system.slots.length);
    return (states, id) => {
      states.read(id, values);
      return this.#answer(predicate, values) === YES;
    };
  }

  #answer(predicate: number, values: Int32Array): number {
    return (
      lookUp(this.#tables.trees.data, this.#tables.predicateRoots[predicate] as number, values) ||
      this.#tables.ask(predicate, values)
    );
  }

  #register(index: number, property: Property<Move>): void {
    const add = (holds: (view: View) => boolean) => this.#tables.addPredicate(property.id, holds);
    switch (property.kind) {
      case 'always':
        this.#watched.push({ property: index, predicate: add(property.holds), deciding: NO });
        break;
      case 'never':
      case 'sometimes':
        this.#watched.push({ property: index, predicate: add(property.holds), deciding: YES });
        break;
      case 'noDeadlock':
        this.#mayEnd.set(index, add(property.mayEnd));
        break;
      default:
    }
  }
}
