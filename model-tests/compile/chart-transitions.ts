import type { AnyStateMachine, AnyStateNode } from 'xstate';

/** One transition as the chart writes it: a row of the coverage report. */
export interface ChartTransition {
  /** `<source node id> · <event> · <index among the source's transitions for that event>`. */
  readonly id: string;
  readonly source: string;
  /** The event type; for `after` the name of the delay in the form `after <delay>`. */
  readonly event: string;
  readonly guard: string | undefined;
  readonly targets: readonly string[];
  readonly description: string | undefined;
}

/** A delay that the chart arms: the event that XState raises when it expires, and the name that the chart gives it. */
export interface ChartDelay {
  readonly event: string;
  readonly name: string;
}

/** All state nodes of a machine, the root first, parents before children. */
export function stateNodes(machine: AnyStateMachine): AnyStateNode[] {
  const nodes: AnyStateNode[] = [];
  const visit = (node: AnyStateNode) => {
    nodes.push(node);
    for (const child of Object.values(node.states)) visit(child);
  };
  visit(machine.root);
  return nodes;
}

/** Every transition that the chart writes, keyed by XState's own definition object. */
export function chartTransitions(machine: AnyStateMachine): Map<object, ChartTransition> {
  const delays = chartDelays(machine);
  const rows = new Map<object, ChartTransition>();
  for (const node of stateNodes(machine)) {
    const groups: [string, readonly AnyTransition[]][] = [...node.transitions.entries()];
    groups.push(['always', node.always ?? []]);
    for (const [eventType, definitions] of groups) {
      const delay = delays.get(eventType);
      const event = delay === undefined ? eventType : `after ${delay.name}`;
      for (const [index, definition] of definitions.entries()) {
        rows.set(definition, {
          id: `${node.id} · ${event} · ${index}`,
          source: node.id,
          event,
          guard: guardName(definition.guard),
          targets: (definition.target ?? []).map((target) => target.id),
          description: definition.description,
        });
      }
    }
  }
  return rows;
}

/** Every delayed transition of the chart: raised event → delay. */
export function chartDelays(machine: AnyStateMachine): Map<string, ChartDelay> {
  const delays = new Map<string, ChartDelay>();
  for (const node of stateNodes(machine)) {
    for (const { delay, eventType } of node.after) {
      delays.set(eventType, { event: eventType, name: typeof delay === 'function' ? eventType : String(delay) });
    }
  }
  return delays;
}

type AnyTransition = AnyStateNode['always'] extends infer T | undefined ? (T extends readonly (infer D)[] ? D : never) : never;

function guardName(guard: unknown): string | undefined {
  if (guard === undefined) return undefined;
  if (typeof guard === 'string') return guard;
  if (typeof guard === 'object' && guard !== null && 'type' in guard) return String(guard.type);
  return typeof guard === 'function' ? guard.name || 'inline guard' : 'guard';
}
