/** Charts that between them use everything that XState has and that can be explored. Each is made anew with what its actions do. */
import {
  type ActorRefFrom,
  type AnyActorRef,
  type AnyStateMachine,
  and,
  assign,
  cancel,
  emit,
  enqueueActions,
  forwardTo,
  fromTransition,
  log,
  not,
  or,
  raise,
  sendParent,
  sendTo,
  setup,
  spawnChild,
  stateIn,
  stopChild,
} from 'xstate';
import type { Recorder } from './live.test-support.ts';

export interface PlainChart {
  readonly name: string;
  readonly make: (record: Recorder) => AnyStateMachine;
  readonly events: readonly { readonly type: string; readonly [key: string]: unknown }[];
  readonly input?: unknown;
}

const recording = <const Name extends string>(record: Recorder, ...names: readonly Name[]) =>
  Object.fromEntries(names.map((name) => [name, () => record(name)])) as Record<Name, () => void>;

const regions: PlainChart = {
  name: 'parallel regions, history, guards that are combined, stateIn',
  events: ['next', 'leave', 'back', 'deepBack', 'check', 'reset'].map((type) => ({ type })),
  make: (record) =>
    setup({
      types: { context: {} as { count: number } },
      actions: {
        ...recording(record, 'enterB', 'exitB', 'checked'),
        count: assign({ count: ({ context }) => (context.count + 1) % 3 }),
      },
      guards: { isOne: ({ context }) => context.count === 1, isTwo: ({ context }) => context.count === 2 },
    }).createMachine({
      id: 'regions',
      context: { count: 0 },
      initial: 'on',
      states: {
        on: {
          type: 'parallel',
          on: { leave: 'off' },
          states: {
            left: {
              initial: 'a',
              states: {
                a: { on: { next: { target: 'b', actions: 'count' } } },
                b: {
                  entry: 'enterB',
                  exit: 'exitB',
                  initial: 'x',
                  on: { next: 'a' },
                  states: { x: { on: { check: 'y' } }, y: { on: { check: 'x' } } },
                },
                hist: { type: 'history' },
              },
            },
            right: {
              initial: 'c',
              states: {
                c: {
                  on: {
                    check: {
                      guard: and([stateIn('#regions.on.left.b'), or(['isOne', 'isTwo'])]),
                      target: 'd',
                      actions: 'checked',
                    },
                  },
                },
                d: { on: { check: { guard: not('isOne'), target: 'c' }, reset: { target: '#regions.on.left.a' } } },
              },
            },
            deep: { type: 'history', history: 'deep' },
            shallow: { type: 'history' },
          },
        },
        off: { on: { back: 'on.shallow', deepBack: 'on.deep', reset: 'on.left.hist' } },
      },
    }),
};

const inner: PlainChart = {
  name: 'eventless transitions, raised events with and without a delay, cancel, log, reentry, done states',
  events: ['go', 'stop', 'again', 'ring', 'grow'].map((type) => ({ type })),
  make: (record) =>
    setup({
      types: { context: {} as { size: number } },
      actions: recording(record, 'rang', 'entered'),
      delays: { nap: 10, dynamic: ({ context }: { context: { size: number } }) => 100 * context.size },
    }).createMachine({
      id: 'inner',
      context: { size: 0 },
      initial: 'idle',
      states: {
        idle: {
          entry: log('idle'),
          on: {
            go: { target: 'busy', actions: raise({ type: 'internal' }) },
            ring: {
              actions: [cancel('bell'), raise({ type: 'later' }, { delay: 500, id: 'bell' })],
              guard: ({ context }) => context.size < 1,
            },
            stop: { actions: cancel('bell') },
            later: { actions: 'rang', target: 'resting' },
          },
        },
        busy: {
          initial: 'first',
          on: { internal: { actions: assign({ size: ({ context }) => Math.min(context.size + 1, 2) }) } },
          onDone: 'finished',
          states: {
            first: {
              always: { guard: ({ context }) => context.size === 2, target: 'second' },
              on: { grow: { actions: raise({ type: 'internal' }) } },
            },
            second: { entry: 'entered', after: { nap: 'third' }, on: { again: { target: 'second', reenter: true } } },
            third: { after: { dynamic: { target: 'fourth' }, 30: 'second' } },
            fourth: { type: 'final' },
          },
        },
        resting: {
          entry: raise(({ context }) => ({ type: 'later', size: context.size }), { delay: ({ context }) => context.size * 7 }),
          on: { later: 'idle' },
        },
        finished: { type: 'final', entry: 'rang' },
      },
      output: ({ context }) => ({ size: context.size }),
    }),
};

