/** Suites of one role, cut down to what a subject can do, and what was left out and why. */

import type { Output } from '../../compile/compile.ts';
import { type Edge, explore } from '../../explore/explore.ts';
import type { ChartSystem, ChartWorld } from '../../generate/chart-system.ts';
import { type Criterion, type CriterionOptions, suiteFor } from '../../generate/criterion.ts';
import { machineOf, type ReactiveSystem } from '../../generate/machine.ts';
import { transitionCover } from '../../generate/transition-cover.ts';
import { roleSystem } from '../criteria/role-systems.ts';
import { everything, lackOf } from './capabilities.ts';
import type { Role, RoleInput, RolePath, RoleStep } from './path.ts';
import type { Capabilities } from './subject.ts';
import { type Lacks, RoleSystem, type RoleWorld } from './system.ts';

/** A suite for one role, and what there is to take. */
export interface RoleSuite {
  readonly role: Role;
  readonly criterion: string;
  readonly size: number;
  /** Made when they are asked for. */
  paths(): Iterable<RolePath>;
  /** How many steps from one situation to another there are; each has a key. 0 where that is not known. */
  readonly total: number;
  /** How many transitions the role's chart has. */
  readonly chart: number;
  /** What a subject would have to be capable of for the rest, and how much of the rest: chart transitions, or paths. */
  readonly leftOut: ReadonlyMap<string, number>;
  readonly leftOutAre: 'transitions of the chart' | 'paths';
  /** What has to be true of an implementation for the promise of the criterion. */
  readonly assumptions: readonly string[];
}

/** A path that somebody has generated, as its inputs alone. */
export interface GivenPath {
  readonly role: Role;
  readonly criterion: string;
  readonly name: string;
  readonly inputs: readonly RoleInput[];
}

const keys = new WeakMap<RolePath, readonly string[]>();

/** The keys of a path's steps: equal ones are the same step from the same situation. */
export const stepKeys = (path: RolePath): readonly string[] => keys.get(path) ?? [];

/** The role with the other ends of its connections, as a subject can be driven. */
function systemFor(
  role: Role,
  can: Capabilities,
  modes: readonly string[],
): { readonly system: RoleSystem; readonly lacks: Lacks } {
  const limited: Capabilities = { ...can, modes: can.modes.filter((mode) => modes.includes(mode)) };
  const lacks: Lacks = (input, { connections: { open } }, state) => {
    const dialling = Object.values(open).some((view) => view.dialling);
    return lackOf(role, limited, input, state, dialling);
  };
  return { system: new RoleSystem(role, lacks), lacks };
}

/** A transition cover of a role's chart, with all connections and all facts that matter, for a subject that can do this. */
export function coverRole(role: Role, can: Capabilities = everything, modes: readonly string[] = can.modes): RoleSuite {
  const { system, lacks } = systemFor(role, can, modes);
  const graph = explore(system);
  const paths = [...transitionCover(graph)].map((edges, index) => {
    const inputs = edges.map(({ move }) => move);
    return pathAlong(system, { role, criterion: 'transitions', name: `${role}.${index + 1}`, inputs }) as RolePath;
  });
  return {
    ...factsOf(role, lacks, system, graph.edges),
    criterion: 'transitions',
    size: paths.length,
    paths: () => paths,
    total: new Set(graph.edges.map(({ from, move }) => keyOf(system, from.world, move))).size,
    assumptions: [],
  };
}

/**
 * The suite of a criterion for what a subject can do; for one that can do everything it is that of `stpconnect paths`, path by path. For
 * `transitions` it is the cover above, which is smaller, since facts that decide nothing are not all tried.
 */
export function suiteOfRole(
  role: Role,
  criterion: Criterion,
  options: CriterionOptions,
  can: Capabilities = everything,
  modes: readonly string[] = can.modes,
): RoleSuite {
  if (criterion === 'transitions') return coverRole(role, can, modes);
  const { system, lacks } = systemFor(role, can, modes);
  const suite = suiteFor(machineOf(within(roleSystem(role), role, can, modes)), criterion, options);
  return {
    ...factsOf(role, lacks, system, explore(system).edges),
    criterion: suite.criterion,
    size: suite.size.paths,
    *paths() {
      let number = 0;
      for (const path of suite.paths()) {
        number += 1;
        const inputs = path.map((input) => suite.machine.inputs[input] as RoleInput);
        const found = pathAlong(system, { role, criterion: suite.criterion, name: `${role}.${number}`, inputs });
        if (typeof found === 'string') throw new Error(`path ${role}.${number} cannot be driven: it needs ${found}`);
        yield found;
      }
    },
    total: 0,
    assumptions: suite.assumptions,
  };
}

