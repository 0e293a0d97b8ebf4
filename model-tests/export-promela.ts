/**
 * A completely explored system as a Promela model, for SPIN: a second opinion on interleaving, on the set of states and on verdicts.
 * What each rule does alone, and what each predicate says, is taken from the tables of our own search: SPIN cannot say whether those are
 * right. docs/guides/second-opinion.md has what corresponds to what.
 */
import type { Property, System } from './compose/system.ts';
import type { TabulatedFiring, TabulatedSystem, TabulateOptions } from './explore/tabulate.ts';
import { tabulate } from './explore/tabulate.ts';
import { type Claim, claimOf, predicatesOf, progressBit } from './export/promela/claims.ts';
import { DecisionGraphs } from './export/promela/decision-graph.ts';
import { type RuleText, ruleText } from './export/promela/rules.ts';
import { comment, condition, identifier, type Namer } from './export/promela/text.ts';

export type { Claim } from './export/promela/claims.ts';

/** A Promela model, and what our own search says of the same system. */
export interface PromelaModel {
  readonly text: string;
  /** One for each property, in their order. */
  readonly claims: readonly Claim[];
  /** What pan's NFAIR has to be at least for the processes of the model with -DFAIR. */
  readonly fairBytes: number;
  /** Reachable states: SPIN's are as many. */
  readonly states: number;
  /** Moves of reachable states: SPIN's transitions are one more, since it counts the storing of the initial state. */
  readonly edges: number;
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
  const predicates = properties.map(predicatesOf);
  const tabulated = await tabulate(system, predicates.flat(), options);
  const writer = new Writer(system, properties, tabulated);
  const rules = writer.rules();
  const claims = writer.claims();
  const processes = processesOf(rules);
  // pan keeps two bits for each process, the claim included, and has some to spare.
  const fairBytes = Math.max(2, Math.ceil((processes.length + 3) / 4));
  return {
    text: [
      writer.head(fairBytes),
      writer.variables(),
      enabledMacro(processes.length),
      ...processText(processes),
      ...claims.map(({ text }) => text),
    ].join('\n'),
    claims: claims.map(({ claim }) => claim),
    fairBytes,
    states: tabulated.states,
    edges: tabulated.edges,
  };
}

class Writer<Move> {
  readonly #system: System<Move>;
  readonly #properties: readonly Property<Move>[];
  readonly #tabulated: TabulatedSystem<Move>;
  readonly #graphs: DecisionGraphs;
  readonly #namer: Namer;

  constructor(system: System<Move>, properties: readonly Property<Move>[], tabulated: TabulatedSystem<Move>) {
    this.#system = system;
    this.#properties = properties;
    this.#tabulated = tabulated;
    const sizes = tabulated.domains.map(({ size }) => size);
    this.#graphs = new DecisionGraphs(sizes);
    const names = system.slots.map(({ name }, slot) => identifier(name, slot));
    this.#namer = { variable: (slot) => names[slot] as string, domainSize: (slot) => sizes[slot] as number };
  }

  head(fairBytes: number): string {
    const { states, edges } = this.#tabulated;
    return [
      '/*',
      ` * ${states} states, ${edges} moves. What it is to fulfil stands at the end, one never claim each.`,
      ' * Counts:    spin -o2 -a FILE; cc -O2 -DNOREDUCE -DSAFETY -DNOCLAIM -o pan pan.c; ./pan',
      ' * A claim:   spin -o2 -a FILE; cc -O2 -DNOREDUCE -o pan pan.c; ./pan -N NAME',
      ` * Fair runs: spin -o2 -DFAIR -a FILE; cc -O2 -DNOREDUCE -DNFAIR=${fairBytes} -o pan pan.c; ./pan -a -f -N NAME`,
      ' * -o2 keeps variables that no rule reads: they tell states apart.',
      ' */',
      '',
    ].join('\n');
  }

