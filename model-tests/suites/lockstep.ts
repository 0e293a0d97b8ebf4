/** Walks a chart and the implementation's table side by side: whatever one does for an event, the other has to do. */
import { type AnyEventObject, type AnyMachineSnapshot, type AnyStateMachine, initialTransition, transition } from 'xstate';
import { limitsOf } from '../../impl/protocol/limits.ts';
import { step as stepTable } from '../../impl/protocol/step.ts';
import type { Action, Facts, Machine } from '../../impl/protocol/table.ts';
import { chartDelays, stateNodes } from '../compile/chart-transitions.ts';
import { compile, type LocalState, leafPaths, type Output } from '../compile/compile.ts';
import { type Alphabet, eventsOf } from '../validate/alphabet.ts';
import { canSpeak, isOutcome, type Speaking } from '../validate/possible-events.ts';

/** A role, as the chart has it and as the table has it. */
export interface Pair<State extends string, EventType extends string, ActionType extends string> {
  readonly chart: AnyStateMachine;
  readonly table: Machine<State, EventType, ActionType>;
  readonly alphabet: Alphabet;
  readonly input: Facts;
  readonly speaking: Speaking;
}

/** What the walk has found. */
export interface Findings {
  /** Local states of the chart that were reached, by path. */
  readonly states: ReadonlySet<string>;
  /** Pairs of a local state and an event that were compared. */
  readonly compared: number;
  /** Where chart and table disagree, in words. */
  readonly disagreements: readonly string[];
  /** States where one of the two says sendDecline and the other does not. */
  readonly declinesDiffer: ReadonlySet<string>;
}

interface Position<State> {
  readonly local: LocalState;
  readonly snapshot: AnyMachineSnapshot;
  readonly state: State;
  readonly context: Facts;
}

/** Walks every reachable pair of states and tries every event there, expired limits included. */
export function walk<S extends string, E extends string, A extends string>(pair: Pair<S, E, A>): Findings {
  const chart = compile(pair.chart, pair.input);
  const [snapshot, started] = initialTransition(pair.chart, pair.input as never);
  const startedLimits = startedBy(started, limitNames(pair.chart));
  const findings = new Notes();
  const initial: Position<S> = { local: chart.initial, snapshot, state: pair.table.initial, context: pair.input };
  findings.compareLimits(
    'start',
    startedLimits,
    limitsOf(initial.state)
      .map(({ limit }) => limit)
      .sort(),
  );
  findings.compareActions('start', chart.initialOutputs, pair.table.start, initial.state);
  const queue = [initial];
  const seen = new Set<string>();
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    const key = JSON.stringify([at.local.id, at.state, at.context]);
    if (seen.has(key)) continue;
    seen.add(key);
    findings.compareStates('the state', at.local.path, at.state);
    findings.compareLimits(
      `running in ${at.state}`,
      at.local.delays,
      limitsOf(at.state)
        .map(({ limit }) => limit)
        .sort(),
    );
    for (const event of [...eventsOf(pair.alphabet), ...timeouts(pair.chart)]) {
      const next = tryEvent(pair, chart, at, event, findings);
      if (next !== undefined) queue.push(next);
    }
  }
  return findings;
}

function tryEvent<S extends string, E extends string, A extends string>(
  pair: Pair<S, E, A>,
  chart: ReturnType<typeof compile>,
  at: Position<S>,
  event: AnyEventObject,
  findings: Notes,
): Position<S> | undefined {
  const limit = event.type === 'timeout' ? String(event['limit']) : undefined;
  // A limit that does not run cannot expire; the driver has cancelled its timer.
  if (limit !== undefined && !at.local.delays.includes(limit)) return undefined;
  if (!canSpeak(pair.speaking, at.local.path, event.type)) return undefined;
  const what = `${at.local.path}, ${JSON.stringify(event)}`;
  const outcome = stepTable(pair.table, at.state, { ...event, type: event.type as E } as never, at.context);
  const isLate = isOutcome(event.type) && !names(at.snapshot, event.type);
  findings.compared += 1;
  if (isLate) {
    findings.compareStates(`${what} (too late)`, at.local.path, outcome.next);
    findings.compareActions(`${what} (too late)`, [], outcome.actions, at.state);
    return undefined;
  }
  const own = limit === undefined ? event : { type: raisedBy(pair.chart, at.snapshot, limit) };
  const local = chart.step(at.local.id, own);
  const [snapshot, actions] = local === undefined ? [at.snapshot, []] : transition(pair.chart, at.snapshot, own as never);
  const next: Position<S> = { local: local?.next ?? at.local, snapshot, state: outcome.next, context: outcome.context };
  findings.compareStates(what, next.local.path, outcome.next);
  findings.compareActions(what, local?.outputs ?? [], outcome.actions, at.state);
  findings.compareLimits(`${what} starts`, startedBy(actions, limitNames(pair.chart)), startedByTable(at.state, outcome));
  // Behind a disagreement there is nothing left to compare.
  return next.local.path === next.state ? next : undefined;
}

