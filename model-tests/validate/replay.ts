/** Replays recorded sessions on a statechart and finds the first record that the chart would not have written. Takes any machine. */
import { inspect, isDeepStrictEqual } from 'node:util';
import type { AnyEventObject, AnyStateMachine } from 'xstate';
import { type CompiledChart, compile, type LocalState, type LocalStep, type Output } from '../compile/compile.ts';
import { type Alphabet, combinations, eventsOf, type FactValues } from './alphabet.ts';
import { type CheckedRecord, checkShape, type TraceVerdict } from './record.ts';

/** What a replay knows beside the chart. */
export interface Dialect {
  /** Every event with its facts; without it each event of the chart is known, with whatever facts. */
  readonly alphabet?: Alphabet;
  /** The facts of record 0, which are the machine's input. */
  readonly input?: FactValues;
  /** Actions that may be missing on either side, since they can be without effect; where both sides have one, they have to be equal. */
  readonly optionalActions?: readonly string[];
}

/**
 * Replays the records of one session, from record 0 on. The session may end anywhere: a recorder can be cut off.
 * Never throws for what the records say.
 */
export function replay(machine: AnyStateMachine, records: readonly unknown[], dialect: Dialect = {}): TraceVerdict {
  const session = new Replay(new ChartSource(machine, dialect));
  for (const [index, unchecked] of records.entries()) {
    const record = checkShape(unchecked);
    const problem = typeof record === 'string' ? record : session.take(record);
    if (problem !== undefined) return { ok: false, index, problem };
  }
  return { ok: true };
}

/** A machine, and its compiled charts: one for each input, shared by the sessions that have it. */
export class ChartSource {
  readonly #charts = new Map<string, CompiledChart>();

  constructor(
    readonly machine: AnyStateMachine,
    readonly dialect: Dialect,
  ) {}

  /** The chart with this input. */
  chart(input: Readonly<Record<string, unknown>>): CompiledChart {
    const key = JSON.stringify(Object.entries(input).sort());
    const chart = this.#charts.get(key) ?? compile(this.machine, input);
    this.#charts.set(key, chart);
    return chart;
  }
}

/** A session that is being replayed. */
export class Replay {
  readonly #source: ChartSource;
  readonly #dialect: Dialect;
  #seq = 0;
  #at: { readonly chart: CompiledChart; readonly state: LocalState } | undefined;

  constructor(source: ChartSource) {
    this.#source = source;
    this.#dialect = source.dialect;
  }

  /** Takes the next record of the session; says what is wrong with it. */
  take(record: CheckedRecord): string | undefined {
    if (record.seq !== this.#seq)
      return `seq is ${record.seq}; expected ${this.#seq}: a record of the session is missing, doubled or out of order`;
    this.#seq += 1;
    return this.#at === undefined ? this.#start(record) : this.#go(record, this.#at.chart, this.#at.state);
  }

  #start({ state, event: { type, ...facts }, actions, next }: CheckedRecord): string | undefined {
    if (type !== 'start') return `the event is ${type}; expected start, with which each session begins`;
    if (state !== '') return `the state before start is ${quoted(state)}; expected ''`;
    const values = this.#dialect.input;
    const wrong = values === undefined ? undefined : (wrongFact('start', facts, values) ?? missingFact('start', facts, values));
    if (wrong !== undefined) return wrong;
    const chart = this.#source.chart(facts);
    this.#at = { chart, state: chart.initial };
    return this.#compare('start', chart.initial, chart.initialOutputs, next, actions);
  }

