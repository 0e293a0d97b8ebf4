/**
 * A composition as a Promela model that composes once more: machines are tables of local steps, taken from the charts; what links,
 * connections, budgets, faults and an intruder do is said in Promela, by SPIN's own channels where it has them. So SPIN finds out whether
 * our composition says the same. What it cannot say is whether a local step is XState's. docs/guides/second-opinion.md has the details.
 */
import type { Message } from './compile/outputs.ts';
import { compose } from './compose/compose.ts';
import type { ConnectionDescription, Description, LinkDescription, MachineDescription } from './compose/description.ts';
import type { ComposedMove } from './compose/moves.ts';
import { Process } from './compose/process.ts';
import type { Property, System, Value } from './compose/system.ts';
import { type Tabulated, type TabulatedSystem, type TabulateOptions, tabulate } from './explore/tabulate.ts';
import { claimOf, predicatesOf } from './export/promela/claims.ts';
import { arrayMacros, BufferText } from './export/promela/composition/buffer.ts';
import { ConnectionText, connectionMacros, type Waiting } from './export/promela/composition/connection.ts';
import { intruderRules } from './export/promela/composition/intruder.ts';
import { machineRules } from './export/promela/composition/machines.ts';
import { type BudgetText, Model } from './export/promela/composition/model.ts';
import { Machine, PromelaExportError } from './export/promela/composition/vocabulary.ts';
import { DecisionGraphs } from './export/promela/decision-graph.ts';
import { fairBytes, headText, processesOf, processText, typeFor } from './export/promela/model-text.ts';
import { type RuleText, ruleText } from './export/promela/rules.ts';
import { comment, condition } from './export/promela/text.ts';
import type { PromelaModel } from './export-promela.ts';

export { PromelaExportError } from './export/promela/composition/vocabulary.ts';

/**
 * Writes a composition in Promela. It is explored to the end first: what machines and messages there are is known only then.
 *
 * Properties of moves (`neverMove`, `sometimesMove`, `noLivelock`) are refused, and so are those that ask of a link what SPIN cannot say;
 * `exportPromela(compose(description), properties)` has no such limits.
 *
 * @throws PromelaExportError which says what the model cannot have; IncompleteError as `exportPromela` does.
 * @example
 * const { text } = await exportComposition({ machines, links }, (system) => [{ …, holds: system.machine('a').in('done') }]);
 */
export async function exportComposition<const M extends string, const L extends string = never>(
  description: Description<M, L>,
  propertiesOf: (system: ReturnType<typeof compose<M, L>>) => readonly Property<ComposedMove>[] = () => [],
  options: TabulateOptions = {},
): Promise<PromelaModel> {
  const system = compose<M, L>(description);
  const properties = propertiesOf(system);
  for (const { id, kind } of properties) {
    if (kind === 'neverMove' || kind === 'sometimesMove' || kind === 'noLivelock')
      throw new PromelaExportError(`property ${id} is one of moves, which a composition in Promela does not name`);
  }
  const tabulated = await tabulate(system, properties.flatMap(predicatesOf), options);
  return new Writer(description as Description, system, tabulated, properties).model();
}

const BUDGETS = ['deliver', 'connect', 'refuse', 'reset', 'drop', 'duplicate', 'timeout', 'crash', 'restart', 'inject'] as const;

class Writer {
  readonly #description: Description;
  readonly #tabulated: TabulatedSystem<ComposedMove>;
  readonly #properties: readonly Property<ComposedMove>[];
  readonly #model: Model;
  readonly #budgets: Readonly<Record<(typeof BUDGETS)[number], BudgetText>>;
  readonly #graphs: DecisionGraphs;

