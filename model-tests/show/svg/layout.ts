/** A run laid out as a sequence diagram: every part with its place. */
import type { Scenario } from '../scenario.ts';
import { type Columns, columnsOf } from './columns.ts';
import { stepPiece } from './rows.ts';
import { type Block, blockOf, fonts, type Piece, type Shape, textShapes } from './shapes.ts';
import { textWidth } from './text-width.ts';

/** Around everything. */
const MARGIN = 22;
/** Above and below a step. */
const STEP_ROOM = 8;
const LEAST_WIDTH = 460;
/** From the lifelines to the bracket of a loop, and from the bracket to its words. */
const BRACKET = { away: 14, words: 10 };

/** A whole picture. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  /** What is further back comes first. */
  readonly shapes: readonly Shape[];
}

/** Lays the run out. The same run gives the same picture. */
export function layoutOf(scenario: Scenario): Layout {
  const numbers = Math.ceil(textWidth(String(Math.max(scenario.steps.length, 1)), fonts.number));
  const loopWidth = scenario.loopFrom === undefined ? 0 : BRACKET.away + BRACKET.words + textWidth('for ever', fonts.loop);
  const columns = columnsOf(scenario, numbers, LEAST_WIDTH - MARGIN - loopWidth);
  const width = Math.ceil(columns.right + loopWidth) + MARGIN;
  const caption = captionPiece(scenario, width, MARGIN);
  const top = MARGIN + caption.height;
  const heads = headsPiece(columns, top);
  const steps = stepsPiece(scenario, columns, top + heads.height, width);
  const feet = headsPiece(columns, top + heads.height + steps.height);
  const bottom = top + heads.height + steps.height + feet.height;
  const end = conclusionPiece(scenario, width, bottom);
  const height = Math.ceil(bottom + end.height + MARGIN);
  const lines = [...columns.of.values()].map((x): Shape => {
    const [begin, finish] = [top + heads.height, top + heads.height + steps.height];
    return { kind: 'path', d: `M ${x} ${begin} V ${finish}`, look: 'lifeline' };
  });
  const isStripe = (shape: Shape) => shape.kind === 'rect' && shape.look === 'stripe';
  const page: Shape = { kind: 'rect', x: 0.5, y: 0.5, width: width - 1, height: height - 1, radius: 10, look: 'page' };
  return {
    width,
    height,
    shapes: [
      page,
      ...steps.shapes.filter(isStripe),
      ...lines,
      ...caption.shapes,
      ...heads.shapes,
      ...steps.shapes.filter((shape) => !isStripe(shape)),
      ...feet.shapes,
      ...end.shapes,
    ],
  };
}

function captionPiece({ title, description }: Scenario, width: number, top: number): Piece {
  const limit = width - 2 * MARGIN;
  const name = blockOf(title, 'title', limit, true);
  const shapes = textShapes(name, MARGIN, top, 'start', 'text');
  if (description === undefined) return { shapes, height: name.height + 18 };
  const text = blockOf(description, 'description', limit, true);
  shapes.push(...textShapes(text, MARGIN, top + name.height + 4, 'start', 'muted'));
  return { shapes, height: name.height + 4 + text.height + 18 };
}

function headsPiece({ of, heads }: Columns, top: number): Piece {
  const height = Math.max(...heads.map((head) => head.height)) + 14;
  const positions = [...of.values()];
  const shapes = heads.flatMap((head: Block, index): Shape[] => {
    const x = positions[index] as number;
    return [
      { kind: 'rect', x: x - (head.width + 28) / 2, y: top, width: head.width + 28, height, radius: 6, look: 'head' },
      ...textShapes(head, x, top + (height - head.height) / 2, 'middle', 'text'),
    ];
  });
  return { shapes, height };
}

function stepsPiece({ steps, loopFrom }: Scenario, columns: Columns, top: number, width: number): Piece {
  const shapes: Shape[] = [];
  let y = top + 10;
  let loopTop = y;
  for (const [index, step] of steps.entries()) {
    if (index === loopFrom) loopTop = y;
    const piece = stepPiece(step, columns, y + STEP_ROOM);
    const height = piece.height + 2 * STEP_ROOM;
    if (index % 2 === 0) {
      shapes.push({ kind: 'rect', x: MARGIN / 2, y, width: width - MARGIN, height, radius: 4, look: 'stripe' });
    }
    const text = String(index + 1);
    const base = y + STEP_ROOM + 13;
    shapes.push(
      { kind: 'text', x: columns.numbers, y: base, anchor: 'end', text, font: 'number', ink: 'muted' },
      ...piece.shapes,
    );
    y += height;
  }
  if (loopFrom !== undefined) shapes.push(...bracketShapes(columns.right + BRACKET.away, loopTop + 6, y - 6));
  return { shapes, height: y + 10 - top };
}

/** An arrow back from the loop's last step to its first. */
function bracketShapes(x: number, top: number, bottom: number): Shape[] {
  const words = blockOf('for ever', 'loop', 200);
  return [
    {
      kind: 'path',
      d: `M ${x - 8} ${bottom} H ${x - 4} Q ${x} ${bottom} ${x} ${bottom - 4} V ${top + 4} Q ${x} ${top} ${x - 4} ${top}`,
      look: 'loop',
    },
    { kind: 'path', d: `M ${x - 11} ${top} L ${x - 3} ${top - 4.5} V ${top + 4.5} Z`, look: 'loopHead' },
    ...textShapes(words, x + BRACKET.words, (top + bottom - words.height) / 2, 'start', 'loop'),
  ];
}

function conclusionPiece({ conclusion }: Scenario, width: number, top: number): Piece {
  if (conclusion === undefined) return { shapes: [], height: 0 };
  const { text, fault } = conclusion;
  const block = blockOf(text, 'conclusion', width - 2 * MARGIN - 28);
  const height = block.height + 16;
  return {
    shapes: [
      {
        kind: 'rect',
        x: MARGIN,
        y: top + 16,
        width: width - 2 * MARGIN,
        height,
        radius: 6,
        look: fault ? 'violated' : 'reached',
      },
      ...textShapes(block, width / 2, top + 24, 'middle', fault ? 'fault' : 'text'),
    ],
    height: height + 16,
  };
}
