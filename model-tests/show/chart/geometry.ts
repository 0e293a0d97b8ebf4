/** From a chart to a graph that ELK lays out, and back to places. Knows ELK's format, not ELK: who has it runs it. */
import { type BoxContent, headContent, type PillOf, panelContent, stateContent } from './content.ts';
import { type ChartOutline, type ChartState, statesOf } from './outline.ts';

/** ELK's JSON, as much of it as is used here. */
export interface ElkGraph {
  id: string;
  x?: number;
  y?: number;
  width?: number;
  height?: number;
  layoutOptions?: Record<string, string>;
  ports?: { id: string; x: number; y: number; width: number; height: number; layoutOptions: Record<string, string> }[];
  children?: ElkGraph[];
  edges?: ElkEdge[];
}
interface ElkEdge {
  id: string;
  sources: string[];
  targets: string[];
  sections?: { startPoint: Point; endPoint: Point; bendPoints?: Point[] }[];
}
interface Point {
  x: number;
  y: number;
}

/** Left, top, width, height, in pixels. */
export type Rectangle = readonly [number, number, number, number];

/** Places of everything, from the picture's corner. Plain data; the texts in the boxes follow from the outline. */
export interface ChartGeometry {
  readonly width: number;
  readonly height: number;
  /** Of each state, by its id. */
  readonly states: Readonly<Record<string, Rectangle>>;
  /** Of the lists of a compound state's transitions with lines, by its id. */
  readonly panels: Readonly<Record<string, Rectangle>>;
  /** In how many columns a compound state has its transitions without lines, by its id. */
  readonly columns: Readonly<Record<string, number>>;
  /** From a transition's row to one of its targets. */
  readonly lines: readonly {
    readonly transition: string;
    readonly target: string;
    /** x, y, x, y, … with right angles between them. */
    readonly points: readonly number[];
  }[];
}

/** A state that more transitions than this lead to is named in their rows: so many lines would hide everything else. */
const MOST_LINES = 6;
const IN = 18;
/** Between a compound state's border and what is inside. */
export const SIDE = 24;

/** What is written in a row instead of a line to the target. */
export function pillsOf(outline: ChartOutline): PillOf {
  const states = statesOf(outline.root);
  const nameOf = new Map(states.map(({ id, name }) => [id, name]));
  const placeOf = new Map(states.map(({ id }, index) => [id, index]));
  const sourceOf = new Map(states.flatMap(({ id, arrows }) => arrows.map((arrow) => [arrow.id, id])));
  // Lines go down only: one that goes back to an earlier state would cross what goes on from there, and one into its own state says little.
  const isLine = (source: string, target: string) =>
    (placeOf.get(target) as number) > (placeOf.get(source) as number) && !insideOf(outline, source).has(target);
  const count = new Map<string, number>();
  for (const { id, arrows } of states) {
    for (const target of arrows.flatMap(({ targets }) => targets)) {
      if (isLine(id, target)) count.set(target, (count.get(target) ?? 0) + 1);
    }
  }
  return (arrow, target) => {
    const source = sourceOf.get(arrow.id) as string;
    if (source === target) return 'itself';
    return isLine(source, target) && (count.get(target) ?? 0) <= MOST_LINES ? undefined : (nameOf.get(target) ?? target);
  };
}

/**
 * The graph to be laid out.
 *
 * @param columns - for each compound state by its id, see `columnsFor`
 */
function elkGraphOf(outline: ChartOutline, columns: Readonly<Record<string, number>> = {}): ElkGraph {
  const leaves = new Set(statesOf(outline.root).flatMap(({ id, children }) => (children.length === 0 ? [id] : [])));
  const endAt = (target: string) => (leaves.has(target) ? `in ${target}` : target);
  const edges: ElkEdge[] = [];
  const root = nodeOf(outline.root, { pillOf: pillsOf(outline), edges, endAt, columns });
  return {
    id: 'chart',
    layoutOptions: {
      ...SPACING,
      'elk.algorithm': 'layered',
      'elk.direction': 'DOWN',
      'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
      'elk.edgeRouting': 'ORTHOGONAL',
      'elk.padding': '[top=1,left=1,bottom=1,right=1]',
      'elk.json.edgeCoords': 'ROOT',
    },
    children: [root],
    edges,
  };
}

const SPACING: Record<string, string> = {
  'elk.spacing.nodeNode': '30',
  'elk.spacing.edgeNode': '18',
  'elk.spacing.edgeEdge': '10',
  'elk.layered.spacing.nodeNodeBetweenLayers': '34',
  'elk.layered.spacing.edgeNodeBetweenLayers': '16',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '10',
  'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF',
  'elk.layered.layering.strategy': 'LONGEST_PATH_SOURCE',
  'elk.alignment': 'TOP',
};

interface Making {
  readonly pillOf: PillOf;
  readonly edges: ElkEdge[];
  readonly columns: Readonly<Record<string, number>>;
  /** What an edge to this state ends at. */
  readonly endAt: (target: string) => string;
}

