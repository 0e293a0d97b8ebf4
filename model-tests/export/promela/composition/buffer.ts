/** Channels, multisets and sets in Promela. */
import type { Message } from '../../../compile/outputs.ts';
import type { ChannelDescription, UnorderedDescription } from '../../../compose/description.ts';
import type { Value } from '../../../compose/system.ts';
import type { Act } from '../rules.ts';
import { identifier, oneOf } from '../text.ts';
import type { BudgetText, LinkText, Model, NewRule, Touched } from './model.ts';
import type { Sending } from './reaction.ts';
import { type Machine, PromelaExportError } from './vocabulary.ts';

/** What SPIN allows. */
const MAX_LENGTH = 255;

/** What arrays that stand for channels need: SPIN cannot look into a channel, nor take from its middle by place. */
export const arrayMacros = [
  '#define PUT(queue, message) queue.at[queue.size] = message; queue.size++;',
  '#define TAKE(queue, place) scratch = place; do :: scratch + 1 < queue.size -> queue.at[scratch] = queue.at[scratch + 1]; scratch++ \\',
  '   :: else -> break od; queue.size--; queue.at[queue.size] = 0; scratch = 0;',
  '#define DOUBLE(queue, place) scratch = queue.size; do :: scratch > place -> queue.at[scratch] = queue.at[scratch - 1]; scratch-- \\',
  '   :: else -> break od; queue.size++; scratch = 0;',
];

export interface BufferOptions {
  readonly name: string;
  readonly description: ChannelDescription<string> | UnorderedDescription<string>;
  /** Everything that its slot holds in some state: lists of messages. */
  readonly contents: readonly (readonly Message[])[];
  /** Some property looks at what is on it. */
  readonly isLookedInto: boolean;
  readonly budgets: Readonly<Record<'deliver' | 'drop' | 'duplicate', BudgetText>>;
}

export class BufferText implements LinkText {
  readonly name: string;
  readonly #options: BufferOptions;
  readonly #model: Model;
  readonly #variable: string;
  /** `array`: ordered, and more is done with it than SPIN's channels can. `sorted`: a channel where order means nothing. */
  readonly #as: 'channel' | 'array' | 'sorted';
  readonly #isSet: boolean;
  readonly #capacity: number;
  readonly #length: number;
  /** Numbers of the messages that are ever on it. */
  readonly #messages: readonly number[];

  constructor(model: Model, options: BufferOptions) {
    const { name, description, contents, isLookedInto, budgets } = options;
    this.name = name;
    this.#model = model;
    this.#options = options;
    this.#variable = identifier(name, 'slot', model.slotOf(name));
    const { kind, loses = false, duplicates = false, capacity = Number.POSITIVE_INFINITY } = description;
    this.#isSet = kind === 'unordered' && duplicates && budgets.duplicate.isPossible && budgets.duplicate.variable === undefined;
    this.#as = kind === 'unordered' ? 'sorted' : loses || duplicates || isLookedInto ? 'array' : 'channel';
    this.#capacity = capacity;
    this.#messages = [...new Set(contents.flat().map((message) => model.messages.number(message)))].sort((a, b) => a - b);
    this.#length = Math.max(
      1,
      capacity < Number.POSITIVE_INFINITY ? capacity : Math.max(...contents.map(({ length }) => length)),
    );
    if (this.#length > MAX_LENGTH)
      throw new PromelaExportError(`link ${name}: SPIN has no channels of more than ${MAX_LENGTH} messages`);
  }

