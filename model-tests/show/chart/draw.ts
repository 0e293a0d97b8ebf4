/** A chart as SVG. No DOM: the same text in a file, a page and a report. */
import { escapeXml } from '../svg/escape.ts';
import {
  type BoxContent,
  type Chip,
  type ContentLine,
  type ContentRow,
  chartFonts,
  GUARD_GAP,
  headContent,
  type PillOf,
  panelContent,
  stateContent,
} from './content.ts';
import { type ChartGeometry, pillsOf, type Rectangle, SIDE } from './geometry.ts';
import { type ChartOutline, type ChartState, statesOf } from './outline.ts';
import { chartStyleSheet } from './style.ts';

/** What is shown on a chart. */
export interface ChartMarks {
  /** Ids of the states that are active; those around them are, too. */
  readonly active?: readonly string[];
  /** Ids of the transitions that were taken just now. */
  readonly taken?: readonly string[];
  /** How often each transition was run, by its id; one that is not named was never run. */
  readonly coverage?: Readonly<Record<string, number>>;
  /** Without a style sheet and a background of its own, for a page that has `chartRules` and the colours. */
  readonly bare?: boolean;
}

/** What one picture is drawn from. */
interface Drawing {
  readonly geometry: ChartGeometry;
  readonly pillOf: PillOf;
  readonly active: ReadonlySet<string>;
  readonly taken: ReadonlySet<string>;
  readonly coverage: Readonly<Record<string, number>> | undefined;
}

/** Around the chart, in pixels. */
export const chartMargin = 24;

/**
 * The whole picture, ending in a newline. States have `data-state`, rows and lines of transitions `data-transition`, so that a page can
 * mark them later with the classes `ch-active`, `ch-taken`, `ch-run` and `ch-missed`.
 */
export function chartSvg(outline: ChartOutline, geometry: ChartGeometry, marks: ChartMarks = {}): string {
  const named = new Set(marks.active);
  const active = new Set(
    statesOf(outline.root).flatMap((state) => (statesOf(state).some(({ id }) => named.has(id)) ? [state.id] : [])),
  );
  const { coverage } = marks;
  const drawing: Drawing = { geometry, pillOf: pillsOf(outline), active, taken: new Set(marks.taken), coverage };
  const [width, height] = [geometry.width + 2 * chartMargin, geometry.height + 2 * chartMargin];
  const title = outline.root.description ?? outline.root.name;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="ch" role="img" width="${width}" height="${height}" viewBox="${-chartMargin} ${-chartMargin} ${width} ${height}">`,
    `<title>${escapeXml(`${outline.root.name}: ${title}`)}</title>`,
    ...(marks.bare === true
      ? []
      : [
          `<style>\n${chartStyleSheet}\n</style>`,
          `<rect class="ch-page" x="${-chartMargin}" y="${-chartMargin}" width="${width}" height="${height}"/>`,
        ]),
    // Lines go behind what is written into compound states.
    ...boxElements(outline.root, drawing),
    ...lineElements(drawing),
    ...statesOf(outline.root).flatMap((state) => contentElements(state, drawing)),
    '</svg>',
    '',
  ].join('\n');
}

function boxElements(state: ChartState, drawing: Drawing, parent?: ChartState): string[] {
  const place = drawing.geometry.states[state.id];
  if (place === undefined) return [];
  const [x, y, width, height] = place;
  const radius = state.kind === 'final' ? 12 : 8;
  const names = [
    'ch-node',
    `ch-${state.kind}`,
    ...(parent?.kind === 'parallel' ? ['ch-region'] : []),
    ...(drawing.active.has(state.id) ? ['ch-active'] : []),
  ];
  return [
    `<g class="${names.join(' ')}" data-state="${escapeXml(state.id)}">`,
    `<rect class="ch-box" x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}"/>`,
    ...(state.kind === 'final'
      ? [`<rect class="ch-inner" x="${x + 3.5}" y="${y + 3.5}" width="${width - 7}" height="${height - 7}" rx="${radius - 3}"/>`]
      : []),
    ...(parent?.initial === state.id ? [initialElement(x, y + 17)] : []),
    '</g>',
    ...state.children.flatMap((child) => boxElements(child, drawing, state)),
  ];
}

