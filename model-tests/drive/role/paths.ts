/** The paths of one role: a transition cover of its chart, cut down to what a subject can do, and what was left out and why. */
import { type Edge, explore } from '../../explore/explore.ts';
import { transitionCover } from '../../generate/transition-cover.ts';
import type { Role, RoleInput, RolePath, RoleStep } from './path.ts';
import type { Capabilities, Wish } from './subject.ts';
import { type Lacks, RoleSystem, type RoleWorld } from './system.ts';

/** Every limit of both roles (docs/protocol.md, section 7). */
export const limitNames = [
  'firstFrameTimeout',
  'secondTimeout',
  'arrayTimeout',
  'groupTimeout',
  'lingerTimeout',
  'connectTimeout',
  'replyTimeout',
  'readyTimeout',
  'handshakeTimeout',
] as const;

/** Somebody who can do everything. */
export const everything: Capabilities = {
  roles: ['client', 'server'],
  modes: ['network', 'storage'],
  clock: 'virtual',
  limits: limitNames,
  dials: 'held',
  reports: 'codes',
  wishes: ['close', 'stop', 'abort'],
  full: true,
};

/** Which wish of the user the event `close` or `abort` is. */
export function wishOf(role: Role, type: string, state: string): Wish | undefined {
  if (type === 'abort') return 'abort';
  if (type !== 'close') return undefined;
  return role === 'server' || state.startsWith('established') ? 'close' : 'stop';
}

/** HELLO for a storage session is for everybody: who has no array says so. */
const networkOf = ({ mode }: RoleInput) => (mode === 'network' ? mode : undefined);

/** Another attempt in network mode is needed, which waits for its second connection. */
const pairingOf = ({ pairing }: RoleInput) => (pairing === 'joined' || pairing === 'tagWrong' ? 'network' : undefined);

/** What a subject would have to be capable of for this input; undefined when it is. */
export function lackOf(role: Role, can: Capabilities, input: RoleInput, state: string, dialling: boolean): string | undefined {
  const storage = can.modes.includes('storage');
  const { type } = input;
  const wanted = type === 'start' ? input['mode'] : type === 'first.hello' ? networkOf(input) : pairingOf(input);
  if (wanted !== undefined && !can.modes.includes(wanted as 'network')) return `${String(wanted)} mode`;
  if (state === 'handshaking.storage.openingPort' && !storage && type !== 'port.unavailable') return 'storage mode';
  if (dialling && can.dials === 'immediate' && !type.endsWith('.connected')) return 'dials that wait';
  if (type === 'timeout') return can.limits.includes(String(input['limit'])) ? undefined : `limit ${String(input['limit'])}`;
  if (input['capacity'] === 'full' && !can.full) return 'a full listener';
  const wish = wishOf(role, type, state);
  return wish === undefined || can.wishes.includes(wish) ? undefined : `its user's wish to ${wish}`;
}

/** A suite for one role, and what it takes of the chart. */
export interface RoleSuite {
  readonly role: Role;
  readonly paths: readonly RolePath[];
  /** Steps from one situation to another that the paths have to take; each has a key. */
  readonly total: ReadonlySet<string>;
  /** How many of the chart's transitions there are, and how many the paths take. */
  readonly chart: { readonly total: number; readonly taken: number };
  /** Chart transitions that the paths do not take: how many, by what the subject would have to be capable of. */
  readonly leftOut: ReadonlyMap<string, number>;
  /** What is counted in `leftOut`: of paths that were given, those that the subject cannot be driven along. */
  readonly leftOutAre: 'transitions of the chart' | 'paths';
}

/** Paths that somebody else has generated, as a suite: those of the role that the subject can be driven along. */
export function selectPaths(role: Role, can: Capabilities, paths: readonly RolePath[]): RoleSuite {
  const rows = new RoleSystem(role).charts[0]?.transitions ?? [];
  const leftOut = new Map<string, number>();
  const chosen = paths.filter((path) => {
    const lack = path.role === role ? lackOfPath(path, can) : undefined;
    if (lack !== undefined) leftOut.set(lack, (leftOut.get(lack) ?? 0) + 1);
    return path.role === role && lack === undefined;
  });
  const taken = new Set(chosen.flatMap(({ steps }) => steps.flatMap(({ transitions }) => transitions)));
  return {
    role,
    paths: chosen,
    total: new Set(),
    chart: { total: rows.length, taken: taken.size },
    leftOut,
    leftOutAre: 'paths',
  };
}

/** The first thing that a subject would have to be capable of for a path; undefined when it is. */
function lackOfPath(path: RolePath, can: Capabilities): string | undefined {
  for (const [index, { input }] of path.steps.entries()) {
    const before = path.steps[index - 1];
    const dialling = before?.expect.some(({ type }) => type === 'dials') ?? false;
    const lack = lackOf(path.role, can, input, before?.state ?? '', dialling);
    if (lack !== undefined) return lack;
  }
  return undefined;
}

