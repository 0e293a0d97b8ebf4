/**
 * The implementation's protocol alone, without sockets, sessions and turns of an event loop: the paths of one role through its transition
 * table. What a suite has in common at the beginning of its paths is run once. This is as fast as a check of the whole suite can be, and looks at
 * nothing but the table: what the other drivers see of tags, pairing and sockets it does not.
 */
import { clientMachine } from '../../../impl/protocol/client.ts';
import { limitsOf } from '../../../impl/protocol/limits.ts';
import { serverMachine } from '../../../impl/protocol/server.ts';
import { step } from '../../../impl/protocol/step.ts';
import type { Action, Facts, Machine, ProtocolEvent } from '../../../impl/protocol/table.ts';
import type { Output } from '../../compile/compile.ts';
import { afterInput, type Connections, noConnections, performClient, performServer } from './connections.ts';
import type { RoleFailure } from './drive.ts';
import { inputText, outputsText, type Role, type RoleInput, type RoleOutput, type RolePath, type RoleStep } from './path.ts';
import { shownExpectation, shownInput, shownOutput } from './show.ts';

/** A table of either role. */
type Table = Machine<string, string, string>;

/** Where the role is: all that its table knows, and what the tester knows of its connections. */
interface Place {
  readonly state: string;
  readonly context: Facts;
  readonly connections: Connections;
}

/** What an input comes to. */
interface Reaction {
  readonly place: Place;
  readonly seen: readonly RoleOutput[];
  readonly limits: readonly string[];
  readonly started: readonly string[];
}

/** The steps of a suite as a tree: paths that begin alike have their beginning in common. */
interface Branch {
  readonly step: RoleStep;
  readonly branches: Map<RoleStep, Branch>;
  /** The paths that go through here. */
  readonly paths: RolePath[];
}

const tables: Readonly<Record<Role, Table>> = { client: clientMachine as Table, server: serverMachine as Table };

/** What came of the paths: those that failed, and how many steps were run. */
export interface DrivenTables {
  readonly failures: ReadonlyMap<RolePath, RoleFailure>;
  /** Steps that were run: fewer than the paths have. */
  readonly steps: number;
}

/** Runs the paths of one role. `table` is the implementation's, or a broken one. */
export function driveTables(role: Role, paths: readonly RolePath[], table: Table = tables[role]): DrivenTables {
  const failures = new Map<RolePath, RoleFailure>();
  let steps = 0;
  const visit = (branches: ReadonlyMap<RoleStep, Branch>, at: number, before: Place | undefined) => {
    for (const branch of branches.values()) {
      steps += 1;
      const reaction = react(role, table, before, branch.step.input);
      const difference = compare(branch.step, reaction);
      if (difference === undefined) visit(branch.branches, at + 1, reaction.place);
      else for (const path of branch.paths) failures.set(path, failureAt(path, at, reaction, difference));
    }
  };
  visit(treeOf(paths), 0, undefined);
  return { failures, steps };
}

function treeOf(paths: readonly RolePath[]): ReadonlyMap<RoleStep, Branch> {
  const root = new Map<RoleStep, Branch>();
  for (const path of paths) {
    let branches = root;
    for (const one of path.steps) {
      let branch = branches.get(one);
      if (branch === undefined) {
        branch = { step: one, branches: new Map(), paths: [] };
        branches.set(one, branch);
      }
      branch.paths.push(path);
      branches = branch.branches;
    }
  }
  return root;
}

function react(role: Role, table: Table, before: Place | undefined, input: RoleInput): Reaction {
  const perform = role === 'client' ? performClient : performServer;
  if (before === undefined) {
    const { type: _, ...context } = input;
    const connections = connectionsAtStart(role, input);
    const { seen, connections: held } = perform(connections, table.start.map(outputOf));
    const limits = limitNamesOf(table.initial);
    return { place: { state: table.initial, context, connections: held }, seen, limits, started: limits };
  }
  const { next, moved, actions, context } = step(table, before.state, input as ProtocolEvent<string>, before.context);
  const { seen, connections } = perform(afterInput(before.connections, input), actions.map(outputOf));
  return {
    place: { state: next, context, connections },
    seen,
    limits: limitNamesOf(next),
    started: moved ? startedBetween(before.state, next) : [],
  };
}

function connectionsAtStart(role: Role, input: RoleInput): Connections {
  const mode = input['mode'] === 'storage' ? 'storage' : 'network';
  return { ...noConnections, mode, open: role === 'client' ? { first: { dialling: false, tester: 'open' } } : {} };
}

const outputOf = ({ type, ...params }: Action): Output => ({ type, params });

const known = new Map<string, readonly string[]>();

function limitNamesOf(state: string): readonly string[] {
  const before = known.get(state);
  if (before !== undefined) return before;
  const names = limitsOf(state)
    .map(({ limit }) => limit)
    .sort();
  known.set(state, names);
  return names;
}

/** A limit that another state owns is a new one, also where it has the same name. */
function startedBetween(from: string, to: string): readonly string[] {
  const running = limitsOf(from);
  return limitsOf(to)
    .filter(({ limit, scope }) => !running.some((other) => other.limit === limit && other.scope === scope))
    .map(({ limit }) => limit)
    .sort();
}

type Difference = Pick<RoleFailure, 'what' | 'expected' | 'seen'>;

function compare({ expect, state, limits, started }: RoleStep, reaction: Reaction): Difference | undefined {
  if (!sameOutputs(expect, reaction.seen))
    return { what: 'what is seen of it differs', expected: outputsText(expect), seen: outputsText(reaction.seen) };
  if (state !== reaction.place.state) return { what: 'its state differs', expected: state, seen: reaction.place.state };
  const words = (names: readonly string[]) => names.join(', ') || 'none';
  if (!same(limits, reaction.limits))
    return { what: 'the limits that run differ', expected: words(limits), seen: words(reaction.limits) };
  if (!same(started, reaction.started))
    return { what: 'the limits that begin differ', expected: words(started), seen: words(reaction.started) };
  return undefined;
}

const same = (one: readonly string[], other: readonly string[]) =>
  one.length === other.length && one.every((name, index) => name === other[index]);

function sameOutputs(expected: readonly RoleOutput[], seen: readonly RoleOutput[]): boolean {
  return expected.length === seen.length && expected.every((output, index) => sameOutput(output, seen[index] as RoleOutput));
}

/** Outputs are flat; what has no value is not there. */
function sameOutput(one: Readonly<Record<string, unknown>>, other: Readonly<Record<string, unknown>>): boolean {
  for (const name of outputFields) if (one[name] !== other[name]) return false;
  return true;
}

const outputFields = ['type', 'connection', 'frame', 'mode', 'reason', 'call', 'code', 'wrong'] as const;

function failureAt(path: RolePath, at: number, { seen }: Reaction, difference: Difference): RoleFailure {
  const done = path.steps.slice(0, at);
  const { input } = path.steps[at] as RoleStep;
  return {
    ...difference,
    at,
    input: inputText(input),
    state: done.at(-1)?.state ?? '',
    shown: [
      ...done.flatMap((one) => [
        ...shownInput(path.role, one.input),
        ...one.expect.map((output) => shownOutput(path.role, output)),
      ]),
      ...shownInput(path.role, input),
      ...seen.map((output) => shownOutput(path.role, output)),
      shownExpectation(difference.expected),
    ],
  };
}
