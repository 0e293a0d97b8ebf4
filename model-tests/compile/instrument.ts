/**
 * A copy of a machine that says more: whom it sends to by a name that is no child of its own, how a delay is called, which guard threw or
 * is not pure. States, transitions and their order are the same. It stands on how XState's own actions are made: functions with a
 * `type` and a `resolve`, the same since 5.0.
 */
import type { AnyMachineSnapshot, AnyStateMachine, AnyStateNode } from 'xstate';
import { type ChartTransition, chartDelays, chartTransitions, stateNodes } from './chart-transitions.ts';

/** A machine ready to be evaluated, and what is known of it beforehand. */
export interface Instrumented {
  readonly machine: AnyStateMachine;
  readonly rows: ReadonlyMap<object, ChartTransition>;
  readonly nodes: ReadonlyMap<string, AnyStateNode>;
  /** Whom `sendTo` names as a plain string. */
  readonly sendsTo: ReadonlySet<string>;
  /** Some target is found by a function, or an action is enqueued by one: `sendsTo` need not be all. */
  readonly sendsAnywhere: boolean;
  /** Beside the delays of `after`, events may be raised or sent with one. */
  readonly delaysMore: boolean;
  /** Several regions of one parallel state have eventless transitions: the order in which regions were entered decides. */
  readonly orderMatters: boolean;
}

