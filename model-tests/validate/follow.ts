/** Follows one recorded session on its chart: which local states it may be in, record by record. */
import { isDeepStrictEqual } from 'node:util';
import type { AnyEventObject } from 'xstate';
import { combinations, type FactValues } from './alphabet.ts';
import { actionOf, type ChartSource, fittingRecord, type Hypothesis, isReserved, type Possibility } from './chart-source.ts';
import type { CheckedRecord, FittingRecord, Misfit } from './record.ts';
import { type Gap, silentSteps } from './silent-steps.ts';
import { anyOf, count, quoted, spelled } from './words.ts';

/** What may be missing. */
export interface Patience {
  /** Whether records and fields may be missing at all. */
  readonly partial: boolean;
  /** How many records may be missing in a row; may be infinite. */
  readonly maxMissing: number;
}

/** Nothing may be missing. */
export const strict: Patience = { partial: false, maxMissing: 0 };

/** Thrown and caught here: the record fits no run. */
class NoRun extends Error {
  constructor(
    problem: string,
    readonly fitting: readonly FittingRecord[],
  ) {
    super(problem);
  }
}

/** One thing that may have happened: the hypothesis before, and what its chart does. */
interface Candidate extends Possibility {
  readonly from: Hypothesis | undefined;
  readonly next: Hypothesis;
}

/** A session that is being followed. */
export class Follower {
  readonly #source: ChartSource;
  readonly #patience: Patience;
  /** Undefined until record 0 was seen or is known to be missing. */
  #now: readonly Hypothesis[] | undefined;
  /** The smallest seq that the next record can have, and whether it is the only one. */
  #seq = 0;
  #seqIsKnown = true;
  #missing = 0;

  constructor(source: ChartSource, patience: Patience = strict) {
    this.#source = source;
    this.#patience = patience;
  }

  /** How many records were bridged, as far as gaps in `seq` tell. */
  get missing(): number {
    return this.#missing;
  }

  /** Takes the next record of the session; says why it fits no run. After that it knows nothing any more. */
  take(record: CheckedRecord): Misfit | undefined {
    if (this.#isAsBefore(record)) return undefined;
    try {
      this.#search(record);
      return undefined;
    } catch (error) {
      if (error instanceof NoRun) return { problem: error.message, fitting: error.fitting };
      throw error;
    }
  }

  /** The way of nearly every record of a live session: exactly this record has led on from here before. */
  #isAsBefore(record: CheckedRecord): boolean {
    const { seq, state } = record;
    if (seq !== this.#seq || !this.#seqIsKnown || (this.#now !== undefined && this.#now.length !== 1)) return false;
    const from = this.#now?.[0];
    if (state !== (from === undefined ? '' : from.state.path)) return false;
    const known = this.#source.fitted(from, record);
    if (known === undefined) return false;
    this.#seq += 1;
    this.#now = [known];
    return true;
  }

  #search(record: CheckedRecord): void {
    const { event, actions, next } = record;
    const gap = this.#gap(record);
    const happened = event.type === 'start' ? this.#started(record, gap) : this.#went(record, this.#bridge(record, gap), gap);
    const what =
      event.type === 'start' ? 'start' : `${event.type} in ${anyOf(happened.map(({ from }) => from?.state.path ?? ''))}`;
    const led = next === undefined ? happened : happened.filter(({ step }) => step.next.path === next);
    if (led.length === 0)
      throw this.#refuse(
        `${what} leads to ${quoted(next)}; expected ${anyOf(happened.map(({ step }) => step.next.path))}`,
        happened,
      );
    const done = actions === undefined ? led : led.filter((candidate) => this.#hasActions(candidate, actions));
    if (done.length === 0)
      throw this.#refuse(
        `${what} has the actions ${listed(actions ?? [])}; expected ${anyOf(led.map(({ step }) => listed(step.outputs.map(actionOf))))}`,
        led,
      );
    const [only] = done;
    // What a strict follower has taken every follower takes; not the other way round.
    if (only !== undefined && !this.#patience.partial) this.#source.remember(only.from, record, only.next);
    this.#advance(record, gap, [...new Set(done.map((candidate) => candidate.next))]);
  }

