/** A system explored to the end for its tables' sake: what each rule may do and what each predicate says, in every reachable state. */
import { setImmediate } from 'node:timers/promises';
import type { System, View } from '../compose/system.ts';
import { lookUp } from './decision-tree.ts';
import type { Domain } from './domain.ts';
import type { Observer } from './expander.ts';
import { FIRST_FIRING } from './firing.ts';
import { Search } from './search.ts';
import { NOTHING, Tables, YES } from './tables.ts';

/** A search had to stop before every reachable state was expanded, so there are no complete tables. */
export class IncompleteError extends Error {
  override readonly name = 'IncompleteError';
}

/** One firing by numbers: its move, and what its slots hold afterwards. */
export interface TabulatedFiring {
  readonly move: number;
  readonly writes: readonly (readonly [slot: number, value: number])[];
}

/**
 * What a function of slots answers, as a tree: a node names the slot that is read next, and what follows for each value of it that a
 * reachable state has here, by the value's number.
 */
export type Tabulated<Answer> =
  | { readonly answer: Answer }
  | { readonly slot: number; readonly children: ReadonlyMap<number, Tabulated<Answer>> };

/** Where a search is given up. */
export interface TabulateOptions {
  /** The most states; default 1,000,000. */
  readonly most?: number;
  readonly signal?: AbortSignal;
}

/** A completely explored system. */
export interface TabulatedSystem<Move> {
  readonly states: number;
  readonly edges: number;
  /** The values of each slot; a value's number is its place. */
  readonly domains: readonly Domain[];
  /** The numbers of the values of the initial state. */
  readonly initial: readonly number[];
  readonly moves: readonly Move[];
  /** What each rule may do. */
  readonly rules: readonly Tabulated<readonly TabulatedFiring[]>[];
  /** What each predicate says, in the order of the predicates. */
  readonly predicates: readonly Tabulated<boolean>[];
}

/**
 * Explores `system` to the end, with no reduction, and asks each predicate in every state.
 *
 * @throws IncompleteError where a limit or the signal stops it; what `check` throws, where a rule or predicate cannot be explored.
 */
export async function tabulate<Move>(
  system: System<Move>,
  predicates: readonly { readonly name: string; readonly holds: (view: View) => boolean }[],
  options: TabulateOptions = {},
): Promise<TabulatedSystem<Move>> {
  const tables = new Tables(system);
  const numbers = predicates.map(({ name, holds }) => tables.addPredicate(name, holds));
  const search = new Search(tables, new Asker(tables, numbers));
  await searchToTheEnd(search, options);
  const { trees } = tables;
  return {
    states: search.states.count,
    edges: search.edges,
    domains: tables.domains,
    initial: [...tables.initial],
    moves: tables.moves,
    rules: [...tables.roots].map((root) => treeAt(trees.data, root, (leaf) => firingsOf(tables, leaf))),
    predicates: numbers.map((number) => treeAt(trees.data, tables.predicateRoots[number] as number, (leaf) => leaf === YES)),
  };
}

async function searchToTheEnd<Move>(search: Search<Move>, { most = 1_000_000, signal }: TabulateOptions): Promise<void> {
  while (!search.done) {
    if (signal?.aborted) throw new IncompleteError('the system was not explored to the end: stopped by the caller');
    if (search.states.count > most)
      throw new IncompleteError(`the system was not explored to the end: it has more than ${most} states`);
    search.advance();
    await setImmediate();
  }
}

/** Asks every predicate in every state. */
class Asker<Move> implements Observer {
  readonly #tables: Tables<Move>;
  readonly #predicates: readonly number[];

  constructor(tables: Tables<Move>, predicates: readonly number[]) {
    this.#tables = tables;
    this.#predicates = predicates;
  }

  onState(_: number, values: Int32Array): boolean {
    const tables = this.#tables;
    for (const predicate of this.#predicates)
      if (lookUp(tables.trees.data, tables.predicateRoots[predicate] as number, values) === 0) tables.ask(predicate, values);
    return true;
  }

  onMove(): void {}

  onEnd(): boolean {
    return true;
  }
}

function treeAt<Answer>(data: Int32Array, position: number, answerOf: (leaf: number) => Answer): Tabulated<Answer> {
  if (position < 0) return { answer: answerOf(position) };
  const children = new Map<number, Tabulated<Answer>>();
  const capacity = data[position + 1] as number;
  for (let value = 0; value < capacity; value += 1) {
    const child = data[position + 2 + value] as number;
    if (child !== 0) children.set(value, treeAt(data, child, answerOf));
  }
  return { slot: data[position] as number, children };
}

function firingsOf<Move>({ leaves: { data } }: Tables<Move>, leaf: number): TabulatedFiring[] {
  if (leaf === NOTHING) return [];
  let p = FIRST_FIRING - leaf;
  return Array.from({ length: data[-leaf] as number }, () => {
    const [move, writes] = [data[p] as number, data[p + 1] as number];
    const begin = p + 2;
    p = begin + 2 * writes;
    return {
      move,
      writes: Array.from(
        { length: writes },
        (_, i) => [data[begin + 2 * i] as number, data[begin + 2 * i + 1] as number] as const,
      ),
    };
  });
}
