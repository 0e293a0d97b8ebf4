import { expect, test } from 'vitest';
import { type AnyActorRef, assign, cancel, emit, raise, sendTo, setup } from 'xstate';
import { CompileError, compile, leafPaths } from './compile.ts';

const lamp = setup({
  types: { context: {} as { switched: number } },
  actions: {
    light: () => {},
    count: assign({ switched: ({ context }) => (context.switched + 1) % 2 }),
    glow: (_, _params: { colour: string }) => {},
  },
  delays: { patience: 1_000 },
  guards: { isEven: ({ context }) => context.switched === 0 },
}).createMachine({
  id: 'lamp',
  context: { switched: 0 },
  initial: 'off',
  states: {
    off: { on: { press: { target: 'on', actions: ['count', 'light', { type: 'glow', params: { colour: 'red' } }] } } },
    on: {
      after: { patience: 'off' },
      on: {
        press: [
          { guard: 'isEven', target: 'broken' },
          { target: 'off', actions: 'count' },
        ],
      },
    },
    broken: { type: 'final' },
  },
});

test('a chart becomes a table: numbered states, outputs with their parameters, transitions taken', () => {
  const chart = compile(lamp);
  const on = chart.step(chart.initial.id, { type: 'press' });
  expect(on?.next).toMatchObject({ id: 1, path: 'on', context: { switched: 1 }, delays: ['patience'], final: false });
  expect(on?.outputs).toEqual([{ type: 'light' }, { type: 'glow', params: { colour: 'red' } }]);
  expect(on?.taken.map(({ id }) => id)).toEqual(['lamp.off · press · 0']);
});

test('an event that a state does not accept has no step, and a final state accepts none', () => {
  const chart = compile(lamp);
  expect(chart.step(chart.initial.id, { type: 'shout' })).toBeUndefined();
  const on = chart.step(chart.initial.id, { type: 'press' });
  const offAgain = chart.expire(on?.next.id ?? -1, 'patience');
  expect(offAgain?.next).toMatchObject({ path: 'off', context: { switched: 1 }, delays: [] });
  const onAgain = chart.step(offAgain?.next.id ?? -1, { type: 'press' });
  const broken = chart.step(onAgain?.next.id ?? -1, { type: 'press' });
  expect(broken?.next).toMatchObject({ path: 'broken', final: true });
  expect(chart.step(broken?.next.id ?? -1, { type: 'press' })).toBeUndefined();
});

test('a delay that is not running cannot expire', () => {
  const chart = compile(lamp);
  expect(chart.expire(chart.initial.id, 'patience')).toBeUndefined();
});

test('equal local states get one number, whichever way leads to them', () => {
  const chart = compile(lamp);
  const on = chart.step(chart.initial.id, { type: 'press' });
  const off = chart.step(on?.next.id ?? -1, { type: 'press' });
  expect(off?.next.id).toBe(chart.initial.id);
});

test('every transition that the chart writes is listed, delays by their names', () => {
  expect(compile(lamp).transitions.map(({ id }) => id)).toEqual([
    'lamp.off · press · 0',
    'lamp.on · press · 0',
    'lamp.on · press · 1',
    'lamp.on · after patience · 0',
  ]);
});

test('a guard that is not pure is refused, with the state and the event', () => {
  let calls = 0;
  const moody = setup({
    guards: {
      isInTheMood: () => {
        calls += 1;
        return calls % 2 === 0;
      },
    },
  }).createMachine({
    id: 'moody',
    initial: 'idle',
    states: { idle: { on: { ask: [{ guard: 'isInTheMood', target: 'busy' }, { target: 'angry' }] } }, busy: {}, angry: {} },
  });
  const chart = compile(moody);
  const ask = () => [chart.step(chart.initial.id, { type: 'ask' }), chart.step(chart.initial.id, { type: 'ask', again: true })];
  expect(ask).toThrow(CompileError);
  expect(ask).toThrow(/chart moody, state idle, event ask/);
});

test('an event that is raised with a delay runs until it expires or is cancelled', () => {
  const late = setup({}).createMachine({
    id: 'late',
    initial: 'a',
    states: {
      a: { entry: raise({ type: 'wake' }, { delay: 5, id: 'alarm' }), on: { wake: 'b', hush: { actions: cancel('alarm') } } },
      b: {},
    },
  });
  const chart = compile(late);
  expect(chart.initial.delays).toEqual(['wake after 5']);
  expect(chart.expire(0, 'wake after 5')?.next).toMatchObject({ path: 'b', delays: [] });
  expect(chart.step(0, { type: 'hush' })?.next).toMatchObject({ path: 'a', delays: [] });
});

