/** Two-phase commit as Lamport and Gray specify it: messages are a set that only grows. */
import { assign, sendTo, setup } from 'xstate';
import { compose } from './compose.ts';

const manager = setup({
  types: { context: {} as { name: string }, input: {} as { name: string } },
}).createMachine({
  id: 'manager',
  context: ({ input }) => ({ name: input.name }),
  initial: 'working',
  on: { commit: '.committed', abort: '.aborted' },
  states: {
    working: {
      on: {
        prepare: {
          target: 'prepared',
          actions: sendTo('toCoordinator', ({ context }) => ({ type: 'prepared', manager: context.name })),
        },
        giveUp: 'aborted',
      },
    },
    prepared: {},
    committed: {},
    aborted: {},
  },
});

const coordinator = setup({
  types: {
    context: {} as { prepared: Readonly<Record<string, boolean>> },
    input: {} as { managers: readonly string[] },
    events: {} as { type: 'prepared'; manager: string } | { type: 'commit' } | { type: 'abort' },
  },
}).createMachine({
  id: 'coordinator',
  context: ({ input }) => ({ prepared: Object.fromEntries(input.managers.map((name) => [name, false])) }),
  initial: 'deciding',
  states: {
    deciding: {
      on: {
        prepared: {
          actions: assign({ prepared: ({ context, event }) => ({ ...context.prepared, [event.manager]: true }) }),
        },
        commit: {
          guard: ({ context }) => Object.values(context.prepared).every((prepared) => prepared),
          target: 'committed',
          actions: sendTo('toManagers', { type: 'commit' }),
        },
        abort: { target: 'aborted', actions: sendTo('toManagers', { type: 'abort' }) },
      },
    },
    committed: {},
    aborted: {},
  },
});

/** The names of `count` resource managers. */
export const managerNames = (count: number) => Array.from({ length: count }, (_, index) => `manager${index + 1}`);

/** A coordinator and `count` resource managers, which can be exchanged. */
export function twoPhaseCommit(count: number) {
  const names = managerNames(count);
  return compose<string, string>({
    machines: {
      coordinator: { chart: coordinator, input: { managers: names }, events: ['commit', 'abort'] },
      ...Object.fromEntries(names.map((name) => [name, { chart: manager, input: { name }, events: ['prepare', 'giveUp'] }])),
    },
    links: {
      toCoordinator: { kind: 'unordered', from: names, to: 'coordinator', duplicates: true },
      toManagers: { kind: 'unordered', from: 'coordinator', to: names, duplicates: true },
    },
    symmetric: [{ members: names }],
  });
}
