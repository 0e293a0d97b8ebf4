/** Which transitions of a chart a step took, for sources that say what happened and not how the chart did it. */
import { setImmediate } from 'node:timers/promises';
import type { AnyEventObject } from 'xstate';
import type { CompiledChart, LocalStep } from '../../model-tests/compile/compile.ts';

/** Milliseconds after which others have their turn. */
const SLICE = 8;

/** What is known of a step. */
export interface KnownStep {
  /** The path of the state before. */
  readonly from: string;
  readonly to: string;
  /** Types of the actions, where they are known. */
  readonly actions?: readonly string[];
}

/** Compiled charts of one machine, one for each input, and what they do. */
export class ChartSteps {
  readonly #compile: readonly (() => CompiledChart)[];
  readonly #events: readonly AnyEventObject[];
  readonly #met: CompiledChart[] = [];
  readonly #meeting = this.#meet();

  /** The charts are compiled when something is asked; `events` and the delays have to lead to every state. */
  constructor(compile: readonly (() => CompiledChart)[], events: readonly AnyEventObject[]) {
    this.#compile = compile;
    this.#events = events;
  }

  /** The transitions that lead from one path to the other for one of these events; none where no chart makes this step. */
  taken(known: KnownStep, events: Iterable<AnyEventObject>): readonly string[] {
    let some: readonly string[] = [];
    for (const step of this.#stepsFrom(known.from, events)) {
      if (step.next.path !== known.to) continue;
      some = [...step.taken, ...step.further].map(({ id }) => id);
      if (known.actions === undefined || isSame(step, known.actions)) return some;
    }
    return some;
  }

  /** The limits that run in a state, by its path. */
  limitsIn(path: string): readonly string[] {
    for (const chart of this.#charts) {
      const state = chart.states.find((one) => one.path === path);
      if (state !== undefined) return state.delays;
    }
    return [];
  }

  /** Whether nothing can happen in a state any more. */
  isFinal(path: string): boolean {
    return this.#charts.some((chart) => chart.states.some((state) => state.path === path && state.final));
  }

  /** Does beforehand, a little at a time, what the first question would have to wait for. */
  async warmUp(): Promise<void> {
    let until = performance.now() + SLICE;
    while (this.#meeting.next().done !== true) {
      if (performance.now() < until) continue;
      await setImmediate();
      until = performance.now() + SLICE;
    }
  }

  /** States are asked for by their paths, so all of them are met first. */
  get #charts(): readonly CompiledChart[] {
    while (this.#meeting.next().done !== true);
    return this.#met;
  }

  /** Meets the states, one after the other. */
  *#meet(): Generator<undefined, void> {
    for (const compile of this.#compile) {
      const chart = compile();
      this.#met.push(chart);
      for (let id = 0; id < chart.states.length; id += 1) {
        for (const event of this.#events) {
          chart.step(id, event);
          yield;
        }
        for (const limit of chart.state(id).delays) chart.expire(id, limit);
      }
    }
  }

  *#stepsFrom(path: string, events: Iterable<AnyEventObject>): Generator<LocalStep> {
    for (const event of events) {
      for (const chart of this.#charts) {
        for (const state of chart.states) {
          if (state.path !== path) continue;
          const limit = event.type === 'timeout' ? String(event['limit']) : undefined;
          const step = limit === undefined ? chart.step(state.id, event) : chart.expire(state.id, limit);
          if (step !== undefined) yield step;
        }
      }
    }
  }
}

function isSame(step: LocalStep, actions: readonly string[]): boolean {
  // A recorder may leave out what has no effect.
  const types = step.outputs.map(({ type }) => type);
  return actions.every((action) => types.includes(action)) && types.length - actions.length <= 1;
}
