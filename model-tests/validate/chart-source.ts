/** A chart as traces know it: what a session may be in, what can happen there, and what is remembered of it between sessions. */
import type { AnyEventObject, AnyStateMachine } from 'xstate';
import { type CompiledChart, compile, type LocalState, type LocalStep, type Output } from '../compile/compile.ts';
import { type Alphabet, combinations, eventsOf, type FactValues } from './alphabet.ts';
import type { CheckedRecord, FittingRecord } from './record.ts';

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

/** So many outcomes of one event in one state are remembered; no chart of ours has more. */
const MOST_REMEMBERED = 64;

/** What a record says that came of its event. */
type Outcome = Pick<CheckedRecord, 'event' | 'actions' | 'next'>;

/** An outcome that fitted, and where it has led. */
interface Fitted extends Required<Pick<CheckedRecord, 'event'>> {
  readonly actions: readonly Flat[];
  readonly next: string | undefined;
  readonly to: Hypothesis;
}

type Flat = Readonly<Record<string, unknown>>;

/** Whether both have the same fields with the same values; a value that is no primitive is like no other, which is safe here. */
function sameFlat(one: Flat, other: Flat): boolean {
  let fields = 0;
  for (const name in one) {
    if (one[name] !== other[name]) return false;
    fields += 1;
  }
  for (const _ in other) fields -= 1;
  return fields === 0;
}

function sameList(given: readonly Flat[] | undefined, known: readonly Flat[]): boolean {
  if (given?.length !== known.length) return false;
  for (let index = 0; index < known.length; index += 1) if (!sameFlat(given[index] as Flat, known[index] as Flat)) return false;
  return true;
}

/** A machine with its compiled charts, one for each input, shared by all the sessions that are followed. */
export class ChartSource {
  readonly #charts = new Map<string, CompiledChart>();
  readonly #hypotheses = new Map<CompiledChart, Hypothesis[]>();
  readonly #possibilities = new Map<Hypothesis, readonly Possibility[]>();
  readonly #fitted = new Map<Hypothesis | undefined, Map<string, Fitted[]>>();

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

  /** Where a record with the same event, actions and state behind has led before, from the same hypothesis; undefined: from before record 0. */
  fitted(at: Hypothesis | undefined, { event, actions, next }: Outcome): Hypothesis | undefined {
    const known = this.#fitted.get(at)?.get(event.type);
    if (known === undefined) return undefined;
    for (const one of known) if (next === one.next && sameFlat(event, one.event) && sameList(actions, one.actions)) return one.to;
    return undefined;
  }

  /** Only where there is an alphabet: then the records that fit are finitely many. Keeps copies. */
  remember(at: Hypothesis | undefined, { event, actions, next }: Outcome, to: Hypothesis): void {
    if (this.dialect.alphabet === undefined || actions === undefined) return;
    const byType = this.#fitted.get(at) ?? new Map<string, Fitted[]>();
    this.#fitted.set(at, byType);
    const known = byType.get(event.type) ?? [];
    byType.set(event.type, known);
    if (known.length < MOST_REMEMBERED)
      known.push({ event: { ...event }, actions: actions.map((action) => ({ ...action })), next, to });
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
