/** Counts as shades: each is ten times the one before, roughly, so that what ran once and what ran ten thousand times can be told apart. */
import { SHADES } from './style.ts';

/** 0 for what never ran, else 1 to SHADES. */
export function shadeOf(count: number, most: number): number {
  if (count <= 0) return 0;
  if (most <= 1) return SHADES;
  return 1 + Math.round(((SHADES - 1) * Math.log(count)) / Math.log(most));
}

/** What each shade means, in words: the counts that it stands for. */
export function legendOf(most: number): { readonly shade: number; readonly text: string }[] {
  const never = { shade: 0, text: 'never' };
  if (most < 1) return [never];
  const shades = Array.from({ length: SHADES }, (_, index) => index + 1);
  return [
    never,
    ...shades.flatMap((shade) => {
      const [from, to] = [lowest(shade, most), lowest(shade + 1, most) - 1];
      if (from > to) return [];
      return { shade, text: from === to ? `${shown(from)} ×` : `${shown(from)} to ${shown(to)} ×` };
    }),
  ];
}

const shown = (count: number) => count.toLocaleString('en');

/** The smallest count that has at least this shade; one more than the most where none has. */
function lowest(shade: number, most: number): number {
  let [low, high] = [1, most + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (middle <= most && shadeOf(middle, most) < shade) low = middle + 1;
    else high = middle;
  }
  return low;
}
