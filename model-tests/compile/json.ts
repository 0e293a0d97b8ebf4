/** Values that JSON can carry: what a local state may be made of. */
import type { Value } from '../compose/system.ts';

/** Says what in a value JSON cannot carry, and where. */
export class NotJson extends Error {
  override readonly name = 'NotJson';
}

/** Gives the JSON form of objects that have one of their own (actor references), undefined for all others. */
export type Replacer = (object: object) => Value | undefined;

/**
 * A frozen copy of `value` as JSON would carry it: a property that is undefined is left out. `path` is how messages begin.
 *
 * @throws NotJson for a function, symbol, bigint, NaN, infinity, Date, Map, Set or other class instance, a cycle, and undefined in an array.
 */
export function jsonCopy(value: unknown, path: string, replace: Replacer = () => undefined): Value {
  return copy(value, path, replace, []);
}

function copy(value: unknown, path: string, replace: Replacer, around: readonly object[]): Value {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new NotJson(`${path} is ${value}`);
    return value;
  }
  if (typeof value !== 'object') throw new NotJson(`${path} is ${value === undefined ? 'undefined' : `a ${typeof value}`}`);
  const replaced = replace(value);
  if (replaced !== undefined) return replaced;
  if (around.includes(value)) throw new NotJson(`${path} is a cycle`);
  const within = [...around, value];
  if (Array.isArray(value)) return Object.freeze(Array.from(value, (item, at) => copy(item, `${path}[${at}]`, replace, within)));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw new NotJson(`${path} is a ${classOf(value)}`);
  const result: Record<string, Value> = {};
  for (const [key, item] of Object.entries(value)) {
    if (item !== undefined) result[key] = copy(item, `${path}.${key}`, replace, within);
  }
  return Object.freeze(result);
}

function classOf(value: object): string {
  return (value.constructor as { name?: string } | undefined)?.name || 'class instance';
}

/** The first path at which two values differ, or have other keys or lengths, and what each has there; undefined where they are equal. */
export function firstDifference(
  one: unknown,
  other: unknown,
  path: string,
): { path: string; one: unknown; other: unknown } | undefined {
  if (JSON.stringify(one) === JSON.stringify(other)) return undefined;
  if (isObject(one) && isObject(other) && Array.isArray(one) === Array.isArray(other) && sameKeys(one, other)) {
    for (const key of Object.keys(one)) {
      const inner = Array.isArray(one) ? `${path}[${key}]` : `${path}.${key}`;
      const difference = firstDifference(one[key], other[key], inner);
      if (difference !== undefined) return difference;
    }
  }
  return { path, one, other };
}

function sameKeys(one: object, other: object): boolean {
  return Object.keys(one).length === Object.keys(other).length && Object.keys(one).every((key) => Object.hasOwn(other, key));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** A value in one short line, for messages. */
export function shortText(value: unknown, length = 120): string {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}
