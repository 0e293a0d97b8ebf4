import { setup } from 'xstate';
import { type ConsumerEvent, memoryActions } from './vocabulary.ts';

/**
 * The reading side of a ring of bytes, one access to shared memory a state. What an access found is the event that ends the state.
 *
 * The end is looked at before the position: an end that is seen then was published behind everything that the position then shows.
 */
export const ringConsumerMachine = setup({
  types: { events: {} as ConsumerEvent },
  actions: memoryActions,
}).createMachine({
  id: 'ringConsumer',
  description: 'The reading side of a ring: one access to shared memory a state.',
  initial: 'choosing',
  states: {
    choosing: {
      description: 'Compares with what it saw of the head last; no access.',
      entry: 'compareSeen',
      on: { some: 'reading', none: 'lookingForEnd' },
    },
    lookingForEnd: { entry: 'loadEnded', on: { open: 'looking', ended: 'lookingLast' } },
    looking: { entry: 'loadHead', on: { some: 'reading', none: 'flagging', nonsense: 'poisoned' } },
    lookingLast: { entry: 'loadHead', on: { some: 'reading', none: 'finished', nonsense: 'poisoned' } },
    flagging: { description: 'Says that it waits.', entry: 'storeOwnFlag', on: { done: 'lookingForEndAgain' } },
    lookingForEndAgain: {
      description: 'The writer may have written, or ended, before it could see the flag.',
      entry: 'loadEnded',
      on: { open: 'lookingAgain', ended: 'unflagging' },
    },
    lookingAgain: { entry: 'loadHead', on: { some: 'unflagging', none: 'sleeping', nonsense: 'poisoned' } },
    unflagging: { entry: 'clearOwnFlag', on: { done: 'lookingForEnd' } },
    sleeping: { description: 'While the flag stands.', entry: 'sleepWhileFlag', on: { woken: 'lookingForEnd' } },
    reading: { entry: 'readByte', on: { done: 'releasing' } },
    releasing: { description: 'The byte is the writer’s again.', entry: 'storeTail', on: { done: 'lookingForWriter' } },
    lookingForWriter: { entry: 'loadOtherFlag', on: { flagged: 'waking', unflagged: 'choosing' } },
    waking: { entry: 'clearOtherFlagAndWake', on: { done: 'choosing' } },
    finished: { type: 'final' },
    poisoned: { description: 'What the writer published cannot be.', type: 'final' },
  },
});
