/** Links that hold messages until they are delivered: ordered channels, multisets and sets. */
import type { Message } from '../compile/outputs.ts';
import type { Budget } from './budget.ts';
import type { ChannelDescription, UnorderedDescription } from './description.ts';
import type { Firing, Sink } from './firing.ts';
import type { ComposedMove } from './moves.ts';
import { insertSorted, type Parts } from './parts.ts';
import type { Process } from './process.ts';
import type { Rule, Firing as SystemFiring, View } from './system.ts';

type Messages = readonly Message[];

export class BufferLink implements Sink {
  readonly name: string;
  readonly slot: number;
  readonly senders: ReadonlySet<string>;
  readonly receivers: readonly Process[];
  isUsed = false;
  readonly #kind: 'channel' | 'multiset' | 'set';
  readonly #capacity: number;
  readonly #description: ChannelDescription<string> | UnorderedDescription<string>;
  readonly #parts: Parts;

  constructor(name: string, slot: number, description: ChannelDescription<string> | UnorderedDescription<string>, parts: Parts) {
    this.name = name;
    this.slot = slot;
    this.senders = new Set([description.from].flat());
    this.receivers = [description.to].flat().map((machine) => parts.process(machine));
    const isSet = isSetOf(description, parts.budgets.duplicate);
    this.#kind = description.kind === 'channel' ? 'channel' : isSet ? 'set' : 'multiset';
    this.#capacity = description.capacity ?? Number.POSITIVE_INFINITY;
    this.#description = description;
    this.#parts = parts;
  }

  /** What waits on it, the oldest first where it is ordered. */
  messages(view: View): Messages {
    return view.get<Messages>(this.slot);
  }

  /** Who stands for its senders in a diagram: the only one, or the link itself. */
  get sender(): string {
    const [only, second] = this.senders;
    return only === undefined || second !== undefined ? this.name : only;
  }

