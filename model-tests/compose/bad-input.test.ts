/** A description that does not fit together gets one clear error that names the place; what is of no use gets a warning. */
import { describe, expect, test } from 'vitest';
import { assign, sendTo, setup } from 'xstate';
import { check } from '../explore/check.ts';
import { compose } from './compose.ts';
import { ComposeError } from './compose-error.ts';
import type { Description } from './description.ts';
import { reach, receiver, sender } from './small-systems.test-support.ts';

const to = receiver();
const from = sender('link', 1);
const fine: Description = {
  machines: { a: { chart: from, events: ['send'] }, b: { chart: to } },
  links: { link: { kind: 'channel', from: 'a', to: 'b', capacity: 1 } },
};
const channel = fine.links?.['link'] as object;
const withLink = (link: object) => ({ ...fine, links: { link: { ...channel, ...link } } }) as unknown as Description;
const withA = (a: object) => ({ ...fine, machines: { ...fine.machines, a: { ...fine.machines['a'], ...a } } }) as Description;

test('what the faults below are made from is fine', () => {
  expect(() => compose(fine)).not.toThrow();
});

describe('a fault in a description is refused before anything is explored', () => {
  const cases: readonly (readonly [string, Description, string])[] = [
    ['no machine', { machines: {} }, 'a system needs a machine'],
    ['a link to nobody', withLink({ to: 'c' }), 'link link: there is no machine c: there are a, b'],
    ['a link that nobody writes', withLink({ from: [] }), 'link link: nobody writes on it'],
    ['a link that nobody reads', withLink({ to: [] }), 'link link: nobody reads it'],
    [
      'a link that its only writer never uses',
      withLink({ from: 'b', to: 'a' }),
      'machine a: its chart sends to link, a link that is not from it',
    ],
    [
      'a capacity that is none',
      withLink({ capacity: 0 }),
      'link link: capacity is 0: it must be a whole number from 1, or Infinity',
    ],
    [
      'an unordered link without a capacity',
      withLink({ kind: 'unordered', capacity: undefined }),
      'link link: a capacity is needed, or duplicates: true and no budget for duplicate',
    ],
    [
      'a machine and a link of one name',
      { ...fine, links: { a: { kind: 'channel', from: 'a', to: 'b', capacity: 1 } } },
      'a is the name of a machine and of a link',
    ],
    [
      'a connection to oneself',
      { ...fine, links: { c: { kind: 'connection', dialer: 'a', acceptor: 'a', capacity: 1 } } },
      'link c: a is both ends of the connection',
    ],
    [
      'two charts of one id',
      { machines: { a: { chart: from }, b: { chart: receiver() }, c: { chart: receiver() } } },
      'machines b and c have two charts with one id, receiver: give each an id of its own',
    ],
    [
      'a name that diagrams need',
      { machines: { environment: { chart: to } } },
      'environment cannot be the name of a machine or link: diagrams use it',
    ],
    [
      'an event that no state accepts',
      withA({ events: ['sned'] }),
      'machine a: no state of its chart accepts the event sned: there are send',
    ],
    [
      'a target that is not there',
      { machines: { a: { chart: from, events: ['send'] } } },
      'machine a: its chart sends to link, which is neither a link nor a machine',
    ],
    [
      'sendsTo with a target that is not there',
      withA({ sendsTo: ['lnik'] }),
      'machine a: sendsTo names lnik, which is neither a link nor a machine',
    ],
    ['a restart without a crash', withA({ restarts: true }), 'machine a: it restarts, but it never crashes'],
    [
      'a budget that is no number',
      { ...withLink({ loses: true }), environment: { drop: -1 } },
      'environment.drop is -1: it must be a whole number from 0, or Infinity',
    ],
    [
      'a budget of an event that is no number',
      withA({ events: [{ event: 'send', budget: 0.5 }] }),
      'machine a: the budget of event send is 0.5: it must be a whole number from 0, or Infinity',
    ],
    [
      'a budget for what cannot happen',
      { ...fine, environment: { crash: 1 } },
      'environment.crash has a budget, but nothing in the system can crash',
    ],
    [
      'duplicates without a bound',
      withLink({ capacity: Number.POSITIVE_INFINITY, duplicates: true }),
      'environment.duplicate has no limit and link link has no capacity, so the system has no end',
    ],
    [
      'injections without a bound',
      { ...withLink({ capacity: Number.POSITIVE_INFINITY }), environment: { intruder: { injects: ['link'] } } },
      'environment.inject has no limit and link link has no capacity, so the system has no end',
    ],
    [
      'an intruder on no link',
      { ...fine, environment: { intruder: { injects: [] } } },
      'environment.intruder: an intruder who injects into no link does nothing',
    ],
    [
      'an intruder on a link that is not there',
      { ...fine, environment: { intruder: { injects: ['lnik'] } } },
      'environment.intruder: there is no link lnik: there are link',
    ],
  ];

  test.each(cases)('%s', (_, description, message) => {
    expect(() => compose(description)).toThrow(ComposeError);
    expect(() => compose(description)).toThrow(message);
  });
});

