/** Somebody who puts messages on links, in Promela: for each message that may be heard a bit that says that it was. */
import type { Message } from '../../../compile/outputs.ts';
import type { IntruderDescription } from '../../../compose/description.ts';
import type { BudgetText, LinkText, Model, NewRule } from './model.ts';

/** `heard`: every message that the intruder has overheard in some state. */
export function* intruderRules(
  model: Model,
  { injects, knows = [], guesses = [] }: IntruderDescription<string>,
  heard: readonly Message[],
  budget: BudgetText,
): Generator<NewRule> {
  if (!budget.isPossible) return;
  const own = new Set([...knows, ...guesses].map((message) => model.messages.number(message)));
  const all = new Set([...own, ...heard.map((message) => model.messages.number(message))]);
  for (const name of injects) {
    const link = model.links.get(name) as LinkText;
    const trees = [...all].flatMap((number) => {
      const knowing = own.has(number) ? [] : [`${model.heardBit(number)} == 1`];
      const message = model.messages.message(number);
      return link.openings.map((opening) => {
        const { also, statements } = link.inject(opening, message);
        const title = `the intruder puts ${message.type} on ${name}, as if to ${opening}`;
        return {
          answer: { also: [...budget.also, ...knowing, ...also], statements: `${budget.spend} ${statements}`.trim(), title },
        };
      });
    });
    yield { name: `intruder on ${name}`, isFair: false, trees };
  }
}
