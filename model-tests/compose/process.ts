/** A machine of a composition: its compiled chart, its slot, and whom it can reach. */
import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { chartDelays } from '../compile/chart-transitions.ts';
import type { ActorValue } from '../compile/codec.ts';
import { type CompiledChart, compile, type LocalState } from '../compile/compile.ts';
import type { Instrumented } from '../compile/instrument.ts';
import type { Message } from '../compile/outputs.ts';
import { ComposeError } from './compose-error.ts';
import type { MachineDescription, SpontaneousEvent } from './description.ts';
import type { Value, View } from './system.ts';

/** What the slot of a crashed machine holds: the input that it starts again with. */
export interface Crashed {
  readonly [key: string]: Value | undefined;
  readonly crashed: true;
  readonly input?: Value;
}

/** A spontaneous event with everything filled in. */
export interface OwnEvent {
  readonly event: Message;
  readonly fair: boolean;
  readonly budget: number;
}

export class Process {
  readonly name: string;
  readonly slot: number;
  readonly description: MachineDescription;
  readonly chart: CompiledChart;
  readonly events: readonly OwnEvent[];
  /** Names that it may send to; undefined where the chart computes them. */
  readonly targets: ReadonlySet<string> | undefined;
  readonly delays: Delays;
  /** Types of the events that it was offered so far. */
  readonly offered: Set<string>;

  constructor(name: string, slot: number, description: MachineDescription) {
    this.name = name;
    this.slot = slot;
    this.description = description;
    const { chart, input, maxStates } = description;
    this.chart = compile(chart, input, maxStates === undefined ? {} : { maxStates });
    this.events = (description.events ?? []).map((event) => completed(event, `machine ${name}`));
    this.offered = new Set(this.events.map(({ event }) => event.type));
    this.targets = targetsOf(this.chart, description);
    this.delays = delaysOf(this.chart);
  }

  /** What the slot holds: undefined while the machine has crashed. */
  local(view: View): LocalState | undefined {
    const value = view.get<ActorValue | Crashed>(this.slot);
    return isCrashed(value) ? undefined : this.chart.of(value);
  }
}

/** What is known beforehand of the delays of a chart. */
export interface Delays {
  /** Names of the delays of `after`. */
  readonly names: readonly string[];
  /** Several of them may run at once. */
  readonly areConcurrent: boolean;
  /** There may be delays beside them: of children, or of events that are raised or sent with one. */
  readonly areNotAll: boolean;
}

/** Whether a slot of a machine says that it has crashed. */
export function isCrashed(value: ActorValue | Crashed): value is Crashed {
  return 'crashed' in value;
}

function completed(event: string | Message | SpontaneousEvent, where: string): OwnEvent {
  if (typeof event === 'string') return { event: { type: event }, fair: false, budget: Number.POSITIVE_INFINITY };
  if (!isSpontaneous(event)) return { event, fair: false, budget: Number.POSITIVE_INFINITY };
  const { event: inner, fair = false, budget = Number.POSITIVE_INFINITY } = event;
  const message = typeof inner === 'string' ? { type: inner } : inner;
  return { event: message, fair, budget: checkedBudget(budget, `${where}: the budget of event ${message.type}`) };
}

function isSpontaneous(event: Message | SpontaneousEvent): event is SpontaneousEvent {
  return !('type' in event);
}

/** A budget is a whole number from 0, or Infinity. */
export function checkedBudget(budget: number, what: string): number {
  if (budget === Number.POSITIVE_INFINITY || (Number.isInteger(budget) && budget >= 0)) return budget;
  throw new ComposeError(`${what} is ${budget}: it must be a whole number from 0, or Infinity`);
}

function delaysOf({ instrumented, machine }: CompiledChart): Delays {
  const waiting = [...instrumented.nodes.values()].filter(({ after }) => after.length > 0);
  const isWithin = (node: AnyStateNode, around: AnyStateNode): boolean =>
    node.parent !== undefined && (node.parent === around || isWithin(node.parent, around));
  const areNested = waiting.some((node) => waiting.some((other) => isWithin(node, other)));
  const hasRegions = [...instrumented.nodes.values()].some(({ type }) => type === 'parallel');
  const hasSeveral = waiting.some(({ after }) => new Set(after.map(({ delay }) => delay)).size > 1);
  return {
    names: [...new Set([...chartDelays(machine).values()].map(({ name }) => name))],
    areConcurrent: areNested || hasRegions || hasSeveral,
    areNotAll: instrumented.delaysMore || hasChildren(instrumented, machine),
  };
}

function targetsOf(
  { instrumented, machine }: CompiledChart,
  { sendsTo, actions }: MachineDescription,
): ReadonlySet<string> | undefined {
  if (sendsTo !== undefined) return new Set(sendsTo);
  const isComputed = instrumented.sendsAnywhere || actions !== undefined || hasChildren(instrumented, machine);
  return isComputed ? undefined : instrumented.sendsTo;
}

function hasChildren({ nodes }: Instrumented, { implementations }: AnyStateMachine): boolean {
  return Object.keys(implementations.actors).length > 0 || [...nodes.values()].some(({ invoke }) => invoke.length > 0);
}