function nodeOf(state: ChartState, making: Making): ElkGraph {
  const { pillOf, edges, endAt } = making;
  for (const arrow of state.arrows) {
    for (const target of arrow.targets) {
      if (pillOf(arrow, target) !== undefined) continue;
      edges.push({ id: `${arrow.id} → ${target}`, sources: [`port ${arrow.id}`], targets: [endAt(target)] });
    }
  }
  if (state.children.length === 0)
    return leafOf(state.id, stateContent(state, pillOf), state.kind === 'final' ? 'LAST' : undefined);
  const head = headContent(state);
  const panel = panelContent(state, pillOf, true);
  const list = panelContent(state, pillOf, false, making.columns[state.id]);
  const top = head.height + (list === undefined ? 0 : list.height + 10) + 8;
  const children: ElkGraph[] = [];
  if (panel !== undefined) children.push(leafOf(`panel ${state.id}`, panel));
  children.push(...state.children.map((child) => nodeOf(child, making)));
  return {
    id: state.id,
    children,
    layoutOptions: {
      ...SPACING,
      'elk.padding': `[top=${top},left=${SIDE},bottom=18,right=${SIDE}]`,
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      'elk.nodeSize.minimum': `(${Math.max(head.width, (list?.width ?? 0) + 2 * SIDE)},${top})`,
    },
  };
}

function leafOf(id: string, { width, height, rows }: BoxContent, layer?: 'LAST'): ElkGraph {
  const ports = rows.flatMap(({ arrow, port }) =>
    port === undefined
      ? []
      : [{ id: `port ${arrow.id}`, x: width, y: port, width: 0, height: 0, layoutOptions: { 'elk.port.side': 'EAST' } }],
  );
  // Lines come in above the right end: those that leave on the right and go down then hardly move aside.
  ports.push({ id: `in ${id}`, x: width - IN, y: 0, width: 0, height: 0, layoutOptions: { 'elk.port.side': 'NORTH' } });
  return {
    id,
    width,
    height,
    ports,
    layoutOptions: {
      'elk.portConstraints': 'FIXED_POS',
      'elk.alignment': 'TOP',
      ...(layer === undefined ? {} : { 'elk.layered.layering.layerConstraint': layer }),
    },
  };
}

/** Lays the chart out: once to see how wide its states become, and again with what stands in them broken to these widths. */
export async function layOutWith(layout: (graph: ElkGraph) => Promise<ElkGraph>, outline: ChartOutline): Promise<ChartGeometry> {
  const first = geometryOf(outline, await layout(elkGraphOf(outline)), {});
  const columns = columnsFor(outline, first);
  return geometryOf(outline, await layout(elkGraphOf(outline, columns)), columns);
}

/** Into how many columns the transitions of each compound state go, so that they fill its width. */
function columnsFor(outline: ChartOutline, { states }: ChartGeometry): Record<string, number> {
  const pillOf = pillsOf(outline);
  const counted = statesOf(outline.root).flatMap((state): [string, number][] => {
    const panel = state.children.length === 0 ? undefined : panelContent(state, pillOf, false);
    const width = states[state.id]?.[2] ?? 0;
    return panel === undefined ? [] : [[state.id, Math.max(1, Math.floor((width - 2 * SIDE + 10) / (panel.width + 10)))]];
  });
  return Object.fromEntries(counted);
}

/** Places from the graph that ELK gave back for these columns. */
function geometryOf(outline: ChartOutline, laidOut: ElkGraph, columns: Readonly<Record<string, number>>): ChartGeometry {
  const rectangles = new Map<string, Rectangle>();
  const visit = (node: ElkGraph, left: number, top: number) => {
    const [x, y] = [left + (node.x ?? 0), top + (node.y ?? 0)];
    rectangles.set(node.id, [round(x), round(y), round(node.width ?? 0), round(node.height ?? 0)]);
    for (const child of node.children ?? []) visit(child, x, y);
  };
  visit(laidOut, 0, 0);
  const states = statesOf(outline.root);
  const placed = (prefix: string) =>
    Object.fromEntries(
      states.flatMap(({ id }) => (rectangles.has(prefix + id) ? [[id, rectangles.get(prefix + id) as Rectangle]] : [])),
    );
  return {
    width: Math.ceil(laidOut.width ?? 0),
    height: Math.ceil(laidOut.height ?? 0),
    states: placed(''),
    panels: placed('panel '),
    columns,
    lines: (laidOut.edges ?? []).flatMap((edge) => {
      return (edge.sections ?? []).map((section) => ({
        transition: (edge.sources[0] as string).replace(/^port /, ''),
        target: (edge.targets[0] as string).replace(/^in /, ''),
        points: [section.startPoint, ...(section.bendPoints ?? []), section.endPoint].flatMap(({ x, y }) => [round(x), round(y)]),
      }));
    }),
  };
}

/** Halves of pixels are fine enough, and make the data short. */
const round = (value: number) => Math.round(value * 2) / 2;

/** Ids of all states inside this one. */
function insideOf(outline: ChartOutline, id: string): ReadonlySet<string> {
  const state = statesOf(outline.root).find((candidate) => candidate.id === id);
  return new Set(
    state === undefined
      ? []
      : statesOf(state)
          .slice(1)
          .map((inner) => inner.id),
  );
}