const workerChart = (record: Recorder) =>
  setup({
    types: { context: {} as { left: number }, input: {} as { jobs: number }, output: {} as { jobs: number } },
    actions: recording(record, 'work', 'pinged'),
    delays: { duration: 50 },
  }).createMachine({
    id: 'worker',
    context: ({ input }) => ({ left: input.jobs }),
    initial: 'working',
    states: {
      working: {
        entry: ['work', sendParent({ type: 'progress' })],
        after: { duration: { target: 'working', reenter: true, actions: assign({ left: ({ context }) => context.left - 1 }) } },
        on: {
          hurry: { actions: [assign({ left: 0 }), sendParent({ type: 'hurried' })] },
          ping: { actions: ['pinged', sendParent({ type: 'progress' })] },
        },
        always: { guard: ({ context }) => context.left <= 0, target: 'done' },
      },
      done: { type: 'final' },
    },
    output: ({ context }) => ({ jobs: context.left }),
  });

const invoking: PlainChart = {
  name: 'an invoked machine: input, output, sendParent, sendTo, delays of its own, stopped with its state',
  events: ['start', 'hurry', 'abort', 'twice'].map((type) => ({ type })),
  make: (record) =>
    setup({
      types: { context: {} as { seen: number; result: number | null } },
      actors: { worker: workerChart(record) },
      actions: { ...recording(record, 'finished', 'saw'), see: assign({ seen: ({ context }) => (context.seen + 1) % 4 }) },
    }).createMachine({
      id: 'invoking',
      context: { seen: 0, result: null },
      initial: 'idle',
      states: {
        idle: { on: { start: 'running' } },
        running: {
          entry: sendTo('helper', { type: 'ping' }),
          exit: sendTo('helper', { type: 'ping' }),
          invoke: {
            id: 'helper',
            src: 'worker',
            input: { jobs: 2 },
            onDone: { target: 'idle', actions: ['finished', assign({ result: ({ event }) => event.output.jobs })] },
          },
          on: {
            hurry: { actions: sendTo('helper', { type: 'hurry' }) },
            twice: { actions: [sendTo('helper', { type: 'ping' }), sendTo('helper', { type: 'ping' })] },
            progress: { actions: ['see', 'saw'] },
            hurried: { target: 'idle', guard: ({ context }) => context.seen === 2 },
            abort: 'idle',
          },
        },
      },
    }),
};

const counter = fromTransition(
  (count: { n: number }, event: { type: 'up' }) => (event.type === 'up' ? { n: (count.n + 1) % 3 } : count),
  { n: 0 },
);

const spawning: PlainChart = {
  name: 'spawned machines and reducers: references in the context, anonymous ids, snapshots, forwarding, stopping',
  events: ['hire', 'fire', 'hurry', 'up', 'look', 'count', 'drop'].map((type) => ({ type })),
  make: (record) =>
    setup({
      types: { context: {} as { worker: AnyActorRef | null; count: number; looked: string } },
      actors: { worker: workerChart(record), counter },
      actions: recording(record, 'lookedAt'),
    }).createMachine({
      id: 'spawning',
      context: { worker: null, count: 0, looked: '' },
      entry: spawnChild('counter', { id: 'counter', syncSnapshot: true }),
      on: {
        hire: {
          guard: ({ context }) => context.worker === null,
          actions: assign({ worker: ({ spawn }) => spawn('worker', { input: { jobs: 1 } }) }),
        },
        fire: {
          actions: [stopChild(({ context }) => context.worker as AnyActorRef), assign({ worker: null, looked: '' })],
          guard: ({ context }) => context.worker !== null,
        },
        // The reference stays: what is sent to it is lost.
        drop: {
          actions: [stopChild(({ context }) => context.worker as AnyActorRef), assign({ looked: 'dropped' })],
          guard: ({ context }) => context.worker !== null,
        },
        hurry: {
          actions: sendTo(({ context }) => context.worker as AnyActorRef, { type: 'hurry' }),
          guard: ({ context }) => context.worker !== null,
        },
        up: { actions: forwardTo('counter') },
        'xstate.snapshot.counter': {
          actions: assign({
            count: ({ event }) => (event as unknown as { snapshot: { context: { n: number } } }).snapshot.context.n,
          }),
        },
        look: {
          guard: ({ context }) => context.worker !== null && context.looked !== 'dropped',
          actions: [
            assign({ looked: ({ context }) => String((context.worker as ActorRefFrom<AnyStateMachine>).getSnapshot().value) }),
            'lookedAt',
          ],
        },
        count: {
          actions: enqueueActions(({ enqueue, context }) =>
            context.count > 0 ? enqueue.sendTo('counter', { type: 'up' }) : enqueue('lookedAt'),
          ),
        },
      },
    }),
};

