/** A composition so small that everything about it can be said by hand: a client and a server, and a message that may be lost. */
import type { Catalogue, NamedComposition, Property, Rule, System, View } from '../model-tests/index.ts';

type Place = 'calling' | 'waiting' | 'answered' | 'lost' | 'done';

const when = (name: string, from: Place, to: Place, fair: boolean): Rule<string> => ({
  name,
  fair,
  *fire(view) {
    if (view.get<Place>(0) === from) yield { move: name, writes: [[0, to]] };
  },
});

const system: System<string> = {
  slots: [{ name: 'call', initial: 'calling' }],
  rules: [
    when('call', 'calling', 'waiting', true),
    when('answer', 'waiting', 'answered', true),
    when('lose', 'waiting', 'lost', false),
    when('ask again', 'lost', 'waiting', true),
    when('hang up', 'answered', 'done', true),
  ],
  lifelines: ['caller', 'network'],
  show: (move) => ({
    text: `the caller’s turn: ${move}`,
    events: [{ kind: 'message', from: 'caller', to: 'network', text: move, ...(move === 'lose' ? { lost: true } : {}) }],
  }),
};

const at = (place: Place) => (view: View) => view.get<Place>(0) === place;

const properties: Property<string>[] = [
  { id: 'no loss', description: 'Nothing is ever lost.', kind: 'never', holds: at('lost') },
  { id: 'ends', description: 'Every call is done some time.', kind: 'eventually', holds: at('done') },
  { id: 'quiet', description: 'Nobody shouts.', kind: 'neverMove', of: (move) => move === 'shout' },
  { id: 'answers', description: 'Some call is answered.', kind: 'sometimes', holds: at('answered') },
  { id: 'shouting', description: 'Some call is shouted.', kind: 'sometimesMove', of: (move) => move === 'shout' },
];

/** Five states; `no loss` is violated after two moves, `ends` for ever, and nobody shouts. */
export const tiny: NamedComposition<string> = { id: 'tiny.call', title: 'One call', system, properties };

/** The same without loss. */
export const safe: NamedComposition<string> = {
  id: 'tiny.safe',
  title: 'One call that nothing can disturb',
  system: { ...system, rules: system.rules.filter(({ name }) => name !== 'lose') },
  properties: properties.slice(0, 4),
};

export const tinyCatalogue: Catalogue<unknown> = {
  find: (id) => [tiny, safe].find((composition) => composition.id === id) as NamedComposition<unknown> | undefined,
  examples: ['tiny.call', 'tiny.safe'],
};
