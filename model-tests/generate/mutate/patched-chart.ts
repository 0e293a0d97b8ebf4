/**
 * A mutant of a chart that asks XState only where the mutation can matter, and takes everything else from the chart: a mutant costs a few steps
 * instead of all.
 */
import type { AnyEventObject } from 'xstate';
import type { Chart, CompiledChart, LocalState, LocalStep } from '../../compile/compile.ts';
import type { Site } from './config.ts';

/** The mutant of a chart in which nothing but the transition at `site` was changed. Its states have numbers of its own. */
export class PatchedChart implements Chart {
  readonly id: string;
  readonly initial: LocalState;
  readonly initialOutputs: Chart['initialOutputs'];
  readonly transitions: Chart['transitions'];
  readonly #chart: CompiledChart;
  readonly #mutant: CompiledChart;
  readonly #site: Site;
  /** The number in the chart, by that in the mutant; the state in the mutant, by the number in the chart. */
  readonly #inChart: number[] = [];
  readonly #inMutant: LocalState[] = [];
  readonly #known = new Map<string, LocalStep | undefined>();

  constructor(chart: CompiledChart, mutant: CompiledChart, site: Site) {
    this.id = mutant.id;
    this.initial = mutant.initial;
    this.initialOutputs = mutant.initialOutputs;
    this.transitions = mutant.transitions;
    this.#chart = chart;
    this.#mutant = mutant;
    this.#site = site;
  }

  state(id: number): LocalState {
    return this.#mutant.state(id);
  }

  step(state: number, event: AnyEventObject): LocalStep | undefined {
    return this.#remembered(`${state} ${JSON.stringify(event)}`, () => {
      const { group, event: descriptor } = this.#site;
      const matters = this.#isIn(state) && (group === 'on' ? isDescribed(event.type, descriptor) : group === 'always');
      const made = matters ? undefined : this.#asChart(state, (same) => this.#chart.step(same, event));
      return matters || hasMore(made) ? this.#mutant.step(state, event) : made;
    });
  }

  expire(state: number, delay: string): LocalStep | undefined {
    return this.#remembered(`${state} after ${delay}`, () => {
      const { group, event } = this.#site;
      const matters = this.#isIn(state) && (group === 'after' ? delay === event : group === 'always');
      const made = matters ? undefined : this.#asChart(state, (same) => this.#chart.expire(same, delay));
      return matters || hasMore(made) ? this.#mutant.expire(state, delay) : made;
    });
  }

  #remembered(key: string, work: () => LocalStep | undefined): LocalStep | undefined {
    if (!this.#known.has(key)) this.#known.set(key, work());
    return this.#known.get(key);
  }

  /** Whether the source of the mutated transition is active. */
  #isIn(state: number): boolean {
    const source = this.#site.path.join('.');
    const leaves = this.#mutant.state(state).path.split(' + ');
    return source === '' || leaves.some((leaf) => `${leaf}.`.startsWith(`${source}.`));
  }

  /** The step that the chart makes in the same local state, with the numbers of the mutant. */
  #asChart(state: number, step: (same: number) => LocalStep | undefined): LocalStep | undefined {
    this.#inChart[state] ??= this.#chart.of(this.#mutant.state(state).value).id;
    const made = step(this.#inChart[state]);
    if (made === undefined) return undefined;
    const next = this.#inMutant[made.next.id] ?? this.#mutant.of(made.next.value);
    this.#inMutant[made.next.id] = next;
    return { ...made, next };
  }
}

/** What follows in the same step may be the mutated transition. */
const hasMore = (step: LocalStep | undefined) => step !== undefined && step.further.length > 0;

/** Whether an event type is meant by a descriptor of XState: itself, a prefix with `.*`, or `*`. */
function isDescribed(type: string, descriptor: string): boolean {
  if (descriptor === '*') return true;
  return descriptor.endsWith('.*') ? `${type}.`.startsWith(descriptor.slice(0, -1)) : type === descriptor;
}
