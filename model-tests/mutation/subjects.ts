/** What is mutated: the three charts, each with the machine that its suites are made of, and with its mutants as implementations of that machine. */
import type { AnyStateMachine } from 'xstate';
import { clientMachine, serverMachine, socketMachine } from '../../machines/index.ts';
import { type Chart, type CompiledChart, compile } from '../compile/compile.ts';
import { RoleMachineSystem } from '../drive/criteria/role-machine.ts';
import { socketSystem } from '../drive/criteria/socket-machine.ts';
import type { Role, RoleInput, RoleOutput } from '../drive/role/path.ts';
import type { RoleWorld } from '../drive/role/system.ts';
import type { ChartInput, ChartWorld } from '../generate/chart-system.ts';
import type { Implementation } from '../generate/conformance.ts';
import type { CriterionRequest } from '../generate/criterion.ts';
import { outputNumbers, type Reactor, ReactorImplementation } from '../generate/implementation.ts';
import { type Machine, machineOf } from '../generate/machine.ts';
import { type ChartMutant, type ChartOperator, chartMutants } from '../generate/mutate/chart-mutants.ts';
import { extraStates } from '../generate/mutate/extra-states.ts';
import { PatchedChart } from '../generate/mutate/patched-chart.ts';

/** A kind of fault that is planted. */
export type Operator = ChartOperator | 'extra state';

/** All of them. */
export const operators: readonly Operator[] = [
  'retarget',
  'drop transition',
  'swap output',
  'guard flipped',
  'timer removed',
  'extra state',
];

/** The suites that look for them. */
export const modelRequests: readonly CriterionRequest[] = [
  { criterion: 'random', count: 1_000 },
  { criterion: 'transitions' },
  { criterion: 'pairs' },
  { criterion: 'switch-2' },
  { criterion: 'wp' },
  { criterion: 'hsi' },
  { criterion: 'wp', k: 1 },
  { criterion: 'hsi', k: 1 },
];

/** One fault, as an implementation. */
export interface ModelMutant {
  readonly operator: Operator;
  readonly what: string;
  readonly implementation: Implementation;
}

/** A chart that is mutated. */
export interface Subject {
  readonly name: 'client' | 'server' | 'socket';
  readonly machine: Machine;
  /** Its mutants, made one by one. Some do what the chart does. */
  mutants(): Generator<ModelMutant, void>;
}

/** The subject of this name. */
export function subjectOf(name: Subject['name']): Subject {
  if (name === 'socket') return socketSubject();
  return processSubject(name, name === 'client' ? clientMachine : serverMachine);
}

/** One process against a tester: what counts is what the tester sees. */
function processSubject(role: Role, machine: AnyStateMachine): Subject {
  const originals = new Map<string, CompiledChart>();
  /** The chart as it is, begun with an input; mutants take from it what is not mutated. */
  const original = (input: unknown) => {
    const key = JSON.stringify(input) ?? '';
    const known = originals.get(key) ?? compile(machine, input);
    originals.set(key, known);
    return known;
  };
  const reactor = (mutant: ChartMutant): Reactor<RoleWorld, RoleInput, RoleOutput> => {
    const whole = new RoleMachineSystem(role, { chart: (input) => mutatedChart(original(input), mutant, input) });
    return {
      initial: whole.initial,
      key: (world) => whole.key(world),
      sight: (world) => whole.sight(world),
      react(world, input) {
        const successor = whole.system.apply(world, input);
        if (successor === undefined) return { outputs: [], next: whole.system.unnoticed(world, input) };
        return { outputs: successor.step.expect, next: { ...successor.next, ignored: false } };
      },
    };
  };
  return subject(role, machineOf(new RoleMachineSystem(role)), machine, reactor);
}

function socketSubject(): Subject {
  const original = compile(socketMachine);
  const reactor = (mutant: ChartMutant): Reactor<ChartWorld, ChartInput, unknown> => {
    const system = socketSystem(mutatedChart(original, mutant));
    return {
      initial: system.initial,
      key: (world) => system.key(world),
      sight: (world) => system.sight(world),
      react(world, input) {
        const step = system.step(world, input);
        const local = step?.next ?? system.localState(world);
        if (local === undefined) throw new Error('a socket has no state before it begins');
        return { outputs: step?.outputs ?? [], next: system.after(world, input, local) };
      },
    };
  };
  return subject('socket', machineOf(socketSystem(original)), socketMachine, reactor);
}

function mutatedChart(original: CompiledChart, { machine, site }: ChartMutant, input?: unknown): Chart {
  const mutant = compile(machine, input);
  return site === undefined ? mutant : new PatchedChart(original, mutant, site);
}

function subject<World, Input, Seen>(
  name: Subject['name'],
  model: Machine<Input, Seen>,
  machine: AnyStateMachine,
  reactor: (mutant: ChartMutant) => Reactor<World, Input, Seen>,
): Subject {
  const numbers = outputNumbers(model);
  return {
    name,
    machine: model,
    *mutants() {
      for (const mutant of chartMutants(machine)) {
        const implementation = new ReactorImplementation(model, numbers, reactor(mutant));
        yield { operator: mutant.operator, what: mutant.what, implementation };
      }
      for (const { what, implementation } of extraStates(model)) yield { operator: 'extra state', what, implementation };
    },
  };
}
