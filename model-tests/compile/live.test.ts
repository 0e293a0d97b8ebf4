/** Compiled charts do what the same charts do as live actors of XState: along every edge of their graphs, and further than that at random. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { setup } from 'xstate';
import type { TransitionSystem } from '../compose/transition-system.ts';
import { explore } from '../explore/explore.ts';
import { transitionCover } from '../generate/transition-cover.ts';
import { type CompiledChart, compile, type LocalState, type LocalStep } from './compile.ts';
import { byNumber, Live, namesOf, type Recorder, treeOfValue, withoutNumbers } from './live.test-support.ts';
import { type PlainChart, plainCharts } from './plain-charts.test-support.ts';

type Move = { readonly event: { readonly type: string } } | { readonly delay: string };

/** A chart alone: every event at any time, every delay while it runs. */
function alone(chart: CompiledChart, events: PlainChart['events']): TransitionSystem<number, Move> {
  return {
    initial: chart.initial.id,
    key: String,
    *moves(state) {
      for (const event of events) {
        const step = chart.step(state, event);
        if (step !== undefined) yield { move: { event }, next: step.next.id };
      }
      for (const { key } of chart.state(state).running) {
        yield { move: { delay: key }, next: (chart.expire(state, key) as LocalStep).next.id };
      }
    },
  };
}

const quiet = () => undefined;

describe.each(plainCharts)('$name', ({ make, events, input }) => {
  const chart = compile(make(quiet), input);
  const graph = explore(alone(chart, events), { maxStates: 5_000 });

  const play = (moves: readonly Move[]) => playBoth(chart, new Live(make, input), moves);

  test('every step of every local state is the same', () => {
    expect(graph.complete).toBe(true);
    expect(chart.transitions.filter((row) => !chart.taken.has(row)).map(({ id }) => id)).toEqual([]);
    for (const path of transitionCover(graph)) play(path.map(({ move }) => move));
  });

  test('random runs are the same, events that are not accepted too', () => {
    const choice = fc.nat({ max: 1_000 });
    fc.assert(
      fc.property(fc.array(choice, { maxLength: 40, size: 'max' }), (choices) => {
        const moves: Move[] = [];
        let state = chart.initial;
        for (const number of choices) {
          const possible: Move[] = [...events.map((event) => ({ event })), ...state.running.map(({ key }) => ({ delay: key }))];
          const move = possible[number % possible.length] as Move;
          moves.push(move);
          state = ('event' in move ? chart.step(state.id, move.event) : chart.expire(state.id, move.delay))?.next ?? state;
        }
        play(moves);
      }),
      { numRuns: 60 },
    );
  });

  test('a local state is made again from its value, by a process that has never met it', () => {
    const other = compile(make(quiet), input);
    for (const { value, path } of chart.states) {
      const again = other.of(JSON.parse(JSON.stringify(value)));
      expect(again.path).toBe(path);
      for (const event of events) {
        const here = chart.step(chart.of(value).id, event);
        const there = other.step(again.id, event);
        expect([there?.next.value, there?.outputs]).toEqual([here?.next.value, here?.outputs]);
      }
    }
  });
});

describe('the comparison notices', () => {
  const lamp = (on: string, action: string, delay: number) => (record: Recorder) =>
    setup({ actions: { light: () => record(action) } }).createMachine({
      id: 'lamp',
      initial: 'off',
      states: {
        off: { on: { press: on } },
        on: { entry: 'light', after: { [delay]: 'off' } },
        dim: { entry: 'light', after: { [delay]: 'off' } },
      },
    });
  const right = compile(lamp('on', 'light', 10)(quiet));
  const press: Move = { event: { type: 'press' } };

  test.each([
    ['another state', lamp('dim', 'light', 10)],
    ['another action', lamp('on', 'dark', 10)],
    ['another delay', lamp('on', 'light', 20)],
  ])('%s', (_, wrong) => {
    expect(() => playBoth(right, new Live(lamp('on', 'light', 10)), [press])).not.toThrow();
    expect(() => playBoth(right, new Live(wrong), [press])).toThrow(/deeply equal/);
  });
});

/** Plays moves on a compiled and on a live chart, and compares after each. */
function playBoth(chart: CompiledChart, live: Live, moves: readonly Move[]): void {
  let state = chart.initial;
  const done = namesOf(chart.initialOutputs);
  const compare = (what: string) => {
    const compiled = { what, tree: treeOfValue(state.value), timers: timersOf(state.running), done };
    expect(withoutNumbers(compiled)).toEqual(withoutNumbers({ what, tree: live.tree, timers: live.timers, done: live.done }));
  };
  compare('start');
  for (const move of moves) {
    const step = 'event' in move ? chart.step(state.id, move.event) : chart.expire(state.id, move.delay);
    if ('event' in move) live.send(move.event);
    else expireBoth(live, state.running, move.delay);
    if (step !== undefined) {
      state = step.next;
      done.push(...namesOf(step.outputs));
    }
    compare(JSON.stringify(moves));
  }
}

function expireBoth(live: Live, running: LocalState['running'], delay: string): void {
  const mine = timerOf(running.find(({ key }) => key === delay) as never);
  const alike = running.map(timerOf).filter((timer) => withoutNumbers(timer) === withoutNumbers(mine));
  live.expire(mine, alike.sort(byNumber).indexOf(mine));
}

/** As the live chart names its timers: whose, and for which event. */
function timerOf({ name, event }: { readonly name: string; readonly event: string }): string {
  return [...name.split('/').slice(0, -1), event].join('/');
}

function timersOf(running: readonly { readonly name: string; readonly event: string }[]): string[] {
  return running.map(timerOf).sort();
}
