/** What grows in a chart that has more local states than it should. */
import { firstDifference, shortText } from './json.ts';

/** A sentence on values that are all of the state `path`, oldest first: how many, two that differ, and where what is in them grows. */
export function growth(path: string, values: readonly object[]): string {
  const sample = values.at(-1);
  const before = values.at(-2);
  if (sample === undefined || before === undefined) return `the last is ${path}`;
  const difference = firstDifference(values[values.length >> 1], sample, '');
  const grows = difference === undefined ? '' : `; ${difference.path.replace(/^\./, '')} grows`;
  return `${values.length} of them are ${path}, for example ${shortText(before)} and ${shortText(sample)}${grows}`;
}
