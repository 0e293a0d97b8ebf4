import { describe, expect, test } from 'vitest';
import { type AnyStateMachine, createMachine, setup } from 'xstate';
import { createTestModel } from 'xstate/graph';
import { clientMachine, serverMachine } from '../../machines/index.ts';
import { chartTransitions, stateNodes } from '../compile/chart-transitions.ts';
import { compile } from '../compile/compile.ts';
import { delayEvent, withExplicitDelays } from '../explicit-delays.ts';
import { clientAlphabet, eventsOf, serverAlphabet } from '../validate/alphabet.ts';

const charts = [
  { name: 'client', machine: clientMachine as AnyStateMachine, input: {}, alphabet: clientAlphabet },
  {
    name: 'server',
    machine: serverMachine as AnyStateMachine,
    input: { mode: 'storage', fallback: true },
    alphabet: serverAlphabet,
  },
];

describe.each(charts)('the derived $name chart', ({ machine, input, alphabet }) => {
  const derived = withExplicitDelays(machine);

  test('is taken by xstate/graph, which refuses the original', () => {
    expect(() => createTestModel(machine)).toThrow('After events on test machines are not supported');
    expect(() => createTestModel(derived)).not.toThrow();
  });

  test('has the same transitions, each delay as an event', () => {
    const rows = (chart: AnyStateMachine) =>
      [...chartTransitions(chart)].map(([definition, { source, event, guard, targets, description }]) => ({
        source,
        event: event.replace(/^after[ .]/, 'after '),
        guard,
        targets,
        description,
        actions: Reflect.get(definition, 'actions') as unknown,
      }));
    expect(rows(derived)).toHaveLength(rows(machine).length);
    expect(rows(derived)).toEqual(expect.arrayContaining(rows(machine)));
    expect(stateNodes(derived).filter((node) => node.after.length > 0)).toEqual([]);
  });

  test('does the same in each state for each event and each delay', () => {
    const [original, changed] = [compile(machine, input), compile(derived, input)];
    const queue: [number, number][] = [[original.initial.id, changed.initial.id]];
    const seen = new Set<number>();
    for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
      const [here, there] = at;
      if (seen.has(here)) continue;
      seen.add(here);
      const { path, delays } = original.state(here);
      expect(changed.state(there)).toMatchObject({ path, delays: [] });
      const steps = [
        ...eventsOf(alphabet).map((event) => [original.step(here, event), changed.step(there, event)] as const),
        ...delays.map((delay) => [original.expire(here, delay), changed.step(there, { type: delayEvent(delay) })] as const),
      ];
      for (const [step, other] of steps) {
        expect(other?.next.path).toBe(step?.next.path);
        expect(other?.outputs).toEqual(step?.outputs);
        if (step !== undefined && other !== undefined) queue.push([step.next.id, other.next.id]);
      }
    }
    expect(seen.size).toBeGreaterThan(10);
  });

  test('leaves the original as it was', () => {
    expect(stateNodes(machine).some((node) => node.after.length > 0)).toBe(true);
    expect(derived.config).not.toBe(machine.config);
  });
});

test('delays in milliseconds, with guards and in lists, become events, too', () => {
  const machine = setup({ guards: { isLate: () => false } }).createMachine({
    id: 'it',
    initial: 'a',
    states: { a: { on: { go: 'b' }, after: { 100: [{ guard: 'isLate', target: 'a' }, { target: 'b' }] } }, b: {} },
  });
  const chart = compile(withExplicitDelays(machine));
  expect(chart.step(0, { type: 'after.100' })?.next.path).toBe('b');
  expect(chart.step(0, { type: 'go' })?.next.path).toBe('b');
});

test('a chart without delays is the same chart', () => {
  const config = { id: 'it', initial: 'a', states: { a: { on: { go: 'b' } }, b: { type: 'final' } } } as const;
  expect(withExplicitDelays(createMachine(config)).config).toEqual(config);
});

describe('a chart that would say something else is refused', () => {
  test.each([
    [
      'the event is there already',
      { initial: 'a', states: { a: { on: { 'after.pause': 'b' }, after: { pause: 'b' } }, b: {} } },
      'chart it: it.a has the event after.pause already',
    ],
    [
      'a state within another one has a delay of the same name',
      { initial: 'a', after: { pause: '.a' }, states: { a: { after: { pause: 'b' } }, b: {} } },
      'chart it: it and it.a can be active at once, and both have the delay pause',
    ],
    [
      'a state in another region has a delay of the same name',
      {
        type: 'parallel',
        states: {
          left: { initial: 'a', states: { a: { after: { pause: 'b' } }, b: {} } },
          right: { initial: 'c', states: { c: { after: { pause: 'd' } }, d: {} } },
        },
      },
      'chart it: it.left.a and it.right.c can be active at once, and both have the delay pause',
    ],
  ])('%s', (_, config, message) => {
    const machine = createMachine({ id: 'it', ...config } as never, { delays: { pause: 1 } } as never);
    expect(() => withExplicitDelays(machine)).toThrow(new RangeError(message));
  });
});