/** The key by which a step is counted: its transition of the model, wherever a path takes it. */
const keyOf = (system: RoleSystem, world: RoleWorld, input: RoleInput) => `${system.key(world)} ${JSON.stringify(input)}`;

/** A path of the suite, with the key of each of its steps. */
const keys = new WeakMap<RolePath, readonly string[]>();

/** The keys of a path's steps; empty for a path that was read from a file. */
export const stepKeys = (path: RolePath): readonly string[] => keys.get(path) ?? [];

/** What a subject that can do this cannot be brought to, in these modes. */
export function lacksOf(role: Role, can: Capabilities, modes: readonly string[]): Lacks {
  const limited: Capabilities = { ...can, modes: can.modes.filter((mode) => modes.includes(mode)) };
  return (input, world, state) =>
    lackOf(
      role,
      limited,
      input,
      state,
      Object.values(world.connections.open).some(({ dialling }) => dialling),
    );
}

/** One step of a path as the model has it: what happens, where. */
export type PlacedInput = readonly [world: RoleWorld, input: RoleInput];

/**
 * A suite of paths of a model, `system`; `total` has every step that they are to take. `criterion` is what they were generated for. The paths
 * are named in their order, `client.1` and so on.
 */
export function suiteOfRole(
  system: RoleSystem,
  lacks: Lacks,
  criterion: string,
  given: Iterable<readonly PlacedInput[]>,
  total: Iterable<PlacedInput>,
): RoleSuite {
  const { role } = system;
  const paths: RolePath[] = [];
  const taken = new Set<string>();
  for (const placed of given) {
    const steps = placed.map(([world, input]) => stepOf(system, world, input));
    const path: RolePath = { role, criterion, name: `${role}.${paths.length + 1}`, steps };
    keys.set(
      path,
      placed.map(([world, input]) => keyOf(system, world, input)),
    );
    paths.push(path);
    for (const { transitions } of steps) for (const id of transitions) taken.add(id);
  }
  const rows = system.charts[0]?.transitions ?? [];
  return {
    role,
    paths,
    total: new Set([...total].map(([world, input]) => keyOf(system, world, input))),
    chart: { total: rows.length, taken: rows.filter(({ id }) => taken.has(id)).length },
    leftOut: reasons(new RoleSystem(role), lacks, taken),
    leftOutAre: 'transitions of the chart',
  };
}

/** A transition cover of a role's chart, with all connections and all facts, for a subject that can do this. */
export function coverRole(role: Role, can: Capabilities = everything, modes: readonly string[] = can.modes): RoleSuite {
  const lacks = lacksOf(role, can, modes);
  const system = new RoleSystem(role, { lacks });
  const graph = explore(system);
  const placed = ({ from, move }: Edge<RoleWorld, RoleInput>): PlacedInput => [from.world, move];
  const paths = [...transitionCover(graph)].map((edges) => edges.map(placed));
  return suiteOfRole(system, lacks, 'transitions', paths, graph.edges.map(placed));
}

function stepOf(system: RoleSystem, world: RoleWorld, input: RoleInput): RoleStep {
  const successor = system.apply(world, input);
  if (successor === undefined) throw new Error(`the model has no such step: ${JSON.stringify(input)}`);
  return successor.step;
}

/** Why chart transitions are not taken: what the step that takes them lacks, or else what the way to it lacks. */
function reasons(whole: RoleSystem, lacks: Lacks, taken: ReadonlySet<string>): Map<string, number> {
  const reasonOf = new Map<string, string>();
  const graph = explore(whole);
  const lack = ({ from, move }: Pick<Edge<RoleWorld, RoleInput>, 'from' | 'move'>) =>
    lacks(move, from.world, whole.stateOf(from.world));
  const wayLacks = new Map<number, string | undefined>();
  for (const vertex of graph.vertices) {
    const before = vertex.via && wayLacks.get(vertex.via.from.id);
    wayLacks.set(vertex.id, before ?? (vertex.via && lack(vertex.via)));
  }
  for (const { from, move } of graph.edges) {
    for (const id of stepOf(whole, from.world, move).transitions) {
      if (taken.has(id) || reasonOf.has(id)) continue;
      reasonOf.set(id, wayLacks.get(from.id) ?? lack({ from, move }) ?? 'another way to it');
    }
  }
  const counts = new Map<string, number>();
  for (const { id } of whole.charts[0]?.transitions ?? []) {
    if (taken.has(id)) continue;
    const reason = reasonOf.get(id) ?? 'nothing: it cannot happen';
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return counts;
}
