/** Somebody who puts messages on links: those that he has from the beginning, those that he can guess, and those that he has overheard. */
import type { Message } from '../compile/outputs.ts';
import type { IntruderDescription } from './description.ts';
import type { ComposedMove } from './moves.ts';
import { insertSorted, type Link, type Parts } from './parts.ts';
import type { Firing, Rule, Slot, Value, View } from './system.ts';

export class Intruder {
  readonly overhears: ReadonlySet<string>;
  /** The slot of what he has overheard; none where he hears nothing. */
  readonly memory: number | undefined;
  readonly #injects: readonly string[];
  readonly #own: readonly Message[];

  constructor({ injects, knows = [], guesses = [], overhears = [] }: IntruderDescription<string>, slots: Slot[]) {
    this.#injects = injects;
    this.#own = [...knows, ...guesses].reduce<readonly Message[]>((own, message) => insertNew(own, message), []);
    this.overhears = new Set(overhears);
    this.memory = overhears.length === 0 ? undefined : slots.push({ name: 'intruder', initial: [] }) - 1;
  }

  *rules(parts: Parts): Generator<Rule<ComposedMove>> {
    const { inject } = parts.budgets;
    if (!inject.isPossible) return;
    const heard = this.memory === undefined ? [] : [this.memory];
    for (const name of this.#injects) {
      const link = parts.links.get(name) as Link;
      const mayWrite = [...link.slots, ...inject.touches];
      const touches = [...new Set([...mayWrite, ...heard])];
      yield { name: `intruder on ${name}`, touches, mayWrite, fire: (view) => this.#inject(link, parts, view) };
    }
  }

  *#inject(link: Link, parts: Parts, view: View): Generator<Firing<ComposedMove>> {
    const { inject } = parts.budgets;
    if (!inject.allows(view)) return;
    const heard = this.memory === undefined ? [] : view.get<readonly Message[] & Value>(this.memory);
    for (const event of heard.reduce(insertNew, this.#own)) {
      for (const to of link.openings) {
        const firing = parts.firing(view);
        inject.spend(firing);
        if (!link.inject(firing, to, event)) continue;
        yield { move: { kind: 'inject', link: link.name, to, event, effects: [] }, writes: firing.writes };
      }
    }
  }
}

function insertNew(messages: readonly Message[], event: Message): readonly Message[] {
  return messages.some((other) => JSON.stringify(other) === JSON.stringify(event)) ? messages : insertSorted(messages, event);
}
