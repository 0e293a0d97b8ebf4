/** The two-FIFO system as one parallel machine, explored by xstate/graph: prints its figures. */
import { assign, createMachine } from 'xstate';
import { getAdjacencyMap } from 'xstate/graph';

type Queues = { readonly c2s: readonly number[]; readonly s2c: readonly number[] };
type QueueName = keyof Queues;
interface Taking {
  readonly guard: (args: { readonly context: Queues }) => boolean;
  readonly actions: ReturnType<typeof assign<Queues, never, undefined, never, never>>;
}

const [capacity1 = 6, capacity2 = 6] = process.argv.slice(2).map(Number);

const push = (queue: QueueName, message: number, capacity: number): Taking => ({
  guard: ({ context }) => context[queue].length < capacity,
  actions: assign(({ context }: { readonly context: Queues }) => ({
    [queue]: [...context[queue], message],
  })) as Taking['actions'],
});
const pop = (queue: QueueName, ...messages: readonly number[]): Taking => ({
  guard: ({ context }) => messages.includes(context[queue][0] ?? 0),
  actions: assign(({ context }: { readonly context: Queues }) => ({ [queue]: context[queue].slice(1) })) as Taking['actions'],
});

/** SYN 1, ECHO 2, two data messages 3 and 4, FIN 5; the other way ID 1, OK 2. */
function region(out: QueueName, into: QueueName, capacity: number, dials: boolean) {
  const [send, take] = [(message: number) => push(out, message, capacity), (...messages: number[]) => pop(into, ...messages)];
  const [p, half] = dials ? ['c', 'halfc'] : ['s', 'halfs'];
  const opening = dials
    ? {
        idle: { on: { 'c.syn': { ...send(1), target: 'dial1' } } },
        dial1: { on: { 'c.rid': { ...take(1), target: 'gotId' } } },
        gotId: { on: { 'c.echo': { ...send(2), target: 'dial2' } } },
        dial2: { on: { 'c.rok': { ...take(2), target: 'open' } } },
      }
    : {
        idle: { on: { 's.rsyn': { ...take(1), target: 'accepted' } } },
        accepted: { on: { 's.id': { ...send(1), target: 'waitId' } } },
        waitId: { on: { 's.recho': { ...take(2), target: 'paired' } } },
        paired: { on: { 's.ok': { ...send(2), target: 'open' } } },
      };
  return {
    initial: 'idle',
    states: {
      ...opening,
      open: {
        on: {
          [`${p}.d0`]: send(3),
          [`${p}.d1`]: send(4),
          [`${p}.rd`]: take(3, 4),
          [`${p}.fin`]: { ...send(5), target: half },
          [`${p}.rfin`]: { ...take(5), target: 'drain' },
        },
      },
      [half]: { on: { [`${p}.rd`]: take(3, 4), [`${p}.rfin`]: { ...take(5), target: 'closed' } } },
      drain: { on: { [`${p}.d0`]: send(3), [`${p}.d1`]: send(4), [`${p}.fin`]: { ...send(5), target: 'closed' } } },
      closed: {},
    },
  };
}

const machine = createMachine({
  type: 'parallel',
  context: { c2s: [], s2c: [] },
  states: { client: region('c2s', 's2c', capacity1, true), server: region('s2c', 'c2s', capacity2, false) },
} as never);

const begun = performance.now();
const map = getAdjacencyMap(machine, { limit: Number.POSITIVE_INFINITY });
const seconds = (performance.now() - begun) / 1000;
const states = Object.keys(map).length;
process.stdout.write(`${JSON.stringify({ states, seconds, statesPerSecond: states / seconds })}\n`);
