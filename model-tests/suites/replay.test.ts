import { describe, expect, test } from 'vitest';
import { setup } from 'xstate';
import { replay } from '../validate/replay.ts';

describe('replay', () => {
  const door = setup({
    types: { context: {} as { locked: boolean }, input: {} as { locked: boolean } },
    actions: { ring: () => {} },
    guards: { isLocked: ({ context }) => context.locked },
    delays: { patience: 1_000 },
  }).createMachine({
    id: 'door',
    context: ({ input }) => input,
    initial: 'shut',
    states: {
      shut: { on: { push: [{ guard: 'isLocked', actions: 'ring' }, 'open'], breeze: {} } },
      open: { after: { patience: 'shut' } },
    },
  });
  const records = (locked: boolean, ...steps: [state: string, event: string, next: string, ...actions: string[]][]) =>
    [['', 'start', 'shut'] as const, ...steps].map(([state, event, next, ...actions], seq) => ({
      session: 'a',
      seq,
      role: 'door',
      time: 0,
      state,
      event:
        event === 'start' ? { type: event, locked } : event === 'patience' ? { type: 'timeout', limit: event } : { type: event },
      actions: actions.map((type) => ({ type })),
      next,
    }));

  test('takes any machine: record 0 has its input, a delay is a timeout', () => {
    expect(replay(door, records(false, ['shut', 'push', 'open'], ['open', 'patience', 'shut']))).toMatchObject({ ok: true });
    expect(replay(door, records(true, ['shut', 'push', 'shut', 'ring']))).toMatchObject({ ok: true });
    expect(replay(door, records(true, ['shut', 'push', 'open']))).toMatchObject({ ok: false, index: 1 });
  });

  test('an event that is ignored fits where the chart has a transition for it that goes nowhere, and nowhere else', () => {
    expect(replay(door, records(false, ['shut', 'breeze', 'shut']))).toMatchObject({ ok: true });
    expect(replay(door, records(false, ['shut', 'push', 'open'], ['open', 'breeze', 'open']))).toMatchObject({
      ok: false,
      index: 2,
      problem: 'breeze is not accepted in open; accepted there: timeout {limit: patience}',
    });
  });
});
