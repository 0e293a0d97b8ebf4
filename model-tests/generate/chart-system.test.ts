import { describe, expect, test } from 'vitest';
import { assign, setup } from 'xstate';
import { compile } from '../compile/compile.ts';
import { ChartSystem } from './chart-system.ts';
import { completeSuite } from './complete.ts';
import { machineOf } from './machine.ts';

/** A door that calls a porter, waits for him for a while, and counts to two in between. */
const door = setup({
  types: { context: {} as { rings: number }, input: {} as { rings: number } },
  actions: { callPorter: () => {}, open: () => {}, count: assign({ rings: ({ context }) => (context.rings + 1) % 2 }) },
  delays: { patience: 1_000 },
}).createMachine({
  id: 'door',
  context: ({ input }) => ({ rings: input.rings }),
  initial: 'shut',
  states: {
    shut: { on: { ring: { target: 'waiting', actions: ['count', 'callPorter'] } } },
    waiting: {
      after: { patience: 'shut' },
      on: { 'porter.came': { target: 'opened', actions: 'open' }, 'porter.left': 'shut', '*': {} },
    },
    opened: { type: 'final' },
  },
});

const events = [{ type: 'ring' }, { type: 'porter.came' }, { type: 'porter.left' }, { type: 'porter.sang' }];
const isAwaited = ({ type }: { type: string }) => type.startsWith('porter.');
const started = () =>
  new ChartSystem(
    [0, 1].map((rings) => ({ chart: compile(door, { rings }), start: { rings } })),
    { events, isAwaited },
  );

describe('a chart as a reactive system', () => {
  test('begins with the input start, one for each instance, and shows what the chart does first', () => {
    const system = started();
    const reactions = [...system.reactions(system.initial)];
    expect(reactions.map(({ input }) => input)).toEqual([
      { type: 'start', rings: 0 },
      { type: 'start', rings: 1 },
    ]);
    expect(system.nameOf(reactions[0]?.next ?? system.initial)).toBe('shut');
  });

  test('takes limits as inputs, and an awaited event only where the chart names it', () => {
    const system = new ChartSystem(compile(door, { rings: 0 }), { events, isAwaited });
    const waiting = system.reactions(system.initial)[0]?.next ?? system.initial;
    expect(system.reactions(system.initial).map(({ input }) => input.type)).toEqual(['ring']);
    expect(system.reactions(waiting).map(({ input }) => input)).toEqual([
      { type: 'ring' },
      { type: 'porter.came' },
      { type: 'porter.left' },
      { type: 'timeout', limit: 'patience' },
    ]);
  });

  test('looks different where another limit runs, another event is awaited, or all is over', () => {
    const { states, sights } = machineOf(new ChartSystem(compile(door, { rings: 0 }), { events, isAwaited }));
    const looks = Object.fromEntries(states.map(({ name, sight }) => [name, sights[sight]]));
    expect(looks).toEqual({ shut: '', waiting: 'patience porter.came porter.left', opened: 'ended' });
  });

  test('defines what it does not take as a step that shows nothing, where a tester can see that', () => {
    const quiet = new ChartSystem(compile(door, { rings: 0 }), { events, isQuiet: (_, { type }) => type === 'porter.sang' });
    const silent = quiet.reactions(quiet.initial).find(({ input }) => input.type === 'porter.sang');
    expect(silent).toEqual({ input: { type: 'porter.sang' }, outputs: [], next: quiet.initial });
  });

  test('lets a tester remember what it can do no more', () => {
    const system = new ChartSystem(compile(door, { rings: 0 }), {
      events,
      remember: (past, { type }) => (past === '' && type === 'ring' ? 'has rung' : past),
      canHappen: (_, { type }, past) => type !== 'ring' || past === '',
    });
    const { inputs, states, next } = machineOf(system);
    const ring = inputs.findIndex(({ type }) => type === 'ring');
    expect(states.map((_, state) => next[state * inputs.length + ring])).toEqual([1, ...states.slice(1).map(() => -1)]);
  });

  test('gives equivalent instances one identity, and paths to each of them', () => {
    const suite = completeSuite('hsi', machineOf(started()));
    expect(suite.merged.flat()).toContain('shut');
    expect(suite.complete).toBe(true);
    expect(suite.coverage.transitions.covered).toBe(suite.coverage.transitions.total);
  });
});
