/**
 * A local state as a value: everything that decides the chart's future, and nothing else. A step begins with what is read from the value
 * and ends in a value again, so nothing can be forgotten.
 */
import type { AnyMachineSnapshot, AnyStateNode, StateValue } from 'xstate';
import type { Value } from '../compose/system.ts';
import type { Actor, ActorStandIn, Origin, Pending } from './actor.ts';
import type { ActorLogic, Logics, Snapshot } from './actor-logic.ts';
import type { Instrumented } from './instrument.ts';
import { jsonCopy } from './json.ts';
import type { Run } from './run.ts';

/** A chart or a child of one, as a value. What is empty is left out. */
export interface ActorValue {
  readonly [key: string]: Value | undefined;
  /** As XState writes state values; null for a reducer. */
  readonly state: null | string | { readonly [key: string]: Value };
  readonly context?: Value;
  /** What history states remember: id of the history state → ids of the states that were active. */
  readonly history?: { readonly [node: string]: readonly string[] };
  /** The order in which the leaves were entered, where the chart's future depends on it. */
  readonly order?: readonly string[];
  readonly pending?: readonly Value[];
  readonly children?: { readonly [id: string]: ChildValue };
  /** It has reached its final state, or was stopped: no event is accepted any more. */
  readonly ended?: 'done' | 'stopped';
  readonly output?: Value;
}

/** A child also says how it is made again. */
export interface ChildValue extends ActorValue {
  /** How its parent's chart names its logic. */
  readonly src?: string;
  readonly systemId?: string;
  /** The parent gets an event for each new snapshot. */
  readonly syncs?: boolean;
  /** The key under which the parent holds it, where that is not its id; null where it holds it no more. */
  readonly heldAs?: string | null;
}

/** The value of an actor and its children. */
export function encode(actor: Actor, run: Run): ActorValue {
  const referenceValue = (object: object) => asReference(run.standInFor(object));
  const { context, output, value } = actor.snapshot as Snapshot;
  const path = actor.parent === undefined ? 'context' : `context of child ${actor.address.join('/')}`;
  const copied = jsonCopy(context ?? {}, path, referenceValue);
  const chart = actor.logic.kind === 'machine' ? actor.logic.chart : undefined;
  const isActive = actor.phase === 'running';
  return Object.freeze({
    state: (chart === undefined ? null : jsonCopy(value, 'state')) as ActorValue['state'],
    ...(Object.keys(copied as object).length > 0 && { context: copied }),
    ...(isActive && chart !== undefined && machineParts(chart, actor.snapshot as AnyMachineSnapshot)),
    ...(actor.pending.length > 0 && { pending: encodePending(actor.pending) }),
    ...(isActive && actor.children.size > 0 && { children: encodeChildren(actor, run) }),
    ...(!isActive && { ended: (actor.snapshot as Snapshot).status === 'done' ? ('done' as const) : ('stopped' as const) }),
    ...(!isActive && output !== undefined && { output: jsonCopy(output, 'output', referenceValue) }),
  });
}

function machineParts(chart: Instrumented, snapshot: AnyMachineSnapshot): Partial<ActorValue> {
  const remembered = Object.entries(snapshot.historyValue as Record<string, readonly AnyStateNode[]>);
  const history = Object.fromEntries(remembered.map(([id, nodes]) => [id, nodes.map((node) => node.id)]));
  const order = chart.orderMatters ? leavesOf(snapshot) : [];
  return {
    ...(remembered.length > 0 && { history }),
    ...(order.length > 1 && { order }),
  };
}

function leavesOf(snapshot: AnyMachineSnapshot): string[] {
  return (snapshot._nodes as AnyStateNode[]).filter(({ type }) => type === 'atomic' || type === 'final').map(({ id }) => id);
}

/** Which of them was scheduled first decides nothing: any may be the next to expire. */
function encodePending(pending: readonly Pending[]): Value[] {
  return pending
    .map((entry) => [JSON.stringify(entry), entry as unknown as Value] as const)
    .sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
    .map(([, entry]) => entry);
}

function encodeChildren(actor: Actor, run: Run): Record<string, ChildValue> {
  return Object.fromEntries(
    [...actor.children].map(([id, child]) => {
      const { id: _, ...origin } = child.origin;
      return [id, { ...origin, ...(child.heldAs !== id && { heldAs: child.heldAs }), ...encode(child, run) }];
    }),
  );
}

