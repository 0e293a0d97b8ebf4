import { describe, expect, test } from 'vitest';
import { type AnyActorRef, assign, emit, raise, sendTo, setup } from 'xstate';
import { check } from '../explore/check.ts';
import { explore } from '../explore/explore.ts';
import { asTransitionSystem } from './as-transition-system.ts';
import { compose } from './compose.ts';
import { isUnexpected, moveOf } from './composed.ts';
import { closeEnd, dial } from './connection-link.ts';
import type { Environment } from './description.ts';
import type { ComposedMove, MoveKind } from './moves.ts';
import { play, reach, receiver, sender, texts } from './small-systems.test-support.ts';
import type { Property } from './system.ts';

const verdicts = async (system: Parameters<typeof check<ComposedMove>>[0], properties: readonly Property<ComposedMove>[]) => {
  const result = await check(system, properties);
  return Object.fromEntries(result.properties.map(({ id, verdict }) => [id, verdict]));
};

describe('a machine that is sent to by its name', () => {
  const asker = setup({}).createMachine({
    id: 'asker',
    initial: 'idle',
    states: {
      idle: { on: { ask: { target: 'asking', actions: sendTo('oracle', { type: 'question' }) } } },
      asking: { on: { yes: 'glad', no: 'sad' } },
      glad: {},
      sad: {},
    },
  });
  const oracle = setup({}).createMachine({
    id: 'oracle',
    initial: 'kind',
    states: {
      kind: {
        on: { question: { actions: sendTo(({ system }) => system.get('asker') as AnyActorRef, { type: 'yes' }) }, turn: 'grim' },
      },
      grim: { on: { question: { actions: sendTo('asker', { type: 'no' }) } } },
    },
  });
  const machines = { asker: { chart: asker, events: ['ask'] }, oracle: { chart: oracle, events: ['turn'] } };

  test('has the event in the same move, and so has who is answered', () => {
    const system = compose({ machines });
    const { view, moves } = play(system, ['oracle: turn', 'asker: ask']);
    expect(system.machine('asker').state(view)).toBe('sad');
    expect(system.show(moves[1] as ComposedMove).events).toEqual([
      { kind: 'note', over: 'asker', text: 'ask' },
      { kind: 'note', over: 'asker', text: 'asking' },
      { kind: 'message', from: 'asker', to: 'oracle', text: 'question' },
      { kind: 'message', from: 'oracle', to: 'asker', text: 'no' },
      { kind: 'note', over: 'asker', text: 'sad' },
    ]);
  });

  test('is lost to one that has crashed', () => {
    const system = compose({ machines: { ...machines, oracle: { chart: oracle, crashes: true } } });
    expect(play(system, ['oracle crashes', 'asker: ask']).moves[1]?.effects).toContainEqual({
      kind: 'lost',
      machine: 'asker',
      to: 'oracle',
      event: { type: 'question' },
      why: 'crashed',
    });
  });

  test('must not call back for ever', () => {
    const echo = (id: string, other: string) =>
      setup({}).createMachine({ id, on: { go: { actions: sendTo(other, { type: 'go' }) } } });
    const system = compose({ machines: { a: { chart: echo('a', 'b'), events: ['go'] }, b: { chart: echo('b', 'a') } } });
    expect(() => reach(system)).toThrow(/^machines [ab] and [ab] call each other for ever: the last call was go$/);
  });
});