  declarations(): string[] {
    const type = this.#model.messages.count < 256 ? 'byte' : 'short';
    const [name, length] = [this.#variable, this.#length];
    if (this.#as !== 'array') return [`chan ${name} = [${length}] of { ${type} };`];
    return [`typedef Queue_${name} { ${type} at[${length}]; byte size };`, `Queue_${name} ${name};`];
  }

  room(sendings: readonly Sending[], touched: Touched | undefined): string[] {
    if (this.#options.description.whenFull === 'drop' || this.#capacity === Number.POSITIVE_INFINITY) return [];
    const numbers = sendings.map(({ message }) => this.#model.messages.number(message));
    // A set takes what it has already.
    if (this.#isSet) {
      const news = [...new Set(numbers)].map((number) => `(${this.#has(number)} -> 0 : 1)`);
      return [`${this.#size} + ${news.join(' + ')} <= ${this.#capacity}`];
    }
    const left = this.#capacity - numbers.length + (touched === undefined ? 0 : 1);
    return [left < 0 ? 'false' : `${this.#size} <= ${left}`];
  }

  put({ message }: Sending): string {
    const number = this.#model.messages.number(message);
    const put = `${this.#put(number)} ${this.#model.hear(this.name, number)}`.trim();
    const isLost = this.#options.description.whenFull === 'drop' && this.#capacity < Number.POSITIVE_INFINITY;
    const tried = isLost ? `if :: ${this.#size} < ${this.#capacity} -> ${put} :: else fi;` : put;
    return this.#isSet ? `if :: ${this.#has(number)} :: else -> ${tried} fi;` : tried;
  }

  *rules(): Generator<NewRule> {
    const { description, budgets } = this.#options;
    for (const receiver of [description.to].flat()) yield this.#deliveries(this.#model.machine(receiver));
    if (description.loses && budgets.drop.isPossible) yield this.#faults('drop', budgets.drop);
    if (description.duplicates && !this.#isSet && budgets.duplicate.isPossible)
      yield this.#faults('duplicate', budgets.duplicate);
  }

  holds(_: number, value: Value): string {
    const numbers = (value as unknown as readonly Message[]).map((message) => this.#model.messages.number(message));
    const tests = [`${this.#size} == ${numbers.length}`];
    if (this.#as === 'array')
      tests.push(...numbers.map((number, at) => `${this.#variable}.at[${at}] == ${this.#constant(number)}`));
    else if (numbers.length > 0) tests.push(...this.#contains(numbers));
    return `(${tests.join(' && ')})`;
  }

  beginning(): string {
    const initial = this.#model.slots[this.#model.slotOf(this.name)]?.initial as unknown as readonly Message[];
    return initial.map((message) => this.put({ from: '', link: this.name, message })).join(' ');
  }

  get openings(): readonly string[] {
    return [this.name];
  }

  inject(_: string, message: Message): Pick<Act, 'also' | 'statements'> {
    const number = this.#model.messages.number(message);
    const room = this.#capacity === Number.POSITIVE_INFINITY ? [] : [`${this.#size} < ${this.#capacity}`];
    return { also: [...room, ...(this.#isSet ? [`!(${this.#has(number)})`] : [])], statements: this.#put(number) };
  }

  crash(): string {
    return '';
  }

  #deliveries(receiver: Machine): NewRule {
    const { also } = this.#options.budgets.deliver;
    const name = `${receiver.name} gets from ${this.name}`;
    if (this.#as === 'sorted') {
      const trees = this.#messages.map((number) =>
        this.#model.tree([this.#has(number), ...also], (ask) => this.#delivery(receiver, number, ask)),
      );
      return { name, isFair: true, trees };
    }
    const head = this.#model.addQuestion(this.#messages, (values) => oneOf(values.map((number) => this.#isHead(number))));
    return { name, isFair: true, trees: [this.#model.tree(also, (ask) => this.#delivery(receiver, ask(head), ask))] };
  }

  #delivery(receiver: Machine, number: number, ask: (slot: number) => number): Act | undefined {
    const { description, budgets } = this.#options;
    const message = this.#model.messages.message(number);
    const waits = [description.to].flat().length > 1 || receiver.process.description.unexpected === 'waits';
    const reaction = this.#model.reaction(ask);
    const isThere = receiver.local(ask(receiver.slot)) !== undefined;
    if (!reaction.give(receiver, message) && (this.#isSet || (isThere && waits))) return undefined;
    const taken = this.#isSet ? '' : this.#take(number);
    const touched = this.#isSet ? undefined : ({ link: this.name, how: 'took' } as const);
    return this.#model.act(`${message.type} from ${this.name}`, reaction, [budgets.deliver.spend, taken], touched);
  }

  /** One place after the other; of equal neighbours the first one. */
  #faults(kind: 'drop' | 'duplicate', budget: BudgetText): NewRule {
    const room = kind === 'drop' || this.#capacity === Number.POSITIVE_INFINITY ? [] : [`${this.#size} < ${this.#capacity}`];
    const act = (also: readonly string[], statement: string, what: string) => ({
      answer: {
        also: [...budget.also, ...room, ...also],
        statements: `${budget.spend} ${statement}`.trim(),
        title: `${kind} ${what}`,
      },
    });
    const name = `${this.name}: ${kind}`;
    if (this.#as === 'sorted') {
      const trees = this.#messages.map((number) =>
        act([this.#has(number)], kind === 'drop' ? this.#take(number) : this.#put(number), this.#constant(number)),
      );
      return { name, isFair: false, trees };
    }
    const trees = Array.from({ length: this.#length }, (_, at) => {
      const differs = at === 0 ? [] : [`${this.#variable}.at[${at - 1}] != ${this.#variable}.at[${at}]`];
      const change = `${kind === 'drop' ? 'TAKE' : 'DOUBLE'}(${this.#variable}, ${at})`;
      return act([`${this.#size} > ${at}`, ...differs], change, `the message at place ${at}`);
    });
    return { name, isFair: false, trees };
  }

  get #size(): string {
    return this.#as === 'array' ? `${this.#variable}.size` : `len(${this.#variable})`;
  }

  #constant(number: number): string {
    return this.#model.messages.name(number);
  }

  #put(number: number): string {
    const message = this.#constant(number);
    if (this.#as === 'array') return `PUT(${this.#variable}, ${message})`;
    return `${this.#variable}${this.#as === 'sorted' ? '!!' : '!'}${message};`;
  }

  #take(number: number): string {
    if (this.#as === 'array') return `TAKE(${this.#variable}, 0)`;
    return `${this.#variable}${this.#as === 'sorted' ? '??' : '?'}${this.#constant(number)};`;
  }

  #isHead(number: number): string {
    if (this.#as === 'array') return `${this.#variable}.at[0] == ${this.#constant(number)}`;
    return `${this.#variable}?[${this.#constant(number)}]`;
  }

  #has(number: number): string {
    return `${this.#variable}??[${this.#constant(number)}]`;
  }

  /** That a channel of as many messages has these; SPIN only says which there are. */
  #contains(numbers: readonly number[]): string[] {
    const different = [...new Set(numbers)];
    if (different.length > 1 && different.length < numbers.length)
      throw new PromelaExportError(
        `link ${this.name}: a property asks how often a message is on it, which SPIN cannot say; export the explored system instead`,
      );
    const others = different.length === numbers.length ? [] : this.#messages.filter((number) => !different.includes(number));
    return [...different.map((number) => this.#has(number)), ...others.map((number) => `!(${this.#has(number)})`)];
  }
}
