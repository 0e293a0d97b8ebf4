import { setup } from 'xstate';
import { memoryActions, type ProducerEvent } from './vocabulary.ts';

/**
 * The writing side of a ring of bytes, one access to shared memory a state. What an access found is the event that ends the state; positions
 * themselves are the environment's, which says `room`, `full` or `nonsense`.
 *
 * The order is what matters: bytes before the position that publishes them; the flag before the last look; the look before the sleep, and the
 * sleep only as long as the flag still stands.
 */
export const ringProducerMachine = setup({
  types: { events: {} as ProducerEvent },
  actions: memoryActions,
}).createMachine({
  id: 'ringProducer',
  description: 'The writing side of a ring: one access to shared memory a state.',
  initial: 'choosing',
  states: {
    choosing: {
      description: 'Compares with what it saw of the tail last; no access.',
      entry: 'compareSeen',
      on: { room: 'writing', full: 'looking', finished: 'ending' },
    },
    looking: { entry: 'loadTail', on: { room: 'writing', full: 'flagging', nonsense: 'poisoned' } },
    flagging: { description: 'Says that it waits.', entry: 'storeOwnFlag', on: { done: 'lookingAgain' } },
    lookingAgain: {
      description: 'The reader may have made room before it could see the flag.',
      entry: 'loadTail',
      on: { room: 'unflagging', full: 'sleeping', nonsense: 'poisoned' },
    },
    unflagging: { entry: 'clearOwnFlag', on: { done: 'writing' } },
    sleeping: { description: 'While the flag stands.', entry: 'sleepWhileFlag', on: { woken: 'looking' } },
    writing: { description: 'A plain store: nobody sees it in order yet.', entry: 'writeByte', on: { done: 'publishing' } },
    publishing: { description: 'The one store that publishes.', entry: 'storeHead', on: { done: 'lookingForReader' } },
    lookingForReader: { entry: 'loadOtherFlag', on: { flagged: 'waking', unflagged: 'choosing' } },
    waking: { entry: 'clearOtherFlagAndWake', on: { done: 'choosing' } },
    ending: { description: 'Behind the last position.', entry: 'storeEnded', on: { done: 'lookingForLastReader' } },
    lookingForLastReader: { entry: 'loadOtherFlag', on: { flagged: 'wakingLast', unflagged: 'ended' } },
    wakingLast: { entry: 'clearOtherFlagAndWake', on: { done: 'ended' } },
    ended: { type: 'final' },
    poisoned: { description: 'What the reader published cannot be.', type: 'final' },
  },
});
