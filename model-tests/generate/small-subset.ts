/** Paths that together have everything that all of them have. */

/**
 * A small subset of `paths` whose keys are those of all: the paths with most keys first, one is taken where it has a key that none before it
 * has, and left out again where those behind it make it needless. Not the smallest one, which is hard to find. In the order of `paths`.
 */
export function smallSubset<Path>(paths: readonly Path[], keysOf: (path: Path) => Iterable<string>): Path[] {
  const all = paths.map((path, place) => ({ path, place, keys: new Set(keysOf(path)) }));
  const counts = new Map<string, number>();
  const taken: typeof all = [];
  for (const one of all.toSorted((a, b) => b.keys.size - a.keys.size || a.place - b.place)) {
    if ([...one.keys].every((key) => counts.has(key))) continue;
    taken.push(one);
    for (const key of one.keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const needed = taken.filter(({ keys }) => {
    const isNeedless = [...keys].every((key) => (counts.get(key) ?? 0) > 1);
    if (isNeedless) for (const key of keys) counts.set(key, (counts.get(key) ?? 0) - 1);
    return !isNeedless;
  });
  return needed.sort((a, b) => a.place - b.place).map(({ path }) => path);
}
