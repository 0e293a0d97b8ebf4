/**
 * A system one step at a time, by nothing but its own rules: slow, simple, and independent of the search. It follows runs that a search
 * has found, and runs that somebody names.
 */
import { type SlotValues, viewOf } from '../compose/as-transition-system.ts';
import type { System } from '../compose/system.ts';

/** One thing that may happen in a state. */
export interface Choice<Move> {
  readonly move: Move;
  /** The number of the rule that it is a firing of. */
  readonly rule: number;
  readonly next: SlotValues;
}

/** A run: moves one after the other from the initial state, and where its loop begins if it has one. A counterexample is one. */
export interface Run<Move> {
  readonly moves: readonly Move[];
  /** After its last move the state is again the one before move `loopFrom`, counted from 0. */
  readonly loopFrom?: number;
}

/** A run with its states: `states[i]` is the one before `choices[i]`, and there is one more behind the last. */
export interface Walk<Move> {
  readonly states: readonly SlotValues[];
  readonly choices: readonly Choice<Move>[];
  /** After the last choice the state is again `states[loopFrom]`. */
  readonly loopFrom?: number;
}

/** The state in which every run begins. */
export function initialState<Move>(system: System<Move>): SlotValues {
  return system.slots.map(({ initial }) => initial);
}

/** Everything that may happen in a state: in the order of the rules, and of the firings of each. */
export function choicesIn<Move>(system: System<Move>, state: SlotValues): Choice<Move>[] {
  return system.rules.flatMap((known, rule) =>
    [...known.fire(viewOf(state))].map(({ move, writes }): Choice<Move> => {
      const next = [...state];
      for (const [slot, value] of writes) next[slot] = value;
      return { move, rule, next };
    }),
  );
}

/** The walk without its states. */
export function runOf<Move>({ choices, loopFrom }: Walk<Move>): Run<Move> {
  return { moves: choices.map(({ move }) => move), ...(loopFrom === undefined ? {} : { loopFrom }) };
}

/** Whether two states are the same one. */
export function sameState(one: SlotValues, other: SlotValues): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/**
 * Follows moves from the initial state. As one move may lead to several states, there may be several walks; there is none when a move
 * cannot happen where its turn is.
 */
export function* walksAlong<Move>(system: System<Move>, { moves, loopFrom }: Run<Move>): Generator<Walk<Move>> {
  const texts = moves.map((move) => JSON.stringify(move));
  const loop = loopFrom === undefined ? {} : { loopFrom };
  const states: SlotValues[] = [initialState(system)];
  const open: Choice<Move>[][] = [];
  const taken: Choice<Move>[] = [];
  for (;;) {
    const last = states.at(-1) as SlotValues;
    const isThere = loopFrom === undefined || sameState(last, states[loopFrom] ?? []);
    if (taken.length === texts.length) {
      if (isThere) yield { states: [...states], choices: [...taken], ...loop };
    } else {
      const text = texts[taken.length];
      open[taken.length] = choicesIn(system, last).filter(({ move }) => JSON.stringify(move) === text);
    }
    // The next walk branches off at the last place where there is a choice left.
    let next = taken.length < texts.length ? open[taken.length]?.shift() : undefined;
    while (next === undefined && taken.length > 0) {
      taken.pop();
      states.pop();
      next = open[taken.length]?.shift();
    }
    if (next === undefined) return;
    taken.push(next);
    states.push(next.next);
  }
}