  put(firing: Firing, _from: string, event: Message): 'taken' | 'blocked' | 'full' {
    this.isUsed = true;
    const messages = this.messages(firing);
    if (this.#kind === 'set' && has(messages, event)) return 'taken';
    if (messages.length >= this.#capacity) return this.#description.whenFull === 'drop' ? 'full' : 'blocked';
    firing.set(this.slot, this.#kind === 'channel' ? [...messages, event] : insertSorted(messages, event));
    this.#parts.overhear(firing, this.name, event);
    return 'taken';
  }

  /** Where it leads to in a diagram: its only receiver, or the link itself. */
  get receiver(): string {
    const [only, second] = this.receivers;
    return only === undefined || second !== undefined ? this.name : only.name;
  }

  get openings(): readonly string[] {
    return [this.receiver];
  }

  inject(firing: Firing, _opening: string, event: Message): boolean {
    const messages = this.messages(firing);
    this.isUsed = true;
    if (messages.length >= this.#capacity || (this.#kind === 'set' && has(messages, event))) return false;
    firing.set(this.slot, this.#kind === 'channel' ? [...messages, event] : insertSorted(messages, event));
    return true;
  }

  get readers(): ReadonlySet<string> {
    return new Set(this.receivers.map(({ name }) => name));
  }

  get slots(): readonly number[] {
    return [this.slot];
  }

  get isSorted(): boolean {
    return this.#kind !== 'channel';
  }

  /** Slots that a machine which puts something on it touches. */
  get touches(): readonly number[] {
    return [this.slot, ...this.#parts.overhearing(this.name)];
  }

  *rules(): Generator<Rule<ComposedMove>> {
    const { drop, duplicate } = this.#parts.budgets;
    for (const receiver of this.receivers) yield this.#deliveries(receiver);
    if (this.#description.loses && drop.isPossible) yield this.#losses(drop);
    if (this.#description.duplicates && this.#kind !== 'set' && duplicate.isPossible) yield this.#doublings(duplicate);
  }

  #deliveries(receiver: Process): Rule<ComposedMove> {
    const { deliver } = this.#parts.budgets;
    return {
      name: `${receiver.name} gets from ${this.name}`,
      fair: true,
      touches: this.#parts.touching(receiver, [this.slot, ...deliver.touches]),
      fire: (view) => this.#deliver(view, receiver, deliver),
    };
  }

  *#deliver(view: View, receiver: Process, budget: Budget): Generator<SystemFiring<ComposedMove>> {
    const messages = this.messages(view);
    if (messages.length === 0 || !budget.allows(view)) return;
    const waits = this.receivers.length > 1 || receiver.description.unexpected === 'waits';
    for (const [at, event] of this.#takeable(messages)) {
      const firing = this.#parts.firing(view);
      budget.spend(firing);
      if (this.#kind !== 'set') firing.set(this.slot, messages.toSpliced(at, 1));
      const isThere = receiver.local(view) !== undefined;
      const accepted = isThere && firing.give(receiver, event);
      if (!accepted) {
        // What stays on the link whether it is delivered or not has not been delivered.
        if (this.#kind === 'set' || (isThere && waits)) continue;
        if (isThere) firing.effects.push({ kind: 'ignored', machine: receiver.name, event });
        else firing.effects.push({ kind: 'lost', machine: receiver.name, to: receiver.name, event, why: 'crashed' });
      }
      if (firing.isBlocked) continue;
      const { effects } = firing;
      yield {
        move: { kind: 'deliver', link: this.name, from: this.sender, machine: receiver.name, event, effects },
        writes: firing.writes,
      };
    }
  }

  /** The oldest message of a channel, each different one of the others. */
  #takeable(messages: Messages): readonly (readonly [at: number, event: Message])[] {
    const all = messages.map((event, at) => [at, event] as const);
    if (this.#kind === 'channel') return all.slice(0, 1);
    return all.filter(([at, event]) => at === 0 || !equal(messages[at - 1] as Message, event));
  }

  #losses(budget: Budget): Rule<ComposedMove> {
    return this.#faults('drop', budget, (messages, at) => messages.toSpliced(at, 1));
  }

  #doublings(budget: Budget): Rule<ComposedMove> {
    return this.#faults('duplicate', budget, (messages, at) =>
      messages.length >= this.#capacity ? undefined : messages.toSpliced(at, 0, messages[at] as Message),
    );
  }

  /** Something happens to one message on its way, wherever it is; to equal neighbours it happens once. */
  #faults(
    kind: 'drop' | 'duplicate',
    budget: Budget,
    change: (messages: Messages, at: number) => Messages | undefined,
  ): Rule<ComposedMove> {
    const { slot, receiver: to } = this;
    const possible = function* (this: BufferLink, view: View): Generator<SystemFiring<ComposedMove>> {
      const messages = this.messages(view);
      if (messages.length === 0 || !budget.allows(view)) return;
      for (const [at, event] of messages.entries()) {
        if (at > 0 && equal(messages[at - 1] as Message, event)) continue;
        const changed = change(messages, at);
        if (changed === undefined) continue;
        const firing = this.#parts.firing(view);
        budget.spend(firing);
        firing.set(slot, changed);
        yield { move: { kind, link: this.name, from: this.sender, to, event, effects: [] }, writes: firing.writes };
      }
    };
    return { name: `${this.name}: ${kind}`, touches: [slot, ...budget.touches], fire: (view) => possible.call(this, view) };
  }
}

/** What has no budget for duplicating is a set: a message in it may be delivered again and again. */
export function isSetOf(
  description: ChannelDescription<string> | UnorderedDescription<string>,
  duplicate: Pick<Budget, 'limit'>,
): boolean {
  return description.kind === 'unordered' && description.duplicates === true && duplicate.limit === Number.POSITIVE_INFINITY;
}

function has(messages: Messages, event: Message): boolean {
  return messages.some((other) => equal(other, event));
}

function equal(one: Message, other: Message): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