  /** One variable for each slot, with the values that its numbers stand for. */
  variables(): string {
    const { domains, initial } = this.#tabulated;
    const lines = this.#system.slots.flatMap(({ name }, slot) => {
      const size = this.#namer.domainSize(slot);
      const legend = Array.from({ length: size }, (_, id) => comment(`${id}: ${JSON.stringify(domains[slot]?.value(id))}`));
      return [
        comment(name),
        ...legend.map((line) => `  ${line}`),
        `${typeFor(size)} ${this.#namer.variable(slot)} = ${initial[slot]};`,
      ];
    });
    const bits = this.#progress().map(({ bit }) => `bit ${bit} = 0;`);
    return [...lines, ...(bits.length === 0 ? [] : ['#ifdef FAIR', ...bits, '#endif']), ''].join('\n');
  }

  /** What each rule that can fire at all does. */
  rules(): RuleText[] {
    const { moves, rules } = this.#tabulated;
    const progress = this.#progress();
    const marks = (move: number) =>
      progress.map(({ bit, isProgress }) => `MARK(${bit}, ${isProgress(moves[move] as Move) ? 1 : 0})`).join(' ');
    return this.#system.rules.flatMap((rule, index) => {
      const table = rules[index];
      const text =
        table &&
        ruleText(
          { rule, index, table, marks, show: (move) => this.#system.show(moves[move] as Move).text },
          this.#graphs,
          this.#namer,
        );
      return text === undefined ? [] : [text];
    });
  }

  claims(): { readonly claim: Claim; readonly text: string }[] {
    let next = 0;
    return this.#properties.map((property, index) => {
      const predicates = predicatesOf(property).map(() => {
        const table = this.#tabulated.predicates[next++];
        return condition(table && this.#graphs.from(table, (holds) => (holds ? 1 : undefined)), this.#namer);
      });
      return claimOf(property, index, { predicates: predicates.map((text) => `(${text})`), canMove: this.#canMove(property) });
    });
  }

  /** That a move which a property of moves speaks of can be made. */
  #canMove(property: Property<Move>): string {
    if (property.kind !== 'neverMove' && property.kind !== 'sometimesMove') return '';
    const isMeant = this.#tabulated.moves.map((move) => property.of(move));
    const some = (firings: readonly TabulatedFiring[]) => (firings.some(({ move }) => isMeant[move]) ? 1 : undefined);
    const conditions = this.#tabulated.rules.flatMap((rule) => {
      const graph = this.#graphs.from(rule, some);
      return graph === undefined ? [] : [condition(graph, this.#namer)];
    });
    return conditions.length === 0 ? 'false' : `(${conditions.join(' || ')})`;
  }

  #progress(): { readonly bit: string; readonly isProgress: (move: Move) => boolean }[] {
    return this.#properties.flatMap((property, index) =>
      property.kind === 'noLivelock' ? [{ bit: progressBit(identifier(property.id, index)), isProgress: property.progress }] : [],
    );
  }
}

/** A process of the model with -DFAIR; without it, all are one. */
interface Process {
  readonly name: string;
  readonly options: readonly string[];
}

/**
 * SPIN is fair to processes, we are to rules: so each fair rule is a process, and all others together are one. That one may leave undone
 * what it can do as long as a fair rule can fire: otherwise SPIN would be fair to it, too.
 */
function processesOf(rules: readonly RuleText[]): Process[] {
  const [fair, others] = [rules.filter(({ isFair }) => isFair), rules.filter(({ isFair }) => !isFair)];
  const processes = fair.map(({ name, options }) => ({ name, options }));
  if (others.length === 0) return processes.length > 0 ? processes : [{ name: 'nothing', options: [':: false'] }];
  const idle = `#ifdef FAIR\n:: d_step { ${fair.map(({ guard }) => guard).join(' ||\n   ')} -> skip }\n#endif`;
  const options = [...others.flatMap((rule) => rule.options), ...(fair.length === 0 ? [] : [idle])];
  return [{ name: 'not_fair', options }, ...processes];
}

function processText([first, ...others]: readonly Process[]): string[] {
  return [
    '#ifdef FAIR',
    '#define MARK(bit, value) bit = value;',
    '#define PROCESS(name) od } active proctype name() { end: do',
    '#else',
    '#define MARK(bit, value)',
    '#define PROCESS(name)',
    '#endif',
    '',
    `active proctype ${first?.name}() { end: do`,
    ...(first?.options ?? []),
    ...others.flatMap(({ name, options }) => ['', `PROCESS(${name})`, ...options]),
    'od }',
    '',
  ];
}

/** That something can happen, as SPIN sees it. */
function enabledMacro(processes: number): string {
  const all = Array.from({ length: processes }, (_, pid) => `enabled(${pid})`).join(' || ');
  return ['#ifdef FAIR', `#define ENABLED (${all})`, '#else', '#define ENABLED enabled(0)', '#endif', ''].join('\n');
}

const typeFor = (size: number) => (size <= 2 ? 'bit' : size <= 256 ? 'byte' : size <= 32_768 ? 'short' : 'int');
