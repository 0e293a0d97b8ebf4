/** Breaks text into lines, by characters or by width. */
import { oneLine } from './scenario.ts';

/**
 * Lines of at most `limit`, broken between words; a word that is longer is broken inside, behind a sign where it has one. Always at
 * least one line.
 *
 * @param measure - the width of a text in the unit of `limit`; default its number of characters
 */
export function wrapWords(text: string, limit: number, measure: (text: string) => number = countCharacters): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of oneLine(text).split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (measure(longer) <= limit) {
      line = longer;
      continue;
    }
    const isLong = measure(word) > limit;
    if (line !== '' && !isLong) lines.push(line);
    const pieces = breakWord(isLong ? longer : word, limit, measure);
    line = pieces.pop() ?? '';
    lines.push(...pieces);
  }
  return [...lines, line];
}

/** As few lines as `limit` allows, and these as even as they can be. */
export function wrapEvenly(text: string, limit: number, measure: (text: string) => number): string[] {
  let best = wrapWords(text, limit, measure);
  let [narrow, wide] = [limit / best.length, limit];
  while (best.length > 1 && wide - narrow > 1) {
    const middle = (narrow + wide) / 2;
    const lines = wrapWords(text, middle, measure);
    const fits = lines.length <= best.length && !breaksMoreWords(lines, best);
    if (fits) [best, wide] = [lines, middle];
    else narrow = middle;
  }
  return best;
}

/** A narrower line is no gain when words have to be broken for it. */
function breaksMoreWords(lines: readonly string[], than: readonly string[]): boolean {
  const words = (among: readonly string[]) => among.join(' ').split(' ').length;
  return words(lines) > words(than);
}

function breakWord(word: string, limit: number, measure: (text: string) => number): string[] {
  const pieces: string[] = [];
  let rest = [...word];
  while (rest.length > 1 && measure(rest.join('')) > limit) {
    let count = 1;
    while (count < rest.length && measure(rest.slice(0, count + 1).join('')) <= limit) count += 1;
    const atSign = rest.slice(0, count).findLastIndex((character) => /[-./_,:;|)]/.test(character)) + 1;
    // A sign near the beginning would leave a line that is nearly empty.
    const cut = atSign > count / 2 ? atSign : count;
    pieces.push(rest.slice(0, cut).join(''));
    rest = rest.slice(cut);
  }
  return [...pieces, rest.join('')];
}

function countCharacters(text: string): number {
  return [...text].length;
}