test('an action that a chart only names means what the description says', () => {
  const lamp = setup({
    types: { context: {} as { level: number } },
    actions: { tell: (_, _params: { twice: boolean }) => {}, light: () => {} },
  }).createMachine({
    id: 'lamp',
    context: { level: 3 },
    initial: 'off',
    states: { off: { on: { press: { target: 'on', actions: [{ type: 'tell', params: { twice: true } }, 'light'] } } }, on: {} },
  });
  const system = compose({
    machines: {
      lamp: {
        chart: lamp,
        events: ['press'],
        actions: {
          tell: (params, { state, context }) => [
            {
              to: 'wire',
              event: { type: 'message', number: (context as { level: number }).level, ...(params as object), state },
            },
          ],
        },
      },
      b: { chart: receiver() },
    },
    links: { wire: { kind: 'channel', from: 'lamp', to: 'b', capacity: 1 } },
  });
  const { view, moves } = play(system, ['lamp: press']);
  expect(system.link('wire').messages(view)).toEqual([{ type: 'message', number: 3, twice: true, state: 'on' }]);
  expect(moves[0]?.effects.at(-1)).toEqual({ kind: 'acted', machine: 'lamp', action: 'light' });
});

test('what charts send when they begin is on its way in the initial state', () => {
  const eager = setup({}).createMachine({
    id: 'eager',
    entry: [sendTo('link', { type: 'message', number: 7 }), emit({ type: 'born' })],
  });
  const system = compose({
    machines: { a: { chart: eager }, b: { chart: receiver() } },
    links: { link: { kind: 'channel', from: 'a', to: 'b', capacity: 1 } },
  });
  expect(play(system, []).possible).toEqual(['b gets message(number: 7) from link']);
});

describe('delays', () => {
  const alarm = setup({ delays: { snooze: 10 } }).createMachine({
    id: 'alarm',
    type: 'parallel',
    states: {
      bell: { initial: 'quiet', states: { quiet: { after: { snooze: 'loud' } }, loud: { after: { 20: 'quiet' } } } },
      light: { initial: 'dark', states: { dark: { after: { 500: 'lit' } }, lit: {} } },
      user: {
        initial: 'asleep',
        states: {
          asleep: { on: { wake: 'awake' } },
          awake: { entry: raise({ type: 'yawn' }, { delay: 5 }), on: { yawn: 'up' } },
          up: {},
        },
      },
    },
  });
  const system = compose({ machines: { alarm: { chart: alarm, events: ['wake'] } } });

  test('expire at any time, each by its name', () => {
    expect(texts(system, reach(system).moves).map((text) => text.split(' · ')[0])).toEqual(
      expect.arrayContaining(['alarm: snooze is over', 'alarm: 20 is over', 'alarm: 500 is over', 'alarm: yawn after 5 is over']),
    );
    expect(system.machine('alarm').delays(play(system, []).view)).toEqual(['500', 'snooze']);
  });

  test('that run at once are fair each by itself: none is put off for ever', async () => {
    expect(
      await verdicts(system, [
        { id: 'lit', description: '', kind: 'eventually', holds: system.machine('alarm').in('light.lit') },
        { id: 'awake', description: '', kind: 'eventually', holds: system.machine('alarm').in('user.awake') },
      ]),
    ).toEqual({ lit: 'holds', awake: 'violated' });
  });

  test('are no more than their budget', () => {
    const limited = compose({ machines: { alarm: { chart: alarm } }, environment: { timeout: 2 } });
    expect(limited.slots.map(({ name }) => name)).toEqual(['alarm', 'budget of timeout']);
    expect(play(limited, ['alarm: snooze', 'alarm: 20']).possible).toEqual([]);
  });
});

describe('an event of a user', () => {
  const door = setup({}).createMachine({
    id: 'door',
    initial: 'shut',
    states: { shut: { on: { open: 'ajar' } }, ajar: { on: { shut: 'shut', knock: {} } } },
  });

  test('comes when the chart accepts it, as often as its budget lets it, and surely where it is fair', async () => {
    const system = compose({
      machines: { door: { chart: door, events: [{ event: 'open', budget: 1, fair: true }, { type: 'shut' }, 'knock'] } },
    });
    expect(system.rules.map(({ name, fair }) => [name, fair])).toEqual([
      ['door: events', false],
      ['door: {"type":"open"}', true],
    ]);
    expect(play(system, ['door: open', 'door: shut']).possible).toEqual([]);
    const isAjar = system.machine('door').in('ajar');
    expect(
      await verdicts(system, [
        { id: 'opens', description: '', kind: 'eventually', holds: isAjar },
        { id: 'is shut again', description: '', kind: 'leadsTo', from: isAjar, to: system.machine('door').in('shut') },
      ]),
    ).toEqual({ opens: 'holds', 'is shut again': 'violated' });
  });
});

