/** A chart as traces know it: what a session may be in, what can happen there, and what is remembered of it between sessions. */
import type { AnyEventObject, AnyStateMachine } from 'xstate';
import { type CompiledChart, compile, type LocalState, type LocalStep, type Output } from '../compile/compile.ts';
import { type Alphabet, combinations, eventsOf, type FactValues } from './alphabet.ts';
import type { FittingRecord } from './record.ts';

/** What a replay knows beside the chart. */
export interface Dialect {
  /** Every event with its facts; without it each event of the chart is known, with whatever facts. */
  readonly alphabet?: Alphabet;
  /** The facts of record 0, which are the machine's input. */
  readonly input?: FactValues;
  /** Whether an event of this type can happen in this state at all, whatever the chart's wildcards accept. Default: it can. */
  readonly canHappen?: (state: string, type: string) => boolean;
  /** Whether the chart has to have the event by its name, since a wildcard does not mean it. Default: a wildcard will do. */
  readonly isByName?: (type: string) => boolean;
  /** Whether a record may leave out this action of the chart in this state, since it can be without effect there. */
  readonly mayLeaveOut?: (state: string, action: string) => boolean;
}

/** A chart in one of its local states: what a session may be in, as far as its records tell. One object for each. */
export interface Hypothesis {
  readonly chart: CompiledChart;
  readonly state: LocalState;
}

/** An event that a hypothesis accepts, as a record spells it, and what comes of it. */
export interface Possibility {
  readonly event: AnyEventObject;
  readonly step: Pick<LocalStep, 'next' | 'outputs'>;
}

/** A machine with its compiled charts, one for each input, shared by all the sessions that are followed. */
export class ChartSource {
  readonly #charts = new Map<string, CompiledChart>();
  readonly #hypotheses = new Map<CompiledChart, Hypothesis[]>();
  readonly #possibilities = new Map<Hypothesis, readonly Possibility[]>();
  readonly #fitted = new Map<Hypothesis | undefined, Map<string, Hypothesis>>();

  constructor(
    readonly machine: AnyStateMachine,
    readonly dialect: Dialect,
  ) {}

  /** The beginning of a session with this input. */
  begin(input: Readonly<Record<string, unknown>>): Hypothesis {
    const key = JSON.stringify(Object.entries(input).sort());
    const chart = this.#charts.get(key) ?? compile(this.machine, input);
    this.#charts.set(key, chart);
    return this.at(chart, chart.initial);
  }

  /** Each input that a session can have, as far as the dialect tells. */
  inputs(): Readonly<Record<string, unknown>>[] {
    return this.dialect.input === undefined ? [] : combinations(this.dialect.input);
  }

  at(chart: CompiledChart, state: LocalState): Hypothesis {
    const known = this.#hypotheses.get(chart) ?? [];
    this.#hypotheses.set(chart, known);
    known[state.id] ??= { chart, state };
    return known[state.id] as Hypothesis;
  }

  /** The reaction to an event, or undefined where it cannot happen or is not accepted. */
  step({ chart, state }: Hypothesis, event: AnyEventObject): LocalStep | undefined {
    const { canHappen, isByName } = this.dialect;
    if (state.final || isReserved(event.type) || canHappen?.(state.path, event.type) === false) return undefined;
    const step = chart.step(state.id, event);
    const isMeant = isByName?.(event.type) !== true || step?.taken.every((row) => row.event === event.type);
    return isMeant ? step : undefined;
  }

  /** Everything that can happen, limits that expire included, as records spell it. */
  possibilities(at: Hypothesis): readonly Possibility[] {
    const known = this.#possibilities.get(at);
    if (known !== undefined) return known;
    const { alphabet } = this.dialect;
    const events: AnyEventObject[] =
      alphabet === undefined
        ? this.machine.events.filter((type) => !isReserved(type)).map((type) => ({ type }))
        : eventsOf(alphabet);
    const found: Possibility[] = [];
    for (const event of events) {
      const step = this.step(at, event);
      if (step !== undefined) found.push({ event, step });
    }
    for (const limit of at.state.delays) {
      const step = at.chart.expire(at.state.id, limit);
      if (step !== undefined) found.push({ event: { type: 'timeout', limit }, step });
    }
    this.#possibilities.set(at, found);
    return found;
  }

  /** What one record that nobody has seen can lead to. */
  silently(at: Hypothesis): Hypothesis[] {
    return this.possibilities(at).map(({ step }) => this.at(at.chart, step.next));
  }

  /** Where this record has led before, word for word, from the same hypothesis; undefined: from before record 0. */
  fitted(at: Hypothesis | undefined, record: string): Hypothesis | undefined {
    return this.#fitted.get(at)?.get(record);
  }

  /** Only where there is an alphabet: then the records that fit are finitely many. */
  remember(at: Hypothesis | undefined, record: string, next: Hypothesis): void {
    if (this.dialect.alphabet === undefined) return;
    const known = this.#fitted.get(at) ?? new Map<string, Hypothesis>();
    this.#fitted.set(at, known);
    known.set(record, next);
  }
}

/** The records that say that this happened. */
export function fittingRecord(state: string, { event, step }: Possibility): FittingRecord {
  return { state, event, actions: step.outputs.map(actionOf), next: step.next.path };
}

/** An output of a chart as a record has it. */
export function actionOf({ type, params }: Output): FittingRecord['actions'][number] {
  return { type, ...params };
}

/** Wildcards and the events that XState has for itself: nobody records them. */
export function isReserved(type: string): boolean {
  return type.includes('*') || type.startsWith('xstate.');
}