/** XState's own form of a reference in a context, with an address in the tree. */
interface ReferenceValue {
  readonly [key: string]: Value;
  readonly xstate$$type: 1;
  /** Null where the actor is no longer part of the tree. */
  readonly at: readonly string[] | null;
}

function asReference(standIn: ActorStandIn | undefined): ReferenceValue | undefined {
  return standIn && { xstate$$type: 1, at: standIn.actor.isHeld ? standIn.actor.address : null };
}

/** Makes the tree of actors that a value describes, all of them running. */
export function decode(value: ActorValue, logic: ActorLogic, run: Run, logics: Logics): Actor {
  const root = decodeActor(value, { id: logic.id }, logic, undefined, run, logics);
  if (JSON.stringify(value).includes('"xstate$$type"')) revive(root, run);
  return root;
}

function decodeActor(
  value: ActorValue,
  origin: Origin,
  logic: ActorLogic,
  parent: Actor | undefined,
  run: Run,
  logics: Logics,
): Actor {
  const actor = run.make(origin, logic, parent);
  actor.phase = value.ended === undefined ? 'running' : 'stopped';
  actor.pending = (value.pending ?? []) as unknown as Pending[];
  for (const [id, child] of Object.entries(value.children ?? {})) {
    const { src = '', systemId, syncs } = child;
    const childOrigin = { id, src, ...(systemId !== undefined && { systemId }), ...(syncs === true && { syncs }) };
    const found = logic.kind === 'machine' ? logics.find(logic.chart.machine, src) : undefined;
    const childLogic = found === undefined ? 'not known here: name it in setup({ actors })' : logics.of(found);
    if (typeof childLogic === 'string') throw new Error(`actor ${id} (${src}) is ${childLogic}`);
    const made = decodeActor(child, childOrigin, childLogic, actor, run, logics);
    made.heldAs = child.heldAs === undefined ? id : child.heldAs;
    actor.children.set(id, made);
  }
  actor.snapshot = snapshotOf(value, logic, actor);
  return actor;
}

function snapshotOf(value: ActorValue, logic: ActorLogic, actor: Actor): Snapshot {
  const { context = {}, output } = value;
  const status = value.ended ?? 'active';
  if (logic.kind === 'reducer') return { status, context, output, error: undefined } as unknown as Snapshot;
  const { machine, nodes } = logic.chart;
  const historyValue = Object.fromEntries(
    Object.entries(value.history ?? {}).map(([id, ids]) => [id, ids.map((node) => nodes.get(node) as AnyStateNode)]),
  );
  const config = { value: value.state as StateValue, context, historyValue, status, output };
  const snapshot = machine.resolveState(config as never) as AnyMachineSnapshot;
  const held = [...actor.children.values()].filter(({ heldAs }) => heldAs !== null);
  const children = Object.fromEntries(held.map((child) => [child.heldAs, child.ref]));
  return { ...snapshot, _nodes: ordered(snapshot._nodes as AnyStateNode[], value.order), children } as unknown as Snapshot;
}

function ordered(nodes: readonly AnyStateNode[], order: readonly string[] | undefined): readonly AnyStateNode[] {
  if (order === undefined) return nodes;
  const place = (node: AnyStateNode) => order.indexOf(node.id);
  return [...nodes].sort((one, other) => place(one) - place(other));
}

/** Puts actors where contexts refer to them; they can only be found once all are made. */
function revive(actor: Actor, run: Run): void {
  const snapshot = actor.snapshot as Snapshot;
  actor.snapshot = { ...snapshot, context: revived(snapshot.context as Value, run) } as Snapshot;
  for (const child of actor.children.values()) revive(child, run);
}

function revived(value: Value | undefined, run: Run): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Object.freeze(value.map((item: Value) => revived(item, run)));
  const properties = value as Readonly<Record<string, Value | undefined>>;
  if (properties['xstate$$type'] === 1) return referenceTo(properties['at'] as ReferenceValue['at'], run);
  return Object.freeze(Object.fromEntries(Object.entries(properties).map(([key, item]) => [key, revived(item, run)])));
}

function referenceTo(address: ReferenceValue['at'], run: Run): ActorStandIn {
  const found = address === null ? undefined : run.find(address);
  return found?.ref ?? run.nobody();
}
