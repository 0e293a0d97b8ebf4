/** The configuration of a chart as something that can be changed in one place: where its transitions are written, and a copy with another one. */
import { type AnyStateMachine, createMachine } from 'xstate';

/** Where a transition is written: the names of the states down to its source, and its place among the source's transitions for the event. */
export interface Site {
  readonly path: readonly string[];
  readonly group: 'on' | 'after' | 'always';
  /** Event, or name of the delay; '' for eventless transitions. */
  readonly event: string;
  readonly index: number;
}

/** A transition as a chart's configuration has it, its actions as a list. */
export interface TransitionConfig {
  readonly target?: unknown;
  readonly guard?: unknown;
  readonly actions: readonly unknown[];
}

/** A state as a chart's configuration has it, as far as it matters here. */
interface StateConfig {
  on?: Record<string, unknown>;
  after?: Record<string, unknown>;
  always?: unknown;
  entry?: unknown;
  exit?: unknown;
  states?: Record<string, StateConfig>;
}

/** Every place where the chart writes a transition, outer states first. */
export function sitesOf(machine: AnyStateMachine): Site[] {
  const sites: Site[] = [];
  const visit = (config: StateConfig, path: readonly string[]) => {
    for (const group of ['on', 'after', 'always'] as const) {
      const events = group === 'always' ? { '': config.always } : (config[group] ?? {});
      for (const [event, written] of Object.entries(events)) {
        for (const index of listOf(written).keys()) sites.push({ path, group, event, index });
      }
    }
    for (const [name, child] of Object.entries(config.states ?? {})) visit(child, [...path, name]);
  };
  visit(machine.config as StateConfig, []);
  return sites;
}

/** The transition that is written at a site. */
export function transitionAt(machine: AnyStateMachine, site: Site): TransitionConfig {
  const transition = writtenAt(stateAt(machine.config as StateConfig, site.path), site)[site.index];
  if (transition === undefined) throw new RangeError(`nothing is written at ${siteText(site)}`);
  return transition;
}

/** A copy of the machine with these transitions at a site instead of the one that is there; with none, it is gone. */
export function withTransitions(machine: AnyStateMachine, site: Site, instead: readonly TransitionConfig[]): AnyStateMachine {
  return changed(machine, site.path, (state) => {
    const all = writtenAt(state, site).toSpliced(site.index, 1, ...instead);
    if (site.group === 'always') state.always = all;
    else state[site.group] = { ...state[site.group], [site.event]: all };
  });
}

/** A copy without all that follows the end of a delay: it is not even started. */
export function withoutDelay(machine: AnyStateMachine, { path, event }: Site): AnyStateMachine {
  return changed(machine, path, (state) => {
    const { [event]: _, ...others } = state.after ?? {};
    state.after = others;
  });
}

/** The actions on entering or leaving a state. */
export function actionsOn(machine: AnyStateMachine, path: readonly string[], when: 'entry' | 'exit'): readonly unknown[] {
  return listOf(stateAt(machine.config as StateConfig, path)[when]);
}

/** A copy with other actions on entering or leaving a state. */
export function withActionsOn(
  machine: AnyStateMachine,
  path: readonly string[],
  when: 'entry' | 'exit',
  actions: readonly unknown[],
): AnyStateMachine {
  return changed(machine, path, (state) => {
    state[when] = [...actions];
  });
}

/** A site in words: `handshaking.network · first.hello · 0`. */
export function siteText({ path, group, event, index }: Site): string {
  const name = { on: event, after: `after ${event}`, always: 'always' }[group];
  return `${path.join('.') || '(root)'} · ${name} · ${index}`;
}

function changed(machine: AnyStateMachine, path: readonly string[], change: (state: StateConfig) => void): AnyStateMachine {
  const config = copyOf(machine.config) as StateConfig;
  change(stateAt(config, path));
  return createMachine(config as never, machine.implementations as never) as AnyStateMachine;
}

function stateAt(config: StateConfig, path: readonly string[]): StateConfig {
  let state = config;
  for (const name of path) {
    const child = state.states?.[name];
    if (child === undefined) throw new RangeError(`the chart has no state ${path.join('.')}`);
    state = child;
  }
  return state;
}

function writtenAt(state: StateConfig, { group, event }: Site): TransitionConfig[] {
  const written = group === 'always' ? state.always : state[group]?.[event];
  return listOf(written).map((transition) => {
    const config = typeof transition === 'string' ? { target: transition } : (transition as object);
    return { ...config, actions: listOf((config as { actions?: unknown }).actions) };
  });
}

function listOf(value: unknown): readonly unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

/** Objects and lists are copied, functions and all else stay what they are. */
function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copyOf(inner)]));
}
