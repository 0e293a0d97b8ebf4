/** What cannot be explored faithfully is refused, with the place and the reason. */
import { describe, expect, test } from 'vitest';
import {
  type AnyActorLogic,
  assign,
  createMachine,
  fromCallback,
  fromObservable,
  fromPromise,
  raise,
  sendParent,
  sendTo,
  setup,
  spawnChild,
} from 'xstate';
import { type CompiledChart, CompileError, compile } from './compile.ts';

/** A chart that does something when it is told to `go`. */
function onGo(transition: object, context: object | (() => object) = {}) {
  return setup({}).createMachine({
    id: 'chart',
    context: context as object,
    initial: 'idle',
    states: { idle: { on: { go: transition } }, other: {} },
  });
}

const going = (chart: CompiledChart) => () => chart.step(chart.initial.id, { type: 'go' });
const go = (transition: object, context?: object) => going(compile(onGo(transition, context)));
const assigning = (value: () => unknown) => go({ actions: assign({ value }) });

test('a refusal is a CompileError that begins with chart, state and event', () => {
  expect(assigning(() => new Map())).toThrow(CompileError);
  expect(assigning(() => new Map())).toThrow(/^chart chart, state idle, event go: /);
});

describe('a context that JSON cannot carry', () => {
  class Account {
    readonly balance = 0;
  }
  const cycle: { self?: object } = {};
  cycle.self = cycle;

  test.each([
    ['a Map', () => new Map(), /context\.value is a Map/],
    ['a Date', () => new Date(0), /context\.value is a Date/],
    ['a class instance', () => new Account(), /context\.value is a Account/],
    ['a function', () => () => 1, /context\.value is a function/],
    ['a symbol', () => Symbol('s'), /context\.value is a symbol/],
    ['NaN', () => ({ deep: [Number.NaN] }), /context\.value\.deep\[0\] is NaN/],
    ['infinity', () => Number.POSITIVE_INFINITY, /context\.value is Infinity/],
    ['a cycle', () => cycle, /context\.value\.self is a cycle/],
    ['undefined in an array', () => [undefined], /context\.value\[0\] is undefined/],
  ])('%s', (_, value, message) => {
    expect(assigning(value)).toThrow(message);
  });

  test('a property that is undefined is as good as none', () => {
    const chart = compile(onGo({ actions: assign({ value: () => undefined }) }));
    expect(going(chart)()?.next.id).toBe(chart.initial.id);
  });
});

