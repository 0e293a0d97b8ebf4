/** A chart of the inspector's as the drawing code has it. */

import type { ChartArrow, ChartOutline, ChartState as DrawnState } from '../../../model-tests/show/chart/outline.ts';
import type { Chart, ChartState, ChartTransition } from '../../contract.ts';

export function outlineOf(chart: Chart): ChartOutline {
  const arrows = new Map<string, ChartArrow[]>();
  for (const transition of chart.transitions) {
    const list = arrows.get(transition.source) ?? [];
    list.push(arrowOf(transition));
    arrows.set(transition.source, list);
  }
  return { root: stateOf(chart.root, arrows) };
}

function arrowOf({ id, event, delay, guard, actions, targets, description, steps }: ChartTransition): ChartArrow {
  return {
    id,
    event: delay ?? (event === '' ? 'always' : event),
    delayed: delay !== undefined,
    ...(guard === undefined ? {} : { guard }),
    actions,
    targets,
    ...(description === undefined ? {} : { description }),
    steps,
  };
}

function stateOf(state: ChartState, arrows: ReadonlyMap<string, readonly ChartArrow[]>): DrawnState {
  const { id, name, type, description, steps, entry, exit, initial, children } = state;
  return {
    id,
    name: name === '' ? id : name,
    kind: type,
    ...(description === undefined ? {} : { description }),
    steps,
    entry,
    exit,
    ...(initial === undefined ? {} : { initial }),
    arrows: arrows.get(id) ?? [],
    children: children.map((child) => stateOf(child, arrows)),
  };
}

/** Ids of states by their paths, which are what scenes name. */
export function idsByPath(root: ChartState): ReadonlyMap<string, string> {
  const ids = new Map<string, string>();
  const visit = (state: ChartState) => {
    ids.set(state.path, state.id);
    state.children.forEach(visit);
  };
  visit(root);
  return ids;
}
