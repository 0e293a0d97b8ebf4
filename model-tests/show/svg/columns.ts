/** Where the lifelines stand: far enough from each other for what is between them. */
import { isFault, type Scenario } from '../scenario.ts';
import { type Block, blockOf, SIGN } from './shapes.ts';

/** Between two lifelines; a note of the greatest width touches neither neighbour. */
const MIN_GAP = 132;
/** Where a text begins to be broken. */
export const NOTE_WIDTH = 190;
const LABEL_WIDTH = 260;
const SELF_WIDTH = 170;
const HEAD_WIDTH = 170;
/** Room left and right of a label between its lifelines. */
export const LABEL_ROOM = 16;
/** Between a note's border and its text. */
export const NOTE_PADDING = 12;
/** How far the arrow of a message to oneself goes, and where its text begins. */
export const SELF_REACH = 34;
const EDGE = 22;

/** Positions of everything that has a place from left to right. */
export interface Columns {
  /** The middle of each lifeline. */
  readonly of: ReadonlyMap<string, number>;
  readonly heads: readonly Block[];
  /** Right end of the step numbers. */
  readonly numbers: number;
  /** Where lifelines and what belongs to them begin and end. */
  readonly left: number;
  readonly right: number;
}

/** Half of what a note takes. */
export function noteHalf(text: string, fault: boolean): number {
  return (noteBlock(text).width + (fault ? SIGN : 0)) / 2 + NOTE_PADDING;
}

/** A note's text. */
export function noteBlock(text: string): Block {
  return blockOf(text, 'label', NOTE_WIDTH);
}

/** Places the lifelines; `numbers` is the width of the step numbers. Together they take at least `least`. */
export function columnsOf({ lifelines, steps }: Scenario, numbers: number, least: number): Columns {
  const heads = lifelines.map((name) => blockOf(name, 'lifeline', HEAD_WIDTH));
  const headHalf = (index: number) => ((heads[index] as Block).width + 28) / 2;
  const gaps = lifelines.slice(1).map((_, index) => Math.max(MIN_GAP, headHalf(index) + headHalf(index + 1) + EDGE));
  let [left, right] = [headHalf(0), headHalf(lifelines.length - 1)];
  const place = new Map(lifelines.map((name, index) => [name, index]));
  const last = lifelines.length - 1;
  for (const event of steps.flatMap((step) => step.events)) {
    const sign = isFault(event) ? SIGN : 0;
    if (event.kind === 'note') {
      const half = noteHalf(event.text, isFault(event));
      if (place.get(event.over) === 0) left = Math.max(left, half);
      if (place.get(event.over) === last) right = Math.max(right, half);
      continue;
    }
    const [from, to] = [place.get(event.from) as number, place.get(event.to) as number].sort((a, b) => a - b) as [number, number];
    if (from === to) {
      const needed = SELF_REACH + sign + blockOf(event.text, 'label', SELF_WIDTH).width + LABEL_ROOM;
      if (from === last) right = Math.max(right, needed);
      else widen(gaps, from, from + 1, needed);
    } else widen(gaps, from, to, sign + blockOf(event.text, 'label', LABEL_WIDTH).width + 2 * LABEL_ROOM);
  }
  const begin = EDGE + numbers + EDGE;
  const missing = least - [begin, left, ...gaps, right].reduce((sum, part) => sum + part, 0);
  if (missing > 0 && gaps.length > 0)
    widen(
      gaps,
      0,
      gaps.length,
      gaps.reduce((sum, gap) => sum + gap, missing),
    );
  else if (missing > 0) [left, right] = [left + missing / 2, right + missing / 2];
  let x = begin + left;
  const positions = lifelines.map((name, index) => {
    x += index === 0 ? 0 : (gaps[index - 1] as number);
    return [name, Math.round(x)] as const;
  });
  return { of: new Map(positions), heads, numbers: EDGE + numbers, left: begin, right: Math.round(x + right) };
}

/** Makes the gaps from lifeline `from` to lifeline `to` together at least `needed` wide, each by the same. */
function widen(gaps: number[], from: number, to: number, needed: number): void {
  const missing = needed - gaps.slice(from, to).reduce((sum, gap) => sum + gap, 0);
  if (missing <= 0) return;
  for (let index = from; index < to; index += 1) gaps[index] = (gaps[index] as number) + missing / (to - from);
}
