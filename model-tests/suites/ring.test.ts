/** The protocol of the ring, explored with weak memory in mind, and the classic mistakes that exploring has to find. */

import { describe, expect, test } from 'vitest';
import { type AnyStateMachine, createMachine } from 'xstate';
import { ringConsumerMachine, ringProducerMachine } from '../../machines/index.ts';
import { check, type Property } from '../index.ts';
import { ALL, delivered, isSound, pathOf, type RingFaults, type RingMove, ringSystem } from './ring-system.ts';

const machines = { producer: ringProducerMachine, consumer: ringConsumerMachine };

async function explore(faults: RingFaults = {}, charts: Partial<Record<keyof typeof machines, AnyStateMachine>> = {}) {
  const { system, charts: compiled } = ringSystem({ ...machines, ...charts }, faults);
  const at = (side: 'producer' | 'consumer', path: string) => (view: Parameters<typeof isSound>[0]) =>
    pathOf(compiled, view, side) === path;
  const properties: Property<RingMove>[] = [
    { id: 'sound', description: 'only bytes that were written are read, each once and in order', kind: 'always', holds: isSound },
    {
      id: 'ends',
      description: 'every fair run comes to its end, with nobody asleep for ever',
      kind: 'eventually',
      holds: (view) =>
        (at('consumer', 'finished')(view) && at('producer', 'ended')(view)) ||
        at('consumer', 'poisoned')(view) ||
        at('producer', 'poisoned')(view),
    },
    {
      id: 'whole',
      description: 'the end is behind the last byte',
      kind: 'never',
      holds: (view) => at('consumer', 'finished')(view) && delivered(view) < ALL,
    },
    ...(['producer', 'consumer'] as const).flatMap((side): Property<RingMove>[] => [
      { id: `${side} sleeps`, description: `the ${side} sleeps some time`, kind: 'sometimes', holds: at(side, 'sleeping') },
      { id: `${side} wakes`, description: `the ${side} wakes the other`, kind: 'sometimes', holds: at(side, 'waking') },
      { id: `${side} poisoned`, description: `the ${side} finds nonsense`, kind: 'sometimes', holds: at(side, 'poisoned') },
    ]),
  ];
  const result = await check(system, properties);
  expect(result.complete).toBe(true);
  const verdicts = Object.fromEntries(result.properties.map(({ id, verdict }) => [id, verdict]));
  return { result, verdicts };
}

const poisoned = { 'producer poisoned': 'violated', 'consumer poisoned': 'violated' };

/** A chart in which one event of one state leads elsewhere. */
function redirected(machine: AnyStateMachine, state: string, event: string, target: string): AnyStateMachine {
  const config = structuredClone(machine.config) as { states: Record<string, { on: Record<string, string> }> };
  const on = config.states[state]?.on;
  if (on?.[event] === undefined) throw new Error(`${machine.id} has no ${event} in ${state}`);
  on[event] = target;
  return createMachine(config as never);
}

describe('the protocol of the ring', () => {
  test('passes every byte once and in order, ends, and leaves nobody asleep, whatever plain stores do', async () => {
    const { verdicts, result } = await explore();
    expect(verdicts).toEqual({
      sound: 'holds',
      ends: 'holds',
      whole: 'holds',
      'producer sleeps': 'holds',
      'producer wakes': 'holds',
      'consumer sleeps': 'holds',
      'consumer wakes': 'holds',
      ...poisoned,
    });
    expect(result.states).toBeGreaterThan(1_000);
  });

  test.each(['head', 'tail'] as const)(
    'gives nothing that was not published when somebody spoils %s, or what stood there could be right',
    async (cell) => {
      const { verdicts } = await explore({ spoils: cell });
      expect(verdicts[`${cell === 'head' ? 'consumer' : 'producer'} poisoned`]).toBe('holds');
    },
  );
});

describe('exploring finds', () => {
  const mistakes: [string, RingFaults, Partial<Record<keyof typeof machines, AnyStateMachine>>, string][] = [
    ['a position that is published without waiting for the bytes', { plain: ['storeHead'] }, {}, 'sound'],
    ['a byte that is given back before it was read', {}, { consumer: swapped() }, 'sound'],
    ['a position that is published before the byte is written', {}, { producer: published() }, 'sound'],
    ['a cached position that is taken for a newer one, by the writer', { seesOneMore: 'producer' }, {}, 'sound'],
    ['a cached position that is taken for a newer one, by the reader', { seesOneMore: 'consumer' }, {}, 'sound'],
    ['a flag that is stored without waiting (lost wake-up)', { plain: ['storeOwnFlag'] }, {}, 'ends'],
    [
      'no second look behind the flag (lost wake-up)',
      {},
      { consumer: redirected(ringConsumerMachine, 'flagging', 'done', 'sleeping') },
      'ends',
    ],
    ['no second look of the writer', {}, { producer: redirected(ringProducerMachine, 'flagging', 'done', 'sleeping') }, 'ends'],
    ['a sleep that does not compare the flag', { sleepsBlindly: true }, {}, 'ends'],
    ['a writer that wakes nobody', {}, { producer: redirected(ringProducerMachine, 'publishing', 'done', 'choosing') }, 'ends'],
    ['an end that wakes nobody', {}, { producer: redirected(ringProducerMachine, 'ending', 'done', 'ended') }, 'ends'],
    ['an end that is looked at behind the position', {}, { consumer: endBehind() }, 'whole'],
    ['an end that overtakes the last position', { plain: ['storeHead', 'storeEnded'] }, {}, 'whole'],
  ];
  test.each(mistakes)('%s', async (_mistake, faults, charts, property) => {
    const { verdicts, result } = await explore(faults, charts);
    expect(verdicts[property]).toBe('violated');
    expect(result.properties.find(({ id }) => id === property)?.counterexample?.moves.length).toBeGreaterThan(0);
  });

  /** Gives the byte back, then reads it. */
  function swapped(): AnyStateMachine {
    return exchanged(ringConsumerMachine, 'reading', 'releasing');
  }

  /** Publishes, then writes. */
  function published(): AnyStateMachine {
    return exchanged(ringProducerMachine, 'writing', 'publishing');
  }

  /** Looks at the position first. */
  function endBehind(): AnyStateMachine {
    const config = structuredClone(ringConsumerMachine.config) as { states: Record<string, { on: Record<string, string> }> };
    const { looking, lookingForEnd, choosing } = config.states;
    if (!looking || !lookingForEnd || !choosing) throw new Error('the chart has other states now');
    choosing.on['none'] = 'looking';
    looking.on['none'] = 'lookingForEnd';
    lookingForEnd.on = { open: 'flagging', ended: 'finished' };
    return createMachine(config as never);
  }

  /** Two accesses the other way round. */
  function exchanged(machine: AnyStateMachine, one: string, other: string): AnyStateMachine {
    const config = structuredClone(machine.config) as { states: Record<string, { entry?: unknown }> };
    const [first, second] = [config.states[one], config.states[other]];
    if (!first || !second) throw new Error(`${machine.id} has other states now`);
    [first.entry, second.entry] = [second.entry, first.entry];
    return createMachine(config as never);
  }
});
