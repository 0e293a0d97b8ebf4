/** What machines do by themselves and what happens to them, in Promela: their own events, delays, crashes, restarts. */
import type { AnyEventObject } from 'xstate';
import type { LocalState, RunningDelay } from '../../../compile/compile.ts';
import type { OwnEvent } from '../../../compose/process.ts';
import type { Value } from '../../../compose/system.ts';
import type { BudgetText, Model, NewRule } from './model.ts';
import type { Machine } from './vocabulary.ts';

/** The rules of one machine. */
export function* machineRules(
  model: Model,
  machine: Machine,
  budgets: Readonly<Record<'timeout' | 'crash' | 'restart', BudgetText>>,
): Generator<NewRule> {
  const { crashes, restarts } = machine.process.description;
  yield* eventRules(model, machine);
  if (budgets.timeout.isPossible) yield* delayRules(model, machine, budgets.timeout);
  if (crashes && budgets.crash.isPossible) yield crashRule(model, machine, budgets.crash);
  if (restarts && budgets.restart.isPossible) yield restartRule(model, machine, budgets.restart);
}

/** Events that may come any number of times and need not come are one rule; each other one is a rule of its own. */
function* eventRules(model: Model, machine: Machine): Generator<NewRule> {
  const { name, events } = machine.process;
  const isPlain = ({ fair, budget }: OwnEvent) => !fair && budget === Number.POSITIVE_INFINITY;
  const none = model.budget('', Number.POSITIVE_INFINITY);
  const plain = events.filter(isPlain).map((own) => eventTree(model, machine, own, none));
  if (plain.length > 0) yield { name: `${name}: events`, isFair: false, trees: plain };
  for (const own of events.filter((each) => !isPlain(each))) {
    const title = `${name}: ${JSON.stringify(own.event)}`;
    const budget = model.budget(title, own.budget);
    if (budget.isPossible) yield { name: title, isFair: own.fair, trees: [eventTree(model, machine, own, budget)] };
  }
}

function eventTree(model: Model, machine: Machine, { event }: OwnEvent, budget: BudgetText): NewRule['trees'][number] {
  return model.tree(budget.also, (ask) => {
    const local = machine.local(ask(machine.slot));
    if (local === undefined || machine.process.chart.step(local.id, event as AnyEventObject) === undefined) return undefined;
    const reaction = model.reaction(ask);
    reaction.give(machine, event);
    return model.act(event.type, reaction, [budget.spend]);
  });
}

/** One rule for all delays, or one for each where several can run at once: fairness is to rules. */
function* delayRules(model: Model, machine: Machine, budget: BudgetText): Generator<NewRule> {
  const { name, delays } = machine.process;
  const rule = (title: string, isMeant: (delay: string) => boolean): NewRule => {
    const runningOf = (local: LocalState) => distinct(local.running.filter(({ name }) => isMeant(name)));
    const most = Math.max(0, ...machine.numbers.map((number) => runningOf(machine.local(number) ?? NOTHING_RUNS).length));
    const trees = Array.from({ length: most }, (_, place) =>
      delayTree(model, machine, budget, (local) => runningOf(local)[place]),
    );
    return { name: title, isFair: true, trees };
  };
  if (!delays.areConcurrent || delays.names.length < 2) {
    yield rule(`${name}: delays`, () => true);
    return;
  }
  for (const delay of delays.names) yield rule(`${name}: ${delay}`, (each) => each === delay);
  yield rule(`${name}: other delays`, (each) => !delays.names.includes(each));
}

const NOTHING_RUNS = { running: [] } as unknown as LocalState;

/** Delays with the same key do the same. */
function distinct(running: readonly RunningDelay[]): RunningDelay[] {
  return [...new Map(running.map((delay) => [delay.key, delay])).values()];
}

function delayTree(
  model: Model,
  machine: Machine,
  budget: BudgetText,
  runningOf: (local: LocalState) => RunningDelay | undefined,
): NewRule['trees'][number] {
  return model.tree(budget.also, (ask) => {
    const local = machine.local(ask(machine.slot));
    const delay = local && runningOf(local);
    const step = delay && machine.process.chart.expire(local.id, delay.key);
    if (step === undefined) return undefined;
    const reaction = model.reaction(ask);
    reaction.step(machine, step);
    return model.act(`${delay?.name} is over`, reaction, [budget.spend]);
  });
}

function crashRule(model: Model, machine: Machine, budget: BudgetText): NewRule {
  const { survives, input } = machine.process.description;
  const links = [...model.links.values()].map((link) => link.crash(machine.name)).filter((text) => text !== '');
  const tree = model.tree(budget.also, (ask) => {
    const local = machine.local(ask(machine.slot));
    if (local === undefined) return undefined;
    const left = survives === undefined ? input : survives(local.context);
    const crashed = machine.number((left === undefined ? { crashed: true } : { crashed: true, input: left }) as Value);
    const becomes = crashed === undefined ? 'assert(false);' : `${machine.variable} = ${crashed};`;
    return { also: [], statements: [budget.spend, becomes, ...links].join(' ').trim(), title: `${machine.name} crashes` };
  });
  return { name: `${machine.name}: crash`, isFair: false, trees: [tree] };
}

function restartRule(model: Model, machine: Machine, budget: BudgetText): NewRule {
  const tree = model.tree(budget.also, (ask) => {
    const at = machine.at(ask(machine.slot));
    if (!('crashed' in at)) return undefined;
    const reaction = model.reaction(ask);
    reaction.step(machine, machine.process.chart.start(at.input));
    return model.act('starts again', reaction, [budget.spend]);
  });
  return { name: `${machine.name}: restart`, isFair: false, trees: [tree] };
}
