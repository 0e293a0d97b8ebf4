/**
 * A system as integers: values of slots are numbers, rules and predicates are decision trees, and what a rule may do is a leaf.
 * Evaluates the system's own functions where a tree has no leaf yet, and nowhere else.
 *
 * ```text
 * leaf of a rule at q: [ number of firings, position of its program, then for each: move, number of writes, then for each: slot, value ]
 * ```
 */
import type { Firing, Rule, System, Value, View } from '../compose/system.ts';
import { Arena, ArenaFullError } from './arena.ts';
import { ImpureError, insert } from './decision-tree.ts';
import { Domain, UnboundedSlotError } from './domain.ts';
import { Programs } from './programs.ts';

/** The leaves of predicates. */
export const NO = -1;
export const YES = -2;

/** The leaf of a rule that cannot fire. */
export const NOTHING = -1;

/** A rule or predicate that cannot be explored, with its name and the state in which it was asked. */
export class ExploreError extends Error {
  override readonly name = 'ExploreError';
}

/** A view that remembers what was read, in order and each slot once. */
class RecordingView implements View {
  readonly reads: number[] = [];
  readonly #seen = new Set<number>();
  readonly #domains: readonly Domain[];
  readonly #values: Int32Array;
  readonly #allowed: ReadonlySet<number> | undefined;

  constructor(domains: readonly Domain[], values: Int32Array, allowed: ReadonlySet<number> | undefined) {
    this.#domains = domains;
    this.#values = values;
    this.#allowed = allowed;
  }

