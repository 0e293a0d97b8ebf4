/** A chart as plain data for a picture. */
import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { chartTransitions } from '../compile/chart-transitions.ts';
import { type ChartArrow, type ChartOutline, type ChartState, type ChartStateKind, stepsNamedIn } from '../show/chart/outline.ts';
import { actionName, childrenOf, initialOf, ownActions } from './labels.ts';

/**
 * The states and transitions of any machine, in the chart's order. A step of the source text is where a description says `step 122`.
 *
 * @example
 * chartOutline(clientMachine).root.children.map(({ name }) => name); // awaitingFirstFrame, handshaking, …
 */
export function chartOutline(machine: AnyStateMachine): ChartOutline {
  const arrows = new Map<string, ChartArrow[]>();
  for (const [definition, { id, source, event, guard, targets, description }] of chartTransitions(machine)) {
    const delayed = event.startsWith('after ');
    const list = arrows.get(source) ?? [];
    list.push({
      id,
      event: delayed ? event.slice('after '.length) : event,
      delayed,
      ...(guard === undefined ? {} : { guard }),
      actions: (definition as { readonly actions: readonly unknown[] }).actions.map(actionName),
      targets,
      ...(description === undefined ? {} : { description }),
      steps: stepsNamedIn(description),
    });
    arrows.set(source, list);
  }
  return { root: stateOf(machine.root, arrows) };
}

function stateOf(node: AnyStateNode, arrows: ReadonlyMap<string, readonly ChartArrow[]>): ChartState {
  const initial = initialOf(node);
  return {
    id: node.id,
    name: node.key,
    kind: kindOf(node),
    ...(node.description === undefined ? {} : { description: node.description }),
    steps: stepsNamedIn(node.description),
    entry: ownActions(node, 'entry').map(actionName),
    exit: ownActions(node, 'exit').map(actionName),
    ...(initial === undefined ? {} : { initial: initial.id }),
    arrows: arrows.get(node.id) ?? [],
    children: childrenOf(node).map((child) => stateOf(child, arrows)),
  };
}

function kindOf(node: AnyStateNode): ChartStateKind {
  return node.type === 'history' && node.history === 'deep' ? 'deepHistory' : node.type;
}