const enqueuing: PlainChart = {
  name: 'enqueued actions, emitted events, checks, parameters, actors found by their system id',
  events: [{ type: 'set', to: 1 }, { type: 'set', to: 2 }, { type: 'ask' }, { type: 'call' }, { type: 'wild.card' }],
  make: (record) =>
    setup({
      types: { context: {} as { value: number; answers: number }, emitted: {} as { type: 'changed' | 'kept' } },
      actors: {
        echo: setup({}).createMachine({
          id: 'echo',
          on: { call: { actions: [() => record('(anonymous)'), sendParent({ type: 'answer' })] } },
        }),
      },
      guards: { isPositive: ({ context }, params: { least: number }) => context.value >= params.least },
      actions: {
        ...recording(record, 'note'),
        put: assign({ value: (_, params: { value: number }) => params.value }),
      },
    }).createMachine({
      id: 'enqueuing',
      context: { value: 0, answers: 0 },
      invoke: { src: 'echo', systemId: 'echo' },
      on: {
        set: {
          actions: enqueueActions(({ enqueue, event, context }) => {
            const { to } = event as unknown as { to: number };
            enqueue({ type: 'put', params: { value: to } });
            enqueue.emit({ type: context.value === to ? 'kept' : 'changed' });
            enqueue('note');
          }),
        },
        ask: { guard: { type: 'isPositive', params: { least: 2 } }, actions: [emit({ type: 'kept' }), 'note'] },
        call: { actions: sendTo(({ system }) => system.get('echo') as AnyActorRef, { type: 'call' }) },
        answer: { actions: assign({ answers: ({ context }) => (context.answers + 1) % 2 }) },
        'wild.*': { actions: 'note' },
      },
    }),
};

const grandparent: PlainChart = {
  name: 'children of children, delayed messages between them, children that end by themselves',
  events: ['open', 'pass', 'close'].map((type) => ({ type })),
  make: (record) => {
    const leaf = setup({ actions: recording(record, 'leafTold', 'leafBorn') }).createMachine({
      id: 'leaf',
      entry: 'leafBorn',
      initial: 'here',
      states: {
        here: {
          on: { tell: { target: 'gone', actions: ['leafTold', sendParent({ type: 'told' }, { delay: 20, id: 'telling' })] } },
        },
        gone: { after: { 5: 'end' } },
        end: { type: 'final' },
      },
    });
    const middle = setup({ actors: { leaf }, actions: recording(record, 'middleTold', 'middleBorn') }).createMachine({
      id: 'middle',
      entry: 'middleBorn',
      initial: 'with',
      states: {
        with: {
          invoke: { id: 'leaf', src: 'leaf', onDone: 'without' },
          on: { tell: { actions: forwardTo('leaf') }, told: { actions: ['middleTold', sendParent({ type: 'told' })] } },
        },
        without: { on: { told: { actions: sendParent({ type: 'told' }) }, tell: { target: 'end' } } },
        end: { type: 'final' },
      },
    });
    return setup({ actors: { middle }, actions: recording(record, 'rootTold') }).createMachine({
      id: 'grandparent',
      initial: 'closed',
      states: {
        closed: { on: { open: 'opened' } },
        opened: {
          invoke: { id: 'middle', src: 'middle', onDone: { target: 'closed', actions: 'rootTold' } },
          on: { pass: { actions: sendTo('middle', { type: 'tell' }) }, told: { actions: 'rootTold' }, close: 'closed' },
        },
      },
    });
  },
};

const ordered: PlainChart = {
  name: 'eventless transitions in several regions, whose order depends on which was entered last',
  events: ['flip', 'turn', 'fire', 'rest'].map((type) => ({ type })),
  make: (record) =>
    setup({
      types: { context: {} as { armed: boolean; first: string } },
      actions: { ...recording(record, 'left', 'right'), arm: assign({ armed: true }), disarm: assign({ armed: false }) },
      guards: { isArmed: ({ context }) => context.armed },
    }).createMachine({
      id: 'ordered',
      type: 'parallel',
      context: { armed: false, first: '' },
      on: { fire: { actions: 'arm' }, rest: { actions: 'disarm' } },
      states: {
        left: {
          initial: 'a',
          states: {
            a: { on: { flip: 'c' }, always: { guard: 'isArmed', target: 'b', actions: ['left', assign({ first: 'left' })] } },
            b: { on: { rest: 'a' } },
            c: { on: { flip: 'a' } },
          },
        },
        right: {
          initial: 'a',
          states: {
            a: { on: { turn: 'c' }, always: { guard: 'isArmed', target: 'b', actions: ['right', assign({ first: 'right' })] } },
            b: { on: { rest: 'a' } },
            c: { on: { turn: 'a' } },
          },
        },
      },
    }),
};

const crew: PlainChart = {
  name: 'children without ids, which XState holds under one key, so that the last one hides the others',
  events: ['hire', 'calm'].map((type) => ({ type })),
  make: (record) =>
    setup({
      types: { context: {} as { hired: number; ended: number } },
      actors: { worker: workerChart(record) },
      actions: {
        ...recording(record, 'saw'),
        hire: assign({ hired: ({ context }) => context.hired + 1 }),
        end: assign({ ended: ({ context }) => context.ended + 1 }),
      },
    }).createMachine({
      id: 'crew',
      context: { hired: 0, ended: 0 },
      on: {
        hire: { guard: ({ context }) => context.hired < 2, actions: ['hire', spawnChild('worker', { input: { jobs: 1 } })] },
        progress: { actions: 'saw' },
        'xstate.done.actor.*': { actions: 'end' },
        calm: { actions: 'saw' },
      },
    }),
};

/** All of them. */
export const plainCharts: readonly PlainChart[] = [regions, inner, invoking, spawning, enqueuing, grandparent, ordered, crew];
