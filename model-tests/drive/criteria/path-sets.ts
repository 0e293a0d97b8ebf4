/** Generated paths of the handshake's charts and compositions, by role and criterion: what `stpconnect paths` prints and a driver drives. */
import type { Mode } from '../../../machines/index.ts';
import { explore } from '../../explore/explore.ts';
import type { ChartInput, ChartWorld } from '../../generate/chart-system.ts';
import { type CriterionRequest, suiteFor } from '../../generate/criterion.ts';
import { exploreMachine, type Machine, nextState } from '../../generate/machine.ts';
import { type Suite, suiteOfPaths } from '../../generate/suite.ts';
import { transitionCover } from '../../generate/transition-cover.ts';
import { compositions } from '../compositions.ts';
import { HandshakeSystem } from '../handshake/system.ts';
import { type Move, processes, type World } from '../handshake/world.ts';
import type { Role, RoleInput } from '../role/path.ts';
import type { RoleWorld } from '../role/system.ts';
import { CompositionSystem, processName, seenOf } from './composition-system.ts';
import { type Goal, goalPath, type Hidden, unknownStage } from './goal.ts';
import { RoleMachineSystem } from './role-machine.ts';
import { socketSystem } from './socket-machine.ts';

/** One step of a path: what happens, what has to be seen of it, and where that leads. */
export interface PathStep {
  /** An event with its facts, `start`, `timeout` with the name of a limit; of a composition, a move. */
  readonly input: object;
  /** What is seen of the process; of a socket, the actions of its chart; of a composition, those of each process that reacts. */
  readonly expect: readonly object[];
  /** The state of the chart behind the step; of a composition, that of each process. */
  readonly state: string;
  /** The limits that run behind the step, sorted. */
  readonly limits: readonly string[];
  /** Of one process: those limits that began to run with the step. */
  readonly started?: readonly string[];
  /** The transitions of the charts that the step takes. */
  readonly transitions: readonly string[];
}

/** A path with a name of its own within its role. */
export interface GeneratedPath {
  readonly name: string;
  readonly steps: readonly PathStep[];
}

/** A suite, of what it is, and its paths in full. */
export interface PathSet {
  readonly role: Role | 'socket' | 'system';
  /** Of a composition: its mode, and what it shows. */
  readonly mode?: Mode;
  readonly composition?: string;
  readonly suite: Suite;
  /** The paths, made when they are asked for. */
  paths(): Generator<GeneratedPath, void>;
}

/** What is asked for. */
export type PathRequest = CriterionRequest | { readonly goals: readonly Goal[] };

/**
 * The paths of one process against a tester at the other ends of its connections, or of a socket. Throws RangeError for a goal with a word that
 * the chart does not have.
 */
export function rolePaths(role: Role | 'socket', request: PathRequest): PathSet {
  return role === 'socket' ? socketPaths(request) : processPaths(role, request);
}

function processPaths(role: Role, request: PathRequest): PathSet {
  const system = new RoleMachineSystem(role);
  const { machine, worlds } = exploreMachine(system);
  const apply = (state: number, input: number) =>
    theStep(role, system.system.apply(worlds[state] as RoleWorld, machine.inputs[input] as RoleInput));
  const suite = roleSuite(role, machine, request, (state, input) => apply(state, input).actions);
  const stepAt = remembering(machine, (state, input) => apply(state, input).step);
  return { role, suite, paths: () => named(role, machine, suite, stepAt) };
}

function socketPaths(request: PathRequest): PathSet {
  const system = socketSystem();
  const { machine, worlds } = exploreMachine(system);
  const suite = roleSuite('socket', machine, request);
  const stepAt = remembering(machine, (state, input) => {
    const step = system.step(worlds[state] as ChartWorld, machine.inputs[input] as ChartInput);
    const { next, outputs, taken } = theStep('socket', step);
    const transitions = taken.map(({ id }) => id);
    return { input: machine.inputs[input] as ChartInput, expect: outputs, state: next.path, limits: next.delays, transitions };
  });
  return { role: 'socket', suite, paths: () => named('socket', machine, suite, stepAt) };
}

function roleSuite(role: Role | 'socket', machine: Machine, request: PathRequest, hidden?: Hidden): Suite {
  if (!('goals' in request)) return suiteFor(machine, request.criterion, request);
  refuseUnknown(request.goals, [machine], `the chart of the ${role}`, hidden);
  return goalSuite(machine, request.goals, hidden);
}

/** A step that has to be there. */
function theStep<T>(where: string, step: T | undefined): T {
  if (step === undefined) throw new Error(`the model of ${where} has lost a step that it had`);
  return step;
}

/**
 * The paths of each composition that `verify` drives, of one mode or of both, one composition after the other. For `transitions` they are the very
 * paths of `verify`, by the same names within their mode. Throws RangeError for wp and hsi, and, when all are done, for a goal with a word that
 * no composition has.
 */
