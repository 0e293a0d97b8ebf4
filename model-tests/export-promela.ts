/**
 * A completely explored system as a Promela model, for SPIN: a second opinion on interleaving, on the set of states and on verdicts.
 * What each rule does alone, and what each predicate says, is taken from the tables of our own search: SPIN cannot say whether those are
 * right. docs/guides/second-opinion.md has what corresponds to what.
 */
import type { Property, Rule, System } from './compose/system.ts';
import type { Tabulated, TabulatedFiring, TabulatedSystem, TabulateOptions } from './explore/tabulate.ts';
import { tabulate } from './explore/tabulate.ts';
import { type Claim, claimOf, predicatesOf, progressBit } from './export/promela/claims.ts';
import { DecisionGraphs } from './export/promela/decision-graph.ts';
import { fairBytes, headText, processesOf, processText, typeFor } from './export/promela/model-text.ts';
import { type Act, type RuleText, ruleText } from './export/promela/rules.ts';
import { comment, condition, identifier, isOneOf, type Test } from './export/promela/text.ts';

export type { Claim } from './export/promela/claims.ts';

/** A Promela model, and what our own search says of the same system. */
export interface PromelaModel {
  readonly text: string;
  /** One for each property, in their order. */
  readonly claims: readonly Claim[];
  /** What pan's NFAIR has to be at least for the processes of the model with -DFAIR. */
  readonly fairBytes: number;
  /** Reachable states. SPIN's are as many. */
  readonly states: number;
  /** Moves of reachable states. SPIN's transitions are one more, since it counts the storing of the initial state. */
  readonly edges: number;
  /** The model begins with a step of its own, which makes what cannot be there from the beginning: one more state, one more transition. */
  readonly hasBeginning: boolean;
}

/**
 * Explores `system` to the end and writes it in Promela: one variable for each slot, one d_step for each rule and each place among the
 * firings of a state. Each property becomes a never claim.
 *
 * @throws IncompleteError where the system has more than `options.most` states (default 1,000,000) or the signal stops it; what `check`
 * throws, where a rule or property cannot be explored.
 * @example
 * const { text } = await exportPromela(system, properties);
 */
export async function exportPromela<Move>(
  system: System<Move>,
  properties: readonly Property<Move>[] = [],
  options: TabulateOptions = {},
): Promise<PromelaModel> {
  const tabulated = await tabulate(system, properties.flatMap(predicatesOf), options);
  const writer = new Writer(system, properties, tabulated);
  const processes = processesOf(writer.rules());
  const claims = writer.claims();
  const { states, edges } = tabulated;
  const title = [`${states} states, ${edges} moves. What each rule does alone is taken from our own tables.`];
  return {
    text: [headText(title, processes), writer.variables(), processText(processes, ''), ...claims.map(({ text }) => text)].join(
      '\n',
    ),
    claims: claims.map(({ claim }) => claim),
    fairBytes: fairBytes(processes),
    states,
    edges,
    hasBeginning: false,
  };
}

class Writer<Move> {
  readonly #system: System<Move>;
  readonly #properties: readonly Property<Move>[];
  readonly #tabulated: TabulatedSystem<Move>;
  readonly #graphs: DecisionGraphs;
  readonly #names: readonly string[];
  readonly #sizes: readonly number[];
  readonly #test: Test;

  constructor(system: System<Move>, properties: readonly Property<Move>[], tabulated: TabulatedSystem<Move>) {
    this.#system = system;
    this.#properties = properties;
    this.#tabulated = tabulated;
    this.#sizes = tabulated.domains.map(({ size }) => size);
    this.#graphs = new DecisionGraphs(this.#sizes);
    this.#names = system.slots.map(({ name }, slot) => identifier(name, 'slot', slot));
    this.#test = (slot, values) => isOneOf(this.#names[slot] as string, this.#sizes[slot] as number, values);
  }

