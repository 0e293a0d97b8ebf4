/** One rule in Promela: an option for each thing that it may do, each a d_step that is one transition and nothing in between. */
import type { Tabulated } from '../../explore/tabulate.ts';
import type { DecisionGraphs } from './decision-graph.ts';
import { sizeOf, split } from './split.ts';
import { comment, condition, identifier, oneOf, statements, type Test } from './text.ts';

/** Moves that a comment names; there may be thousands that do the same. */
const NAMED_MOVES = 4;

/** What is done, where it can be. */
export interface Act {
  /** What has to be true beside what the tree has asked. */
  readonly also: readonly string[];
  /** Ends in a semicolon. */
  readonly statements: string;
  /** How a reader is told of it. */
  readonly title: string;
}

/** A rule as trees: in each state, each tree does one thing or nothing. */
export interface RuleTrees {
  readonly name: string;
  readonly index: number;
  readonly isFair: boolean;
  readonly trees: readonly Tabulated<Act | undefined>[];
}

/** A rule as text. */
export interface RuleText {
  readonly name: string;
  readonly isFair: boolean;
  /** That it can fire. */
  readonly guard: string;
  /** Options of a `do`. */
  readonly options: readonly string[];
}

/** Undefined for a rule that never does anything. */
export function ruleText({ name, index, isFair, trees }: RuleTrees, graphs: DecisionGraphs, test: Test): RuleText | undefined {
  const options: string[] = [];
  const guards: string[] = [];
  for (const tree of trees) {
    const acts = new Acts();
    const graph = graphs.from(tree, (act) => act && acts.number(act));
    if (graph === undefined) continue;
    const parts = split(graph, (outcome) => sizeOf(acts.known(outcome).statements));
    // The guard of a whole is shorter than those of its parts: acts that differ are no matter to it.
    const whole = parts.length === 1 ? guardOf(tree, graphs, test) : undefined;
    for (const part of parts) {
      const guard = whole ?? condition(part, test, (outcome) => acts.known(outcome).also);
      guards.push(guard);
      options.push(`:: d_step { ${guard} ->\n   ${statements(part, test, (outcome) => acts.text(outcome), '   ')} }`);
    }
  }
  if (options.length === 0) return undefined;
  const title = comment(`${name}${isFair ? ', fair' : ''}`);
  return { name: identifier(name, 'rule', index), isFair, guard: oneOf(guards), options: [title, ...options] };
}

/** That a tree does something. */
function guardOf(tree: Tabulated<Act | undefined>, graphs: DecisionGraphs, test: Test): string {
  const acts = new Acts();
  const graph = graphs.from(tree, (act) => act && acts.number({ ...act, statements: '', title: '' }));
  return condition(graph, test, (outcome) => acts.known(outcome).also);
}

/** Acts by numbers: those that do the same under the same conditions are one. */
class Acts {
  readonly #numbers = new Map<string, number>();
  readonly #known: { readonly act: Act; readonly titles: Set<string> }[] = [];

  number(act: Act): number {
    const key = `${act.also.join(' && ')} -> ${act.statements}`;
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#known.push({ act, titles: new Set() }) - 1;
      this.#numbers.set(key, number);
    }
    this.#known[number]?.titles.add(act.title);
    return number;
  }

  known(number: number): Act {
    return (this.#known[number] as { readonly act: Act }).act;
  }

  text(number: number): string {
    const titles = [...(this.#known[number]?.titles ?? [])];
    const more = titles.length - NAMED_MOVES;
    const words = titles.slice(0, NAMED_MOVES).join(' | ') + (more > 0 ? ` and ${more} more` : '');
    return `${this.known(number).statements} ${comment(words)}`;
  }
}
