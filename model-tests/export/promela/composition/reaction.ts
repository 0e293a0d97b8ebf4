/**
 * What machines do in one move: one gets an event, and each that is called by name does so in turn, first come, first served. Links are not
 * looked at: what is put on them is a list, in order.
 */
import type { AnyEventObject } from 'xstate';
import type { Beginning, LocalState } from '../../../compile/compile.ts';
import type { Message, Output } from '../../../compile/outputs.ts';
import type { Ask } from './grow.ts';
import { type Machine, PromelaExportError } from './vocabulary.ts';

/** A message that a machine puts on a link. */
export interface Sending {
  readonly from: string;
  readonly link: string;
  readonly message: Message;
}

/** Calls in one move; more are a loop, which `compose` refuses. */
const MAX_CALLS = 1_000;

export class Reaction {
  readonly sendings: Sending[] = [];
  readonly #states = new Map<Machine, LocalState>();
  readonly #machines: ReadonlyMap<string, Machine>;
  readonly #ask: Ask;
  readonly #calls: { readonly to: Machine; readonly message: Message }[] = [];

  constructor(machines: ReadonlyMap<string, Machine>, ask: Ask) {
    this.#machines = machines;
    this.#ask = ask;
  }

  /** A machine gets an event. False where it does not accept it: then nothing happens. */
  give(machine: Machine, message: Message): boolean {
    const isAccepted = this.#offer(machine, message);
    this.#answerCalls();
    return isAccepted;
  }

  /** A machine makes a step. */
  step(machine: Machine, step: Beginning): void {
    this.#take(machine, step);
    this.#answerCalls();
  }

  /** Assignments, without what is put on links. */
  assignments(): string[] {
    const numbers = [...this.#states].map(([machine, { value }]) => [machine, machine.number(value)] as const);
    const changed = numbers.filter(([machine, number]) => this.#ask(machine.slot) !== number);
    return changed.map(([machine, number]) => `${machine.variable} = ${number};`);
  }

  /** A machine gets into a state that our own search never saw it in. SPIN stops with an error where that can be reached. */
  get beyond(): string | undefined {
    const [lost] = [...this.#states].filter(([machine, { value }]) => machine.number(value) === undefined);
    return lost && `${lost[0].name} gets into a state that was not explored: ${lost[1].path}`;
  }

  /** The machines that changed, for a reader. */
  get title(): string {
    return [...this.#states].map(([{ name }, { path }]) => `${name}: ${path}`).join(', ');
  }

  #offer(machine: Machine, message: Message): boolean {
    const local = this.#states.get(machine) ?? machine.local(this.#ask(machine.slot));
    const step = local && machine.process.chart.step(local.id, message as AnyEventObject);
    if (step === undefined) return false;
    this.#take(machine, step);
    return true;
  }

  #take(machine: Machine, { next, outputs }: Beginning): void {
    this.#states.set(machine, next);
    for (const output of outputs) this.#perform(machine, output, next);
  }

  #perform(machine: Machine, output: Output, { path, context }: LocalState): void {
    if (output.kind === 'send') this.#send(machine, output.to, output.event);
    if (output.kind !== undefined) return;
    const meaning = machine.process.description.actions?.[output.type];
    for (const { to, event } of meaning?.(output.params, { state: path, context }) ?? []) this.#send(machine, to, event);
  }

  #send(machine: Machine, to: string, message: Message): void {
    const called = this.#machines.get(to);
    if (called === undefined) this.sendings.push({ from: machine.name, link: to, message });
    else this.#calls.push({ to: called, message });
  }

  #answerCalls(): void {
    let count = 0;
    for (let call = this.#calls.shift(); call !== undefined; call = this.#calls.shift()) {
      count += 1;
      if (count > MAX_CALLS) throw new PromelaExportError(`machine ${call.to.name} is called for ever`);
      this.#offer(call.to, call.message);
    }
  }
}