  /** One variable for each slot, with the values that its numbers stand for. */
  variables(): string {
    const { domains, initial } = this.#tabulated;
    const lines = this.#system.slots.flatMap(({ name }, slot) => {
      const size = this.#sizes[slot] as number;
      const legend = Array.from({ length: size }, (_, id) => comment(`${id}: ${JSON.stringify(domains[slot]?.value(id))}`));
      return [comment(name), ...legend.map((line) => `  ${line}`), `${typeFor(size)} ${this.#names[slot]} = ${initial[slot]};`];
    });
    const bits = this.#progress().map(({ bit }) => `bit ${bit} = 0;`);
    return [...lines, ...(bits.length === 0 ? [] : ['#ifdef FAIR', ...bits, '#endif']), ''].join('\n');
  }

  /** What each rule that can fire at all does. */
  rules(): RuleText[] {
    return this.#system.rules.flatMap(
      (rule, index) => this.#rule(rule, index, this.#tabulated.rules[index] as Tabulated<readonly TabulatedFiring[]>) ?? [],
    );
  }

  claims(): { readonly claim: Claim; readonly text: string }[] {
    let next = 0;
    return this.#properties.map((property, index) => {
      const predicates = predicatesOf(property).map(() => {
        const table = this.#tabulated.predicates[next++];
        return condition(table && this.#graphs.from(table, (holds) => (holds ? 1 : undefined)), this.#test);
      });
      return claimOf(property, index, { predicates: predicates.map((text) => `(${text})`), canMove: this.#canMove(property) });
    });
  }

  #rule({ name, fair = false }: Rule<Move>, index: number, table: Tabulated<readonly TabulatedFiring[]>): RuleText | undefined {
    // A state with n firings of the rule enables its first n options: to choose among them is to choose a firing.
    const most = mostOf(table);
    const trees = Array.from({ length: most }, (_, place) => mapped(table, (firings) => this.#act(firings[place])));
    return ruleText({ name, index, isFair: fair, trees }, this.#graphs, this.#test);
  }

  #act(firing: TabulatedFiring | undefined): Act | undefined {
    if (firing === undefined) return undefined;
    const move = this.#tabulated.moves[firing.move] as Move;
    const writes = firing.writes.map(([slot, value]) => `${this.#names[slot]} = ${value};`);
    const marks = this.#progress().map(({ bit, isProgress }) => `MARK(${bit}, ${isProgress(move) ? 1 : 0})`);
    const statements = [...(writes.length === 0 ? ['skip;'] : writes), ...marks].join(' ');
    return { also: [], statements, title: this.#system.show(move).text };
  }

  /** That a move which a property of moves speaks of can be made. */
  #canMove(property: Property<Move>): string {
    if (property.kind !== 'neverMove' && property.kind !== 'sometimesMove') return '';
    const isMeant = this.#tabulated.moves.map((move) => property.of(move));
    const some = (firings: readonly TabulatedFiring[]) => (firings.some(({ move }) => isMeant[move]) ? 1 : undefined);
    const conditions = this.#tabulated.rules.flatMap((rule) => {
      const graph = this.#graphs.from(rule, some);
      return graph === undefined ? [] : [condition(graph, this.#test)];
    });
    return conditions.length === 0 ? 'false' : `(${conditions.join(' || ')})`;
  }

  #progress(): { readonly bit: string; readonly isProgress: (move: Move) => boolean }[] {
    return this.#properties.flatMap((property, index) =>
      property.kind === 'noLivelock'
        ? [{ bit: progressBit(identifier(property.id, 'property', index)), isProgress: property.progress }]
        : [],
    );
  }
}

/** The most firings that some state has. */
function mostOf(table: Tabulated<readonly TabulatedFiring[]>): number {
  if ('answer' in table) return table.answer.length;
  return Math.max(0, ...[...table.children.values()].map(mostOf));
}

function mapped<From, To>(table: Tabulated<From>, map: (answer: From) => To): Tabulated<To> {
  if ('answer' in table) return { answer: map(table.answer) };
  return { slot: table.slot, children: new Map([...table.children].map(([value, child]) => [value, mapped(child, map)])) };
}