test('what survives a crash is the input of the next life', () => {
  const counter = setup({
    types: { context: {} as { count: number; lives: number }, input: {} as { lives: number } },
  }).createMachine({
    id: 'counter',
    context: ({ input }) => ({ count: 0, lives: input.lives }),
    on: { up: { guard: ({ context }) => context.count < 2, actions: assign({ count: ({ context }) => context.count + 1 }) } },
  });
  const system = compose({
    machines: {
      counter: {
        chart: counter,
        input: { lives: 1 },
        events: ['up'],
        crashes: true,
        restarts: true,
        survives: (context) => ({ lives: (context as { lives: number }).lives + 1 }),
      },
    },
    environment: { crash: 2 },
  });
  const { view } = play(system, ['counter: up', 'counter crashes', 'counter starts again']);
  expect(system.machine('counter').context(view)).toEqual({ count: 0, lives: 2 });
  expect(new Set(reach(system).views.map((at) => system.machine('counter').context<{ lives: number }>(at)?.lives))).toEqual(
    new Set([1, 2, 3, undefined]),
  );
});

describe('an intruder', () => {
  const to = receiver(2);
  const intruded = compose({
    machines: { a: { chart: sender('link', 1), events: ['send'] }, b: { chart: to }, c: { chart: to } },
    links: {
      link: { kind: 'channel', from: 'a', to: 'b', capacity: 1 },
      other: { kind: 'channel', from: 'b', to: 'c', capacity: 1 },
    },
    environment: {
      inject: 1,
      intruder: {
        injects: ['other'],
        knows: [{ type: 'message', number: 8 }],
        guesses: [{ type: 'message', number: 9 }],
        overhears: ['link'],
      },
    },
  });

  test('says what it knows, what it guesses, and what it has overheard, as often as it may', () => {
    const injected = (steps: readonly string[]) =>
      play(intruded, steps).possible.filter((text) => text.startsWith('the intruder'));
    expect(injected([])).toEqual([
      'the intruder puts message(number: 8) on other',
      'the intruder puts message(number: 9) on other',
    ]);
    expect(injected(['a: send'])).toEqual([
      'the intruder puts message(number: 1) on other',
      'the intruder puts message(number: 8) on other',
      'the intruder puts message(number: 9) on other',
    ]);
    expect(injected(['a: send', 'the intruder puts message(number: 1)'])).toEqual([]);
    expect(intruded.slots.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'link', 'other', 'budget of inject', 'intruder']);
  });

  test('has a lifeline, and what it says is a fault', () => {
    const { moves } = play(intruded, ['the intruder puts message(number: 9)']);
    expect(intruded.lifelines).toEqual(['a', 'b', 'c', 'intruder']);
    expect(intruded.show(moves[0] as ComposedMove).events).toEqual([
      { kind: 'message', from: 'intruder', to: 'c', text: 'message(number: 9)', fault: true },
    ]);
  });
});

