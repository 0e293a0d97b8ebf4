/** One move in the making: what a machine gets, does and sends, until nobody has anything more to do in it. */
import type { AnyEventObject } from 'xstate';
import type { Beginning, LocalState, LocalStep } from '../compile/compile.ts';
import type { Message, Output } from '../compile/outputs.ts';
import { ComposeError } from './compose-error.ts';
import type { Effect } from './moves.ts';
import type { Process } from './process.ts';
import { Draft, type View } from './system.ts';

/** What a firing needs to know of a link. */
export interface Sink {
  readonly name: string;
  /** Takes what `from` sends, or says why not. `full` blocks the whole move; other answers lose the message. */
  put(firing: Firing, from: string, event: Message): 'taken' | 'blocked' | 'full' | 'crashed' | 'closed';
  /** Machines that may put something on it. */
  readonly senders: ReadonlySet<string>;
}

/** Everything that has a name in a composition. */
export interface Directory {
  readonly processes: ReadonlyMap<string, Process>;
  readonly links: ReadonlyMap<string, Sink>;
}

/** More direct calls than this in one move are a loop. */
const MAX_CALLS = 1_000;

export class Firing extends Draft {
  readonly effects: Effect[] = [];
  /** Some message found no room: the move is not possible. */
  isBlocked = false;
  readonly #directory: Directory;
  readonly #calls: { readonly to: Process; readonly event: Message; readonly from: string }[] = [];
  #count = 0;

  constructor(view: View, directory: Directory) {
    super(view);
    this.#directory = directory;
  }

  /** Gives an event to a machine and does all that follows. False where its chart does not accept the event. */
  give(process: Process, event: Message): boolean {
    const accepted = this.#offer(process, event);
    this.#settle();
    return accepted;
  }

  /** Ends a delay of a machine and does all that follows. */
  expire(process: Process, { id, path }: LocalState, delay: string): void {
    this.carryOut(process, process.chart.expire(id, delay) as LocalStep, path);
  }

  /** What a machine does in a step, and all that follows; `before` is the path of the state that it was in. */
  carryOut(process: Process, step: Beginning, before?: string): void {
    this.#take(process, step, before);
    this.#settle();
  }

  /** What a machine wants done when the system begins, and all that follows. */
  begin(process: Process): void {
    for (const output of process.chart.initialOutputs) this.#perform(process, output, process.chart.initial);
    this.#settle();
  }

  #offer(process: Process, event: Message): boolean {
    process.offered.add(event.type);
    const local = process.local(this);
    const step = local && process.chart.step(local.id, event as AnyEventObject);
    if (step === undefined) return false;
    this.#take(process, step, local?.path);
    return true;
  }

  #take(process: Process, { next, outputs }: Beginning, before?: string): void {
    this.set(process.slot, next.value);
    if (next.path !== before) this.effects.push({ kind: 'entered', machine: process.name, state: next.path });
    for (const output of outputs) this.#perform(process, output, next);
  }

  #perform(process: Process, output: Output, { path, context }: LocalState): void {
    const machine = process.name;
    if (output.kind === 'send') this.#send(process, output.to, output.event, path);
    else if (output.kind === 'emit') this.effects.push({ kind: 'emitted', machine, event: output.event });
    else {
      const meaning = process.description.actions?.[output.type];
      if (meaning === undefined) this.effects.push({ kind: 'acted', machine, action: output.type });
      else for (const { to, event } of meaning(output.params, { state: path, context })) this.#send(process, to, event, path);
    }
  }

  #send(process: Process, to: string, event: Message, state: string): void {
    const machine = process.name;
    const link = this.#directory.links.get(to);
    const target = this.#directory.processes.get(to);
    const where = () => `machine ${machine}, state ${state}: sends ${event.type} to ${to}`;
    if (process.targets?.has(to) === false) throw new ComposeError(`${where()}, which its description's sendsTo leaves out`);
    if (link !== undefined) {
      if (!link.senders.has(machine)) throw new ComposeError(`${where()}, a link that is not from it`);
      const answer = link.put(this, machine, event);
      if (answer === 'blocked') this.isBlocked = true;
      else if (answer === 'taken') this.effects.push({ kind: 'sent', machine, to, event });
      else this.effects.push({ kind: 'lost', machine, to, event, why: answer });
    } else if (target !== undefined) {
      this.effects.push({ kind: 'called', machine, to, event });
      this.#calls.push({ to: target, event, from: machine });
    } else throw new ComposeError(`${where()}, which is neither a link nor a machine`);
  }

  /** Direct calls, first come, first served. */
  #settle(): void {
    for (let call = this.#calls.shift(); call !== undefined && !this.isBlocked; call = this.#calls.shift()) {
      const { to, event, from } = call;
      this.#count += 1;
      if (this.#count > MAX_CALLS) {
        throw new ComposeError(`machines ${from} and ${to.name} call each other for ever: the last call was ${event.type}`);
      }
      if (to.local(this) === undefined) this.effects.push({ kind: 'lost', machine: from, to: to.name, event, why: 'crashed' });
      else if (!this.#offer(to, event)) this.effects.push({ kind: 'ignored', machine: to.name, event });
    }
  }
}
