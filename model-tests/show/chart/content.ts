/** What stands in a box: the state's name, what it is, what it does, and a row for each transition out of it. */
import { type Font, textWidth } from '../svg/text-width.ts';
import { wrapEvenly, wrapWords } from '../wrap.ts';
import type { ChartArrow, ChartState } from './outline.ts';

/** Fonts by what they are for, in pixels. */
export const chartFonts = {
  name: { size: 14, bold: true },
  description: { size: 11.5, bold: false },
  effect: { size: 11.5, bold: false },
  event: { size: 12.5, bold: true },
  guard: { size: 12, bold: false },
  action: { size: 11.5, bold: false },
  step: { size: 10.5, bold: false },
  pill: { size: 11, bold: true },
  panel: { size: 11.5, bold: false },
} as const;
export type ChartFont = keyof typeof chartFonts;

/** A line of text; `y` is its base line, from the box's top. */
export interface ContentLine {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly font: ChartFont;
  /** A guard that stands behind an event, on its line. */
  readonly guard?: string;
}

/** A label with a frame around it. */
export interface Chip {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly text: string;
  readonly look: 'step' | 'pill' | 'stays';
  /** The state that it leads to. */
  readonly target?: string;
}

/** A transition's place in its box. */
export interface ContentRow {
  readonly arrow: ChartArrow;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** These three are measured from the row's own left end. */
  readonly lines: readonly ContentLine[];
  readonly chips: readonly Chip[];
  /** Where a clock stands before the name of a delay. */
  readonly clock?: { readonly x: number; readonly y: number };
  /** Where lines to its targets begin, from the box's top, at its right side; absent where it has chips instead. */
  readonly port?: number;
}

/** A box with everything in it, measured from its own corner. */
export interface BoxContent {
  readonly width: number;
  readonly height: number;
  readonly lines: readonly ContentLine[];
  readonly chips: readonly Chip[];
  readonly rows: readonly ContentRow[];
}

/** Which target of a transition is written into its row, and as what; undefined where a line is drawn to it. */
export type PillOf = (arrow: ChartArrow, target: string) => string | undefined;

const PADDING = 11;
const TEXT_LIMIT = 290;
const LEAST_WIDTH = 132;
const CHIP_HEIGHT = 16;
const GAP = 8;
const COLUMN_GAP = 10;
const CLOCK = 16;
/** Between an event and its guard. */
export const GUARD_GAP = 6;

/** Height of a line of this font. */
export const lineOf = (font: ChartFont) => Math.round(chartFonts[font].size * 1.36);
/**
 * Pictures of runs reckon with the widest font that a reader may have; names of states and events are letters of common widths, and room
 * that is left for nothing makes a chart harder to read. Nothing overlaps in Helvetica, Arial, Liberation Sans, Inter, Roboto.
 */
const TIGHT = 0.9;
const widthIn = (font: ChartFont) => (text: string) => TIGHT * textWidth(text, chartFonts[font] satisfies Font);
const baseOf = (font: ChartFont, top: number) => top + Math.round(lineOf(font) / 2 + chartFonts[font].size * 0.36);

/** Text in lines from `top` on. */
function paragraph(text: string, font: ChartFont, x: number, top: number, limit = TEXT_LIMIT): ContentLine[] {
  const wrap = font === 'description' ? wrapEvenly : wrapWords;
  return wrap(text, limit, widthIn(font)).map((line, index) => ({
    x,
    y: baseOf(font, top + index * lineOf(font)),
    text: line,
    font,
  }));
}

const rightEnd = (lines: readonly ContentLine[]) =>
  Math.max(
    0,
    ...lines.map(
      ({ x, text, font, guard }) => x + widthIn(font)(text) + (guard === undefined ? 0 : GUARD_GAP + widthIn('guard')(guard)),
    ),
  );

function stepChip(steps: readonly string[], right: number, y: number): Chip[] {
  if (steps.length === 0) return [];
  const text = steps.join(' · ');
  const width = Math.ceil(widthIn('step')(text)) + 10;
  return [{ x: right - width, y, width, height: CHIP_HEIGHT, text, look: 'step' }];
}

/** The upper part of a box: what it is called, what it says of itself, what it does on entering and leaving. */
export function headContent(state: ChartState): Omit<BoxContent, 'rows'> {
  const name = paragraph(state.name, 'name', PADDING, 8);
  let y = 8 + name.length * lineOf('name');
  const chipWidth = stepChip(state.steps, 0, 0)[0]?.width ?? 0;
  const lines = [...name];
  const add = (text: string, font: ChartFont, gap: number) => {
    const added = paragraph(text, font, PADDING, y + gap);
    lines.push(...added);
    y += gap + added.length * lineOf(font);
  };
  if (state.description !== undefined) add(state.description, 'description', 3);
  if (state.entry.length > 0) add(`entry / ${state.entry.join(', ')}`, 'effect', 4);
  if (state.exit.length > 0) add(`exit / ${state.exit.join(', ')}`, 'effect', 4);
  const nameWidth = rightEnd(name) + (chipWidth === 0 ? 0 : GAP + chipWidth);
  const width = Math.ceil(Math.max(nameWidth, rightEnd(lines)) + PADDING);
  return { width, height: y + 9, lines, chips: stepChip(state.steps, width - PADDING, 9) };
}

/** A box for a state without states inside, at least this wide. */
export function stateContent(state: ChartState, pillOf: PillOf, least = LEAST_WIDTH): BoxContent {
  const head = headContent(state);
  const measured = rowsContent(state.arrows, pillOf, head.height, 0);
  const width = Math.max(least, head.width, measured.width);
  const { rows, height } = rowsContent(state.arrows, pillOf, head.height, width);
  return {
    ...head,
    width,
    height: rows.length === 0 ? head.height : height,
    rows,
    chips: stepChip(state.steps, width - PADDING, 9),
  };
}

