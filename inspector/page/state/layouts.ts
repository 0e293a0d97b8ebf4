/** Where everything in a chart lies: known for our own charts, computed in a worker for others. */
import ELK from 'elkjs/lib/elk-api.js';
import { ownChartGeometry } from '../../../model-tests/charts/own-geometry.ts';
import { type ChartGeometry, type ElkGraph, layOutWith } from '../../../model-tests/show/chart/geometry.ts';
import { type ChartOutline, statesOf } from '../../../model-tests/show/chart/outline.ts';
import type { Chart } from '../../contract.ts';
import type { Source } from '../source/source.ts';
import { outlineOf } from './outline.ts';

/** A chart that can be drawn. */
export interface LaidOutChart {
  readonly chart: Chart;
  readonly outline: ChartOutline;
  readonly geometry: ChartGeometry;
}

export class Layouts {
  readonly #known = new Map<string, Promise<LaidOutChart>>();
  readonly #source: Source;

  constructor(source: Source) {
    this.#source = source;
  }

  /** The chart with its layout; the same object for the same chart. */
  of(chart: Chart): Promise<LaidOutChart> {
    const known = this.#known.get(chart.fingerprint);
    if (known !== undefined) return known;
    const outline = outlineOf(chart);
    const own = ownChartGeometry(chart.id);
    const ready = own !== undefined && isOf(own, outline) ? own : this.#source.geometry(chart.fingerprint);
    const laidOut = Promise.resolve(ready ?? inWorker(outline)).then((geometry) => ({ chart, outline, geometry }));
    this.#known.set(chart.fingerprint, laidOut);
    return laidOut;
  }
}

/** A chart of a user's own may have the id of one of ours. */
function isOf(geometry: ChartGeometry, outline: ChartOutline): boolean {
  const states = statesOf(outline.root);
  const arrows = new Set(states.flatMap(({ arrows: own }) => own.map(({ id }) => id)));
  const known = Object.keys(geometry.states);
  return (
    known.length === states.length &&
    states.every(({ id }) => Object.hasOwn(geometry.states, id)) &&
    geometry.lines.every(({ transition }) => arrows.has(transition))
  );
}

async function inWorker(outline: ChartOutline): Promise<ChartGeometry> {
  const elk = new ELK.default({ workerFactory: () => new Worker('elk-worker.js') });
  try {
    return await layOutWith(async (graph) => (await elk.layout(graph as Parameters<typeof elk.layout>[0])) as ElkGraph, outline);
  } finally {
    elk.terminateWorker();
  }
}
