/** Trees from functions: what a function asks next becomes a node, and it is run again for each possible answer. */
import type { Tabulated } from '../../../explore/tabulate.ts';

/** What a slot holds, by its number. */
export type Ask = (slot: number) => number;

class Unknown extends Error {
  readonly slot: number;

  constructor(slot: number) {
    super();
    this.slot = slot;
  }
}

/** What `act` answers, for each combination of what it asks for; `valuesOf` has all that a slot may hold. */
export function grow<Answer>(
  valuesOf: (slot: number) => readonly number[],
  act: (ask: Ask) => Answer,
  known: ReadonlyMap<number, number> = new Map(),
): Tabulated<Answer> {
  try {
    const answer = act((slot) => {
      const value = known.get(slot);
      if (value === undefined) throw new Unknown(slot);
      return value;
    });
    return { answer };
  } catch (error) {
    if (!(error instanceof Unknown)) throw error;
    const { slot } = error;
    const children = valuesOf(slot).map((value) => [value, grow(valuesOf, act, new Map([...known, [slot, value]]))] as const);
    return { slot, children: new Map(children) };
  }
}
