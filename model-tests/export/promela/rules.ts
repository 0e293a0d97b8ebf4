/** One rule in Promela: an option for each place among its firings, each a d_step that is one transition and nothing in between. */
import type { Rule } from '../../compose/system.ts';
import type { Tabulated, TabulatedFiring } from '../../explore/tabulate.ts';
import type { DecisionGraphs } from './decision-graph.ts';
import { comment, condition, identifier, type Namer, statements } from './text.ts';

/** Moves that a comment names; there may be thousands that do the same. */
const NAMED_MOVES = 4;

/** A rule as text. */
export interface RuleText {
  readonly name: string;
  readonly isFair: boolean;
  /** That it can fire. */
  readonly guard: string;
  /** Options of a `do`. */
  readonly options: readonly string[];
}

/** What is written down of a rule. */
export interface Written {
  readonly rule: Pick<Rule<unknown>, 'name' | 'fair'>;
  readonly index: number;
  readonly table: Tabulated<readonly TabulatedFiring[]>;
  /** Statements that note what kind of move it was. */
  readonly marks: (move: number) => string;
  readonly show: (move: number) => string;
}

/** Undefined for a rule that fires in no reachable state. */
export function ruleText(
  { rule, index, table, marks, show }: Written,
  graphs: DecisionGraphs,
  namer: Namer,
): RuleText | undefined {
  const options: string[] = [];
  let guard: string | undefined;
  // A state with n firings of the rule enables its first n options: to choose among them is to choose a firing.
  for (let place = 0; ; place += 1) {
    const outcomes = new Outcomes(namer, marks, show);
    const graph = graphs.from(table, (firings) => outcomes.of(firings[place]));
    if (graph === undefined) break;
    const can = condition(
      graphs.from(table, (firings) => (firings.length > place ? 1 : undefined)),
      namer,
    );
    guard ??= can;
    const body = statements(graph, namer, (outcome) => outcomes.text(outcome), '   ');
    options.push(`:: d_step { ${can} ->\n   ${body} }`);
  }
  if (guard === undefined) return undefined;
  const title = comment(`${rule.name}${rule.fair === true ? ', fair' : ''}`);
  return { name: identifier(rule.name, index), isFair: rule.fair === true, guard, options: [title, ...options] };
}

/** What firings do, numbered: those that write the same are one. */
class Outcomes {
  readonly #namer: Namer;
  readonly #marks: (move: number) => string;
  readonly #show: (move: number) => string;
  readonly #numbers = new Map<string, number>();
  readonly #known: { readonly text: string; readonly moves: Set<string> }[] = [];

  constructor(namer: Namer, marks: (move: number) => string, show: (move: number) => string) {
    this.#namer = namer;
    this.#marks = marks;
    this.#show = show;
  }

  of(firing: TabulatedFiring | undefined): number | undefined {
    if (firing === undefined) return undefined;
    const writes = firing.writes.map(([slot, value]) => `${this.#namer.variable(slot)} = ${value};`).join(' ');
    const text = `${writes === '' ? 'skip;' : writes} ${this.#marks(firing.move)}`.trimEnd();
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.#known.push({ text, moves: new Set() }) - 1;
      this.#numbers.set(text, number);
    }
    this.#known[number]?.moves.add(this.#show(firing.move));
    return number;
  }

  text(outcome: number): string {
    const { text = '', moves = new Set<string>() } = this.#known[outcome] ?? {};
    const [some, more] = [[...moves].slice(0, NAMED_MOVES), moves.size - NAMED_MOVES];
    return `${text} ${comment(some.join(' | ') + (more > 0 ? ` and ${more} more` : ''))}`;
  }
}