/**
 * A list of the transitions that all states inside a compound one have, those with or those without lines; undefined where there are none.
 *
 * @param columns - into how many columns the rows are broken
 */
export function panelContent(state: ChartState, pillOf: PillOf, lined: boolean, columns = 1): BoxContent | undefined {
  const arrows = state.arrows.filter((arrow) => isLined(arrow, pillOf) === lined);
  if (arrows.length === 0) return undefined;
  const lines = paragraph(`in every state of ${state.name}`, 'panel', PADDING, 6);
  const top = 6 + lines.length * lineOf('panel') + 5;
  const narrow = rowsContent(arrows, pillOf, top, 0);
  const columnWidth = Math.ceil(Math.max(LEAST_WIDTH, rightEnd(lines) + PADDING, narrow.width));
  const whole = rowsContent(arrows, pillOf, top, columnWidth);
  const height = Math.ceil((whole.height - top) / columns);
  const rows: ContentRow[] = [];
  let [column, columnTop, bottom] = [0, top, top];
  for (const row of whole.rows) {
    if (row.top + row.height / 2 - columnTop > height && column < columns - 1) [column, columnTop] = [column + 1, row.top];
    const placed = moved(row, column * (columnWidth + COLUMN_GAP), top - columnTop);
    rows.push(placed);
    bottom = Math.max(bottom, placed.top + placed.height);
  }
  const width = (column + 1) * (columnWidth + COLUMN_GAP) - COLUMN_GAP;
  return { rows, width, height: bottom + 3, lines, chips: [] };
}

/** Whether a line is drawn for the transition. */
function isLined(arrow: ChartArrow, pillOf: PillOf): boolean {
  return arrow.targets.some((target) => pillOf(arrow, target) === undefined);
}

function moved(row: ContentRow, x: number, y: number): ContentRow {
  return {
    ...row,
    left: row.left + x,
    top: row.top + y,
    lines: row.lines.map((line) => ({ ...line, y: line.y + y })),
    chips: row.chips.map((chip) => ({ ...chip, y: chip.y + y })),
    ...(row.clock === undefined ? {} : { clock: { x: row.clock.x, y: row.clock.y + y } }),
    ...(row.port === undefined ? {} : { port: row.port + y }),
  };
}

function rowsContent(
  arrows: readonly ChartArrow[],
  pillOf: PillOf,
  top: number,
  width: number,
): { rows: ContentRow[]; width: number; height: number } {
  const rows: ContentRow[] = [];
  let y = top;
  let least = 0;
  for (const arrow of arrows) {
    const { row, width: needed } = rowContent(arrow, pillOf, y, width);
    rows.push(row);
    y += row.height;
    least = Math.max(least, needed);
  }
  return { rows, width: Math.ceil(least), height: y + 3 };
}

/** One transition: its event and guard, what it does below them, where it leads on the right. */
function rowContent(arrow: ChartArrow, pillOf: PillOf, top: number, width: number): { row: ContentRow; width: number } {
  const x = PADDING + (arrow.delayed ? CLOCK : 0);
  const event = paragraph(arrow.event, 'event', x, top + 5);
  let y = top + 5 + event.length * lineOf('event');
  const lines = [...event];
  if (arrow.guard !== undefined) {
    const text = `[${arrow.guard}]`;
    const last = { ...(lines.pop() as ContentLine), guard: text };
    if (rightEnd([last]) <= TEXT_LIMIT) {
      lines.push(last);
    } else {
      lines.push(...event.slice(-1));
      const below = paragraph(text, 'guard', x, y);
      lines.push(...below);
      y += below.length * lineOf('guard');
    }
  }
  const firstRight = Math.max(rightEnd(lines));
  if (arrow.actions.length > 0) {
    const actions = paragraph(arrow.actions.join(', '), 'action', x, y + 1);
    lines.push(...actions);
    y += 1 + actions.length * lineOf('action');
  }
  const chips = rightChips(arrow, pillOf, width - PADDING, top + 5);
  const chipsWidth = chips.reduce((sum, chip) => sum + chip.width + GAP, 0);
  const needed = Math.max(firstRight + chipsWidth, rightEnd(lines)) + PADDING;
  const row: ContentRow = {
    arrow,
    left: 0,
    top,
    width,
    height: y + 5 - top,
    lines,
    chips,
    ...(arrow.delayed ? { clock: { x: PADDING + 5.5, y: top + 5 + lineOf('event') / 2 } } : {}),
    ...(isLined(arrow, pillOf) ? { port: top + 5 + lineOf('event') / 2 } : {}),
  };
  return { row, width: needed };
}

/** From right to left: where it leads, then the steps of the source text. */
function rightChips(arrow: ChartArrow, pillOf: PillOf, right: number, y: number): Chip[] {
  const chips: Chip[] = [];
  let end = right;
  const add = (text: string, look: 'pill' | 'stays', target?: string) => {
    const width = Math.ceil(widthIn('pill')(text)) + 14;
    chips.push({ x: end - width, y, width, height: CHIP_HEIGHT, text, look, ...(target === undefined ? {} : { target }) });
    end -= width + GAP;
  };
  for (const target of [...arrow.targets].reverse()) {
    const text = pillOf(arrow, target);
    if (text !== undefined) add(`→ ${text}`, 'pill', target);
  }
  if (arrow.targets.length === 0) add(arrow.actions.length === 0 ? 'ignored' : 'stays', 'stays');
  return [...chips, ...stepChip(arrow.steps, end, y)];
}
