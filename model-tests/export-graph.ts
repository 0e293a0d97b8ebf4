/** Whole systems for other tools and for the eye: their state graphs. Knows nothing of the handshake: it takes any system. */
import type { System } from './compose/system.ts';
import { type StateGraph, stateGraph } from './explore/state-graph.ts';
import { autLines, dotLines, jsonLines, mermaidLines } from './export/graph-lines.ts';

/**
 * `aut`: a labelled transition system in Aldebaran format. `dot`: a digraph for Graphviz. `mermaid`: a stateDiagram-v2. `json`: states with
 * the values of their slots, moves, edges.
 */
export type GraphFormat = 'aut' | 'dot' | 'mermaid' | 'json';

const writers: Readonly<Record<GraphFormat, <Move>(graph: StateGraph<Move>, title: string) => Iterable<string>>> = {
  aut: autLines,
  dot: dotLines,
  mermaid: mermaidLines,
  json: jsonLines,
};

/**
 * The state graph of a system as pieces of text, the same for the same system each time.
 *
 * @param most - states that the graph may have
 * @throws GraphTooLargeError before the first piece when it has more
 * @example
 * await pipeline(exportGraph(system, 'aut', { title: 'two servers', most: 100_000 }), createWriteStream('two-servers.aut'));
 */
export function exportGraph<Move>(
  system: System<Move>,
  format: GraphFormat,
  { title, most }: { readonly title: string; readonly most: number },
): Iterable<string> {
  return writers[format](stateGraph(system, most), title);
}
