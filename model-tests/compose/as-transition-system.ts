/** Any system as a graph of worlds: what generators of paths walk on. A search for properties does not need it. */
import type { System, Value, View } from './system.ts';
import type { Successor, TransitionSystem } from './transition-system.ts';

/** What every slot holds. */
export type SlotValues = readonly Value[];

/** The transition system of `system`; its worlds are plain values, and moves that change nothing lead to an equal world. */
export function asTransitionSystem<Move>(system: System<Move>): TransitionSystem<SlotValues, Move> {
  return {
    initial: system.slots.map(({ initial }) => initial),
    key: (world) => JSON.stringify(world),
    *moves(world): Generator<Successor<SlotValues, Move>> {
      const view = viewOf(world);
      for (const rule of system.rules) {
        for (const { move, writes } of rule.fire(view)) {
          const next = [...world];
          for (const [slot, value] of writes) next[slot] = value;
          yield { move, next };
        }
      }
    },
  };
}

/** A world as rules and properties look at it. */
export function viewOf(world: SlotValues): View {
  return {
    get<T extends Value>(slot: number): T {
      if (!(slot in world)) throw new RangeError(`there is no slot ${slot}: there are ${world.length}`);
      return world[slot] as T;
    },
  };
}
