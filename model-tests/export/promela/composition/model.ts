/** What the parts of a composition's model share: its machines, links, budgets, and what an intruder hears. */
import { CompileError } from '../../../compile/compile.ts';
import type { Message } from '../../../compile/outputs.ts';
import type { Slot, Value } from '../../../compose/system.ts';
import type { Tabulated } from '../../../explore/tabulate.ts';
import type { Act, RuleTrees } from '../rules.ts';
import { identifier, isOneOf, type Test } from '../text.ts';
import { type Ask, grow } from './grow.ts';
import { Reaction, type Sending } from './reaction.ts';
import { type Machine, Messages } from './vocabulary.ts';

/** A rule before it has its number. */
export type NewRule = Omit<RuleTrees, 'index'>;

/** What a move has done to a link before machines react. */
export interface Touched {
  readonly link: string;
  /** Took a message, on a connection a message that waited at this end; or made the connection anew, or ended it. */
  readonly how: 'took' | 'tookFromDialer' | 'tookFromAcceptor' | 'renewed' | 'ended';
}

/** A link in Promela. */
export interface LinkText {
  readonly name: string;
  declarations(): string[];
  /** What has to be true so that all of these find room, one after the other. */
  room(sendings: readonly Sending[], touched: Touched | undefined): string[];
  put(sending: Sending): string;
  rules(): Iterable<NewRule>;
  /** That one of the link's slots holds this value. */
  holds(slot: number, value: Value): string;
  /** Statements that make what is there from the beginning. */
  beginning(): string;
  /** Where an intruder can put something, and how. */
  readonly openings: readonly string[];
  inject(opening: string, message: Message): Pick<Act, 'also' | 'statements'>;
  /** One of its machines stops. */
  crash(machine: string): string;
}

/** How often something may happen. */
export class BudgetText {
  readonly isPossible: boolean;
  /** The variable; undefined where there is no limit. */
  readonly variable: string | undefined;

  constructor(isPossible: boolean, variable: string | undefined) {
    this.isPossible = isPossible;
    this.variable = variable;
  }

  /** What has to be true. */
  get also(): string[] {
    if (!this.isPossible) return ['false'];
    return this.variable === undefined ? [] : [`${this.variable} > 0`];
  }

  get spend(): string {
    return this.variable === undefined ? '' : `${this.variable}--;`;
  }
}

interface Question {
  readonly values: readonly number[];
  readonly test: (values: readonly number[]) => string;
}

export class Model {
  readonly machines = new Map<string, Machine>();
  readonly links = new Map<string, LinkText>();
  readonly messages = new Messages();
  readonly slots: readonly Slot[];
  /** Links that an intruder listens on. */
  readonly overheard: ReadonlySet<string>;
  /** Numbers of messages that somebody may hear. */
  readonly heard = new Set<number>();
  readonly #questions: Question[] = [];
  /** Tests of slots that are no machine's. */
  readonly #holds = new Map<number, (value: number) => string>();

  constructor(slots: readonly Slot[], overheard: Iterable<string>) {
    this.slots = slots;
    this.overheard = new Set(overheard);
  }

  /** Something beside slots that a tree can ask; the answer is its number, which is none of a slot. */
  addQuestion(values: readonly number[], test: (values: readonly number[]) => string): number {
    return this.slots.length + this.#questions.push({ values, test }) - 1;
  }

  addSlot(slot: number, holds: (value: number) => string): void {
    this.#holds.set(slot, holds);
  }

  machine(name: string): Machine {
    return this.machines.get(name) as Machine;
  }

  /** The slot with this name, -1 for none. */
  slotOf(name: string): number {
    return this.slots.findIndex((slot) => slot.name === name);
  }

  /** The budget with this name: a variable where the composition has a slot for it. */
  budget(name: string, limit: number): BudgetText {
    const slot = this.slotOf(`budget of ${name}`);
    return new BudgetText(limit > 0, slot < 0 ? undefined : identifier(`budget of ${name}`, 'slot', slot));
  }

  readonly test: Test = (slot, values) => {
    const question = this.#questions[slot - this.slots.length];
    if (question !== undefined) return question.test(values);
    const machine = [...this.machines.values()].find((each) => each.slot === slot);
    if (machine !== undefined) return isOneOf(machine.variable, machine.numbers.length, values);
    const holds = this.#holds.get(slot) as (value: number) => string;
    return `(${values.map(holds).join(' || ')})`;
  };

  /** A tree of what may happen where `also` is true. A step that its chart refuses is an error of the model, if SPIN ever comes there. */
  tree(also: readonly string[], act: (ask: Ask) => Act | undefined): Tabulated<Act | undefined> {
    return grow(
      (slot) => this.#valuesOf(slot),
      (ask) => {
        try {
          const done = act(ask);
          return done && { ...done, also: [...also, ...done.also] };
        } catch (error) {
          if (!(error instanceof CompileError)) throw error;
          return { also, statements: 'assert(false);', title: error.message };
        }
      },
    );
  }

  reaction(ask: Ask): Reaction {
    return new Reaction(this.machines, ask);
  }

  /** What is done when machines have reacted: first `before`, then what they do. */
  act(title: string, reaction: Reaction, before: readonly string[], touched?: Touched): Act {
    const links = [...new Set(reaction.sendings.map(({ link }) => link))];
    const also = links.flatMap((name) => {
      const mine = reaction.sendings.filter(({ link }) => link === name);
      return this.#link(name).room(mine, touched?.link === name ? touched : undefined);
    });
    if (reaction.beyond !== undefined) return { also, statements: 'assert(false);', title: reaction.beyond };
    const puts = reaction.sendings.map((sending) => this.#link(sending.link).put(sending));
    const statements = [...before, ...reaction.assignments(), ...puts].filter((text) => text !== '').join(' ');
    return {
      also,
      statements: statements === '' ? 'skip;' : statements,
      title: [title, reaction.title].filter(Boolean).join(' · '),
    };
  }

  /** That an intruder hears what is put on this link. */
  hear(link: string, message: number): string {
    if (!this.overheard.has(link)) return '';
    this.heard.add(message);
    return `${this.heardBit(message)} = 1;`;
  }

  heardBit(message: number): string {
    return `heard__${this.messages.name(message)}`;
  }

  #valuesOf(slot: number): readonly number[] {
    const question = this.#questions[slot - this.slots.length];
    if (question !== undefined) return question.values;
    return ([...this.machines.values()].find((each) => each.slot === slot) as Machine).numbers;
  }

  #link(name: string): LinkText {
    return this.links.get(name) as LinkText;
  }
}
