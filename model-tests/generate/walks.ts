/** Random walks of a machine, decided by a seed. */
import { definedInputs, type Machine, nextState } from './machine.ts';
import { type Chance, chanceOf } from './random.ts';
import { type Suite, suiteOfPaths } from './suite.ts';

/** How to walk. */
export interface WalkOptions {
  /** Default 1. */
  readonly seed?: number;
  /** How many walks; of a small machine there may be fewer that differ. Default 100. */
  readonly count?: number;
  /** The longest walk, in inputs. Default 50. */
  readonly length?: number;
}

/** One step in so many goes where a walk ends, if there is a choice. */
const endsRarely = 8;
/** After so many walks in a row that were there already, it is supposed that there are no more. */
const patience = 1_000;

/**
 * Walks that differ and are not the beginning of one another. A step is chosen first by what it does (output and next state), then among the
 * inputs that do it: an input with many facts is not more likely than one with none, and what ends a walk is rare.
 */
export function randomWalks(machine: Machine, { seed = 1, count = 100, length = 50 }: WalkOptions = {}): Suite {
  const chance = chanceOf(seed);
  const choices = choicesOf(machine);
  const walks = new Map<string, readonly number[]>();
  for (let stale = 0; walks.size < count && stale < patience; ) {
    const walk = walkAlong(machine, choices, chance, length);
    const key = walk.join();
    stale = walks.has(key) ? stale + 1 : 0;
    walks.set(key, walk);
  }
  return suiteOfPaths(`random (seed ${seed})`, machine, walks.values());
}

/** The inputs of a state that do the same thing, for those that go on and those that end. */
interface Choices {
  readonly goOn: readonly (readonly number[])[];
  readonly end: readonly (readonly number[])[];
}

function choicesOf(machine: Machine): readonly Choices[] {
  const defined = definedInputs(machine);
  return defined.map((inputs, state) => {
    const groups = new Map<string, number[]>();
    for (const input of inputs) {
      const effect = `${nextState(machine, state, input)} ${machine.output[state * machine.inputs.length + input]}`;
      const group = groups.get(effect);
      if (group === undefined) groups.set(effect, [input]);
      else group.push(input);
    }
    const ends = ([input = 0]: readonly number[]) => defined[nextState(machine, state, input)]?.length === 0;
    const all = [...groups.values()];
    return { goOn: all.filter((group) => !ends(group)), end: all.filter(ends) };
  });
}

function walkAlong(machine: Machine, choices: readonly Choices[], chance: Chance, length: number): number[] {
  const walk: number[] = [];
  for (let state = 0; walk.length < length; ) {
    const { goOn = [], end = [] } = choices[state] ?? {};
    const groups = goOn.length === 0 || (end.length > 0 && chance(endsRarely) === 0) ? end : goOn;
    const group = groups[chance(groups.length)];
    if (group === undefined) break;
    const input = group[chance(group.length)] ?? 0;
    walk.push(input);
    state = nextState(machine, state, input);
  }
  return walk;
}