describe('a fault that only exploring finds stops it, and says where', () => {
  const computed = (target: string) =>
    setup({}).createMachine({
      id: 'computed',
      initial: 'idle',
      states: { idle: { on: { send: { actions: sendTo(() => target as never, { type: 'message', number: 1 } as never) } } } },
    });

  test('a target that is computed and not there', () => {
    const system = compose({ machines: { a: { chart: computed('lnik'), events: ['send'] } } });
    expect(() => reach(system)).toThrow('machine a, state idle: sends message to lnik, which is neither a link nor a machine');
  });

  test('a link that is not from the machine', () => {
    const system = compose({
      machines: { a: { chart: computed('link'), events: ['send'] }, b: { chart: from, events: ['send'] }, c: { chart: to } },
      links: { link: { kind: 'channel', from: 'b', to: 'c', capacity: 1 } },
    });
    expect(() => reach(system)).toThrow('machine a, state idle: sends message to link, a link that is not from it');
  });

  test('a target that sendsTo leaves out', () => {
    const system = compose({
      machines: { a: { chart: computed('b'), events: ['send'], sendsTo: [] }, b: { chart: to } },
    });
    expect(() => reach(system)).toThrow("machine a, state idle: sends message to b, which its description's sendsTo leaves out");
  });

  test('a guard that throws, with machine chart, state and event', async () => {
    const throwing = setup({
      guards: {
        isReady: () => {
          throw new Error('no battery');
        },
      },
    }).createMachine({
      id: 'torch',
      initial: 'off',
      states: { off: { on: { press: { guard: 'isReady', target: 'on' } } }, on: {} },
    });
    const system = compose({ machines: { a: { chart: throwing, events: ['press'] } } });
    await expect(check(system)).rejects.toThrow('chart torch, state off, event press: guard isReady throws: no battery');
  });

  test('a context without an end, with the limit of the machine', async () => {
    const counter = setup({ types: { context: {} as { count: number } } }).createMachine({
      id: 'counter',
      context: { count: 0 },
      on: { up: { actions: assign({ count: ({ context }) => context.count + 1 }) } },
    });
    const system = compose({ machines: { a: { chart: counter, events: ['up'], maxStates: 100 } } });
    await expect(check(system)).rejects.toThrow(
      /chart counter, state \(top\), event up: more than 100 local states; .* context\.count grows/,
    );
  });
});

describe('lint after a complete search', () => {
  test('names states, transitions, events and links that are of no use', async () => {
    const forgetful = setup({}).createMachine({
      id: 'forgetful',
      initial: 'idle',
      states: {
        idle: { on: { message: 'busy', 'never.sent': 'idle' } },
        busy: { on: { message: { guard: () => false, target: 'idle' } } },
        lonely: { on: { message: 'lonelier' } },
        lonelier: {},
      },
    });
    const idle = setup({}).createMachine({
      id: 'idle',
      initial: 'on',
      states: { on: { on: { go: { actions: sendTo('unused', { type: 'message' }) } } } },
    });
    const system = compose({
      machines: { a: { chart: from, events: ['send'] }, b: { chart: forgetful }, c: { chart: idle } },
      links: {
        link: { kind: 'channel', from: 'a', to: 'b', capacity: 1 },
        unused: { kind: 'channel', from: 'c', to: 'b', capacity: 1 },
      },
    });
    expect((await check(system)).complete).toBe(true);
    expect(system.lint()).toEqual([
      { place: 'state forgetful.lonely', text: 'chart forgetful: state forgetful.lonely is never entered' },
      { place: 'state forgetful.lonelier', text: 'chart forgetful: state forgetful.lonelier is never entered' },
      {
        place: 'transition forgetful.idle · never.sent · 0',
        text: 'chart forgetful: transition forgetful.idle · never.sent · 0 is never taken',
      },
      {
        place: 'transition forgetful.busy · message · 0',
        text: 'chart forgetful: transition forgetful.busy · message · 0 is never taken',
      },
      { place: 'event never.sent', text: 'machine b: nobody ever sends never.sent' },
      { place: 'transition idle.on · go · 0', text: 'chart idle: transition idle.on · go · 0 is never taken' },
      { place: 'event go', text: 'machine c: nobody ever sends go' },
      { place: 'link unused', text: 'link unused: nothing is ever put on it' },
    ]);
  });
});