test('leaf paths name every active leaf', () => {
  expect(leafPaths('a')).toEqual(['a']);
  expect(leafPaths({ a: { b: 'c' } })).toEqual(['a.b.c']);
  expect(leafPaths({ a: { b: 'c', d: 'e' } })).toEqual(['a.b.c', 'a.d.e']);
  expect(leafPaths({ a: {} })).toEqual(['a']);
});

test('what is sent to names outside and what is emitted is told apart from named actions', () => {
  const chart = compile(
    setup({ actions: { shout: () => {} } }).createMachine({
      id: 'talker',
      initial: 'quiet',
      states: {
        quiet: {
          on: {
            talk: {
              actions: [
                'shout',
                sendTo('link', { type: 'hello', to: 'all' }),
                sendTo(({ system }) => system.get('peer') as AnyActorRef, { type: 'hi' }),
                emit({ type: 'talked' }),
              ],
            },
          },
        },
      },
    }),
  );
  expect(chart.step(0, { type: 'talk' })?.outputs).toEqual([
    { type: 'shout' },
    { kind: 'send', type: 'hello', to: 'link', event: { type: 'hello', to: 'all' } },
    { kind: 'send', type: 'hi', to: 'peer', event: { type: 'hi' } },
    { kind: 'emit', type: 'talked', event: { type: 'talked' } },
  ]);
});

test('an event outside that is sent with a delay leaves when the delay is over', () => {
  const chart = compile(
    setup({ delays: { patience: 10 } }).createMachine({
      id: 'slow',
      initial: 'idle',
      states: { idle: { on: { go: { actions: sendTo('link', { type: 'hello' }, { delay: 'patience' }) } } } },
    }),
  );
  const step = chart.step(0, { type: 'go' });
  expect([step?.outputs, step?.next.delays]).toEqual([[], ['patience']]);
  const later = chart.expire(step?.next.id ?? -1, 'patience');
  expect([later?.outputs.map(({ type }) => type), later?.next.id]).toEqual([['hello'], 0]);
});

test('a delay that is over is over, also where a guard lets nothing happen', () => {
  const chart = compile(
    setup({ delays: { patience: 10 } }).createMachine({
      id: 'stubborn',
      initial: 'idle',
      states: { idle: { after: { patience: { guard: () => false, target: 'gone' } } }, gone: {} },
    }),
  );
  expect(chart.initial.delays).toEqual(['patience']);
  expect(chart.expire(0, 'patience')?.next).toMatchObject({ path: 'idle', delays: [] });
});

test('transitions that follow from others in one step are known, those of children too', () => {
  const child = setup({}).createMachine({ id: 'child', initial: 'a', states: { a: { on: { tick: 'b' } }, b: {} } });
  const chart = compile(
    setup({ actors: { child } }).createMachine({
      id: 'parent',
      initial: 'a',
      invoke: { id: 'child', src: 'child' },
      states: { a: { on: { go: { target: 'b', actions: sendTo('child', { type: 'tick' }) } } }, b: { always: 'c' }, c: {} },
    }),
  );
  const step = chart.step(0, { type: 'go' });
  expect(step?.taken.map(({ id }) => id)).toEqual(['parent.a · go · 0']);
  expect(step?.further.map(({ id }) => id)).toEqual(['parent.b · always · 0', 'child.a · tick · 0']);
});

test('a step tells which delays it has started: one that goes on is not among them, one that starts anew is', () => {
  const machine = setup({ delays: { all: 9_000, each: 1_000 } }).createMachine({
    id: 'rounds',
    initial: 'running',
    states: {
      running: {
        after: { all: 'over' },
        initial: 'a',
        states: {
          a: { after: { each: 'b' }, on: { again: { target: 'a', reenter: true } } },
          b: { after: { each: 'a' }, on: { stay: {} } },
        },
      },
      over: { type: 'final' },
    },
  });
  const chart = compile(machine);
  const b = chart.expire(0, 'each');
  expect([b?.next.delays, b?.armed]).toEqual([['all', 'each'], ['each']]);
  expect(chart.step(0, { type: 'again' })?.armed).toEqual(['each']);
  expect(chart.step(b?.next.id ?? 0, { type: 'stay' })?.armed).toEqual([]);
  expect(chart.expire(0, 'all')?.armed).toEqual([]);
});
