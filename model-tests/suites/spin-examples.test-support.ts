/** Compositions that SPIN composes too, with what they are to fulfil. */
import { assign, createMachine, sendTo, setup } from 'xstate';
import type { compose } from '../compose/compose.ts';
import { moveOf } from '../compose/composed.ts';
import { closeEnd, dial } from '../compose/connection-link.ts';
import type { Description } from '../compose/description.ts';
import type { ComposedMove } from '../compose/moves.ts';
import type { Property } from '../compose/system.ts';

/** A composition, and properties of it. */
export interface Example {
  readonly description: Description;
  readonly propertiesOf: (system: ReturnType<typeof compose<string, string>>) => readonly Property<ComposedMove>[];
}

const text = { description: '' };

/** Sends the same until the answer has its bit. */
const sender = createMachine({
  id: 'sender',
  initial: 'zero',
  states: Object.fromEntries(
    (['zero', 'one'] as const).map((name, bit) => [
      name,
      {
        entry: sendTo('data', { type: 'data', bit }),
        on: { ack: { guard: ({ event }) => event['bit'] === bit, target: name === 'zero' ? 'one' : 'zero' } },
        after: { again: { target: name, reenter: true } },
      },
    ]),
  ),
} as Parameters<typeof createMachine>[0]).provide({ delays: { again: 1_000 } });

/** Answers what it gets, and takes it once. */
const receiver = setup({
  types: { context: {} as { wanted: number }, events: {} as { type: 'data'; bit: number } },
}).createMachine({
  id: 'receiver',
  context: { wanted: 0 },
  on: {
    data: [
      {
        guard: ({ context, event }) => event.bit === context.wanted,
        actions: [
          sendTo('acks', ({ event }) => ({ type: 'ack', bit: event.bit })),
          assign({ wanted: ({ context }) => 1 - context.wanted }),
        ],
      },
      { actions: sendTo('acks', ({ event }) => ({ type: 'ack', bit: event.bit })) },
    ],
  },
});

/** The alternating bit over channels of `capacity` that lose and double, `drops` times in one run. */
export const alternatingBit = (capacity: number, drops: number): Example => ({
  description: {
    machines: { sender: { chart: sender }, receiver: { chart: receiver } },
    links: {
      data: { kind: 'channel', from: 'sender', to: 'receiver', capacity, whenFull: 'drop', loses: true, duplicates: true },
      acks: { kind: 'channel', from: 'receiver', to: 'sender', capacity, whenFull: 'drop', loses: true },
    },
    environment: { drop: drops, duplicate: 1 },
  },
  propertiesOf: (system) => {
    const [zero, one] = [system.machine('sender').in('zero'), system.machine('sender').in('one')];
    const wanted = system.machine('receiver');
    return [
      { ...text, id: 'goes on', kind: 'leadsTo', from: zero, to: one },
      { ...text, id: 'arrives', kind: 'eventually', holds: (view) => wanted.context<{ wanted: number }>(view)?.wanted === 1 },
      { ...text, id: 'never stuck', kind: 'noDeadlock', mayEnd: () => false },
      { ...text, id: 'two on their way', kind: 'sometimes', holds: (view) => system.link('data').messages(view).length === 2 },
      { ...text, id: 'never empty', kind: 'always', holds: (view) => !system.link('acks').isEmpty(view) },
    ];
  },
});

const caller = createMachine({
  id: 'caller',
  initial: 'idle',
  states: {
    idle: { on: { go: { target: 'calling', actions: sendTo('line', dial) } } },
    calling: { on: { 'line.connected': { target: 'asking', actions: sendTo('line', { type: 'ask' }) }, 'line.refused': 'idle' } },
    asking: {
      on: {
        answer: { target: 'done', actions: sendTo('line', closeEnd) },
        'line.reset': 'idle',
        'line.ended': { target: 'idle', actions: sendTo('line', closeEnd) },
      },
      after: { 1000: { target: 'idle', actions: sendTo('line', { type: 'link.reset' }) } },
    },
    done: { type: 'final' },
  },
});

const callee = createMachine({
  id: 'callee',
  initial: 'waiting',
  states: {
    waiting: { on: { 'line.accepted': 'listening' } },
    listening: {
      on: {
        ask: { target: 'answered', actions: [sendTo('line', { type: 'answer' }), sendTo('log', { type: 'note' })] },
        'line.ended': { target: 'waiting', actions: sendTo('line', closeEnd) },
        'line.reset': 'waiting',
      },
    },
    answered: {
      on: { 'line.ended': { target: 'waiting', actions: sendTo('line', closeEnd) }, 'line.reset': 'waiting' },
    },
  },
});

const log = createMachine({ id: 'log', initial: 'empty', states: { empty: { on: { note: 'used' } }, used: {} } });

/** A call over a connection that is refused and reset, to somebody who crashes, tells another machine, and is overheard. */
export const call: Example = {
  description: {
    machines: {
      caller: { chart: caller, events: [{ event: 'go', fair: true }] },
      callee: { chart: callee, crashes: true, restarts: true },
      log: { chart: log },
    },
    links: { line: { kind: 'connection', dialer: 'caller', acceptor: 'callee', capacity: 1, resets: true, refuses: true } },
    environment: {
      reset: 1,
      refuse: 1,
      crash: 1,
      restart: 1,
      timeout: 2,
      inject: 1,
      intruder: { injects: ['line'], overhears: ['line'] },
    },
  },
  propertiesOf: (system) => {
    const done = system.machine('caller').in('done');
    const asking = system.machine('caller').in('asking');
    const noted = system.machine('log').in('used');
    return [
      { ...text, id: 'noted', kind: 'always', holds: (view) => !done(view) || noted(view) },
      { ...text, id: 'done', kind: 'sometimes', holds: done },
      { ...text, id: 'ends', kind: 'eventually', holds: done },
      { ...text, id: 'asking ends', kind: 'leadsTo', from: asking, to: (view) => !asking(view) },
      { ...text, id: 'no deadlock', kind: 'noDeadlock', mayEnd: done },
      { ...text, id: 'open', kind: 'never', holds: (view) => done(view) && system.link('line').phase(view) === 'dialing' },
    ];
  },
};

/** A property that a composition in Promela cannot have, since it is one of moves. */
export const ofMoves: Property<ComposedMove> = { ...text, id: 'no reset', kind: 'neverMove', of: moveOf({ kind: 'reset' }) };