function contentElements(state: ChartState, drawing: Drawing): string[] {
  const place = drawing.geometry.states[state.id];
  if (place === undefined) return [];
  const isLeaf = state.children.length === 0;
  const [x, y, width] = place;
  const content = isLeaf ? stateContent(state, drawing.pillOf, width) : { ...headContent(state), rows: [] };
  const shift = Math.max(0, width - content.width);
  return [
    `<g class="ch-content${isLeaf ? '' : ' ch-head-text'}" transform="translate(${x} ${y})">`,
    ...content.lines.map(lineElement),
    ...content.chips.flatMap((chip) => chipElements({ ...chip, x: chip.x + shift })),
    ...rowElements(content, drawing),
    '</g>',
    ...panelElements(state, { x, y, top: content.height }, drawing),
  ];
}

/** The dot and arrow before the state that a compound one begins in. */
const initialElement = (x: number, y: number) =>
  `<circle class="ch-dot" cx="${x - 16}" cy="${y}" r="4.5"/><path class="ch-line" d="M${x - 12} ${y} H${x - 6}"/>${headOf([x - 12, y, x, y])}`;

function panelElements(state: ChartState, { x, y, top }: { x: number; y: number; top: number }, drawing: Drawing): string[] {
  const { panels, columns } = drawing.geometry;
  const place: Rectangle | undefined = panels[state.id];
  const isCompound = state.children.length > 0;
  const list = isCompound ? panelContent(state, drawing.pillOf, false, columns[state.id]) : undefined;
  const lined = place === undefined ? undefined : panelContent(state, drawing.pillOf, true);
  return [
    ...(list === undefined ? [] : panelElement(list, x + SIDE, y + top, drawing)),
    ...(lined === undefined || place === undefined ? [] : panelElement(lined, place[0], place[1], drawing)),
  ];
}

function panelElement(content: BoxContent, x: number, y: number, drawing: Drawing): string[] {
  return [
    `<g class="ch-panel" transform="translate(${x} ${y})">`,
    `<rect class="ch-panel-box" width="${content.width}" height="${content.height}" rx="6"/>`,
    ...content.lines.map(lineElement),
    ...rowElements(content, drawing),
    '</g>',
  ];
}

function rowElements(content: BoxContent, drawing: Drawing): string[] {
  return content.rows.flatMap((row) => rowElement(row, drawing));
}

function rowElement(row: ContentRow, drawing: Drawing): string[] {
  const { arrow, left, top, width, height } = row;
  const count = drawing.coverage === undefined ? undefined : (drawing.coverage[arrow.id] ?? 0);
  return [
    `<g class="${['ch-row', ...markNames(arrow.id, drawing)].join(' ')}" data-transition="${escapeXml(arrow.id)}"${left === 0 ? '' : ` transform="translate(${left})"`}>`,
    `<title>${escapeXml(spoken(row, count))}</title>`,
    `<rect class="ch-row-area" x="1" y="${top + 0.5}" width="${width - 2}" height="${height - 0.5}"/>`,
    `<path class="ch-rule" d="M1 ${top} H${width - 1}"/>`,
    ...(row.clock === undefined ? [] : [clockElement(row.clock.x, row.clock.y)]),
    ...row.lines.map(lineElement),
    ...row.chips.flatMap(chipElements),
    ...(count === undefined ? [] : countElements(count, top + 5)),
    '</g>',
  ];
}

function markNames(transition: string, { taken, coverage }: Drawing): string[] {
  const run = coverage === undefined ? [] : [(coverage[transition] ?? 0) > 0 ? 'ch-run' : 'ch-missed'];
  return [...(taken.has(transition) ? ['ch-taken'] : []), ...run];
}

/** A transition in words. */
function spoken({ arrow }: ContentRow, count: number | undefined): string {
  const guard = arrow.guard === undefined ? '' : ` [${arrow.guard}]`;
  const actions = arrow.actions.length === 0 ? '' : ` / ${arrow.actions.join(', ')}`;
  const targets = arrow.targets.length === 0 ? '' : ` → ${arrow.targets.join(', ')}`;
  const description = arrow.description === undefined ? '' : `\n${arrow.description}`;
  const run = count === undefined ? '' : `\nrun ${count} ${count === 1 ? 'time' : 'times'}`;
  return `${arrow.delayed ? 'after ' : ''}${arrow.event}${guard}${actions}${targets}${description}${run}`;
}

