/** When which time limit expires: what time has to pass on a path for each limit that is to expire, and with which limits that is possible. */
import type { RolePath } from './path.ts';

/** For each step of a path, how many milliseconds have to pass before its limit expires; 0 for steps that are no timeout. */
export type Waits = readonly number[];

/**
 * What has to pass on a path when the limits are these. Undefined where another limit would expire before the one that the path wants: then the path
 * cannot be driven with these limits.
 */
export function waitsOf(path: RolePath, limits: Readonly<Record<string, number>>): Waits | undefined {
  let now = 0;
  const deadlines = new Map<string, number>();
  const waits: number[] = [];
  for (const { input, limits: running, started } of path.steps) {
    let wait = 0;
    if (input.type === 'timeout') {
      const limit = String(input['limit']);
      const due = deadlines.get(limit);
      if (due === undefined) return undefined;
      for (const [other, deadline] of deadlines) if (other !== limit && deadline <= due) return undefined;
      wait = due - now;
      now = due;
      deadlines.delete(limit);
    }
    for (const limit of [...deadlines.keys()]) if (!running.includes(limit)) deadlines.delete(limit);
    for (const limit of started) deadlines.set(limit, now + (limits[limit] ?? Number.POSITIVE_INFINITY));
    waits.push(wait);
  }
  return waits;
}

/** The limits that expire on a path. */
const expiring = (path: RolePath) => [
  ...new Set(path.steps.flatMap(({ input }) => (input.type === 'timeout' ? [String(input['limit'])] : []))),
];

/**
 * Limits with which a path can be driven: those that expire on it are multiples of `unit`, all others `never`.
 * Undefined where no such choice lets them expire in the path's order.
 */
export function limitsFor(
  path: RolePath,
  names: readonly string[],
  { unit, never }: { readonly unit: number; readonly never: number },
): Record<string, number> | undefined {
  const base = Object.fromEntries(names.map((name) => [name, never]));
  const wanted = expiring(path);
  const choose = (index: number, chosen: Record<string, number>): Record<string, number> | undefined => {
    const name = wanted[index];
    if (name === undefined) return waitsOf(path, chosen) === undefined ? undefined : chosen;
    for (let factor = 2; factor <= 2 + 2 * wanted.length; factor += 1) {
      const found = choose(index + 1, { ...chosen, [name]: factor * unit });
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return choose(0, base);
}
