/**
 * Generated paths as data. To generate them takes longer than to drive them, and a worker begins anew with each mutant: so they are made once,
 * and written to a file that the environment variable STPCONNECT_KILLERS names.
 */
import { readFileSync } from 'node:fs';
import type { Mode } from '../../../machines/index.ts';
import { compositions } from '../../drive/compositions.ts';
import { criterionSuite } from '../../drive/criteria/role-suite.ts';
import { HandshakeSystem } from '../../drive/handshake/system.ts';
import { type Move, processes, type World } from '../../drive/handshake/world.ts';
import type { Role, RolePath } from '../../drive/role/path.ts';
import { coverRole } from '../../drive/role/paths.ts';
import { type Edge, explore } from '../../explore/explore.ts';
import { smallSubset } from '../../generate/small-subset.ts';
import { transitionCover } from '../../generate/transition-cover.ts';

/**
 * Which of the generated paths: all of Wp with one extra state, a transition cover with every pair of steps of a process that the whole one has,
 * or one with every transition of the charts.
 */
export type PathChoice = 'wp' | 'step pairs' | 'steps';

/** A path of a composition: which one of its mode, and its moves. */
export interface CompositionPath {
  readonly composition: number;
  readonly moves: readonly Move[];
}

/** All paths that the suites of a part need, by `role choice` and `mode choice`. */
export interface Prepared {
  readonly roles: Readonly<Record<string, readonly RolePath[]>>;
  readonly compositions: Readonly<Record<string, readonly CompositionPath[]>>;
}

let known: Prepared | undefined;

/** The paths of one role. */
export function rolePathsOf(role: Role, choice: PathChoice): readonly RolePath[] {
  return prepared()?.roles[`${role} ${choice}`] ?? chooseRolePaths(role, choice);
}

/** The paths of the compositions of one mode. */
export function compositionPathsOf(mode: Mode, choice: PathChoice): readonly CompositionPath[] {
  return prepared()?.compositions[`${mode} ${choice}`] ?? chooseCompositionPaths(mode, choice);
}

/** Everything that a file of prepared paths holds. */
export function prepareAll(): Prepared {
  const roles = (['client', 'server'] as const).flatMap((role) =>
    (['wp', 'step pairs', 'steps'] as const).map((choice) => [`${role} ${choice}`, chooseRolePaths(role, choice)] as const),
  );
  const modes = (['network', 'storage'] as const).flatMap((mode) =>
    (['step pairs', 'steps'] as const).map((choice) => [`${mode} ${choice}`, chooseCompositionPaths(mode, choice)] as const),
  );
  return { roles: Object.fromEntries(roles), compositions: Object.fromEntries(modes) };
}

function prepared(): Prepared | undefined {
  const file = process.env['STPCONNECT_KILLERS'];
  if (file !== undefined) known ??= JSON.parse(readFileSync(file, 'utf8')) as Prepared;
  return known;
}

function chooseRolePaths(role: Role, choice: PathChoice): readonly RolePath[] {
  if (choice === 'wp') return criterionSuite(role, { criterion: 'wp', k: 1 }).paths;
  const { paths } = coverRole(role);
  return smallSubset(paths, ({ steps }) =>
    steps.flatMap(({ transitions, input }, at) =>
      choice === 'steps' ? transitions : [JSON.stringify([steps[at - 1]?.transitions, transitions, input])],
    ),
  );
}

type Path = { readonly composition: number; readonly system: HandshakeSystem; readonly edges: readonly Edge<World, Move>[] };

function chooseCompositionPaths(mode: Mode, choice: PathChoice): readonly CompositionPath[] {
  const all = compositions[mode].flatMap(({ options, covers }, composition): Path[] => {
    const system = new HandshakeSystem(options);
    return [...transitionCover(explore(system), covers)].map((edges) => ({ composition, system, edges }));
  });
  const chosen = smallSubset(
    all,
    choice === 'steps'
      ? (path) => [...stepsOf(path), ...meetingOf(path)]
      : (path) => [...stepsOf(path), ...pairsOf(path), endOf(path)],
  );
  return chosen.map(({ composition, edges }) => ({ composition, moves: edges.map(({ move }) => move) }));
}

function* chartSteps({ system, edges }: Path) {
  for (const { from, move } of edges) {
    for (const { who, event, step } of system.apply(from.world, move)?.steps ?? [])
      yield { who, event, taken: step.taken.map(({ id }) => id).join() };
  }
}

const stepsOf = (path: Path) =>
  [...chartSteps(path)].map(({ who, event, taken }) => `${who.role} ${taken} ${JSON.stringify(event)}`);

/** Two steps of one process, one behind the other. */
function* pairsOf(path: Path): Generator<string> {
  const before = new Map<string, string>();
  for (const { who, taken } of chartSteps(path)) {
    const process = `${who.role} ${who.index}`;
    yield `${who.role} ${before.get(process)} then ${taken}`;
    before.set(process, taken);
  }
}

/** That a path leaves two sides established, in which mode, or one whose peer has failed. */
function meetingOf({ system, edges }: Path): string[] {
  const world = edges.at(-1)?.to.world ?? system.initial;
  const tops = new Set(processes(world).map((who) => `${who.role} ${system.stateOf(world, who).path.split('.')[0]}`));
  const isBroken = world.links.some(({ connection }) => connection.broken);
  return tops.has('client established') ? [`${[...tops].sort().join()} ${isBroken}`] : [];
}

/** How a path leaves the processes and the connections. */
function endOf({ system, edges }: Path): string {
  const world = edges.at(-1)?.to.world ?? system.initial;
  const states = processes(world).map((who) => `${who.role} ${system.stateOf(world, who).path}`);
  return [...states, ...world.links.map(({ name, connection }) => `${name} ${connection.broken}`)].join();
}
