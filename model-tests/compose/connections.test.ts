import { describe, expect, test } from 'vitest';
import { sendTo, setup } from 'xstate';
import type { Message } from '../compile/outputs.ts';
import { check } from '../explore/check.ts';
import { compose } from './compose.ts';
import { moveOf } from './composed.ts';
import { abort, closeEnd, dial } from './connection-link.ts';
import type { ConnectionDescription, Environment, MachineDescription } from './description.ts';
import { play, reach, texts } from './small-systems.test-support.ts';
import type { Value, View } from './system.ts';

/** Dials, asks, and closes its end when it has its answer; dials again when it could not. */
const caller = setup({}).createMachine({
  id: 'caller',
  initial: 'idle',
  states: {
    idle: { on: { call: { target: 'dialling', actions: sendTo('line', dial) } } },
    dialling: {
      on: { 'line.connected': { target: 'asking', actions: sendTo('line', { type: 'ask' }) }, 'line.refused': 'idle' },
    },
    asking: {
      on: {
        answer: { target: 'closing', actions: sendTo('line', closeEnd) },
        'line.ended': { target: 'idle', actions: sendTo('line', closeEnd) },
        'line.reset': { target: 'idle', actions: sendTo('line', closeEnd) },
        abort: { target: 'idle', actions: sendTo('line', abort) },
      },
    },
    closing: {},
  },
});

/** Answers, and closes its end when the other end is closed or the connection is lost. */
const callee = setup({}).createMachine({
  id: 'callee',
  initial: 'waiting',
  states: {
    waiting: { on: { 'line.accepted': 'talking' } },
    talking: {
      on: {
        ask: { target: 'answered', actions: sendTo('line', { type: 'answer' }) },
        'line.ended': { target: 'waiting', actions: sendTo('line', closeEnd) },
        'line.reset': { target: 'waiting', actions: sendTo('line', closeEnd) },
      },
    },
    answered: {
      on: {
        'line.ended': { target: 'waiting', actions: sendTo('line', closeEnd) },
        'line.reset': { target: 'waiting', actions: sendTo('line', closeEnd) },
      },
    },
  },
});

const call = (
  line: Partial<ConnectionDescription<'caller' | 'callee'>> = {},
  environment: Environment<'line'> = {},
  machines: Partial<Record<'caller' | 'callee', Partial<MachineDescription>>> = {},
) =>
  compose({
    machines: { caller: { chart: caller, events: ['call'], ...machines.caller }, callee: { chart: callee, ...machines.callee } },
    links: { line: { kind: 'connection', dialer: 'caller', acceptor: 'callee', capacity: 2, ...line } },
    environment,
  });

test('a connection is dialled, made, accepted, used in both directions and closed by both ends', () => {
  const system = call();
  const phases = [
    'caller: call',
    'line is connected',
    'callee gets line.accepted',
    'callee gets ask',
    'caller gets answer',
    'callee gets line.ended',
  ];
  expect(phases.map((_, at) => system.link('line').phase(play(system, phases.slice(0, at + 1)).view))).toEqual([
    'dialing',
    'open',
    'open',
    'open',
    'open',
    'gone',
  ]);
  expect(reach(system).worlds).toHaveLength(7);
  expect(system.slots.map(({ name }) => name)).toEqual(['caller', 'callee', 'line', 'line → caller', 'line → callee']);
});

test('each direction has its own messages on their way', () => {
  const system = call();
  const { view } = play(system, ['caller: call', 'line is connected']);
  expect(system.link('line').messages(view, 'acceptor')).toEqual([{ type: 'line.accepted' }, { type: 'ask' }]);
  expect(system.link('line').messages(view, 'dialer')).toEqual([]);
});

test('dialling may be refused where the link says so, and dialled again', () => {
  const system = call({ refuses: true });
  expect(play(system, ['caller: call', 'line is refused']).possible).toEqual(['caller: call · caller: dialling']);
  expect(texts(call(), reach(call()).moves).filter((text) => text.includes('refused'))).toEqual([]);
});

