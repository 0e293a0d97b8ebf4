/**
 * How wide a text is at most. Nobody can know which font a reader has, so each character counts as much as in the widest of those that a
 * browser takes for sans-serif (DejaVu Sans, Liberation Sans and with it Arial and Helvetica, Noto Sans, Roboto, Open Sans).
 */

/** A font of the pictures. */
export interface Font {
  /** Pixels. */
  readonly size: number;
  readonly bold: boolean;
}

/** Hundredths of the font's size, and the characters that are at most so wide. */
const WIDTHS: Readonly<Record<number, string>> = {
  30: "'ijl",
  35: ' ,.:;I',
  40: '()-[]ft',
  45: '!/\\r',
  50: '"',
  55: 'csz',
  60: '*?JL_`kvxy|',
  65: '$0123456789FTabdeghnopqu{}',
  70: 'ABEKPSVXYZ',
  75: 'CRU',
  80: '&DGHNOQ',
  85: '#+<=>^w~',
  95: 'M',
  100: '%Wm',
  105: '@',
};
const WIDTH_OF = new Map(Object.entries(WIDTHS).flatMap(([width, characters]) => [...characters].map((c) => [c, Number(width)])));

/** Accented Latin letters, dashes, arrows and CJK; and what is wider than those: emoji, signs made of several letters. */
const [WIDE, WIDEST] = [110, 145];
/** Bold is so much wider, thin letters most. */
const BOLD = 1.24;

/** An upper bound of the text's width in pixels. */
export function textWidth(text: string, { size, bold }: Font): number {
  let hundredths = 0;
  for (const character of text) hundredths += WIDTH_OF.get(character) ?? (isWide(character) ? WIDE : WIDEST);
  return (hundredths / 100) * size * (bold ? BOLD : 1);
}

function isWide(character: string): boolean {
  return (
    character < '\u2200' || (character >= '\u2e80' && character < '\ud800') || (character >= '\uff00' && character <= '\uff9f')
  );
}
