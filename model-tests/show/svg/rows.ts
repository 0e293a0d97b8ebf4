/** What happens in a step, drawn from a height downwards. */
import type { ShownEvent } from '../../compose/system.ts';
import { isFault, type ScenarioStep } from '../scenario.ts';
import { type Columns, LABEL_ROOM, NOTE_PADDING, noteBlock, SELF_REACH } from './columns.ts';
import { type Block, blockOf, lineHeight, type Piece, type Shape, SIGN, signShapes, textShapes } from './shapes.ts';

/** A label over several lifelines is not made longer than this. */
const LONGEST_LABEL = 420;
/** Between two events of a step. */
const BETWEEN = 8;
/** Between a label and its arrow. */
const OVER_ARROW = 4;
const OVER_CROSS = 7;
/** The part of a width that most fonts leave over at each side; never more than a note's padding, so that no font gets out of it. */
const SPARE = 0.05;
const MOST_SPARE = 11;
/** How far a lost message comes. */
const LOST_WAY = 0.8;

/** A step's events, one under the other; a step without events is its text across all lifelines. */
export function stepPiece(step: ScenarioStep, columns: Columns, top: number): Piece {
  if (step.events.length === 0) return textAcross(step.text, columns, top);
  const shapes: Shape[] = [];
  let y = top;
  for (const [index, event] of step.events.entries()) {
    y += index === 0 ? 0 : BETWEEN;
    const piece = eventPiece(event, columns, y);
    shapes.push(...piece.shapes);
    y += piece.height;
  }
  return { shapes, height: y - top };
}

function eventPiece(event: ShownEvent, columns: Columns, top: number): Piece {
  if (event.kind === 'note') return notePiece(event, columns, top);
  return event.from === event.to ? selfPiece(event, columns, top) : messagePiece(event, columns, top);
}

function notePiece(event: Extract<ShownEvent, { kind: 'note' }>, columns: Columns, top: number): Piece {
  const fault = isFault(event);
  const block = noteBlock(event.text);
  const width = block.width + (fault ? SIGN : 0) + 2 * NOTE_PADDING;
  const height = block.height + 12;
  const x = columnOf(columns, event.over) - width / 2;
  return {
    shapes: [
      { kind: 'rect', x, y: top, width, height, radius: 4, look: fault ? 'faultNote' : 'note' },
      ...labelShapes(block, { fault }, x + NOTE_PADDING, top + 6),
    ],
    height,
  };
}

type Message = Extract<ShownEvent, { kind: 'message' }>;

function messagePiece(event: Message, columns: Columns, top: number): Piece {
  const [from, to] = [columnOf(columns, event.from), columnOf(columns, event.to)];
  const fault = isFault(event);
  const room = Math.min(LONGEST_LABEL, Math.abs(to - from) - 2 * LABEL_ROOM);
  const block = blockOf(event.text, 'label', room - (fault ? SIGN : 0));
  const y = top + block.height + (event.lost === true ? OVER_CROSS : OVER_ARROW);
  const halo = [...columns.of.values()].some((x) => x > Math.min(from, to) && x < Math.max(from, to));
  const label = labelShapes(block, { fault, halo }, (from + to - block.width - (fault ? SIGN : 0)) / 2, top);
  const side = Math.sign(to - from);
  const end = event.lost === true ? Math.round(from + (to - from) * LOST_WAY) : to - side;
  const arrow: Shape[] = [
    { kind: 'path', d: `M ${from} ${y} H ${end - side * (event.lost === true ? 0 : 8)}`, look: fault ? 'faultArrow' : 'arrow' },
    event.lost === true ? crossAt(end, y) : headAt(end, y, side, fault),
  ];
  return { shapes: [...label, ...arrow], height: y + 6 - top };
}

function selfPiece(event: Message, columns: Columns, top: number): Piece {
  const x = columnOf(columns, event.from);
  const fault = isFault(event);
  const next = Math.min(columns.right, ...[...columns.of.values()].filter((other) => other > x));
  const block = blockOf(event.text, 'label', next - x - SELF_REACH - LABEL_ROOM - (fault ? SIGN : 0));
  const height = Math.max(26, block.height);
  const [begin, end] = [top + height / 2 - 9, top + height / 2 + 9];
  const reach = x + SELF_REACH - 10;
  const lost = event.lost === true;
  const way = lost ? `H ${reach} V ${end} H ${x + 13}` : `H ${reach} V ${end} H ${x + 9}`;
  return {
    shapes: [
      ...labelShapes(block, { fault, fromLeft: true }, x + SELF_REACH, top + (height - block.height) / 2),
      { kind: 'path', d: `M ${x} ${begin} ${way}`, look: fault ? 'faultArrow' : 'arrow' },
      lost ? crossAt(x + 12, end) : headAt(x + 1, end, -1, fault),
    ],
    height,
  };
}

function textAcross(text: string, columns: Columns, top: number): Piece {
  const block = blockOf(text, 'label', columns.right - columns.left);
  return { shapes: textShapes(block, (columns.left + columns.right) / 2, top, 'middle', 'muted', true), height: block.height };
}

interface LabelLook {
  readonly fault: boolean;
  /** Text that lifelines pass behind. */
  readonly halo?: boolean;
  /** Text that begins at its left end. */
  readonly fromLeft?: boolean;
}

/** The text, and before it the sign of a fault. `left` is where both begin. */
function labelShapes(block: Block, { fault, halo = false, fromLeft = false }: LabelLook, left: number, top: number): Shape[] {
  if (!fault && !fromLeft) return textShapes(block, left + block.width / 2, top, 'middle', 'text', halo);
  // Most fonts are narrower than what was reckoned with: without this, sign and text would stand too far left.
  const begin = fromLeft ? left : left + Math.min(MOST_SPARE, Math.round(block.width * SPARE));
  const text = textShapes(block, begin + (fault ? SIGN : 0), top, 'start', fault ? 'fault' : 'text', halo);
  return fault ? [...signShapes(begin + 7, top + lineHeight(block.font) / 2), ...text] : text;
}

function headAt(x: number, y: number, side: number, fault: boolean): Shape {
  return { kind: 'path', d: `M ${x} ${y} L ${x - side * 9} ${y - 4.5} V ${y + 4.5} Z`, look: fault ? 'faultHead' : 'arrowhead' };
}

function crossAt(x: number, y: number): Shape {
  return { kind: 'path', d: `M ${x - 5} ${y - 5} L ${x + 5} ${y + 5} M ${x - 5} ${y + 5} L ${x + 5} ${y - 5}`, look: 'cross' };
}

function columnOf(columns: Columns, lifeline: string): number {
  const x = columns.of.get(lifeline);
  if (x === undefined) throw new RangeError(`there is no lifeline ${lifeline}`);
  return x;
}