/** Whether the chart names this event here: a wildcard for frames does not mean it. */
function names(snapshot: AnyMachineSnapshot, type: string): boolean {
  const paths = leafPaths(snapshot.value);
  return stateNodes(snapshot.machine).some(
    (node) => node.transitions.has(type) && paths.some((path) => `${path}.`.startsWith(`${node.path.join('.')}.`)),
  );
}

function timeouts(chart: AnyStateMachine): AnyEventObject[] {
  return [...new Set(limitNames(chart).values())].map((limit) => ({ type: 'timeout', limit }));
}

function limitNames(chart: AnyStateMachine): Map<string, string> {
  return new Map([...chartDelays(chart).values()].map(({ event, name }) => [event, name]));
}

/** The event that XState raises when this limit expires here. */
function raisedBy(chart: AnyStateMachine, snapshot: AnyMachineSnapshot, limit: string): string {
  const names = limitNames(chart);
  const [path = ''] = leafPaths(snapshot.value);
  const running = stateNodes(chart).filter((node) => node.after.length > 0 && `${path}.`.startsWith(`${node.path.join('.')}.`));
  const event = running.flatMap((node) => node.after).find(({ eventType }) => names.get(eventType) === limit)?.eventType;
  if (event === undefined) throw new RangeError(`${limit} does not run in ${path}`);
  return event;
}

function startedBy(
  actions: readonly { readonly type: string; readonly params?: unknown }[],
  names: Map<string, string>,
): string[] {
  return actions
    .filter(({ type }) => type === 'xstate.raise')
    .map(({ params }) => names.get((params as { event: AnyEventObject }).event.type) ?? '?')
    .sort();
}

/** What the driver starts: limits of the state that is entered which did not run already, in the same scope. */
function startedByTable(from: string, { next, moved }: { readonly next: string; readonly moved: boolean }): string[] {
  const before = limitsOf(from);
  const isRunning = (limit: string, scope: string) => before.some((one) => one.limit === limit && one.scope === scope);
  if (!moved) return [];
  return limitsOf(next)
    .filter(({ limit, scope }) => !isRunning(limit, scope))
    .map(({ limit }) => limit)
    .sort();
}

class Notes implements Findings {
  readonly states = new Set<string>();
  readonly disagreements: string[] = [];
  readonly declinesDiffer = new Set<string>();
  compared = 0;

  compareStates(what: string, chart: string, table: string): void {
    this.states.add(chart);
    if (chart !== table) this.disagreements.push(`${what}: the chart goes to ${chart}, the table to ${table}`);
  }

  compareLimits(what: string, chart: readonly string[], table: readonly string[]): void {
    if (chart.join() !== table.join())
      this.disagreements.push(`${what}: the chart has the limits [${chart.join(', ')}], the table [${table.join(', ')}]`);
  }

  compareActions(what: string, chart: readonly Output[], table: readonly Action[], state: string): void {
    const [expected, seen] = [
      chart.map(({ type, params }) => spelled({ type, ...params })),
      table.map((action) => spelled({ ...action })),
    ];
    const isDecline = (action: string) => action.startsWith('sendDecline');
    if (expected.some(isDecline) !== seen.some(isDecline)) {
      this.declinesDiffer.add(state);
      for (const actions of [expected, seen])
        actions.splice(0, actions.length, ...actions.filter((action) => !isDecline(action)));
    }
    if (expected.join() !== seen.join())
      this.disagreements.push(`${what}: the chart does [${expected.join(', ')}], the table [${seen.join(', ')}]`);
  }
}

function spelled({ type, ...params }: Readonly<Record<string, unknown>>): string {
  return [type, ...Object.values(params)].join(' ');
}
