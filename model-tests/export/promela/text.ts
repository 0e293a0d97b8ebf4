/** Decisions, comments and names as Promela has them. */
import type { Decision } from './decision-graph.ts';

/** Longest line that is written where it can be broken. */
const WIDTH = 120;

/** What a name names. */
type Kind = 'slot' | 'rule' | 'property' | 'message';

const MARKS: Readonly<Record<Kind, string>> = { slot: '', rule: 'r', property: 'p', message: 'm' };

/** A name that Promela takes. Its end, which says what it names and its `number`, makes it unique and no keyword. */
export function identifier(text: string, kind: Kind, number: number): string {
  const words = text.replace(/[^A-Za-z0-9]+/g, '_').replace(/^_+|_+$/g, '');
  return `${/^[A-Za-z]/.test(words) ? words : `x_${words}`}_${MARKS[kind]}${number}`;
}

/** A comment that nothing in `text` can end. */
export function comment(text: string): string {
  return `/* ${text.replaceAll('*/', '* /').replaceAll('/*', '/ *').replace(/\s+/g, ' ')} */`;
}

/** An expression: that a slot holds one of these values, which are in ascending order. */
export type Test = (slot: number, values: readonly number[]) => string;

/**
 * An expression that is true where the graph leads to anything at all; undefined, the graph of nothing, is `false`. `also`: what has to be
 * true beside, for an outcome; by default nothing.
 */
export function condition(
  graph: Decision | undefined,
  test: Test,
  also: (outcome: number) => readonly string[] = () => [],
): string {
  if (graph === undefined) return 'false';
  return alternatives(graph, test, also) || 'true';
}

function alternatives(graph: Decision, test: Test, also: (outcome: number) => readonly string[]): string {
  if ('outcome' in graph) return also(graph.outcome).join(' && ');
  const parts = graph.branches.map(({ values, to }) => {
    const [here, further] = [test(graph.slot, values), alternatives(to, test, also)];
    return further === '' ? here : `(${here} && ${further})`;
  });
  return parts.length === 1 ? (parts[0] as string) : `(${join(parts, ' || ')})`;
}

/**
 * Statements that go where the graph leads and do what `act` says there. They take for granted that `condition` is true. In a d_step a
 * combination of values that the graph does not have is an error that SPIN reports.
 */
export function statements(graph: Decision, test: Test, act: (outcome: number) => string, indent: string): string {
  if ('outcome' in graph) return act(graph.outcome);
  const [first, ...others] = graph.branches;
  if (first !== undefined && others.length === 0) return statements(first.to, test, act, indent);
  const options = graph.branches.map(({ values, to }) => {
    const body = statements(to, test, act, `${indent}   `);
    return `${indent}:: ${test(graph.slot, values)} -> ${body}`;
  });
  return `if\n${options.join('\n')}\n${indent}fi`;
}

/** The test of a variable that holds numbers from 0 to `size - 1`. */
export function isOneOf(name: string, size: number, values: readonly number[]): string {
  if (values.length === size) return 'true';
  if (values.length === size - 1 && size > 2) return `${name} != ${missing(values)}`;
  return oneOf(
    runsOf(values).map(([from, to]) => {
      if (from === to) return `${name} == ${from}`;
      if (from === 0) return `${name} <= ${to}`;
      if (to === size - 1) return `${name} >= ${from}`;
      return `(${name} >= ${from} && ${name} <= ${to})`;
    }),
  );
}

/** A disjunction; `false` of nothing. */
export function oneOf(tests: readonly string[]): string {
  if (tests.length === 0) return 'false';
  return tests.length === 1 ? (tests[0] as string) : `(${join(tests, ' || ')})`;
}

/** The one number from 0 on that is not there. */
function missing(values: readonly number[]): number {
  const gap = values.findIndex((value, place) => value !== place);
  return gap < 0 ? values.length : gap;
}

/** Ascending numbers as runs without a gap. */
function runsOf(values: readonly number[]): (readonly [from: number, to: number])[] {
  const runs: [number, number][] = [];
  for (const value of values) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === value - 1) last[1] = value;
    else runs.push([value, value]);
  }
  return runs;
}

/** Joins parts, beginning a new line where one gets too long. */
function join(parts: readonly string[], separator: string): string {
  let [text, line] = ['', 0];
  for (const part of parts) {
    const begin = text === '' ? '' : separator;
    const isFull = line > 0 && line + part.length > WIDTH;
    text += isFull ? `${begin.trimEnd()}\n      ${part}` : `${begin}${part}`;
    line = isFull ? part.length : line + part.length;
  }
  return text;
}