  constructor(
    description: Description,
    system: System<ComposedMove>,
    tabulated: TabulatedSystem<ComposedMove>,
    properties: readonly Property<ComposedMove>[],
  ) {
    this.#description = description;
    this.#tabulated = tabulated;
    this.#properties = properties;
    const { environment = {}, links = {} } = description;
    this.#model = new Model(system.slots, environment.intruder?.overhears ?? []);
    const budget = (kind: (typeof BUDGETS)[number]) => this.#model.budget(kind, environment[kind] ?? Number.POSITIVE_INFINITY);
    this.#budgets = Object.fromEntries(BUDGETS.map((kind) => [kind, budget(kind)])) as Record<
      (typeof BUDGETS)[number],
      BudgetText
    >;
    for (const [slot, [name, machine]] of (Object.entries(description.machines) as [string, MachineDescription][]).entries())
      this.#model.machines.set(name, new Machine(new Process(name, slot, machine), this.#domain(slot)));
    const looked = new Set(tabulated.predicates.flatMap((tree) => [...slotsOf(tree)]));
    for (const [name, link] of Object.entries(links) as [string, LinkDescription<string>][]) this.#addLink(name, link, looked);
    this.#addCounters();
    // Only machines' slots have values that can be counted here: a graph must not think it has all values of the others.
    this.#graphs = new DecisionGraphs(
      tabulated.domains.map(({ size }, slot) => (slot < this.#model.machines.size ? size : Number.NaN)),
    );
  }

  model(): PromelaModel {
    const { states, edges } = this.#tabulated;
    const processes = processesOf(this.#rules());
    const beginning = [...this.#model.links.values()]
      .map((link) => link.beginning())
      .join(' ')
      .trim();
    const claims = this.#claims(beginning !== '');
    const title = [
      `${states} states, ${edges} moves. Local steps are those of the charts; their composition is said here once more.`,
    ];
    return {
      text: [
        headText(title, processes),
        this.#declarations(beginning !== ''),
        processText(processes, beginning),
        ...claims.map(({ text }) => text),
      ].join('\n'),
      claims: claims.map(({ claim }) => claim),
      fairBytes: fairBytes(processes),
      states,
      edges,
      hasBeginning: beginning !== '',
    };
  }

  #domain(slot: number): TabulatedSystem<ComposedMove>['domains'][number] {
    return this.#tabulated.domains[slot] as TabulatedSystem<ComposedMove>['domains'][number];
  }

  /** Everything that a slot holds in some state. */
  #contents<T>(slot: number): T[] {
    const domain = this.#domain(slot);
    return Array.from({ length: domain.size }, (_, number) => domain.value(number) as T);
  }

  #addLink(name: string, description: LinkDescription<string>, looked: ReadonlySet<number>): void {
    const model = this.#model;
    const slot = model.slotOf(name);
    if (description.kind === 'connection') this.#addConnection(name, slot, description);
    else {
      const contents = this.#contents<readonly Message[]>(slot);
      const buffer = new BufferText(model, {
        name,
        description,
        contents,
        isLookedInto: looked.has(slot),
        budgets: this.#budgets,
      });
      model.links.set(name, buffer);
      model.addSlot(slot, (number) => buffer.holds(slot, this.#domain(slot).value(number)));
    }
  }

  #addConnection(name: string, slot: number, description: ConnectionDescription<string>): void {
    const model = this.#model;
    const inboxes = [model.slotOf(`${name} → ${description.dialer}`), model.slotOf(`${name} → ${description.acceptor}`)] as const;
    const contents = [this.#contents<readonly Waiting[]>(inboxes[0]), this.#contents<readonly Waiting[]>(inboxes[1])] as const;
    const connection = new ConnectionText(model, { name, description, inboxes, contents, budgets: this.#budgets });
    model.links.set(name, connection);
    for (const each of [slot, ...inboxes])
      model.addSlot(each, (number) => connection.holds(each, this.#domain(each).value(number)));
  }

  /** What properties may ask of budgets and of an intruder. */
  #addCounters(): void {
    const model = this.#model;
    for (const [slot, { name }] of model.slots.entries()) {
      if (name.startsWith('budget of ')) {
        const { variable } = model.budget(name.slice('budget of '.length), 1);
        model.addSlot(slot, (number) => `${variable} == ${this.#domain(slot).value(number)}`);
      } else if (name === 'intruder') {
        model.addSlot(slot, (number) => this.#hasHeard(this.#domain(slot).value(number)));
      }
    }
  }

  #hasHeard(value: Value): string {
    const numbers = (value as unknown as readonly Message[]).map((message) => this.#model.messages.number(message));
    const all = this.#heard().map((message) => this.#model.messages.number(message));
    const tests = all.map((number) => `${this.#model.heardBit(number)} == ${numbers.includes(number) ? 1 : 0}`);
    return tests.length === 0 ? 'true' : `(${tests.join(' && ')})`;
  }

  /** Every message that the intruder has overheard in some state. */
  #heard(): Message[] {
    const slot = this.#model.slotOf('intruder');
    return slot < 0
      ? []
      : [
          ...new Map(
            this.#contents<readonly Message[]>(slot)
              .flat()
              .map((message) => [JSON.stringify(message), message]),
          ).values(),
        ];
  }

  #rules(): RuleText[] {
    const model = this.#model;
    const { intruder } = this.#description.environment ?? {};
    const rules = [
      ...[...model.machines.values()].flatMap((machine) => [...machineRules(model, machine, this.#budgets)]),
      ...[...model.links.values()].flatMap((link) => [...link.rules()]),
      ...(intruder === undefined ? [] : intruderRules(model, intruder, this.#heard(), this.#budgets.inject)),
    ];
    return rules.flatMap((rule, index) => ruleText({ ...rule, index }, this.#graphs, model.test) ?? []);
  }

  #declarations(hasBeginning: boolean): string {
    const model = this.#model;
    // The links say what messages they have before these are written.
    const links = [...model.links.values()].flatMap((link) => [comment(link.name), ...link.declarations()]);
    const machines = [...model.machines.values()].flatMap((machine) => [
      comment(machine.name),
      ...machine.legend(),
      `${typeFor(machine.numbers.length)} ${machine.variable} = ${this.#tabulated.initial[machine.slot]};`,
    ]);
    const counters = model.slots.flatMap(({ name, initial }) => {
      if (!name.startsWith('budget of ')) return [];
      return [`${typeFor((initial as number) + 1)} ${model.budget(name.slice('budget of '.length), 1).variable} = ${initial};`];
    });
    const heard = new Set([...model.heard, ...this.#heard().map((message) => model.messages.number(message))]);
    const bits = [...heard].map((number) => `bit ${model.heardBit(number)};`);
    const begun = hasBeginning ? ['bit begun;'] : [];
    const macros = [...arrayMacros, ...connectionMacros];
    return [
      ...model.messages.definitions(),
      'hidden int scratch;',
      ...macros,
      ...machines,
      ...links,
      ...counters,
      ...bits,
      ...begun,
      '',
    ].join('\n');
  }

  #claims(hasBeginning: boolean): ReturnType<typeof claimOf>[] {
    let next = 0;
    return this.#properties.map((property, index) => {
      const predicates = predicatesOf(property).map(() => {
        const table = this.#tabulated.predicates[next++] as Tabulated<boolean>;
        return `(${condition(
          this.#graphs.from(table, (holds) => (holds ? 1 : undefined)),
          this.#model.test,
        )})`;
      });
      return claimOf(property, index, { predicates, canMove: '', hasBeginning });
    });
  }
}

/** The slots that a tree asks for. */
function slotsOf(tree: Tabulated<unknown>, slots = new Set<number>()): ReadonlySet<number> {
  if ('answer' in tree) return slots;
  slots.add(tree.slot);
  for (const child of tree.children.values()) slotsOf(child, slots);
  return slots;
}