  #go({ state, event, actions, next }: CheckedRecord, chart: CompiledChart, from: LocalState): string | undefined {
    if (state !== from.path)
      return `the state before is ${quoted(state)}; expected ${from.path}, in which the record before it ended`;
    const step = event.type === 'timeout' ? this.#expire(event, chart, from) : this.#step(event, chart, from);
    if (typeof step === 'string') return step;
    this.#at = { chart, state: step.next };
    return this.#compare(`${event.type} in ${from.path}`, step.next, step.outputs, next, actions);
  }

  #expire(event: AnyEventObject, chart: CompiledChart, from: LocalState): LocalStep | string {
    const limit: unknown = event['limit'];
    const unknown = Object.keys(event).find((name) => name !== 'type' && name !== 'limit');
    if (unknown !== undefined) return `timeout has the fact ${unknown}; expected limit and no other`;
    const running = from.delays.length === 0 ? 'none' : from.delays.join(', ');
    const step = typeof limit === 'string' ? chart.expire(from.id, limit) : undefined;
    return step ?? `timeout of ${quoted(limit)} in ${from.path}; the limits that run there: ${running}`;
  }

  #step(event: AnyEventObject, chart: CompiledChart, from: LocalState): LocalStep | string {
    const { type, ...facts } = event;
    const values = this.#dialect.alphabet === undefined ? {} : factsOf(this.#dialect.alphabet, type);
    const refused = () => `${type} is not accepted in ${from.path}; accepted there: ${this.#accepted(chart, from)}`;
    if (values === undefined || from.final || isReserved(type)) return refused();
    const wrong = this.#dialect.alphabet === undefined ? undefined : wrongFact(type, facts, values);
    if (wrong !== undefined) return wrong;
    // A fact that was not found out is none that decides: whatever it had been, the chart would have done the same.
    const missing = Object.fromEntries(Object.entries(values).filter(([fact]) => facts[fact] === undefined));
    const [step, ...others] = combinations(missing).map((added) => chart.step(from.id, { ...event, ...added }));
    if (others.some((other) => other?.next !== step?.next || !isDeepStrictEqual(other?.outputs, step?.outputs)))
      return `${missingFact(type, facts, missing)}; in ${from.path} it decides`;
    return step ?? refused();
  }

  /** The events that a state accepts, by name. */
  #accepted(chart: CompiledChart, from: LocalState): string {
    if (from.final) return 'nothing, it is final';
    const { alphabet } = this.#dialect;
    const events: AnyEventObject[] =
      alphabet === undefined
        ? this.#source.machine.events.filter((type) => !isReserved(type)).map((type) => ({ type }))
        : eventsOf(alphabet);
    const accepted = events.filter((event) => chart.step(from.id, event) !== undefined).map(({ type }) => type);
    return [...new Set(accepted), ...from.delays.map((limit) => `timeout {limit: ${limit}}`)].join(', ') || 'nothing';
  }

  #compare(
    what: string,
    state: LocalState,
    outputs: readonly Output[],
    next: string,
    actions: CheckedRecord['actions'],
  ): string | undefined {
    if (next !== state.path) return `${what} leads to ${quoted(next)}; expected ${state.path}`;
    const expected = outputs.map(({ type, params }) => spelled({ ...params, type }));
    const seen = actions.map(spelled);
    const { optionalActions = [] } = this.#dialect;
    const isOptional = (action: string) => optionalActions.includes(action.split(' ', 1)[0] ?? '');
    const isCompared = expected.some(isOptional) && seen.some(isOptional);
    const relevant = (all: readonly string[]) => (isCompared ? all : all.filter((action) => !isOptional(action)));
    if (isDeepStrictEqual(relevant(seen), relevant(expected))) return undefined;
    return `${what} has the actions [${seen.join(', ')}]; expected [${expected.join(', ')}]`;
  }
}

/** Wildcards and the events that XState has for itself: nobody records them. */
const isReserved = (type: string) => type.includes('*') || type.startsWith('xstate.');

function factsOf(alphabet: Alphabet, type: string): FactValues | undefined {
  return Object.hasOwn(alphabet, type) ? alphabet[type] : undefined;
}

function wrongFact(type: string, facts: Readonly<Record<string, unknown>>, values: FactValues): string | undefined {
  for (const [fact, value] of Object.entries(facts)) {
    if (value === undefined) continue;
    const possible = Object.hasOwn(values, fact) ? values[fact] : undefined;
    if (possible === undefined) return `${type} has the fact ${fact}; expected ${Object.keys(values).join(', ') || 'none'}`;
    if (!possible.some((one) => one === value)) return `${type} has ${fact} ${quoted(value)}; expected ${possible.join(', ')}`;
  }
  return undefined;
}

function missingFact(type: string, facts: Readonly<Record<string, unknown>>, values: FactValues): string | undefined {
  const missing = Object.entries(values).find(([fact]) => facts[fact] === undefined);
  return missing === undefined ? undefined : `${type} has no ${missing[0]}; expected one of ${missing[1].join(', ')}`;
}

/** An action in words: `sendDecline {reason: busy}`. */
function spelled({ type, ...params }: { readonly type: string; readonly [param: string]: unknown }): string {
  const given = Object.entries(params).filter(([, value]) => value !== undefined);
  const texts = given
    .map(([name, value]) => `${name}: ${typeof value === 'string' && /^\w+$/.test(value) ? value : quoted(value)}`)
    .sort();
  return texts.length === 0 ? type : `${type} {${texts.join(', ')}}`;
}

/** Whatever a record holds, on one line and of a bounded length. */
export function quoted(value: unknown): string {
  return inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 100, maxArrayLength: 10 });
}