/** Who is addressed by a name that is no child: a link or another machine. */
export class Outside {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** What `params` of a raise or send whose delay has a name or is computed carry besides what XState puts there: empty if it has none. */
export interface Delayed {
  readonly delayName?: string;
}

/** A bound where XState has none: more microsteps than this in one step are a loop. */
const MAX_MICROSTEPS = 10_000;

interface Args {
  readonly context: unknown;
  readonly event: unknown;
}

type BuiltInAction = ((...args: never[]) => unknown) & {
  readonly type: string;
  readonly to?: unknown;
  readonly event?: unknown;
  readonly delay?: unknown;
  readonly resolve: (
    scope: unknown,
    snapshot: AnyMachineSnapshot,
    args: Args,
    params: unknown,
    action: object,
    extra?: { readonly deferredActorIds?: readonly string[] },
  ) => [snapshot: unknown, params: object, actions: unknown[] | undefined];
};

type PlainGuard = (args: Args, params: unknown) => unknown;
type BuiltInGuard = PlainGuard & { readonly check: unknown; readonly guards?: readonly unknown[] };

/** Instruments a machine; the original is left as it is. */
export function instrument(original: AnyStateMachine): Instrumented {
  const sendsTo = new Set<string>();
  let sendsAnywhere = false;
  let delaysMore = false;
  const wrap = (action: unknown): unknown => {
    if (!isBuiltIn(action)) return action;
    delaysMore ||= action.type === 'xstate.enqueueActions' || (action.delay !== undefined && !isAfter(action));
    switch (action.type) {
      case 'xstate.sendTo':
        if (typeof action.to === 'string') sendsTo.add(action.to);
        else sendsAnywhere = true;
        return namingTarget(action);
      case 'xstate.raise':
        return namingDelay(action);
      case 'xstate.enqueueActions':
        sendsAnywhere = true;
        return wrappingEnqueued(action, wrap);
      default:
        return action;
    }
  };
  const { actions, guards, actors } = original.implementations as unknown as Readonly<
    Record<string, Readonly<Record<string, unknown>>>
  >;
  const machine = bounded(original, {
    actions: mapEntries(actions, (_, action) => wrap(action)),
    guards: mapEntries(guards, (name, guard) => watched(guard, name)),
    // XState computes the first state of a child when it makes it.
    actors: mapEntries(actors, (_, logic) => (isMachine(logic) ? bounded(logic, {}) : logic)),
  });
  for (const node of stateNodes(machine)) instrumentNode(node, wrap);
  const nodes = new Map(stateNodes(machine).map((node) => [node.id, node]));
  return {
    machine,
    rows: chartTransitions(machine),
    nodes,
    sendsTo,
    sendsAnywhere,
    delaysMore,
    orderMatters: [...nodes.values()].some(hasSeveralEventlessRegions),
  };
}

/** A copy that does not follow eventless transitions and raised events for ever. */
function bounded(machine: AnyStateMachine, implementations: object): AnyStateMachine {
  const copy = machine.provide(implementations as never) as AnyStateMachine;
  return Object.assign(copy, {
    options: { ...copy.options, maxIterations: Math.min(copy.options?.maxIterations ?? MAX_MICROSTEPS, MAX_MICROSTEPS) },
  });
}

/** Whether an actor's logic is a machine. */
export function isMachine(logic: unknown): logic is AnyStateMachine {
  return typeof logic === 'object' && logic !== null && '__xstatenode' in logic;
}

/** Delays that the chart names and nobody has implemented: XState would let them expire at once. */
export function missingDelays(machine: AnyStateMachine): string[] {
  const implemented = machine.implementations.delays as Readonly<Record<string, unknown>>;
  const named = new Set([...chartDelays(machine).values()].map(({ name }) => name));
  return [...named].filter((name) => Number.isNaN(Number(name)) && !(name in implemented));
}

function instrumentNode(node: AnyStateNode, wrap: (action: unknown) => unknown): void {
  const list = (actions: readonly unknown[]) => actions.map(wrap);
  Object.assign(node, { entry: list(node.entry), exit: list(node.exit) });
  if (node.initial !== undefined) Object.assign(node.initial, { actions: list(node.initial.actions) });
  for (const definition of [...node.transitions.values(), node.always ?? []].flat()) {
    Object.assign(definition, { actions: list(definition.actions), guard: watched(definition.guard, undefined) });
  }
}

function isBuiltIn(action: unknown): action is BuiltInAction {
  return typeof action === 'function' && 'resolve' in action && 'type' in action;
}

/** XState makes a raise with a delay of each `after`. */
function isAfter({ type, event }: BuiltInAction): boolean {
  return (
    type === 'xstate.raise' && typeof event === 'object' && String((event as { type?: unknown }).type).startsWith('xstate.after.')
  );
}

/** The same built-in action with another `resolve`. */
function withResolve(action: BuiltInAction, resolve: BuiltInAction['resolve']): BuiltInAction {
  return Object.assign(() => undefined, action, { resolve });
}

function namingTarget(action: BuiltInAction): BuiltInAction {
  const named = namingDelay(action);
  return withResolve(named, (scope, snapshot, args, params, self, extra) => {
    const to: unknown = typeof action.to === 'function' ? action.to(args as never, params as never) : action.to;
    if (to === undefined || to === null)
      throw new Error('the target of a sendTo is undefined: XState would send to the machine itself');
    const isLocal =
      typeof to !== 'string' ||
      to.startsWith('#_') ||
      Object.hasOwn(snapshot.children, to) ||
      extra?.deferredActorIds?.includes(to) === true;
    return named.resolve(scope, snapshot, args, params, { ...self, to: isLocal ? to : new Outside(to) }, extra);
  });
}

function namingDelay(action: BuiltInAction): BuiltInAction {
  const { delay } = action;
  if (typeof delay !== 'string' && typeof delay !== 'function') return action;
  // A property's name, `delay`, says nothing.
  const delayName = typeof delay === 'string' ? delay : delay.name === 'delay' ? '' : delay.name;
  return withResolve(action, (...args) => {
    const [snapshot, params, actions] = action.resolve(...args);
    return [snapshot, { ...params, delayName }, actions];
  });
}

function wrappingEnqueued(action: BuiltInAction, wrap: (action: unknown) => unknown): BuiltInAction {
  return withResolve(action, (...args) => {
    const [snapshot, params, actions] = action.resolve(...args);
    return [snapshot, params, actions?.map(wrap)];
  });
}

/** A guard that is called twice and says its name when it throws or its answers differ. */
function watched(guard: unknown, name: string | undefined): unknown {
  if (typeof guard !== 'function') return guard;
  if ('check' in guard) {
    const { guards } = guard as BuiltInGuard;
    return callNamed(
      guard.name,
      Object.assign(() => false, guard, guards && { guards: guards.map((inner) => watched(inner, undefined)) }),
    );
  }
  const plain = guard as PlainGuard;
  const shown = name ?? (plain.name === '' || plain.name === 'guard' ? 'an inline guard' : plain.name);
  const look = (args: Args, params: unknown) => {
    try {
      return Boolean(plain(args, params));
    } catch (cause) {
      throw new Error(`guard ${shown} throws: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
  };
  return callNamed(plain.name, (args: Args, params: unknown) => {
    const answer = look(args, params);
    if (look(args, params) !== answer) throw new Error(`guard ${shown} is impure: two evaluations differ`);
    return answer;
  });
}

/** Rows of a chart show the names of its guards. */
function callNamed<F extends (...args: never[]) => unknown>(name: string, guard: F): F {
  return Object.defineProperty(guard, 'name', { value: name });
}

function hasSeveralEventlessRegions(node: AnyStateNode): boolean {
  const regions = Object.values(node.states) as AnyStateNode[];
  return node.type === 'parallel' && regions.filter(hasEventless).length > 1;
}

function hasEventless(node: AnyStateNode): boolean {
  return (node.always?.length ?? 0) > 0 || (Object.values(node.states) as AnyStateNode[]).some(hasEventless);
}

function mapEntries(
  record: Readonly<Record<string, unknown>> = {},
  map: (name: string, value: unknown) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(name, value)]));
}
