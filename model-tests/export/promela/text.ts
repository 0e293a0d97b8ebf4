/** Decisions, comments and names as Promela has them. */
import type { Decision } from './decision-graph.ts';

/** Longest line that is written where it can be broken. */
const WIDTH = 120;

/** A name that Promela takes; `number` makes it unique, and no keyword. */
export function identifier(text: string, number: number): string {
  const words = text.replace(/[^A-Za-z0-9]+/g, '_').replace(/^_+|_+$/g, '');
  return `${/^[A-Za-z]/.test(words) ? words : `x_${words}`}_${number}`;
}

/** A comment that nothing in `text` can end. */
export function comment(text: string): string {
  return `/* ${text.replaceAll('*/', '* /').replaceAll('/*', '/ *').replace(/\s+/g, ' ')} */`;
}

/** What conditions need to know of slots. */
export interface Namer {
  /** The variable of a slot. */
  readonly variable: (slot: number) => string;
  /** How many values a slot takes; they are numbered from 0. */
  readonly domainSize: (slot: number) => number;
}

/** An expression that is true where the graph leads to anything at all; undefined, the graph of nothing, is `false`. */
export function condition(graph: Decision | undefined, namer: Namer): string {
  if (graph === undefined) return 'false';
  if ('outcome' in graph) return 'true';
  const parts = graph.branches.map(({ values, to }) => {
    const test = isOneOf(graph.slot, values, namer);
    return 'outcome' in to ? test : `(${test} && ${condition(to, namer)})`;
  });
  return parts.length === 1 ? (parts[0] as string) : `(${join(parts, ' || ')})`;
}

/**
 * Statements that go where the graph leads and do what `act` says there. They take for granted that `condition` is true. In a d_step a
 * combination of values that the graph does not have is an error that SPIN reports.
 */
export function statements(graph: Decision, namer: Namer, act: (outcome: number) => string, indent: string): string {
  if ('outcome' in graph) return act(graph.outcome);
  const [first, ...others] = graph.branches;
  if (first !== undefined && others.length === 0) return statements(first.to, namer, act, indent);
  const options = graph.branches.map(({ values, to }) => {
    const body = statements(to, namer, act, `${indent}   `);
    return `${indent}:: ${isOneOf(graph.slot, values, namer)} -> ${body}`;
  });
  return `if\n${options.join('\n')}\n${indent}fi`;
}

/** That a slot holds one of these values. */
function isOneOf(slot: number, values: readonly number[], { variable, domainSize }: Namer): string {
  const name = variable(slot);
  const size = domainSize(slot);
  if (values.length === size) return 'true';
  if (values.length === size - 1 && size > 2) return `${name} != ${missing(values)}`;
  const tests = runsOf(values).map(([from, to]) => {
    if (from === to) return `${name} == ${from}`;
    if (from === 0) return `${name} <= ${to}`;
    if (to === size - 1) return `${name} >= ${from}`;
    return `(${name} >= ${from} && ${name} <= ${to})`;
  });
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
