/** Charts for other tools and for the eye: Stately's JSON, Mermaid, Graphviz. Knows nothing of the handshake: it takes any machine. */
import type { AnyStateMachine } from 'xstate';
import { toDot } from './export/dot.ts';
import { toJson } from './export/json.ts';
import { toMermaid } from './export/mermaid.ts';

export { ChartExportError } from './export/json.ts';

/** `json`: what Stately's editor opens. `mermaid`: a stateDiagram-v2. `dot`: a digraph for Graphviz. */
export type ChartFormat = 'json' | 'mermaid' | 'dot';

const writers: Readonly<Record<ChartFormat, (machine: AnyStateMachine) => string>> = {
  json: toJson,
  mermaid: toMermaid,
  dot: toDot,
};

/**
 * The chart as text, the same text for the same chart each time.
 *
 * As JSON it is the machine's config: `createMachine(JSON.parse(text))` has the same states and transitions. Guards, actions and delays
 * are names there, as they are in the chart; a context that is computed from the input is shown as an object whose values name their
 * part of the input, as in `{"mode": "{{input.mode}}"}`.
 *
 * @throws ChartExportError for JSON, where the config holds something that JSON cannot, an inline guard say: it names the place.
 * @example
 * process.stdout.write(exportChart(clientMachine, 'mermaid'));
 */
export function exportChart(machine: AnyStateMachine, format: ChartFormat): string {
  return writers[format](machine);
}
