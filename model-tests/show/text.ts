/** A run as text for a terminal: numbered steps, faults and the loop marked in the margin. */
import type { Scenario } from './scenario.ts';
import { wrapWords } from './wrap.ts';

/** Columns of a terminal that nobody measured. */
const COLUMNS = 100;

/**
 * The run as lines, ending in a newline. `!` stands before what is a fault; a loop has a bracket at its left.
 *
 * @param columns - where lines are broken, at least 40
 */
export function scenarioText(scenario: Scenario, columns = COLUMNS): string {
  const { title, description, steps, loopFrom, conclusion } = scenario;
  const width = Math.max(40, columns);
  const digits = String(steps.length).length;
  const margin = (loopFrom === undefined ? 0 : 2) + digits + 4;
  const body = steps.flatMap(({ text, fault }, index) => {
    const [first = '', ...rest] = wrapWords(text, width - margin);
    const loop = loopMarks(index, loopFrom, steps.length, rest.length > 0);
    return [
      `${loop.first}${String(index + 1).padStart(digits)} ${fault ? '!' : ' '} ${first}`,
      ...rest.map((line, at) => `${at === rest.length - 1 ? loop.last : loop.between}${' '.repeat(digits + 3)}${line}`),
    ].map((line) => ` ${line}`);
  });
  const end = conclusion === undefined ? [] : ['', ...wrapWords(conclusion.text, width)];
  return `${[
    ...wrapWords(title, width),
    ...(description === undefined ? [] : wrapWords(description, width)),
    '',
    ...(steps.length === 0 ? [' Nothing happens: it is so from the beginning.'] : body),
    ...(loopFrom === undefined ? [] : ['', ` ${stepRange(loopFrom, steps.length)} again and again, for ever.`]),
    ...end,
  ].join('\n')}\n`;
}

function stepRange(loopFrom: number, count: number): string {
  return loopFrom + 1 === count ? `Step ${count}` : `Steps ${loopFrom + 1} to ${count}`;
}

/** The bracket's part on the first, the middle and the last line of a step. */
function loopMarks(index: number, loopFrom: number | undefined, count: number, isLong: boolean) {
  if (loopFrom === undefined) return { first: '', between: '', last: '' };
  if (index < loopFrom) return { first: '  ', between: '  ', last: '  ' };
  const [begins, ends] = [index === loopFrom, index === count - 1];
  const alone = begins ? '[ ' : '└ ';
  const first = begins ? '┌ ' : '│ ';
  return { first: ends && !isLong ? alone : first, between: '│ ', last: ends ? '└ ' : '│ ' };
}
