/** What machines do by themselves and what happens to them: their own events, delays, crashes, restarts. */
import type { AnyEventObject } from 'xstate';
import { jsonCopy } from '../compile/json.ts';
import { Budget } from './budget.ts';
import type { ComposedMove } from './moves.ts';
import type { Parts } from './parts.ts';
import type { Crashed, OwnEvent, Process } from './process.ts';
import type { Firing, Rule, Slot, Value, View } from './system.ts';

/** The rules of one machine. `slots` gets a slot for each budget of an event. */
export function* machineRules(process: Process, parts: Parts, slots: Slot[]): Generator<Rule<ComposedMove>> {
  yield* eventRules(process, parts, slots);
  if (parts.budgets.timeout.isPossible) yield* delayRules(process, parts);
  if (process.description.crashes && parts.budgets.crash.isPossible) yield crashRule(process, parts);
  if (process.description.restarts && parts.budgets.restart.isPossible) yield restartRule(process, parts);
}

/** One rule for all that a user may do, one each for events that are fair or have a budget. */
function* eventRules(process: Process, parts: Parts, slots: Slot[]): Generator<Rule<ComposedMove>> {
  const isPlain = ({ fair, budget }: OwnEvent) => !fair && budget === Number.POSITIVE_INFINITY;
  const plain = process.events.filter(isPlain);
  const groups = [...(plain.length > 0 ? [plain] : []), ...process.events.filter((own) => !isPlain(own)).map((own) => [own])];
  for (const group of groups) {
    const [{ event, fair, budget: limit }] = group as [OwnEvent];
    const name = group === plain ? `${process.name}: events` : `${process.name}: ${JSON.stringify(event)}`;
    const budget = new Budget(name, limit, slots);
    if (!budget.isPossible) continue;
    yield {
      name,
      fair,
      touches: parts.touching(process, budget.touches),
      fire: (view) => fireEvents(process, parts, group, budget, view),
    };
  }
}

function* fireEvents(
  process: Process,
  parts: Parts,
  events: readonly OwnEvent[],
  budget: Budget,
  view: View,
): Generator<Firing<ComposedMove>> {
  const local = process.local(view);
  if (local === undefined || local.final || !budget.allows(view)) return;
  for (const { event } of events) {
    if (process.chart.step(local.id, event as AnyEventObject) === undefined) continue;
    const firing = parts.firing(view);
    budget.spend(firing);
    firing.give(process, event);
    if (firing.isBlocked) continue;
    yield { move: { kind: 'event', machine: process.name, event, effects: firing.effects }, writes: firing.writes };
  }
}

/** One rule for the delays of a machine; one for each where several can run at once, so that none is put off for ever by another. */
function* delayRules(process: Process, parts: Parts): Generator<Rule<ComposedMove>> {
  const { timeout } = parts.budgets;
  const rule = (name: string, mine: (delay: string) => boolean): Rule<ComposedMove> => ({
    name,
    fair: true,
    touches: parts.touching(process, timeout.touches),
    fire: (view) => fireDelays(process, parts, mine, view),
  });
  const { names, areConcurrent, areNotAll } = process.delays;
  if (names.length === 0 && !areNotAll) return;
  if (!areConcurrent || names.length < 2) {
    yield rule(`${process.name}: delays`, () => true);
    return;
  }
  for (const name of names) yield rule(`${process.name}: ${name}`, (delay) => delay === name);
  if (areNotAll) yield rule(`${process.name}: other delays`, (delay) => !names.includes(delay));
}

function* fireDelays(
  process: Process,
  parts: Parts,
  mine: (delay: string) => boolean,
  view: View,
): Generator<Firing<ComposedMove>> {
  const local = process.local(view);
  const { timeout } = parts.budgets;
  if (local === undefined || local.running.length === 0 || !timeout.allows(view)) return;
  const keys = new Set<string>();
  for (const { key, name } of local.running) {
    if (!mine(name) || keys.has(key)) continue;
    keys.add(key);
    const firing = parts.firing(view);
    timeout.spend(firing);
    firing.expire(process, local, key);
    if (firing.isBlocked) continue;
    yield { move: { kind: 'timeout', machine: process.name, delay: name, effects: firing.effects }, writes: firing.writes };
  }
}

function crashRule(process: Process, parts: Parts): Rule<ComposedMove> {
  const { crash } = parts.budgets;
  const links = [...parts.links.values()].filter((link) => link.crash !== undefined && link.senders.has(process.name));
  const fire = function* (view: View): Generator<Firing<ComposedMove>> {
    const local = process.local(view);
    if (local === undefined || !crash.allows(view)) return;
    const firing = parts.firing(view);
    crash.spend(firing);
    firing.set(process.slot, crashed(process, local.context));
    for (const link of links) link.crash?.(firing, process.name);
    yield { move: { kind: 'crash', machine: process.name, effects: [] }, writes: firing.writes };
  };
  const touches = [process.slot, ...crash.touches, ...links.flatMap((link) => link.touches)];
  return { name: `${process.name}: crash`, touches, fire };
}

function crashed(process: Process, context: unknown): Crashed {
  const { survives, input } = process.description;
  const left = survives === undefined ? input : survives(context);
  const where = `machine ${process.name}: what survives a crash`;
  return left === undefined ? { crashed: true } : { crashed: true, input: jsonCopy(left, where) as Value };
}

function restartRule(process: Process, parts: Parts): Rule<ComposedMove> {
  const { restart } = parts.budgets;
  const fire = function* (view: View): Generator<Firing<ComposedMove>> {
    if (process.local(view) !== undefined || !restart.allows(view)) return;
    const firing = parts.firing(view);
    restart.spend(firing);
    firing.carryOut(process, process.chart.start(view.get<Crashed>(process.slot).input));
    if (!firing.isBlocked)
      yield { move: { kind: 'restart', machine: process.name, effects: firing.effects }, writes: firing.writes };
  };
  return { name: `${process.name}: restart`, touches: parts.touching(process, restart.touches), fire };
}
