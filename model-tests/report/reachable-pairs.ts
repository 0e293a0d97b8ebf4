/** Which transitions of a role's chart can follow which, with one process alone: what a pair matrix can be filled to. */
import type { Role } from '../drive/role/path.ts';
import { RoleSystem, type RoleWorld } from '../drive/role/system.ts';

/** For each transition, by its id, those that can be the next one that the process takes. */
export type ReachablePairs = ReadonlyMap<string, ReadonlySet<string>>;

/** Works them out by a search of the role together with the last transition that it took. */
export function reachablePairs(role: Role): ReachablePairs {
  const system = new RoleSystem(role, { facts: 'all' });
  const pairs = new Map<string, Set<string>>();
  const places: (readonly [world: RoleWorld, last: string | undefined])[] = [[system.initial, undefined]];
  const seen = new Set<string>();
  for (let place = places.pop(); place !== undefined; place = places.pop()) {
    const [world, last] = place;
    const key = `${system.key(world)} ${last ?? ''}`;
    if (seen.has(key)) continue;
    seen.add(key);
    for (const { next, step } of system.moves(world)) {
      let before = last;
      for (const id of step.transitions) {
        if (before !== undefined) pairs.set(before, (pairs.get(before) ?? new Set()).add(id));
        before = id;
      }
      // However often something was ignored, the next thing can be ignored, too.
      places.push([{ ...next, ignored: false }, before]);
    }
  }
  return pairs;
}