test('a reset takes what was on its way, and each end is told', () => {
  const system = call({ resets: true }, { reset: 1 });
  const steps = ['caller: call', 'line is connected', 'callee gets line.accepted', 'line is reset'];
  const { view, possible } = play(system, steps);
  expect(system.link('line').messages(view)).toEqual([]);
  expect(possible).toEqual([
    'caller gets line.reset from line · caller: idle',
    'callee gets line.reset from line · callee: waiting',
  ]);
});

test('an acceptor that has not been told of a connection never hears of its reset', () => {
  const system = call({ resets: true }, { reset: 1 });
  const { possible } = play(system, ['caller: call', 'line is connected', 'line is reset']);
  expect(possible).toEqual(['caller gets line.reset from line · caller: idle']);
});

test('a machine may reset its connection itself', () => {
  const system = call({}, {}, { caller: { events: ['call', 'abort'] } });
  const { view, possible } = play(system, ['caller: call', 'line is connected', 'callee gets line.accepted', 'caller: abort']);
  expect(system.machine('caller').state(view)).toBe('idle');
  expect(possible).toContain('callee gets line.reset from line · callee: waiting');
});

test('a connection is dialled anew only when nothing more can happen to the one before', () => {
  const system = call({ resets: true }, { reset: 1 });
  const lost = ['caller: call', 'line is connected', 'callee gets line.accepted', 'line is reset', 'caller gets line.reset'];
  const again = play(system, [...lost, 'caller: call']);
  expect(again.possible).toEqual(['callee gets line.reset from line · callee: waiting']);
  expect(play(system, [...lost, 'caller: call', 'callee gets line.reset']).possible).toEqual([
    'line is connected · caller: asking',
  ]);
});

describe('a machine that crashes', () => {
  test('takes its ends of connections with it; they are refused until it starts again', () => {
    const system = call({}, { crash: 1, restart: 1 }, { callee: { crashes: true, restarts: true } });
    const crashed = ['caller: call', 'line is connected', 'callee gets line.accepted', 'callee crashes'];
    const { view } = play(system, crashed);
    expect([system.machine('callee').hasCrashed(view), system.machine('callee').state(view)]).toEqual([true, 'crashed']);
    expect(play(system, [...crashed, 'caller gets line.reset', 'caller: call']).possible).toEqual([
      'callee starts again · callee: waiting',
      'line is refused · caller: idle',
    ]);
    const restarted = [...crashed, 'callee starts again', 'caller gets line.reset', 'caller: call', 'line is connected'];
    expect(play(system, restarted).possible).toContain('callee gets line.accepted from line · callee: talking');
  });

  test('while it dials, dials no more', () => {
    const system = call({}, { crash: 1 }, { caller: { crashes: true } });
    const { view, possible } = play(system, ['caller: call', 'caller crashes']);
    expect([system.link('line').phase(view), possible]).toEqual(['gone', []]);
  });
});

test('a sender finds no room behind as many messages as the link has capacity', async () => {
  const chatty = setup({}).createMachine({
    id: 'chatty',
    initial: 'off',
    states: {
      off: { on: { call: { target: 'off', actions: sendTo('line', dial) }, 'line.connected': 'on' } },
      on: { on: { talk: { actions: sendTo('line', { type: 'ask' }) } } },
    },
  });
  const system = call({ capacity: 2 }, {}, { caller: { chart: chatty, events: ['call', 'talk'] } });
  const asks = (view: Parameters<Parameters<typeof reach>[0]['rules'][0]['fire']>[0]) =>
    system
      .link('line')
      .messages(view, 'acceptor')
      .filter(({ type }) => type === 'ask').length;
  const { properties } = await check(system, [
    { id: 'bounded', description: '', kind: 'always', holds: (view) => asks(view) <= 2 },
    { id: 'full', description: '', kind: 'sometimes', holds: (view) => asks(view) === 2 },
  ]);
  expect(properties.map(({ verdict }) => verdict)).toEqual(['holds', 'holds']);
});

