/**
 * Whether a run shows what it is said to show, decided by the definition of the property and the run alone. A search that is wrong is found
 * out here: it cannot make a run show what it does not.
 */
import { type SlotValues, viewOf } from '../compose/as-transition-system.ts';
import type { Property, System, View } from '../compose/system.ts';
import { choicesIn, sameState, type Walk } from './walk.ts';

/**
 * Whether `walk` decides `property`: violates it, or reaches it where it is a `sometimes` or `sometimesMove`. A walk with a loop goes on for
 * ever, and has to be weakly fair to every fair rule; one without a loop stops where it stops, which shows something of liveness only when
 * nothing has to happen there.
 */
export function shows<Move>(system: System<Move>, property: Property<Move>, walk: Walk<Move>): boolean {
  const last = walk.states.at(-1) as SlotValues;
  const move = walk.choices.at(-1)?.move;
  switch (property.kind) {
    case 'always':
      return !property.holds(viewOf(last));
    case 'never':
    case 'sometimes':
      return property.holds(viewOf(last));
    case 'neverMove':
    case 'sometimesMove':
      return move !== undefined && property.of(move);
    case 'noDeadlock':
      return isEnd(system, last) && !property.mayEnd(viewOf(last));
    case 'eventually':
      return isWhole(system, walk) && !walk.states.some((state) => property.holds(viewOf(state)));
    case 'leadsTo':
      return isWhole(system, walk) && breaksPromise(walk, property);
    case 'noLivelock':
      return isFairLoop(system, walk) && !walk.choices.slice(walk.loopFrom).some((choice) => property.progress(choice.move));
  }
}

/** Nothing has to come after it: it ends in a state where no fair rule can fire, or goes on for ever. */
function isWhole<Move>(system: System<Move>, walk: Walk<Move>): boolean {
  return walk.loopFrom === undefined ? mayEnd(system, walk.states.at(-1) as SlotValues) : isFairLoop(system, walk);
}

function mayEnd<Move>(system: System<Move>, state: SlotValues): boolean {
  return system.rules.every(({ fair, fire }) => fair !== true || [...fire(viewOf(state))].length === 0);
}

function isEnd<Move>(system: System<Move>, state: SlotValues): boolean {
  return choicesIn(system, state).length === 0;
}

interface Promises {
  readonly from: (view: View) => boolean;
  readonly to: (view: View) => boolean;
}

/** At some state `from` holds, and `to` neither there nor ever after; after a state of the loop the whole loop comes again. */
function breaksPromise<Move>({ states, loopFrom }: Walk<Move>, { from, to }: Promises): boolean {
  const kept = states.map((state) => to(viewOf(state)));
  return states.some((state, index) => from(viewOf(state)) && !kept.slice(Math.min(index, loopFrom ?? index)).includes(true));
}

/** Each fair rule fires in the loop, or cannot fire in one of its states. */
function isFairLoop<Move>(system: System<Move>, { states, choices, loopFrom }: Walk<Move>): boolean {
  if (loopFrom === undefined || loopFrom >= choices.length) return false;
  if (!sameState(states[loopFrom] as SlotValues, states.at(-1) as SlotValues)) return false;
  const loop = states.slice(loopFrom);
  const fired = new Set(choices.slice(loopFrom).map(({ rule }) => rule));
  return system.rules.every(
    (rule, number) => rule.fair !== true || fired.has(number) || loop.some((state) => [...rule.fire(viewOf(state))].length === 0),
  );
}