  #advance({ seq }: CheckedRecord, gap: Gap, now: readonly Hypothesis[]): void {
    this.#now = now;
    this.#seqIsKnown = seq !== undefined || (this.#seqIsKnown && gap.to === 0);
    this.#missing += seq === undefined ? 0 : gap.from;
    this.#seq = (seq ?? this.#seq) + 1;
  }

  /** How many records are missing before this one. */
  #gap({ seq }: CheckedRecord): Gap {
    const { partial, maxMissing } = this.#patience;
    if (seq === undefined) return { from: 0, to: maxMissing };
    const missing = seq - this.#seq;
    const expected = `${this.#seqIsKnown ? '' : 'at least '}${this.#seq}`;
    if (missing < 0 || (missing > 0 && !partial))
      throw this.#refuse(
        `seq is ${seq}; expected ${expected}: a record of the session is missing, doubled or out of order`,
        this.#anything(this.#now),
      );
    if (missing > maxMissing)
      throw this.#refuse(
        `seq is ${seq}; expected ${expected} to ${this.#seq + maxMissing}: ${count(missing, 'record')} missing are more than may be`,
        this.#anything(this.#now),
      );
    return { from: this.#seqIsKnown ? missing : 0, to: missing };
  }

  /** The hypotheses before the record, the state that it names included. */
  #bridge({ state, event }: CheckedRecord, gap: Gap): Hypothesis[] {
    const isBegun = this.#now !== undefined;
    const begun = this.#now ?? this.#source.inputs().map((input) => this.#source.begin(input));
    if (!isBegun && gap.to === 0)
      throw this.#refuse(`the event is ${event.type}; expected start, with which each session begins`, this.#anything(undefined));
    // Record 0 is one of those that are missing.
    const rest = isBegun ? gap : { from: Math.max(gap.from - 1, 0), to: gap.to - 1 };
    const possible = silentSteps(begun, rest, (at) => this.#source.silently(at));
    if (possible.length === 0)
      throw this.#refuse(
        `${count(gap.from, 'record')} before it would be missing; no run goes on so long behind ${anyOf(begun.map((at) => at.state.path))}`,
        this.#anything(this.#now),
      );
    const there = state === undefined ? possible : possible.filter((at) => at.state.path === state);
    if (there.length === 0)
      throw this.#refuse(
        `the state before is ${quoted(state)}; expected ${anyOf(possible.map((at) => at.state.path))}, ${inWhich(gap)}`,
        this.#anything(possible),
      );
    return there;
  }

  #started({ state, event: { type, ...facts } }: CheckedRecord, gap: Gap): Candidate[] {
    if (this.#now !== undefined || gap.from > 0) {
      const seen = this.#now === undefined ? 'before which records are missing' : 'since the session has begun';
      throw this.#refuse(`start is not accepted, ${seen}`, this.#anything(this.#now));
    }
    if (state !== undefined && state !== '')
      throw this.#refuse(`the state before start is ${quoted(state)}; expected ''`, this.#anything(undefined));
    const { input } = this.#source.dialect;
    const { partial } = this.#patience;
    const wrong =
      input && (wrongFact('start', facts, input) ?? (partial ? undefined : missingFact('start', facts, missingOf(facts, input))));
    if (wrong !== undefined) throw this.#refuse(wrong, this.#anything(undefined));
    const missing = input === undefined ? [{}] : combinations(missingOf(facts, input));
    return missing.map((added) => beginning(this.#source.begin({ ...facts, ...added }), { type, ...facts, ...added }));
  }

  /** Everything that the event can have done in any of these hypotheses. */
  #went({ event }: CheckedRecord, there: readonly Hypothesis[], gap: Gap): Candidate[] {
    const happened = event.type === 'timeout' ? this.#expired(event, there) : this.#reacted(event, there);
    if (happened.length > 0) return happened;
    const behind = gap.to > 0 ? `, whatever was missing` : '';
    throw this.#refuse(
      `${event.type} is not accepted in ${anyOf(there.map((at) => at.state.path))}${behind}; accepted there: ${this.#accepted(there)}`,
      this.#anything(there),
    );
  }

  #expired(event: AnyEventObject, there: readonly Hypothesis[]): Candidate[] {
    const limit: unknown = event['limit'];
    const unknown = Object.keys(event).find((name) => name !== 'type' && name !== 'limit');
    if (unknown !== undefined)
      throw this.#refuse(`timeout has the fact ${unknown}; expected limit and no other`, this.#anything(there));
    const happened = there.flatMap((from) => {
      const step = typeof limit === 'string' ? from.chart.expire(from.state.id, limit) : undefined;
      return step === undefined ? [] : [this.#candidate(from, { event, step })];
    });
    if (happened.length > 0) return happened;
    const running = new Set(there.flatMap(({ state }) => state.delays));
    throw this.#refuse(
      `timeout of ${quoted(limit)} in ${anyOf(there.map((at) => at.state.path))}; the limits that run there: ${[...running].join(', ') || 'none'}`,
      this.#anything(there),
    );
  }

  #reacted(event: AnyEventObject, there: readonly Hypothesis[]): Candidate[] {
    const { type, ...facts } = event;
    const { alphabet } = this.#source.dialect;
    const values = alphabet === undefined ? {} : Object.hasOwn(alphabet, type) ? alphabet[type] : undefined;
    if (values === undefined || isReserved(type) || there.every(({ state }) => state.final)) return [];
    const wrong = alphabet === undefined ? undefined : wrongFact(type, facts, values);
    if (wrong !== undefined) throw this.#refuse(wrong, this.#anything(there));
    const missing = missingOf(facts, values);
    return there.flatMap((from) => {
      const happened = combinations(missing).flatMap((added) => {
        const step = this.#source.step(from, { ...event, ...added });
        return step === undefined ? [] : [this.#candidate(from, { event: { ...event, ...added }, step })];
      });
      // A fact that was not found out is none that decides: whatever it had been, the chart would have done the same.
      const [first, ...others] = happened;
      const decides = others.some(
        ({ step }) => step.next !== first?.step.next || !isDeepStrictEqual(step.outputs, first.step.outputs),
      );
      if (decides && !this.#patience.partial)
        throw this.#refuse(`${missingFact(type, facts, missing)}; in ${from.state.path} it decides`, happened);
      return happened;
    });
  }

  #candidate(from: Hypothesis, possibility: Possibility): Candidate {
    return { ...possibility, from, next: this.#source.at(from.chart, possibility.step.next) };
  }

  #hasActions({ from, step }: Candidate, actions: NonNullable<CheckedRecord['actions']>): boolean {
    const { mayLeaveOut = () => false } = this.#source.dialect;
    const isLeftOut = ({ type }: { readonly type: string }) =>
      mayLeaveOut(from?.state.path ?? '', type) && actions.every((action) => action.type !== type);
    const expected = step.outputs.filter((output) => !isLeftOut(output)).map((output) => spelled(actionOf(output)));
    return isDeepStrictEqual(actions.map(spelled), expected);
  }

  /** The types of the events that these hypotheses accept. */
  #accepted(there: readonly Hypothesis[]): string {
    if (there.every(({ state }) => state.final)) return 'nothing, it is final';
    const accepted = there.flatMap((at) =>
      this.#source.possibilities(at).map(({ event }) => (event.type === 'timeout' ? spelled(event) : event.type)),
    );
    return [...new Set(accepted)].join(', ') || 'nothing';
  }

  /** Each thing that can happen in these hypotheses; undefined for a session that has not begun. */
  #anything(there: readonly Hypothesis[] | undefined): Candidate[] {
    if (there === undefined)
      return this.#source.inputs().map((input) => beginning(this.#source.begin(input), { type: 'start', ...input }));
    return there.flatMap((from) => this.#source.possibilities(from).map((possibility) => this.#candidate(from, possibility)));
  }

  #refuse(problem: string, instead: readonly Candidate[]): NoRun {
    const fitting = instead.map(({ from, ...possibility }) => fittingRecord(from?.state.path ?? '', possibility));
    return new NoRun(problem, fitting);
  }
}

function beginning(at: Hypothesis, event: AnyEventObject): Candidate {
  const { chart, state } = at;
  return { from: undefined, event, step: { next: state, outputs: chart.initialOutputs }, next: at };
}

function listed(actions: FittingRecord['actions']): string {
  return `[${actions.map(spelled).join(', ')}]`;
}

function inWhich(gap: Gap): string {
  if (gap.to === 0) return 'in which the record before it ended';
  return gap.from === gap.to ? `after ${count(gap.to, 'missing record')}` : 'whatever was missing';
}

function missingOf(facts: Readonly<Record<string, unknown>>, values: FactValues): FactValues {
  return Object.fromEntries(Object.entries(values).filter(([fact]) => facts[fact] === undefined));
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
