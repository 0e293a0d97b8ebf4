/**
 * Checks what a system is to fulfil: explores it to the end, or to a limit, and decides each property. Knows nothing of the handshake: it
 * takes any system.
 */
import { setImmediate } from 'node:timers/promises';
import type { Property, System } from '../compose/system.ts';
import { Decision } from './decision.ts';
import { Edges } from './edges.ts';
import { ParallelSearch } from './parallel-search.ts';
import { StubbornSets } from './partial-order.ts';
import type { CheckOptions, CheckResult } from './results.ts';
import { Search, type SearchProgress } from './search.ts';
import { type Canonical, canonicalFor } from './symmetry.ts';
import { Tables } from './tables.ts';
import { type Visible, Watch } from './watch.ts';

/** More threads than this share too little work. */
const MAX_THREADS = 64;
/** Milliseconds between two turns of the event loop, in which an abort can arrive and progress is told. */
const TURN = 50;

/**
 * Explores `system` breadth-first and decides each property.
 *
 * Counterexamples of `always`, `never`, `neverMove` and `noDeadlock` are shortest ones, and so are the runs that reach a `sometimes`.
 * `eventually`, `leadsTo` and `noLivelock` are decided under weak fairness of the rules that are `fair`, on the complete graph: where the
 * search was cut, they are inconclusive.
 *
 * @throws ExploreError where a rule or property fails or is impure, UnboundedSlotError where a slot takes too many values: both say which.
 * @example
 * const result = await check(system, properties, { limits: { seconds: 60 } });
 */
export async function check<Move>(
  system: System<Move>,
  properties: readonly Property<Move>[] = [],
  options: CheckOptions = {},
): Promise<CheckResult<Move>> {
  const begun = performance.now();
  const tables = new Tables(system, threadsOf(options) > 1);
  const canonical = options.symmetry === true ? canonicalFor(tables) : undefined;
  const { search, watch, stoppedBy } = await exploreReduced(tables, properties, options, canonical, begun);
  const edges = new Edges(tables, search.states);
  const isReduced = canonical !== undefined || options.partialOrder === true;
  const decide = new Decision(edges, watch, { stoppedBy, isReduced, canonical });
  const results = properties.map((property, index) => decide.result(property, index));
  const seconds = (performance.now() - begun) / 1000;
  return {
    states: search.found,
    edges: search.edges,
    depth: search.depth,
    seconds,
    statesPerSecond: Math.round(search.found / seconds),
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
    complete: stoppedBy === undefined,
    ...(stoppedBy === undefined ? {} : { stoppedBy }),
    properties: results,
  };
}

interface Explored<Move> {
  readonly search: SearchProgress;
  readonly watch: Watch<Move>;
  readonly stoppedBy: string | undefined;
}

/**
 * Explores with the reductions that are asked for. What properties look at is known only when they have been asked, so a search with
 * partial-order reduction is begun again when they have looked at more than it took into account.
 */
async function exploreReduced<Move>(
  tables: Tables<Move>,
  properties: readonly Property<Move>[],
  options: CheckOptions,
  canonical: Canonical | undefined,
  begun: number,
  visible: Visible = { slots: new Set(), rules: new Set() },
): Promise<Explored<Move>> {
  const watch = new Watch(tables, properties);
  const { slots, rules } = visible;
  const stubborn = options.partialOrder === true ? new StubbornSets(tables, slots, rules) : undefined;
  const threads = threadsOf(options);
  const search = threads > 1 ? new ParallelSearch(tables, watch, threads) : new Search(tables, watch, { canonical, stubborn });
  const stoppedBy = await explore(search, tables, options, begun);
  const noticed = { slots: new Set([...slots, ...watch.visible.slots]), rules: new Set([...rules, ...watch.visible.rules]) };
  const hasGrown = noticed.slots.size > slots.size || noticed.rules.size > rules.size;
  return stubborn !== undefined && stoppedBy === undefined && hasGrown
    ? exploreReduced(tables, properties, options, canonical, begun, noticed)
    : { search, watch, stoppedBy };
}

/** Expands states until there are no more; otherwise answers what stopped it. */
async function explore<Move>(
  search: SearchProgress,
  tables: Tables<Move>,
  options: CheckOptions,
  begun: number,
): Promise<string | undefined> {
  try {
    return await advance(search, tables, options, begun);
  } finally {
    await search.close();
  }
}

async function advance<Move>(
  search: SearchProgress,
  tables: Tables<Move>,
  options: CheckOptions,
  begun: number,
): Promise<string | undefined> {
  let turned = performance.now();
  while (!search.done) {
    await search.advance();
    const now = performance.now();
    const reason = limitReached(search.found, search.states.bytes + tables.bytes, options, (now - begun) / 1000);
    if (reason !== undefined) return search.done ? undefined : reason;
    if (now - turned < TURN) continue;
    options.onProgress?.({
      states: search.found,
      edges: search.edges,
      depth: search.depth,
      waiting: search.states.count - search.expanded,
      seconds: (now - begun) / 1000,
    });
    await setImmediate();
    turned = performance.now();
  }
  return undefined;
}

/** @throws RangeError where threads are asked for that cannot be */
function threadsOf({ threads = 1, symmetry = false, partialOrder = false }: CheckOptions): number {
  if (!Number.isInteger(threads) || threads < 1 || threads > MAX_THREADS)
    throw new RangeError(`threads is ${threads}, expected a whole number from 1 to ${MAX_THREADS}`);
  if (threads > 1 && (symmetry || partialOrder))
    throw new RangeError('a reduction needs the whole search in one thread: threads is 1 then');
  return threads;
}

function limitReached(states: number, bytes: number, { limits = {}, signal }: CheckOptions, seconds: number): string | undefined {
  if (signal?.aborted) return 'stopped by the caller';
  if (limits.states !== undefined && states >= limits.states) return `the limit of ${limits.states} states was reached`;
  if (limits.seconds !== undefined && seconds >= limits.seconds) return `the limit of ${limits.seconds} seconds was reached`;
  if (limits.bytes !== undefined && bytes >= limits.bytes) return `the limit of ${limits.bytes} bytes was reached`;
  return undefined;
}