describe('what is not pure', () => {
  let calls = 0;
  const count = () => {
    calls += 1;
    return calls;
  };

  test('an assign, with what differs', () => {
    expect(assigning(count)).toThrow(
      /two evaluations differ \(state\.context\.value: \d+ and \d+\), so an assign or an action's parameters are impure/,
    );
  });

  test('the parameters of an action', () => {
    expect(go({ actions: { type: 'tell', params: () => ({ now: count() }) } })).toThrow(/two evaluations differ \(outputs/);
  });

  test('the first context', () => {
    expect(() => compile(onGo({}, () => ({ now: count() })))).toThrow(/chart chart, state \(initial\): two evaluations differ/);
  });

  test('a guard within others, by its name', () => {
    const isLucky = () => count() % 2 === 0;
    expect(go({ guard: isLucky, target: 'other' })).toThrow(/guard isLucky is impure/);
  });

  test('a context that is changed in place', () => {
    const push = ({ context }: { context: { list: number[] } }) => {
      context.list.push(1);
      return context.list;
    };
    expect(go({ actions: assign({ list: push as never }) }, { list: [] })).toThrow(/changes the context or the event in place/);
  });
});

test('a guard that throws is named', () => {
  const chart = setup({
    guards: {
      isReady: () => {
        throw new Error('no battery');
      },
    },
  }).createMachine({ id: 'torch', initial: 'off', states: { off: { on: { go: { guard: 'isReady', target: 'on' } } }, on: {} } });
  expect(going(compile(chart))).toThrow('chart torch, state off, event go: guard isReady throws: no battery');
});

test('a guard that throws in an eventless transition is named, too', () => {
  const throwing = () => {
    throw new Error('no battery');
  };
  const chart = setup({}).createMachine({
    id: 'torch',
    initial: 'off',
    states: { off: { always: { guard: throwing, target: 'on' } }, on: {} },
  });
  expect(() => compile(chart)).toThrow('chart torch, state (initial): guard throwing throws: no battery');
});

describe('actors that are not in the chart', () => {
  const invoking = (src: AnyActorLogic) =>
    setup({ actors: { load: src } }).createMachine({
      id: 'loader',
      initial: 'idle',
      states: { idle: { on: { go: 'loading' } }, loading: { invoke: { src: 'load' } } },
    });

  test.each([
    ['a promise', fromPromise(async () => 1)],
    ['a callback', fromCallback(() => () => undefined)],
    ['an observable', fromObservable(() => ({ subscribe: () => ({ unsubscribe: () => undefined }) }))],
  ])('%s', (_, src) => {
    expect(going(compile(invoking(src)))).toThrow(
      'chart loader, state idle, event go: actor 0.loader.loading (load) is a promise, callback or observable actor: what it does is not in the chart',
    );
  });
});

describe('what has no end', () => {
  test('a context that grows: which part of it, and two that differ', () => {
    const growing = onGo(
      { actions: assign({ log: ({ context }) => [...((context as { log: number[] }).log ?? []), 1] }) },
      { log: [] },
    );
    const chart = compile(growing, undefined, { maxStates: 20 });
    const grow = () => {
      let state = 0;
      for (let times = 0; times < 100; times += 1) state = chart.step(state, { type: 'go' })?.next.id ?? 0;
    };
    expect(grow).toThrow(
      /^chart chart, state idle, event go: more than 20 local states; 21 of them are idle, for example .*\[1,1.* and .*; context\.log grows$/,
    );
  });

  test('children that are spawned again and again', () => {
    const child = setup({}).createMachine({ id: 'child' });
    const chart = compile(onGo({ actions: spawnChild(child) }), undefined, { maxStates: 5 });
    const grow = () => {
      let state = 0;
      for (let times = 0; times < 100; times += 1) state = chart.step(state, { type: 'go' })?.next.id ?? 0;
    };
    expect(grow).toThrow(/more than 5 local states; .*children grows$/);
  });

  test('eventless transitions', () => {
    const chart = setup({}).createMachine({ id: 'spin', initial: 'a', states: { a: { always: 'b' }, b: { always: 'a' } } });
    expect(() => compile(chart)).toThrow(/^chart spin, state \(initial\): Infinite loop detected/);
  });

  test('a parent and a child that answer each other', () => {
    const child = setup({}).createMachine({ id: 'child', on: { ping: { actions: sendParent({ type: 'pong' }) } } });
    const chart = setup({ actors: { child } }).createMachine({
      id: 'parent',
      invoke: { id: 'child', src: 'child' },
      on: { go: { actions: sendTo('child', { type: 'ping' }) }, pong: { actions: sendTo('child', { type: 'ping' }) } },
    });
    expect(going(compile(chart))).toThrow(
      'chart parent, state (top), event go: more than 10000 events in one step: actors send to each other for ever',
    );
  });
});

describe('what XState would do and hardly anybody means', () => {
  test('a delay that nobody has implemented expires at once', () => {
    const chart = createMachine({ id: 'egg', initial: 'boiling', states: { boiling: { after: { soft: 'done' } }, done: {} } });
    expect(() => compile(chart)).toThrow(
      'chart egg, state (initial): delay soft is not implemented: XState would let it expire at once',
    );
  });

  test('a target that is undefined is the machine itself', () => {
    expect(go({ actions: sendTo((() => undefined) as never, { type: 'hello' } as never) })).toThrow(
      /the target of a sendTo is undefined/,
    );
  });

  test('two delayed events of one id', () => {
    const bell = raise({ type: 'ring' }, { delay: 10, id: 'bell' });
    expect(go({ actions: [bell, bell] })).toThrow(/ring is delayed with the id bell, and an event of that id is pending/);
  });
});

test('a message that leaves the chart cannot carry an actor', () => {
  expect(go({ actions: sendTo('link', ({ self }) => ({ type: 'hello', from: self })) })).toThrow(
    /carries a reference to an actor/,
  );
});

test('a chart without a parent cannot send to one', () => {
  expect(go({ actions: sendParent({ type: 'hello' }) })).toThrow(
    /chart chart, state idle, event go: Unable to send event to actor '#_parent'/,
  );
});
