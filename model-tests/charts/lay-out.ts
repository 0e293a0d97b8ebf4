/** Lays charts out with ELK. Only for commands and tests: ELK is not published. */
import Elk, { type ElkNode } from 'elkjs/lib/elk.bundled.js';
import { type ChartGeometry, type ElkGraph, layOutWith } from '../show/chart/geometry.ts';
import type { ChartOutline } from '../show/chart/outline.ts';

/** Places for everything in the chart; the same for the same chart each time. */
export async function layOutChart(outline: ChartOutline): Promise<ChartGeometry> {
  const elk = new Elk.default();
  return layOutWith(async (graph) => (await elk.layout(graph as ElkNode)) as ElkGraph, outline);
}
