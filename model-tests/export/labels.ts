/** What stands on states and arrows, in both kinds of picture. */
import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { type ChartTransition, chartTransitions } from '../compile/chart-transitions.ts';

/** A transition to be drawn. */
export interface Arrow {
  readonly source: string;
  /** Ids of state nodes; the source itself where the transition names no target. */
  readonly targets: readonly string[];
  /** `event [guard] / action, action(param)`; for a delay `after limit`. */
  readonly label: string;
}

/** Every transition of the chart, in the chart's order. */
export function arrows(machine: AnyStateMachine): Arrow[] {
  return [...chartTransitions(machine)].map(([definition, row]) => ({
    source: row.source,
    targets: row.targets.length === 0 ? [row.source] : row.targets,
    label: labelOf(row, (definition as { readonly actions: readonly unknown[] }).actions),
  }));
}

/** `entry / a, b` and `exit / c`, where the state has any. */
export function entryAndExit(node: AnyStateNode): string[] {
  return (['entry', 'exit'] as const).flatMap((when) => {
    const list = ownActions(node, when);
    return list.length === 0 ? [] : [`${when} / ${actionNames(list)}`];
  });
}

/** Actions of entering or leaving as the chart writes them: what XState adds to them starts and cancels the delays. */
export function ownActions(node: AnyStateNode, when: 'entry' | 'exit'): readonly unknown[] {
  const actions: unknown = node.config[when] ?? [];
  return Array.isArray(actions) ? actions : [actions];
}

/** The child states of a node, in the chart's order. */
export function childrenOf(node: AnyStateNode): AnyStateNode[] {
  return Object.values(node.states);
}

/** The child that a compound state begins in. */
export function initialOf(node: AnyStateNode): AnyStateNode | undefined {
  return node.type === 'compound' ? node.initial.target[0] : undefined;
}

function labelOf(row: ChartTransition, actions: readonly unknown[]): string {
  const event = row.event === '' ? 'always' : row.event;
  const guard = row.guard === undefined ? '' : ` [${row.guard}]`;
  const stays = row.targets.length === 0 && actions.length === 0 ? ' (ignored)' : '';
  return `${event}${guard}${actions.length === 0 ? stays : ` / ${actionNames(actions)}`}`;
}

function actionNames(actions: readonly unknown[]): string {
  return actions.map(actionName).join(', ');
}

/** `name` or `name(param, param)`. */
export function actionName(action: unknown): string {
  if (typeof action === 'string') return action;
  const { type, params, name } = action as { readonly type?: string; readonly params?: unknown; readonly name?: string };
  const values = typeof params === 'object' && params !== null ? Object.values(params).map(paramText) : [];
  return `${type ?? name ?? 'inline action'}${values.length === 0 ? '' : `(${values.join(', ')})`}`;
}

const paramText = (value: unknown) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value)));