/** In the margin of the box, as in an editor. */
function countElements(count: number, y: number): string[] {
  const text = count > 9999 ? `${Math.floor(count / 1000)}k` : String(count);
  const width = 10 + 6.5 * text.length;
  return [
    `<rect class="ch-count" x="${-width + 4}" y="${y}" width="${width}" height="16" rx="8"/>`,
    `<text class="ch-count-text" x="${-width / 2 + 4}" y="${y + 12}" text-anchor="middle" font-size="10.5" font-weight="600">${text}</text>`,
  ];
}

function lineElement({ x, y, text, font, guard }: ContentLine): string {
  const { size, bold } = chartFonts[font];
  const behind =
    guard === undefined
      ? ''
      : `<tspan class="ch-t-guard" dx="${GUARD_GAP}" font-size="${chartFonts.guard.size}" font-weight="400">${escapeXml(guard)}</tspan>`;
  return `<text class="ch-t-${font}" x="${x}" y="${y}" font-size="${size}"${bold ? ' font-weight="600"' : ''}>${escapeXml(text)}${behind}</text>`;
}

function chipElements({ x, y, width, height, text, look, target }: Chip): string[] {
  const name = { step: 'ch-chip', pill: 'ch-pill', stays: 'ch-stays' }[look];
  const font = look === 'step' ? chartFonts.step : chartFonts.pill;
  const ink = look === 'step' ? 'ch-t-step' : `${name}-text`;
  const weight = look === 'pill' ? ' font-weight="600"' : '';
  const to = target === undefined ? '' : ` data-target="${escapeXml(target)}"`;
  return [
    `<g${to}><rect class="${name}" x="${x}" y="${y}" width="${width}" height="${height}" rx="${look === 'step' ? 4 : 8}"/>` +
      `<text class="${ink}" x="${x + width / 2}" y="${y + 12}" text-anchor="middle" font-size="${font.size}"${weight}>${escapeXml(text)}</text></g>`,
  ];
}

const clockElement = (x: number, y: number) =>
  `<path class="ch-clock" d="M${x - 5} ${y} a5 5 0 1 0 10 0 a5 5 0 1 0 -10 0 M${x} ${y - 3} V${y} H${x + 2.4}"/>`;

function lineElements(drawing: Drawing): string[] {
  return drawing.geometry.lines.map(({ transition, points }) => {
    const names = ['ch-edge', ...markNames(transition, drawing)].join(' ');
    const port = `<circle class="ch-port" cx="${points[0]}" cy="${points[1]}" r="3"/>`;
    return `<g class="${names}" data-transition="${escapeXml(transition)}"><path class="ch-line" d="${roundedPath(points)}"/>${headOf(points)}${port}</g>`;
  });
}

const RADIUS = 6;
const HEAD = 8;

/** A way with right angles, its corners rounded, ending before the arrow's head. */
function roundedPath(points: readonly number[]): string {
  const at = (index: number): [number, number] => [points[2 * index] as number, points[2 * index + 1] as number];
  const last = points.length / 2 - 1;
  let d = `M${at(0).join(' ')}`;
  for (let index = 1; index < last; index += 1) {
    const [here, before, after] = [at(index), at(index - 1), at(index + 1)];
    const radius = Math.min(RADIUS, distance(before, here) / 2, distance(here, after) / 2);
    d += ` L${towards(here, before, radius).join(' ')} Q${here.join(' ')} ${towards(here, after, radius).join(' ')}`;
  }
  return `${d} L${towards(at(last), at(last - 1), HEAD - 1).join(' ')}`;
}

function headOf(points: readonly number[]): string {
  const [x, y] = points.slice(-2) as [number, number];
  const [fromX, fromY] = points.slice(-4, -2) as [number, number];
  const angle = (Math.atan2(y - fromY, x - fromX) * 180) / Math.PI;
  return `<path class="ch-head" transform="translate(${x} ${y}) rotate(${angle})" d="M0 0 L${-HEAD} -4 V4 Z"/>`;
}

const distance = ([ax, ay]: [number, number], [bx, by]: [number, number]) => Math.abs(ax - bx) + Math.abs(ay - by);

/** The point at this distance from `from`, on the way to `to`. */
function towards(from: [number, number], to: [number, number], length: number): [number, number] {
  const whole = distance(from, to) || 1;
  return [from[0] + ((to[0] - from[0]) * length) / whole, from[1] + ((to[1] - from[1]) * length) / whole];
}
