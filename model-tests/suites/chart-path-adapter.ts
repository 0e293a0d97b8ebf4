/**
 * From the paths of one chart to runs of both processes: a chart's path says what one process sees, and somebody has to make it see
 * that. A run of the composition does, if there is one in which this process makes exactly these steps.
 */
import { HandshakeSystem } from '../drive/handshake/system.ts';
import type { Move, Who, World } from '../drive/handshake/world.ts';
import type { Edge, Vertex } from '../explore/explore.ts';
import { type ChartPath, type ModelledRole, tokenOf } from './graph-paths.ts';

/** A run of the composition in which a process makes the steps of a chart's path, and then the run ends. */
export interface ProjectedRun {
  readonly path: ChartPath;
  readonly system: HandshakeSystem;
  readonly who: Who;
  readonly edges: readonly Edge<World, Move>[];
}

/** What became of the paths of a role. */
export interface Projection {
  readonly runs: readonly ProjectedRun[];
  /** Paths that no run was found for, with the longest beginning that one was found for. */
  readonly unreached: readonly { readonly path: ChartPath; readonly reachedSteps: number; readonly lost: string }[];
  /** Whether every search looked at every run that there is. */
  readonly exhaustive: boolean;
}

/** A tree of paths: what steps are still to be made. */
interface Branch {
  readonly id: number;
  readonly depth: number;
  readonly next: Map<string, Branch>;
  /** The paths that end here and have no run yet. */
  ends: ChartPath[];
  /** Paths below that have no run yet, those that end here included. */
  open: number;
  readonly parent: Branch | undefined;
  reached: boolean;
}

interface Found {
  readonly world: World;
  readonly branch: Branch;
  readonly via: { readonly from: Found; readonly move: Move } | undefined;
}

/** Most worlds that one search looks at. */
const maxFound = 40_000;

/** Finds runs for the paths of a role: with as few faults as possible, then more. */
export function project(role: ModelledRole, paths: readonly ChartPath[], maxFaults = 3): Projection {
  const tree = grow(paths);
  const runs: ProjectedRun[] = [];
  let exhaustive = true;
  for (let faults = 0; faults <= maxFaults && tree.open > 0; faults += 1) {
    for (const system of systemsFor(role, faults)) {
      for (const who of candidates(role)) {
        const search = new Search(system, who, tree);
        runs.push(...search.run());
        if (faults === maxFaults) exhaustive &&= search.complete;
      }
    }
  }
  const unreached = paths
    .filter((path) => !runs.some((run) => run.path === path))
    .map((path) => ({ path, ...deepest(tree, path) }));
  return { runs, unreached, exhaustive };
}

function systemsFor({ role, input }: ModelledRole, faults: number): HandshakeSystem[] {
  const inputs =
    role === 'server'
      ? [input as { mode: 'network' | 'storage'; fallback: boolean }]
      : ([
          { mode: 'network', fallback: false },
          { mode: 'storage', fallback: false },
          { mode: 'storage', fallback: true },
        ] as const);
  return inputs.map((server) => new HandshakeSystem({ servers: [server], faults, forging: true, strangers: true }));
}

/** Second connections are instances of their own, until they have joined. */
function candidates({ role }: ModelledRole): Who[] {
  return role === 'server' ? [{ role, index: 0 }] : [0, 1].map((index) => ({ role, index }));
}

function grow(paths: readonly ChartPath[]): Branch {
  let count = 0;
  const branch = (parent: Branch | undefined): Branch => {
    count += 1;
    return { id: count, depth: (parent?.depth ?? -1) + 1, next: new Map(), ends: [], open: 0, parent, reached: false };
  };
  const root = branch(undefined);
  for (const path of paths) {
    let at = root;
    at.open += 1;
    for (const token of path.tokens) {
      const next = at.next.get(token) ?? branch(at);
      at.next.set(token, next);
      at = next;
      at.open += 1;
    }
    at.ends.push(path);
  }
  return root;
}

function deepest(tree: Branch, path: ChartPath): { reachedSteps: number; lost: string } {
  let at: Branch | undefined = tree;
  for (const [index, token] of path.tokens.entries()) {
    at = at?.next.get(token);
    if (at?.reached !== true) return { reachedSteps: index, lost: token };
  }
  return { reachedSteps: path.tokens.length, lost: '' };
}

/** One breadth-first search of a system, for one process, along a tree of paths. */
class Search {
  complete = true;
  readonly #system: HandshakeSystem;
  readonly #who: Who;
  readonly #tree: Branch;
  readonly #seen = new Set<string>();
  readonly #queue: Found[] = [];
  readonly #runs: ProjectedRun[] = [];

  constructor(system: HandshakeSystem, who: Who, tree: Branch) {
    this.#system = system;
    this.#who = who;
    this.#tree = tree;
  }

  run(): readonly ProjectedRun[] {
    this.#add({ world: this.#system.initial, branch: this.#tree, via: undefined });
    for (let head = 0; head < this.#queue.length && this.#tree.open > 0; head += 1) {
      const from = this.#queue[head] as Found;
      if (from.branch.open === 0) continue;
      for (const { move, next, steps } of this.#system.moves(from.world)) {
        const own = steps.filter(({ who }) => who.role === this.#who.role && who.index === this.#who.index);
        let branch: Branch | undefined = from.branch;
        for (const { event, step } of own) branch = branch?.next.get(tokenOf(event, step));
        if (branch !== undefined && branch.open > 0) this.#add({ world: next, branch, via: { from, move } });
      }
    }
    return this.#runs;
  }

  #add(found: Found): void {
    const key = `${found.branch.id} ${this.#system.key(found.world)}`;
    if (this.#seen.has(key)) return;
    if (this.#queue.length >= maxFound) {
      this.complete = false;
      return;
    }
    this.#seen.add(key);
    this.#queue.push(found);
    found.branch.reached = true;
    const { ends } = found.branch;
    found.branch.ends = [];
    for (const path of ends) {
      this.#runs.push({ path, system: this.#system, who: this.#who, edges: edgesOf(found) });
      for (let at: Branch | undefined = found.branch; at !== undefined; at = at.parent) at.open -= 1;
    }
  }
}

/** The run, as paths of an explored graph are written. */
function edgesOf(found: Found): Edge<World, Move>[] {
  const moves: Move[] = [];
  const worlds: World[] = [found.world];
  for (let at = found.via; at !== undefined; at = at.from.via) {
    moves.unshift(at.move);
    worlds.unshift(at.from.world);
  }
  const vertices = worlds.map((world, id): Vertex<World, Move> => ({ id, world, depth: id, via: undefined, edges: [] }));
  return moves.map((move, id) => ({
    id,
    from: vertices[id] as Vertex<World, Move>,
    to: vertices[id + 1] as Vertex<World, Move>,
    move,
  }));
}