/** The chart without the inputs that a subject cannot be given. */
function within(
  system: ChartSystem,
  role: Role,
  can: Capabilities,
  modes: readonly string[],
): ReactiveSystem<ChartWorld, RoleInput, Output> {
  const limited: Capabilities = { ...can, modes: can.modes.filter((mode) => modes.includes(mode)) };
  return {
    name: system.name,
    initial: system.initial,
    key: (world) => system.key(world),
    nameOf: (world) => system.nameOf(world),
    sight: (world) => system.sight(world),
    *reactions(world) {
      const state = system.localState(world)?.path ?? '';
      const dialling = /\.connecting(First|Second|Array)$/.test(state);
      for (const reaction of system.reactions(world)) {
        if (lackOf(role, limited, reaction.input, state, dialling) === undefined) yield reaction;
      }
    },
  };
}

/** Paths that somebody else has generated: those of the role that a subject can be driven along. */
export function selectPaths(
  role: Role,
  can: Capabilities,
  given: readonly GivenPath[],
  modes: readonly string[] = can.modes,
): RoleSuite {
  const { system } = systemFor(role, can, modes);
  const leftOut = new Map<string, number>();
  const chosen = given.flatMap((path) => {
    if (path.role !== role) return [];
    const found = pathAlong(system, path);
    if (typeof found !== 'string') return [found];
    leftOut.set(found, (leftOut.get(found) ?? 0) + 1);
    return [];
  });
  return {
    role,
    criterion: chosen[0]?.criterion ?? 'none',
    size: chosen.length,
    paths: () => chosen,
    total: 0,
    chart: transitionsOf(system).length,
    leftOut,
    leftOutAre: 'paths',
    assumptions: [],
  };
}

/** What is seen along the inputs of a path, as far as they can be brought about one after the other. */
export function stepsAlong(
  system: RoleSystem,
  inputs: Iterable<RoleInput>,
): { readonly steps: RoleStep[]; readonly keys: string[]; readonly lack?: string } {
  const [steps, stepsKeys]: [RoleStep[], string[]] = [[], []];
  let world = system.initial;
  for (const input of inputs) {
    const lack = system.lackOf(world, input);
    const successor = system.apply(world, input);
    if (lack !== undefined || successor === undefined)
      return { steps, keys: stepsKeys, lack: lack ?? `that ${input.type} can happen` };
    steps.push(successor.step);
    stepsKeys.push(keyOf(system, world, successor.move));
    world = successor.next;
  }
  return { steps, keys: stepsKeys };
}

/** The path with all that is to be seen on it; or what it needs that there is not. */
function pathAlong(system: RoleSystem, { role, criterion, name, inputs }: GivenPath): RolePath | string {
  const { steps, keys: stepsKeys, lack } = stepsAlong(system, inputs);
  if (lack !== undefined) return lack;
  const path: RolePath = { role, criterion, name, steps };
  keys.set(path, stepsKeys);
  return path;
}

/** Whether the last input was ignored matters to the cover only. */
const keyOf = (system: RoleSystem, world: RoleWorld, input: RoleInput) =>
  `${system.key({ ...world, ignored: false })} ${JSON.stringify(input)}`;

const transitionsOf = (system: RoleSystem) => system.charts[0]?.transitions ?? [];

function factsOf(
  role: Role,
  lacks: Lacks,
  system: RoleSystem,
  edges: readonly Edge<RoleWorld, RoleInput>[],
): Pick<RoleSuite, 'role' | 'chart' | 'leftOut' | 'leftOutAre'> {
  const reachable = new Set(edges.flatMap(({ from, move }) => transitionsTaken(system, from.world, move)));
  return {
    role,
    chart: transitionsOf(system).length,
    leftOut: reasons(new RoleSystem(role), lacks, reachable),
    leftOutAre: 'transitions of the chart',
  };
}

const transitionsTaken = (system: RoleSystem, world: RoleWorld, input: RoleInput) =>
  system.apply(world, input)?.step.transitions ?? [];

/** Why chart transitions are out of reach: what the step that takes them lacks, or else what the way to it lacks. */
function reasons(whole: RoleSystem, lacks: Lacks, reachable: ReadonlySet<string>): Map<string, number> {
  const reasonOf = new Map<string, string>();
  const graph = explore(whole);
  const wayLacks = new Map<number, string | undefined>();
  const lack = ({ from, move }: Pick<Edge<RoleWorld, RoleInput>, 'from' | 'move'>) =>
    lacks(move, from.world, whole.stateOf(from.world));
  for (const vertex of graph.vertices) {
    const before = vertex.via && wayLacks.get(vertex.via.from.id);
    wayLacks.set(vertex.id, before ?? (vertex.via && lack(vertex.via)));
  }
  for (const { from, move } of graph.edges) {
    for (const id of transitionsTaken(whole, from.world, move)) {
      if (reachable.has(id) || reasonOf.has(id)) continue;
      reasonOf.set(id, wayLacks.get(from.id) ?? lack({ from, move }) ?? 'another way to it');
    }
  }
  const counts = new Map<string, number>();
  for (const { id } of transitionsOf(whole)) {
    if (reachable.has(id)) continue;
    const reason = reasonOf.get(id) ?? 'nothing: it cannot happen';
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return counts;
}