  get<T extends Value>(slot: number): T {
    const [domain, id] = [this.#domains[slot], this.#values[slot]];
    if (domain === undefined || id === undefined) throw new RangeError(`there is no slot ${slot}`);
    if (!this.#seen.has(slot)) {
      if (this.#allowed?.has(slot) === false)
        throw new RangeError(`slot ${domain.name} is read, which \`touches\` does not have`);
      this.#seen.add(slot);
      this.reads.push(slot, id);
    }
    return domain.value(id) as T;
  }
}

interface Predicate {
  readonly name: string;
  readonly holds: (view: View) => boolean;
  /** Every slot that it has read so far. */
  readonly slots: Set<number>;
}

/** Properties that a check can have. */
const MAX_PREDICATES = 4_096;

interface Asked<Answer> {
  readonly answer: Answer;
  readonly reads: readonly number[];
}

export class Tables<Move> {
  readonly system: System<Move>;
  /** The domain of each slot; slots of symmetric processes share theirs. */
  readonly domains: readonly Domain[];
  readonly trees: Arena;
  readonly leaves: Arena;
  /** The leaves once more, as they are carried out on packed words. */
  readonly programs: Programs;
  /** The tree of each rule. */
  readonly roots: Int32Array;
  /** The tree of each predicate. */
  readonly predicateRoots: Int32Array;
  /** Every move that was met, by its number. */
  readonly moves: Move[] = [];
  /** The number of the rule that each move is one of. */
  readonly rules: number[] = [];
  /** The values of the initial state. */
  readonly initial: Int32Array;
  readonly #moveIds = new Map<string, number>();
  readonly #allowed: readonly (ReadonlySet<number> | undefined)[];
  readonly #predicates: Predicate[] = [];

  constructor(system: System<Move>, shared = false) {
    this.system = system;
    this.domains = domainsOf(system);
    this.trees = new Arena(shared);
    this.leaves = new Arena(shared);
    // The leaf NOTHING.
    this.leaves.append([0, 0]);
    this.programs = new Programs(this.leaves, shared);
    const integers = (length: number) => (shared ? new Int32Array(new SharedArrayBuffer(4 * length)) : new Int32Array(length));
    this.roots = integers(system.rules.length);
    this.predicateRoots = integers(MAX_PREDICATES);
    this.#allowed = system.rules.map(({ touches }) => (touches === undefined ? undefined : new Set(touches)));
    this.initial = Int32Array.from(system.slots, ({ initial }, slot) => this.#domain(slot).intern(initial));
  }

  get bytes(): number {
    return this.trees.bytes + this.leaves.bytes + this.programs.bytes;
  }

  /** Evaluates a rule for these values and remembers what came of it. */
  evaluate(rule: number, values: Int32Array): number {
    const known = this.#rule(rule);
    const who = `rule ${known.name}`;
    try {
      const { reads, answer } = this.#twice(who, values, this.#allowed[rule], (view) => [...known.fire(view)]);
      const leaf = this.#leaf(rule, answer, reads);
      Atomics.store(this.roots, rule, insert(this.trees, this.roots[rule] as number, reads, leaf, who));
      return leaf;
    } catch (error) {
      throw this.#explained(error, who, values);
    }
  }

  /** Registers a predicate; the answer is its number. */
  addPredicate(name: string, holds: (view: View) => boolean): number {
    if (this.#predicates.length === MAX_PREDICATES) throw new RangeError(`more than ${MAX_PREDICATES} properties`);
    return this.#predicates.push({ name, holds, slots: new Set() }) - 1;
  }

  /** Every slot that a predicate has read so far. */
  slotsOfPredicate(predicate: number): ReadonlySet<number> {
    return this.#predicates[predicate]?.slots ?? new Set();
  }

  /** Evaluates a predicate for these values and remembers the answer, YES or NO. */
  ask(predicate: number, values: Int32Array): number {
    const known = this.#predicates[predicate];
    if (known === undefined) throw new RangeError(`there is no predicate ${predicate}`);
    const who = `property ${known.name}`;
    try {
      const { reads, answer } = this.#twice(who, values, undefined, known.holds);
      const leaf = answer ? YES : NO;
      for (let i = 0; i < reads.length; i += 2) known.slots.add(reads[i] as number);
      const root = insert(this.trees, this.predicateRoots[predicate] as number, reads, leaf, who);
      Atomics.store(this.predicateRoots, predicate, root);
      return leaf;
    } catch (error) {
      throw this.#explained(error, who, values);
    }
  }

  /** The values of these numbers, by the names of their slots. */
  describe(values: Int32Array): Record<string, Value> {
    return Object.fromEntries(
      this.system.slots.map(({ name }, slot) => [name, this.#domain(slot).value(values[slot] as number)]),
    );
  }

  /** Asks twice: a function that reads a clock, chance or a counter of its own would say something else the second time. */
  #twice<Answer>(who: string, values: Int32Array, allowed: ReadonlySet<number> | undefined, ask: (view: View) => Answer) {
    const once = (): Asked<Answer> => {
      const view = new RecordingView(this.domains, values, allowed);
      return { answer: ask(view), reads: view.reads };
    };
    const [first, second] = [once(), once()];
    if (JSON.stringify(first) !== JSON.stringify(second))
      throw new ImpureError(`${who} is not pure: asked twice for the same state, it answered differently`);
    return first;
  }

  #leaf(rule: number, firings: readonly Firing<Move>[], reads: readonly number[]): number {
    if (firings.length === 0) return NOTHING;
    const before = new Map<number, number>();
    for (let i = 0; i < reads.length; i += 2) before.set(reads[i] as number, reads[i + 1] as number);
    const integers = [firings.length, 0];
    for (const { move, writes } of firings) {
      // Of several writes to one slot the last one counts.
      const changes = [...new Map(writes)].flatMap(([slot, value]) => {
        if (this.#allowed[rule]?.has(slot) === false)
          throw new RangeError(`slot ${this.#domain(slot).name} is written, which \`touches\` does not have`);
        const id = this.#domain(slot).intern(value);
        return before.get(slot) === id ? [] : [slot, id];
      });
      integers.push(this.#moveId(rule, move), changes.length / 2, ...changes);
    }
    const at = this.leaves.append(integers);
    this.programs.expect(at);
    return -at;
  }

  #moveId(rule: number, move: Move): number {
    const key = `${rule} ${JSON.stringify(move)}`;
    const known = this.#moveIds.get(key);
    if (known !== undefined) return known;
    this.#moveIds.set(key, this.moves.length);
    this.rules.push(rule);
    return this.moves.push(move) - 1;
  }

  #rule(rule: number): Rule<Move> {
    const found = this.system.rules[rule];
    if (found === undefined) throw new RangeError(`there is no rule ${rule}`);
    return found;
  }

  #domain(slot: number): Domain {
    const domain = this.domains[slot];
    if (domain === undefined) throw new RangeError(`there is no slot ${slot}`);
    return domain;
  }

  #explained(error: unknown, who: string, values: Int32Array): unknown {
    if (error instanceof ArenaFullError || error instanceof UnboundedSlotError) return error;
    const message = error instanceof Error ? error.message : String(error);
    return new ExploreError(
      `${error instanceof ImpureError ? '' : `${who}: `}${message}; in state ${JSON.stringify(this.describe(values))}`,
      { cause: error },
    );
  }
}

/** One domain a slot, but that the slots in the same place of symmetric members share one. */
function domainsOf({ slots, symmetries = [] }: System<unknown>): Domain[] {
  const domains = slots.map(({ name }) => new Domain(name));
  for (const { members } of symmetries) {
    const [model = [], ...others] = members;
    for (const member of others) {
      if (member.length !== model.length) throw new RangeError('the members of a symmetry have different numbers of slots');
      for (const [place, slot] of member.entries()) domains[slot] = domains[model[place] as number] as Domain;
    }
  }
  return domains;
}