export function compositionPaths(modes: readonly Mode[], request: PathRequest): Generator<PathSet, void> {
  if ('criterion' in request && /^(wp|hsi)$/.test(request.criterion)) throw new RangeError(whyNotComplete(request.criterion));
  return eachComposition(modes, request);
}

function* eachComposition(modes: readonly Mode[], request: PathRequest): Generator<PathSet, void> {
  const machines: Machine[] = [];
  for (const mode of modes) {
    for (const [index, { title, options, covers }] of compositions[mode].entries()) {
      const system = new CompositionSystem(title, new HandshakeSystem(options));
      const { machine, worlds } = exploreMachine(system);
      machines.push(machine);
      const suite = compositionSuite(system.system, machine, request, covers);
      const stepAt = remembering(machine, (state, input) =>
        moveStep(system, worlds[state] as World, machine.inputs[input] as Move),
      );
      const prefix = suite.criterion === 'transitions' ? `${index + 1}` : `${suite.criterion.split(' ', 1)[0]}.${index + 1}`;
      yield { role: 'system', mode, composition: title, suite, paths: () => named(prefix, machine, suite, stepAt) };
    }
  }
  if ('goals' in request) refuseUnknown(request.goals, machines, 'the compositions');
}

type Covers = (typeof compositions)[Mode][number]['covers'];

function compositionSuite(system: HandshakeSystem, machine: Machine, request: PathRequest, covers: Covers): Suite {
  if ('goals' in request) return goalSuite(machine, request.goals);
  if (request.criterion === 'transitions') return verifiedSuite(system, machine, covers);
  return suiteFor(machine, request.criterion, request);
}

function refuseUnknown(goals: readonly Goal[], machines: readonly Machine[], where: string, hidden?: Hidden): void {
  for (const goal of goals) {
    const unknown = machines.map((machine) => unknownStage(machine, goal, hidden));
    if (unknown.every((stage) => stage !== undefined))
      throw new RangeError(`goal "${goal.text}": nothing in ${where} is called ${unknown[0]}`);
  }
}

function whyNotComplete(criterion: string): string {
  return `${criterion} is for one process (--role client or server): its promise is about how many states an implementation has, and of a composition nobody knows that, nor can all of its moves be brought about in a wrong one`;
}

/** The cover that `verify` drives. What a composition has to cover is decided there. */
function verifiedSuite(system: HandshakeSystem, machine: Machine, covers: Covers): Suite {
  const graph = explore(system);
  const numbers = new Map(machine.inputs.map((input, number) => [JSON.stringify(input), number]));
  const paths = [...transitionCover(graph, covers)];
  const suite = suiteOfPaths(
    'transitions',
    machine,
    paths.map((path) => path.map(({ move }) => numbers.get(JSON.stringify(move)) ?? -1)),
  );
  if (covers === undefined) return suite;
  const taken = new Set(paths.flat().filter(covers));
  return {
    ...suite,
    coverage: { ...suite.coverage, transitions: { covered: taken.size, total: graph.edges.filter(covers).length } },
  };
}

function goalSuite(machine: Machine, goals: readonly Goal[], hidden?: Hidden): Suite {
  const paths = goals.flatMap((goal) => {
    const path = goalPath(machine, goal, hidden);
    return path === undefined ? [] : [path];
  });
  return suiteOfPaths('goals', machine, paths);
}

function* named(
  prefix: string,
  machine: Machine,
  suite: Suite,
  stepAt: (state: number, input: number) => PathStep,
): Generator<GeneratedPath, void> {
  let number = 0;
  for (const path of suite.paths()) {
    number += 1;
    let state = 0;
    const steps = path.map((input) => {
      const step = stepAt(state, input);
      state = nextState(machine, state, input);
      return step;
    });
    yield { name: `${prefix}.${number}`, steps };
  }
}

/** Each cell of the machine's table is worked out once: paths share their steps. */
function remembering(
  machine: Machine,
  make: (state: number, input: number) => PathStep,
): (state: number, input: number) => PathStep {
  const known: PathStep[] = [];
  return (state, input) => {
    const cell = state * machine.inputs.length + input;
    known[cell] ??= make(state, input);
    return known[cell];
  };
}

function moveStep(whole: CompositionSystem, world: World, move: Move): PathStep {
  const { system } = whole;
  const { next, steps } = theStep(whole.name, system.apply(world, move));
  const limits = processes(next).flatMap((who) =>
    system.stateOf(next, who).delays.map((limit) => `${processName(who)}: ${limit}`),
  );
  const transitions = steps.flatMap(({ step }) => [...step.taken, ...step.further].map(({ id }) => id));
  return { input: move, expect: seenOf(steps), state: whole.nameOf(next), limits: limits.sort(), transitions };
}
