/** What a picture is made of, and the sizes of its parts, in pixels. */
import { wrapEvenly, wrapWords } from '../wrap.ts';
import { type Font, textWidth } from './text-width.ts';

/** Fonts by what they are for. */
export const fonts = {
  title: { size: 18, bold: true },
  description: { size: 13, bold: false },
  lifeline: { size: 14, bold: true },
  label: { size: 13, bold: false },
  number: { size: 11, bold: false },
  conclusion: { size: 13, bold: true },
  loop: { size: 12, bold: true },
} as const satisfies Record<string, Font>;
export type FontName = keyof typeof fonts;

/** Colours by what they are for; the style sheet has a light and a dark one for each. */
export type Ink = 'text' | 'muted' | 'fault' | 'loop';

/** Areas and lines by what they are for. */
export type Look =
  | 'page'
  | 'stripe'
  | 'head'
  | 'lifeline'
  | 'arrow'
  | 'arrowhead'
  | 'faultArrow'
  | 'faultHead'
  | 'note'
  | 'faultNote'
  | 'sign'
  | 'signMark'
  | 'cross'
  | 'loop'
  | 'loopHead'
  | 'reached'
  | 'violated';

/** A part of a picture. `y` of a text is its base line. */
export type Shape =
  | {
      readonly kind: 'text';
      readonly x: number;
      readonly y: number;
      readonly anchor: 'start' | 'middle' | 'end';
      readonly text: string;
      readonly font: FontName;
      readonly ink: Ink;
      /** Kept apart from lifelines that pass behind it. */
      readonly halo?: true;
    }
  | {
      readonly kind: 'rect';
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
      readonly radius: number;
      readonly look: Look;
    }
  | { readonly kind: 'path'; readonly d: string; readonly look: Look };

/** A piece of a picture whose height is known. */
export interface Piece {
  readonly shapes: readonly Shape[];
  readonly height: number;
}

/** A text in lines, measured. */
export interface Block {
  readonly lines: readonly string[];
  readonly font: FontName;
  readonly width: number;
  readonly height: number;
}

export function lineHeight(font: FontName): number {
  return Math.round(fonts[font].size * 1.4);
}

/** The text in lines of at most `limit` pixels, about equally long; `full` ones where it is read as a paragraph. */
export function blockOf(text: string, font: FontName, limit: number, full = false): Block {
  const measure = (line: string) => textWidth(line, fonts[font]);
  const lines = (full ? wrapWords : wrapEvenly)(text, limit, measure);
  return { lines, font, width: Math.ceil(Math.max(...lines.map(measure))), height: lines.length * lineHeight(font) };
}

/** A block's lines; `top` is where the first one's space begins. */
export function textShapes(block: Block, x: number, top: number, anchor: 'start' | 'middle', ink: Ink, halo = false): Shape[] {
  const height = lineHeight(block.font);
  const base = Math.round(height / 2 + fonts[block.font].size * 0.36);
  return block.lines.map((text, index) => ({
    kind: 'text',
    x,
    y: top + index * height + base,
    anchor,
    text,
    font: block.font,
    ink,
    ...(halo ? { halo } : {}),
  }));
}

/** The sign of a fault, and the room that it takes before a text. */
export const SIGN = 20;

/** A triangle with an exclamation mark, its centre at (x, y). */
export function signShapes(x: number, y: number): Shape[] {
  return [
    { kind: 'path', d: `M ${x} ${y - 6.5} L ${x + 7} ${y + 5.5} H ${x - 7} Z`, look: 'sign' },
    { kind: 'path', d: `M ${x} ${y - 2.5} V ${y + 1.5} M ${x} ${y + 3.4} V ${y + 3.6}`, look: 'signMark' },
  ];
}
