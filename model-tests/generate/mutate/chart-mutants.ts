/** Charts with one fault each. Nothing here knows what a chart is about; that a mutant does nothing else than its chart is found out elsewhere. */
import { type AnyStateMachine, type AnyStateNode, not } from 'xstate';
import { stateNodes } from '../../compile/chart-transitions.ts';
import {
  actionsOn,
  type Site,
  sitesOf,
  siteText,
  type TransitionConfig,
  transitionAt,
  withActionsOn,
  withoutDelay,
  withTransitions,
} from './config.ts';

/** What kind of fault it is. */
export type ChartOperator = 'retarget' | 'drop transition' | 'swap output' | 'guard flipped' | 'timer removed';

/** A chart with one fault. */
export interface ChartMutant {
  readonly operator: ChartOperator;
  /** Where and what, in words. */
  readonly what: string;
  readonly machine: AnyStateMachine;
  /** Where a transition was changed: in other states, and for other events, it does what the chart does. Undefined where a state was changed. */
  readonly site: Site | undefined;
}

/** Every mutant of a chart, one operator after the other. */
export function* chartMutants(machine: AnyStateMachine): Generator<ChartMutant, void> {
  const sites = sitesOf(machine);
  for (const site of sites) yield* retargeted(machine, site);
  for (const site of sites)
    yield { operator: 'drop transition', what: siteText(site), machine: withTransitions(machine, site, []), site };
  for (const site of sites) yield* withOtherOutputs(machine, site);
  for (const node of stateNodes(machine)) yield* withOtherStateActions(machine, node);
  for (const site of sites) yield* withOtherGuard(machine, site);
  for (const site of sites) {
    if (site.group === 'after' && site.index === 0)
      yield { operator: 'timer removed', what: siteText(site), machine: withoutDelay(machine, site), site: undefined };
  }
}

/** To each leaf where it does not go, and to nowhere where it goes somewhere. */
function* retargeted(machine: AnyStateMachine, site: Site): Generator<ChartMutant> {
  const transition = transitionAt(machine, site);
  const leaves = stateNodes(machine).filter(({ states }) => Object.keys(states).length === 0);
  const source = nodeAt(machine, site.path);
  const where = transition.target === undefined ? undefined : leafBelow(targetOf(source, site));
  const mutant = (target: string | undefined): ChartMutant => {
    const { target: _, ...others } = transition;
    const instead = target === undefined ? others : { ...others, target: `#${target}` };
    const what = `${siteText(site)} goes ${target === undefined ? 'nowhere' : `to ${target}`}`;
    return { operator: 'retarget', what, machine: withTransitions(machine, site, [instead]), site };
  };
  for (const leaf of leaves) if (leaf !== where) yield mutant(leaf.id);
  if (where !== undefined) yield mutant(undefined);
}

/** Lists of actions with one fault: one is left out, given with other parameters, or given behind the next one. */
function* otherActions(actions: readonly unknown[], parameters: ReadonlyMap<string, readonly object[]>) {
  for (const [at, action] of actions.entries()) {
    const { type, params } = named(action);
    yield { what: `without ${type}${wordsOf(params)}`, actions: actions.toSpliced(at, 1) };
    for (const other of parameters.get(type) ?? []) {
      if (JSON.stringify(other) !== JSON.stringify(params))
        yield { what: `${type}${wordsOf(params)} as${wordsOf(other)}`, actions: actions.with(at, { type, params: other }) };
    }
    const next = actions[at + 1];
    if (next !== undefined) yield { what: `${named(next).type} before ${type}`, actions: actions.toSpliced(at, 2, next, action) };
  }
}

function* withOtherOutputs(machine: AnyStateMachine, site: Site): Generator<ChartMutant> {
  const transition = transitionAt(machine, site);
  for (const { what, actions } of otherActions(transition.actions, parametersIn(machine))) {
    const changed = withTransitions(machine, site, [{ ...transition, actions }]);
    yield { operator: 'swap output', what: `${siteText(site)} ${what}`, machine: changed, site };
  }
}

function* withOtherStateActions(machine: AnyStateMachine, { path }: AnyStateNode): Generator<ChartMutant> {
  for (const when of ['entry', 'exit'] as const) {
    for (const { what, actions } of otherActions(actionsOn(machine, path, when), parametersIn(machine))) {
      const changed = withActionsOn(machine, path, when, actions);
      yield { operator: 'swap output', what: `${path.join('.')} · ${when} ${what}`, machine: changed, site: undefined };
    }
  }
}

/** The guard says the opposite, or is not asked. */
function* withOtherGuard(machine: AnyStateMachine, site: Site): Generator<ChartMutant> {
  const { guard, ...others } = transitionAt(machine, site);
  if (guard === undefined) return;
  const mutant = (instead: TransitionConfig, what: string): ChartMutant => ({
    operator: 'guard flipped',
    what: `${siteText(site)} ${what}`,
    machine: withTransitions(machine, site, [instead]),
    site,
  });
  yield mutant({ ...others, guard: not(guard as never) }, 'if it is not so');
  yield mutant(others, 'without its guard');
}

/** The parameters with which the chart gives each action anywhere. */
function parametersIn(machine: AnyStateMachine): ReadonlyMap<string, readonly object[]> {
  const transitions = sitesOf(machine).flatMap((site) => transitionAt(machine, site).actions);
  const states = stateNodes(machine).flatMap(({ path }) => [
    ...actionsOn(machine, path, 'entry'),
    ...actionsOn(machine, path, 'exit'),
  ]);
  const found = new Map<string, Map<string, object>>();
  for (const action of [...transitions, ...states]) {
    const { type, params } = named(action);
    if (params === undefined) continue;
    const known = found.get(type) ?? new Map<string, object>();
    found.set(type, known.set(JSON.stringify(params), params));
  }
  return new Map([...found].map(([type, all]) => [type, [...all.values()]]));
}

function named(action: unknown): { readonly type: string; readonly params?: object } {
  if (typeof action === 'object' && action !== null && 'type' in action) return action as { type: string; params?: object };
  return { type: typeof action === 'string' ? action : 'an inline action' };
}

function wordsOf(params: object | undefined): string {
  if (params === undefined) return '';
  const words = Object.entries(params).map(([name, value]) => ` ${name} ${String(value)}`);
  return words.join('') || ' nothing';
}

function nodeAt(machine: AnyStateMachine, path: readonly string[]): AnyStateNode {
  const node = stateNodes(machine).find((each) => each.path.join('.') === path.join('.'));
  if (node === undefined) throw new RangeError(`the chart has no state ${path.join('.')}`);
  return node;
}

/** The state that a transition leads to, as XState has resolved it. */
function targetOf(source: AnyStateNode, { group, event, index }: Site): AnyStateNode | undefined {
  if (group === 'always') return source.always?.[index]?.target?.[0];
  const type = group === 'on' ? event : source.after.find(({ delay }) => String(delay) === event)?.eventType;
  return source.transitions.get(type ?? '')?.[index]?.target?.[0];
}

/** Where one arrives that goes to a state. */
function leafBelow(node: AnyStateNode | undefined): AnyStateNode | undefined {
  const first = node?.initial?.target?.[0];
  return first === undefined ? node : leafBelow(first);
}