describe('predicates', () => {
  const system = compose({
    machines: { a: { chart: sender('link', 2), events: ['send'] }, b: { chart: receiver(1) } },
    links: { link: { kind: 'channel', from: 'a', to: 'b', capacity: 2 } },
  });

  test('on moves fit where all that they name fits', async () => {
    expect(
      await verdicts(system, [
        {
          id: 'got',
          description: '',
          kind: 'sometimesMove',
          of: moveOf({ kind: 'deliver', machine: 'b', link: 'link', event: 'message', emits: 'got' }),
        },
        { id: 'entered', description: '', kind: 'sometimesMove', of: moveOf({ enters: 'sent2' }) },
        { id: 'other kind', description: '', kind: 'sometimesMove', of: moveOf({ kind: 'timeout' }) },
        { id: 'other machine', description: '', kind: 'sometimesMove', of: moveOf({ machine: 'c' }) },
        { id: 'other link', description: '', kind: 'sometimesMove', of: moveOf({ link: 'c' }) },
        { id: 'other event', description: '', kind: 'sometimesMove', of: moveOf({ event: 'c' }) },
        { id: 'nothing unexpected', description: '', kind: 'neverMove', of: isUnexpected },
      ]),
    ).toEqual({
      got: 'holds',
      entered: 'holds',
      'other kind': 'violated',
      'other machine': 'violated',
      'other link': 'violated',
      'other event': 'violated',
      'nothing unexpected': 'violated',
    });
  });

  test('on states know compound states, and refuse a state that is not there at once', () => {
    expect(() => system.machine('a').in('sent7')).toThrow(
      'machine a has no state sent7: the states in sender are sent0, sent1, sent2',
    );
    expect(() => system.machine('nobody' as never)).toThrow('there is no machine nobody: there are a, b');
    expect(() => system.link('none' as never)).toThrow('there is no link none: there are link');
  });
});

describe('a budget', () => {
  const line = setup({}).createMachine({
    id: 'line',
    initial: 'idle',
    states: {
      idle: { on: { call: { target: 'calling', actions: sendTo('line', dial) } } },
      calling: { on: { 'line.connected': 'talking', 'line.refused': 'idle' } },
      talking: { on: { 'line.reset': { target: 'idle', actions: sendTo('line', closeEnd) } } },
    },
  });
  const ear = setup({}).createMachine({
    id: 'ear',
    on: { 'line.accepted': {}, 'line.reset': { actions: sendTo('line', closeEnd) } },
  });
  const connection = (environment: Environment<string>) =>
    compose<string, string>({
      machines: { a: { chart: line, events: ['call'] }, b: { chart: ear, crashes: true, restarts: true } },
      links: { line: { kind: 'connection', dialer: 'a', acceptor: 'b', capacity: 1, resets: true, refuses: true } },
      environment,
    });
  const buffer = (environment: Environment<string>) =>
    compose<string, string>({
      machines: { a: { chart: sender('link', 3), events: ['send'] }, b: { chart: receiver(8), maxStates: 2_000 } },
      links: { link: { kind: 'channel', from: 'a', to: 'b', capacity: 4, loses: true, duplicates: true } },
      environment: { duplicate: 2, drop: 2, ...environment },
    });

  /** The most moves of a kind that one run has. */
  function most(system: ReturnType<typeof connection>, kind: MoveKind): number {
    const graph = explore(asTransitionSystem(system), { maxStates: 100_000 });
    const counts = new Map(graph.vertices.map((vertex) => [vertex.id, 0]));
    for (let changed = true; changed; ) {
      changed = false;
      for (const { from, to, move } of graph.edges) {
        const count = (counts.get(from.id) ?? 0) + (move.kind === kind ? 1 : 0);
        if (count > 50) return Number.POSITIVE_INFINITY;
        if (count > (counts.get(to.id) ?? 0)) {
          counts.set(to.id, count);
          changed = true;
        }
      }
    }
    return Math.max(...counts.values());
  }

  test.each([
    ['deliver', buffer],
    ['drop', buffer],
    ['duplicate', buffer],
    ['connect', connection],
    ['refuse', connection],
    ['reset', connection],
    ['crash', connection],
    ['restart', connection],
    ['deliver', connection],
  ] as const)('of %s bounds how often it happens in one run', (kind, make) => {
    // What is not counted is kept small: an unreachable machine may be refused for ever.
    const others = make === connection ? { crash: kind === 'restart' ? 3 : kind === 'crash' ? 2 : 0 } : {};
    expect(most(make({ ...others, [kind]: 2 }), kind)).toBe(2);
  });
});
