/** The main job: every path of the compositions, through the implementation, over each kind of WKP. */
import type { Mode } from '../../machines/index.ts';
import { type Edge, explore } from '../explore/explore.ts';
import { transitionCover } from '../generate/transition-cover.ts';
import { type PathFailure, runPath } from './handshake/run-path.ts';
import { at } from './handshake/stage.ts';
import { type HandshakeOptions, HandshakeSystem } from './handshake/system.ts';
import type { Move, World } from './handshake/world.ts';
import { type Rig, realRig, simulatedRig } from './rigs.ts';

/** What the WKP is made of. */
export type WkpKind = 'simulated' | 'tcp' | 'array';

/** Every kind, in the order in which they are driven. */
export const wkpKinds: readonly WkpKind[] = ['simulated', 'tcp', 'array'];

/** A composition whose paths are driven, and which of its transitions have to be covered. */
export interface Composition {
  /** What it shows, in a few words. */
  readonly title: string;
  readonly options: HandshakeOptions;
  /** Default: every transition of the composition. */
  readonly covers?: (edge: Edge<World, Move>) => boolean;
}

/** A second connection says whose it is: where two sessions begin at once, these are the moves that can go wrong. */
const pairs = ({ from, move }: Edge<World, Move>) =>
  move.kind === 'deliver' && move.to === 'acceptor' && at(from.world.links, move.link).name === 'second';

/** The compositions of each mode. Together they take every transition of both charts. */
export const compositions: Readonly<Record<Mode, readonly Composition[]>> = {
  network: [
    { title: 'one server process, two faults', options: { servers: [{ mode: 'network', fallback: false }], faults: 2 } },
    {
      title: 'forged frames and strangers',
      options: { servers: [{ mode: 'network', fallback: false }], faults: 1, forging: true, strangers: true },
    },
    {
      title: 'two server processes at once',
      options: {
        servers: [
          { mode: 'network', fallback: false },
          { mode: 'network', fallback: false },
        ],
        faults: 0,
      },
      covers: pairs,
    },
  ],
  storage: [
    {
      title: 'one server process that may fall back, two faults',
      options: { servers: [{ mode: 'storage', fallback: true }], faults: 2 },
    },
    { title: 'one server process, one fault', options: { servers: [{ mode: 'storage', fallback: false }], faults: 1 } },
    {
      title: 'forged frames and strangers',
      options: { servers: [{ mode: 'storage', fallback: true }], faults: 1, forging: true, strangers: true },
    },
  ],
};

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
    }
  | { readonly type: 'row'; readonly row: VerifyRow };

/** What to drive, and how. */
export interface VerifyOptions {
  /** Only this kind of WKP; default all. */
  readonly wkp?: WkpKind;
  /** Only this mode; default both. */
  readonly mode?: Mode;
  /** Decides how deliveries are split and which end a reset comes from. Default 1. */
  readonly seed?: number;
  /** Only the path with this name, as a failure prints it: `<composition>.<number>`. */
  readonly path?: string;
  /** Stop a row at its first failure. Default false. */
  readonly bail?: boolean;
}

/** A path of a row, with its name. */
interface NamedPath {
  readonly name: string;
  readonly system: HandshakeSystem;
  readonly edges: readonly Edge<World, Move>[];
  /** Its place among all paths of the mode: with the seed, it decides what is left to chance. */
  readonly place: number;
}

/** Generates the paths and drives them; yields progress, each failure, and one row for each kind of WKP and mode. */
export async function* verify(options: VerifyOptions = {}): AsyncGenerator<VerifyEvent, void> {
  const modes = (['network', 'storage'] as const).filter((mode) => options.mode === undefined || mode === options.mode);
  for (const wkp of wkpKinds.filter((kind) => options.wkp === undefined || kind === options.wkp)) {
    for (const mode of modes) {
      const rig = wkp === 'simulated' ? simulatedRig() : await realRig(wkp);
      try {
        yield* verifyRow(rig, mode, options);
      } finally {
        await rig.close();
      }
    }
  }
}

async function* verifyRow(rig: Rig, mode: Mode, options: VerifyOptions): AsyncGenerator<VerifyEvent, void> {
  const begun = performance.now();
  const { paths, total } = pathsOf(mode, options.path);
  const covered = new Set<object>();
  const { seed = 1, bail = false } = options;
  let [driven, steps, failed] = [0, 0, 0];
  for (const { name, system, edges, place } of paths) {
    const failure = await runPath(system, rig, edges, seed + place);
    driven += 1;
    const taken = failure === undefined ? edges : edges.slice(0, Math.max(0, failure.at));
    steps += taken.length;
    for (const edge of taken) covered.add(edge);
    if (failure !== undefined) {
      failed += 1;
      yield { type: 'failure', wkp: rig.name, mode, path: name, failure, message: explain(rig.name, mode, name, seed, failure) };
      if (bail) break;
    }
    if (driven % 25 === 0 || driven === paths.length)
      yield { type: 'progress', wkp: rig.name, mode, done: driven, total: paths.length };
  }
  const seconds = Math.round((performance.now() - begun) / 10) / 100;
  const wanted = [...total].filter((edge) => covered.has(edge)).length;
  yield {
    type: 'row',
    row: { wkp: rig.name, mode, paths: driven, steps, transitions: { covered: wanted, total: total.size }, failed, seconds },
  };
}

/** The paths of a mode in a fixed order, and the transitions that they have to cover. */
function pathsOf(mode: Mode, only?: string): { readonly paths: readonly NamedPath[]; readonly total: ReadonlySet<object> } {
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
  return { paths: only === undefined ? paths : paths.filter(({ name }) => name === only), total };
}

function explain(
  wkp: WkpKind,
  mode: Mode,
  path: string,
  seed: number,
  { at: step, move, what, expected, seen }: PathFailure,
): string {
  const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  return [
    `path ${path}, ${step < 0 ? 'before its first move' : `at move ${step + 1} (${move})`}: ${what}`,
    `  expected ${text(expected)}`,
    `  seen     ${text(seen)}`,
    `  replay: stpconnect verify --wkp ${wkp} --mode ${mode} --seed ${seed} --path ${path}`,
  ].join('\n');
}
