/** Search over steps that nobody has recorded. States are finitely many, so each search ends, however many records are missing. */

/** What one step can lead to. */
export type Successors<T> = (from: T) => Iterable<T>;

/** How many records are missing; `to` may be infinite. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

/** Where `from` to `to` steps can lead from any of these; a state that cannot go on is left behind. */
export function silentSteps<T>(starts: Iterable<T>, gap: Gap, successors: Successors<T>): T[] {
  const reached = exactly(new Set(starts), gap.from, successors);
  let edge = reached;
  for (let steps = gap.from; steps < gap.to && edge.size > 0; steps += 1) {
    edge = new Set([...layer(edge, successors)].filter((state) => !reached.has(state)));
    for (const state of edge) reached.add(state);
  }
  return [...reached];
}

/** Layer by layer; once a layer comes again, those between come again, too, and are not computed any more. */
function exactly<T>(starts: Set<T>, steps: number, successors: Successors<T>): Set<T> {
  const layers: Set<T>[] = [];
  let current = starts;
  for (let done = 0; done < steps; done += 1) {
    const before = layers.findIndex((one) => one.size === current.size && [...one].every((state) => current.has(state)));
    if (before >= 0) return new Set(layers[before + ((steps - before) % (done - before))]);
    layers.push(current);
    current = layer(current, successors);
  }
  return new Set(current);
}

function layer<T>(from: Set<T>, successors: Successors<T>): Set<T> {
  const next = new Set<T>();
  for (const state of from) for (const after of successors(state)) next.add(after);
  return next;
}
