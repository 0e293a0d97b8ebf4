/** What in a chart was of no use in everything that was evaluated so far: to be asked when a search is complete. */
import type { AnyStateNode } from 'xstate';
import type { ChartTransition } from './chart-transitions.ts';
import type { ActorValue } from './codec.ts';
import type { CompiledChart } from './compile.ts';

/** Something that is probably a mistake. */
export interface Warning {
  /** A state, a transition or an event of a chart; a machine or a link of a composition. */
  readonly place: string;
  /** One line. */
  readonly text: string;
}

/** A chart as far as it was used, by one instance or several. */
interface Usage {
  readonly chart: CompiledChart;
  /** States that were active, also in passing. */
  readonly entered: ReadonlySet<AnyStateNode>;
  readonly taken: ReadonlySet<ChartTransition['id']>;
}

/**
 * States that are never entered and transitions that are never taken. A transition out of a state that is never entered is not named again.
 * Instances of one chart are judged together.
 */
export function lintCharts(instances: readonly CompiledChart[]): Warning[] {
  const { entered, taken, chart } = usageOf(instances);
  const isEntered = (id: string) => [...entered].some((node) => node.id === id);
  const nodes = [...chart.instrumented.nodes.values()];
  const states = nodes.filter(
    (node) => node.type !== 'history' && !isEntered(node.id) && (node.parent === undefined || isEntered(node.parent.id)),
  );
  const transitions = chart.transitions.filter(({ id, source }) => !taken.has(id) && isEntered(source));
  return [
    ...states.map(({ id }) => ({ place: `state ${id}`, text: `chart ${chart.id}: state ${id} is never entered` })),
    ...transitions.map(({ id }) => ({ place: `transition ${id}`, text: `chart ${chart.id}: transition ${id} is never taken` })),
  ];
}

/** What instances of one chart have used of it. */
export function usageOf(instances: readonly CompiledChart[]): Usage {
  const [chart] = instances;
  if (chart === undefined) throw new RangeError('no chart is given');
  const { nodes } = chart.instrumented;
  const entered = new Set<AnyStateNode>();
  const enter = (node: AnyStateNode | undefined): void => {
    if (node === undefined || entered.has(node)) return;
    entered.add(node);
    enter(node.parent);
  };
  const taken = new Set<string>();
  for (const instance of instances) {
    for (const { value } of instance.states)
      for (const node of activeNodes(chart.machine.root, value.state)) enter(nodes.get(node.id));
    for (const row of instance.taken) {
      taken.add(row.id);
      for (const id of [row.source, ...row.targets]) enter(nodes.get(id));
    }
  }
  return { chart, entered, taken };
}

function* activeNodes(node: AnyStateNode, state: ActorValue['state'] | undefined): Generator<AnyStateNode> {
  yield node;
  const inner = typeof state === 'string' ? { [state]: {} } : (state ?? {});
  for (const [key, value] of Object.entries(inner)) {
    const child = node.states[key];
    if (child !== undefined) yield* activeNodes(child, value as ActorValue['state']);
  }
}
