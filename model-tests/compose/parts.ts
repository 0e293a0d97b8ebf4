/** What links and rules need of the composition that they are part of. */
import type { Message } from '../compile/outputs.ts';
import type { Budget, BudgetKind } from './budget.ts';
import { ComposeError } from './compose-error.ts';
import { type Directory, Firing } from './firing.ts';
import type { ComposedMove } from './moves.ts';
import type { Process } from './process.ts';
import type { Draft, Rule, View } from './system.ts';

/** A link, as the composition needs it. */
export interface Link {
  readonly name: string;
  readonly senders: ReadonlySet<string>;
  /** Something was put on it in what was explored so far. */
  readonly isUsed: boolean;
  /** Machines that may get something from it. */
  readonly readers: ReadonlySet<string>;
  /** Its own slots, always in the same order. */
  readonly slots: readonly number[];
  /** Its messages are in no order: their texts decide it. */
  readonly isSorted: boolean;
  /** Slots that a machine which sends on it touches. */
  readonly touches: readonly number[];
  put(firing: Firing, from: string, event: Message): 'taken' | 'blocked' | 'full' | 'crashed' | 'closed';
  rules(): Iterable<Rule<ComposedMove>>;
  /** Where an intruder can put something: machines, or the link itself. */
  readonly openings: readonly string[];
  /** An intruder puts something on it, as if it went to `opening`; false where it changes nothing. */
  inject(firing: Firing, opening: string, event: Message): boolean;
  /** One of its machines stops without notice. */
  crash?(firing: Firing, machine: string): void;
}

export class Parts {
  readonly processes = new Map<string, Process>();
  readonly links = new Map<string, Link>();
  readonly budgets: Readonly<Record<BudgetKind, Budget>>;
  readonly #overheard: ReadonlySet<string>;
  readonly #memory: number | undefined;

  /** `memory` is the slot of what an intruder has overheard on the links in `overheard`. */
  constructor(budgets: Readonly<Record<BudgetKind, Budget>>, overheard: ReadonlySet<string>, memory: number | undefined) {
    this.budgets = budgets;
    this.#overheard = overheard;
    this.#memory = memory;
  }

  /** A move in the making. */
  firing(view: View): Firing {
    return new Firing(view, this as Directory);
  }

  process(name: string): Process {
    const process = this.processes.get(name);
    if (process === undefined)
      throw new ComposeError(`there is no machine ${name}: there are ${[...this.processes.keys()].join(', ')}`);
    return process;
  }

  /** Slots that an intruder's hearing touches when something is put on `link`. */
  overhearing(link: string): readonly number[] {
    return this.#memory !== undefined && this.#overheard.has(link) ? [this.#memory] : [];
  }

  /** Somebody puts `event` on `link`: an intruder who listens remembers it. */
  overhear(draft: Draft, link: string, event: Message): void {
    const [memory] = this.overhearing(link);
    if (memory === undefined) return;
    const heard = draft.get<readonly Message[]>(memory);
    if (!heard.some((other) => JSON.stringify(other) === JSON.stringify(event))) draft.set(memory, insertSorted(heard, event));
  }

  /** `own` and every slot that may be touched when `process` gets an event: its links, and those of machines that it calls. */
  touching(process: Process, own: readonly number[] = []): readonly number[] {
    const slots = new Set(own);
    const reached = new Set<Process>();
    const reach = (from: Process): void => {
      if (reached.has(from)) return;
      reached.add(from);
      slots.add(from.slot);
      const isTarget = (name: string) => from.targets === undefined || from.targets.has(name);
      for (const link of this.links.values()) {
        if (link.senders.has(from.name) && isTarget(link.name)) for (const slot of link.touches) slots.add(slot);
      }
      for (const other of this.processes.values()) if (isTarget(other.name)) reach(other);
    };
    reach(process);
    return [...slots].sort((one, other) => one - other);
  }
}

/** Where the order of messages means nothing, they are kept in the order of their texts: equal contents are equal values. */
export function insertSorted(messages: readonly Message[], event: Message): readonly Message[] {
  const text = JSON.stringify(event);
  const at = messages.findIndex((other) => JSON.stringify(other) > text);
  return at < 0 ? [...messages, event] : messages.toSpliced(at, 0, event);
}
