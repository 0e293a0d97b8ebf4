/** How a problem with a record is put into words. */
import { inspect } from 'node:util';

/** Whatever a record holds, on one line and of a bounded length. */
export function quoted(value: unknown): string {
  return inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 100, maxArrayLength: 10 });
}

/** A type with its facts or parameters: `sendDecline {reason: busy}`. */
export function spelled({ type, ...facts }: { readonly type: string; readonly [fact: string]: unknown }): string {
  const given = Object.entries(facts).filter(([, value]) => value !== undefined);
  const texts = given
    .map(([name, value]) => `${name}: ${typeof value === 'string' && /^\w+$/.test(value) ? value : quoted(value)}`)
    .sort();
  return texts.length === 0 ? type : `${type} {${texts.join(', ')}}`;
}

/** `a`, `a or b`, `a, b or c`; each text once. */
export function anyOf(texts: readonly string[]): string {
  const once = [...new Set(texts)];
  const last = once.pop() ?? 'nothing';
  return once.length === 0 ? last : `${once.join(', ')} or ${last}`;
}

/** `1 record`, `2 records`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