test('an intruder who puts something on a connection does not overhear itself', async () => {
  const intruder = { injects: ['line'], guesses: [{ type: 'lie' }], overhears: ['line'] } as const;
  const system = call({}, { inject: 1, intruder });
  const memory = system.slots.findIndex(({ name }) => name === 'intruder');
  const hears = (type: string) => (view: View) =>
    view.get<readonly Message[] & Value>(memory).some((heard) => heard.type === type);
  const { properties } = await check(system, [
    { id: 'ask', description: '', kind: 'sometimes', holds: hears('ask') },
    { id: 'lie', description: '', kind: 'never', holds: hears('lie') },
    { id: 'inject', description: '', kind: 'sometimesMove', of: moveOf({ kind: 'inject' }) },
  ]);
  expect(properties.map(({ verdict }) => verdict)).toEqual(['holds', 'holds', 'holds']);
});

test('who dials again, dials, though the other end resets what it was never told of; who gives up dialling again, does not', () => {
  const restless = setup({}).createMachine({
    id: 'restless',
    initial: 'idle',
    states: {
      idle: { on: { call: { actions: sendTo('line', dial) }, 'line.connected': 'on' } },
      on: { entry: [sendTo('line', closeEnd), sendTo('line', dial)], on: { stop: { actions: sendTo('line', closeEnd) } } },
    },
  });
  const rude = setup({}).createMachine({ id: 'rude', on: { leave: { actions: sendTo('line', abort) }, 'line.ended': {} } });
  const system = call(
    {},
    {},
    { caller: { chart: restless, events: ['call', 'stop'] }, callee: { chart: rude, events: ['leave'] } },
  );
  const again = ['caller: call', 'line is connected', 'callee: leave'];
  expect(system.link('line').phase(play(system, again).view)).toBe('dialing');
  expect(system.link('line').phase(play(system, [...again, 'caller: stop']).view)).toBe('gone');
});

test('what is sent on a connection that is not open is lost, and is shown so', () => {
  const hasty = setup({}).createMachine({
    id: 'hasty',
    initial: 'a',
    states: {
      a: { on: { call: { target: 'b', actions: sendTo('line', { type: 'ask' }) } } },
      b: { on: { call: { actions: sendTo('line', dial) } } },
    },
  });
  const system = call({}, {}, { caller: { chart: hasty } });
  expect(play(system, ['caller: call']).moves[0]?.effects).toContainEqual({
    kind: 'lost',
    machine: 'caller',
    to: 'line',
    event: { type: 'ask' },
    why: 'closed',
  });
});

test('everything at once is explored without a rule that touches what it has not named, and every kind of move is met', async () => {
  const every = { crashes: true, restarts: true };
  const system = call(
    { resets: true, refuses: true },
    { reset: 2, crash: 2, restart: 2, refuse: 1 },
    { caller: every, callee: every },
  );
  const kinds = ['deliver', 'event', 'connect', 'refuse', 'reset', 'crash', 'restart'] as const;
  const { complete, properties } = await check(
    system,
    kinds.map((kind) => ({ id: kind, description: '', kind: 'sometimesMove' as const, of: moveOf({ kind }) })),
  );
  expect(complete).toBe(true);
  expect(properties.map(({ id, verdict }) => [id, verdict])).toEqual(kinds.map((kind) => [kind, 'holds']));
  expect(system.lint().map(({ text }) => text)).toEqual([
    'chart caller: transition caller.asking · line.ended · 0 is never taken',
    'chart caller: transition caller.asking · abort · 0 is never taken',
    'machine caller: nobody ever sends line.ended',
    'machine caller: nobody ever sends abort',
    'chart callee: transition callee.talking · line.ended · 0 is never taken',
  ]);
});
