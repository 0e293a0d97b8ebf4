/** One row of a verification: every path of one mode, through the implementation, over one kind of WKP. */
import type { Mode } from '../../machines/index.ts';
import { type Edge, explore } from '../explore/explore.ts';
import { transitionCover } from '../generate/transition-cover.ts';
import type { Scenario } from '../show/scenario.ts';
import { compositions } from './compositions.ts';
import { successorOf } from './handshake/driven-edge.ts';
import { type PathFailure, runPath } from './handshake/run-path.ts';
import { HandshakeSystem } from './handshake/system.ts';
import { scenarioOfPath } from './handshake/tell-path.ts';
import type { Move, World } from './handshake/world.ts';
import { type Rig, realRig, simulatedRig } from './rigs.ts';
import { type RowDetail, type TalliedStep, Tally } from './tally.ts';

/** What the WKP is made of. */
export type WkpKind = 'simulated' | 'tcp' | 'array';

/** One row of the result: what was driven over one kind of WKP in one mode. */
export interface VerifyRow {
  readonly wkp: WkpKind;
  readonly mode: Mode;
  readonly paths: number;
  readonly steps: number;
  /** Transitions of the compositions: how many a path has taken that ended well up to there, and how many there are. */
  readonly transitions: { readonly covered: number; readonly total: number };
  readonly failed: number;
  readonly seconds: number;
}

/** What happens while `verify` runs. */
export type VerifyEvent =
  | { readonly type: 'progress'; readonly wkp: WkpKind; readonly mode: Mode; readonly done: number; readonly total: number }
  | {
      readonly type: 'failure';
      readonly wkp: WkpKind;
      readonly mode: Mode;
      readonly path: string;
      readonly failure: PathFailure;
      readonly message: string;
      /** The run as pictures are made of it, by `showScenario`. */
      readonly scenario: Scenario;
    }
  /** Before the row, where it was asked for. */
  | { readonly type: 'detail'; readonly wkp: WkpKind; readonly mode: Mode; readonly detail: RowDetail }
  | { readonly type: 'row'; readonly row: VerifyRow };

/** Which row, and how its paths are driven. */
export interface RowOrders {
  readonly wkp: WkpKind;
  readonly mode: Mode;
  readonly seed: number;
  readonly path: string | undefined;
  readonly bail: boolean;
  /** Whether what was run of the charts is counted, and told before the row. */
  readonly detail: boolean;
}

/** A path of a row, with its name. */
interface NamedPath {
  readonly name: string;
  readonly system: HandshakeSystem;
  readonly edges: readonly Edge<World, Move>[];
  /** Its place among all paths of the mode: with the seed, it decides what is left to chance. */
  readonly place: number;
}

/** Drives the paths of a row in their order; yields progress, each failure, and the row. */
export async function* verifyRow(orders: RowOrders, source: PathSource): AsyncGenerator<VerifyEvent, void> {
  const rig = orders.wkp === 'simulated' ? simulatedRig() : await realRig(orders.wkp);
  try {
    yield* drivePaths(rig, orders, source.of(orders.mode));
  } finally {
    await rig.close();
  }
}

async function* drivePaths(
  rig: Rig,
  { mode, seed, path: only, bail, detail }: RowOrders,
  { paths: all, total }: ModePaths,
): AsyncGenerator<VerifyEvent, void> {
  const begun = performance.now();
  const paths = only === undefined ? all : all.filter(({ name }) => name === only);
  const covered = new Set<object>();
  const tally = new Tally();
  let [driven, steps, failed] = [0, 0, 0];
  for (const { name, system, edges, place } of paths) {
    const started = performance.now();
    const failure = await runPath(system, rig, edges, seed + place);
    driven += 1;
    const taken = failure === undefined ? edges : edges.slice(0, Math.max(0, failure.at));
    steps += taken.length;
    for (const edge of taken) covered.add(edge);
    if (detail) tally.take(name, performance.now() - started, failure !== undefined, talliedSteps(system, taken));
    if (failure !== undefined) {
      failed += 1;
      const texts = { at: failure.at, what: failure.what, expected: text(failure.expected), seen: text(failure.seen) };
      const scenario = scenarioOfPath(system, edges, texts, `Path ${name} over ${rig.name}, ${mode} mode`);
      const message = explain(rig.name, mode, name, seed, failure);
      yield { type: 'failure', wkp: rig.name, mode, path: name, failure, message, scenario };
      if (bail) break;
    }
    if (driven % 25 === 0 || driven === paths.length)
      yield { type: 'progress', wkp: rig.name, mode, done: driven, total: paths.length };
  }
  if (detail) yield { type: 'detail', wkp: rig.name, mode, detail: tally.detail };
  const seconds = Math.round((performance.now() - begun) / 10) / 100;
  const wanted = [...total].filter((edge) => covered.has(edge)).length;
  yield {
    type: 'row',
    row: { wkp: rig.name, mode, paths: driven, steps, transitions: { covered: wanted, total: total.size }, failed, seconds },
  };
}

function* talliedSteps(system: HandshakeSystem, edges: readonly Edge<World, Move>[]): Generator<TalliedStep, void> {
  for (const edge of edges) {
    for (const { who, step } of successorOf(system, edge).steps) {
      const transitions = [...step.taken, ...step.further].map(({ id }) => id);
      yield { process: `${who.role} ${who.index}`, chart: who.role, transitions };
    }
  }
}

/** The paths of each mode, generated once. */
export class PathSource {
  readonly #modes = new Map<Mode, ModePaths>();

  /** The paths of a mode in a fixed order, and the transitions that they have to cover. */
  of(mode: Mode): ModePaths {
    const known = this.#modes.get(mode) ?? generate(mode);
    this.#modes.set(mode, known);
    return known;
  }
}

interface ModePaths {
  readonly paths: readonly NamedPath[];
  readonly total: ReadonlySet<object>;
}

function generate(mode: Mode): ModePaths {
  const paths: NamedPath[] = [];
  const total = new Set<object>();
  for (const [index, { options, covers = () => true }] of compositions[mode].entries()) {
    const system = new HandshakeSystem(options);
    const graph = explore(system);
    for (const edge of graph.edges) if (covers(edge)) total.add(edge);
    let number = 0;
    for (const edges of transitionCover(graph, covers)) {
      number += 1;
      paths.push({ name: `${index + 1}.${number}`, system, edges, place: paths.length });
    }
  }
  return { paths, total };
}

function explain(
  wkp: WkpKind,
  mode: Mode,
  path: string,
  seed: number,
  { at: step, move, what, expected, seen }: PathFailure,
): string {
  return [
    `path ${path}, ${step < 0 ? 'before its first move' : `at move ${step + 1} (${move})`}: ${what}`,
    `  expected ${text(expected)}`,
    `  seen     ${text(seen)}`,
    `  replay: stpconnect verify --wkp ${wkp} --mode ${mode} --seed ${seed} --path ${path}`,
  ].join('\n');
}

const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
