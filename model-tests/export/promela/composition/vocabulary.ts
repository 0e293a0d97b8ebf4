/** What the numbers of a model mean: messages, local states of machines, budgets. Numbers are given as they are needed. */
import type { ActorValue } from '../../../compile/codec.ts';
import type { LocalState } from '../../../compile/compile.ts';
import type { Message } from '../../../compile/outputs.ts';
import { type Crashed, isCrashed, type Process } from '../../../compose/process.ts';
import type { Value } from '../../../compose/system.ts';
import type { Domain } from '../../../explore/domain.ts';
import { comment, identifier } from '../text.ts';

/** Something that the model cannot have: it says what, and where. */
export class PromelaExportError extends Error {
  override readonly name = 'PromelaExportError';
}

/** Messages by numbers from 1: Promela's channels begin with zeros. */
export class Messages {
  readonly #numbers = new Map<string, number>();
  readonly #all: Message[] = [];

  number(message: Message): number {
    const key = JSON.stringify(message);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#all.push(message);
    this.#numbers.set(key, number);
    return number;
  }

  message(number: number): Message {
    const message = this.#all[number - 1];
    if (message === undefined) throw new RangeError(`there is no message ${number}`);
    return message;
  }

  /** The constant of a message. */
  name(number: number): string {
    return identifier(this.message(number).type, 'message', number);
  }

  get count(): number {
    return this.#all.length;
  }

  /** A constant for each message. */
  definitions(): string[] {
    return this.#all.map((message, at) => `#define ${this.name(at + 1)} ${at + 1} ${comment(JSON.stringify(message))}`);
  }
}

/** A machine's local states by the numbers of the values that its slot takes. */
export class Machine {
  readonly process: Process;
  readonly variable: string;
  readonly #domain: Domain;
  readonly #numbers = new Map<string, number>();

  constructor(process: Process, domain: Domain) {
    this.process = process;
    this.variable = identifier(process.name, 'slot', process.slot);
    this.#domain = domain;
    for (const number of this.numbers) this.#numbers.set(JSON.stringify(domain.value(number)), number);
  }

  get name(): string {
    return this.process.name;
  }

  get slot(): number {
    return this.process.slot;
  }

  get numbers(): number[] {
    return [...Array(this.#domain.size).keys()];
  }

  /** The local state; where the machine has crashed, what it starts again with. */
  at(number: number): LocalState | Crashed {
    const value = this.#domain.value(number) as ActorValue | Crashed;
    return isCrashed(value) ? value : this.process.chart.of(value);
  }

  /** The local state; undefined where the machine has crashed. */
  local(number: number): LocalState | undefined {
    const at = this.at(number);
    return 'crashed' in at ? undefined : (at as LocalState);
  }

  /** The number of a value of its slot; undefined where our own search never saw the machine in it. */
  number(value: Value): number | undefined {
    return this.#numbers.get(JSON.stringify(value));
  }

  legend(): string[] {
    return this.numbers.map((number) => `  ${comment(`${number}: ${JSON.stringify(this.#domain.value(number))}`)}`);
  }
}
