/** One role's chart and the other ends of its connections as a transition system: every input that can happen, and what is seen of it. */
import type { AnyEventObject } from 'xstate';
import { clientMachine, serverMachine } from '../../../machines/index.ts';
import { type Chart, compile, type LocalState, type LocalStep, type Output } from '../../compile/compile.ts';
import type { Successor, TransitionSystem } from '../../compose/transition-system.ts';
import { type Alphabet, clientAlphabet, combinations, serverAlphabet } from '../../validate/alphabet.ts';
import { canSpeak, clientSpeaking, isOutcome, type Speaking, serverSpeaking } from '../../validate/possible-events.ts';
import { afterInput, type Connections, noConnections, performClient, performServer } from './connections.ts';
import type { Role, RoleInput, RoleStep } from './path.ts';

/** Where the role is. Before `start` there is no chart. */
export interface RoleWorld {
  /** Which chart it is: one for each configuration that decides. */
  readonly chart: number;
  readonly state: number;
  readonly connections: Connections;
  /** The last input was ignored: whatever comes next has to be taken as if it had not been. */
  readonly ignored: boolean;
}

/** One input and what it leads to. */
export interface RoleSuccessor extends Successor<RoleWorld, RoleInput> {
  readonly step: RoleStep;
  /** The actions that the chart gives; what of them can be seen is in the step. */
  readonly actions: readonly Output[];
}

/** Why an input cannot be brought about in a world, whose chart is in `state`; undefined when it can. */
export type Lacks = (input: RoleInput, world: RoleWorld, state: string) => string | undefined;

/** How events are tried whose facts the chart names: with all values of all facts, or of those only that decide something there. */
export type Facts = 'all' | 'deciding';

/** What one role is begun with: the client process with nothing, the server process with its mode. */
const starts: Readonly<Record<Role, readonly RoleInput[]>> = {
  client: [{ type: 'start' }],
  server: [
    { type: 'start', mode: 'network', fallback: false },
    { type: 'start', mode: 'storage', fallback: false },
    { type: 'start', mode: 'storage', fallback: true },
  ],
};

const alphabets: Readonly<Record<Role, Alphabet>> = { client: clientAlphabet, server: serverAlphabet };
const speaking: Readonly<Record<Role, Speaking>> = { client: clientSpeaking, server: serverSpeaking };

/** The outcomes that somebody must be there for: a dial that waits, or a call. */
const needsDialling = /\.(connected|refused)$/;

/** What a role is tried with. */
export interface RoleSystemOptions {
  /** What cannot be brought about. Default: everything can. */
  readonly lacks?: Lacks;
  /** Default `deciding`. */
  readonly facts?: Facts;
  /** Another chart than the role's own, begun with this input: a mutant of it. */
  readonly chart?: (input: unknown) => Chart;
}

export class RoleSystem implements TransitionSystem<RoleWorld, RoleInput> {
  readonly role: Role;
  readonly charts: readonly Chart[];
  readonly initial: RoleWorld = { chart: -1, state: -1, connections: noConnections, ignored: false };
  readonly #lacks: Lacks;
  readonly #facts: Facts;
  readonly #steps = new Map<string, RoleSuccessor | undefined>();

  constructor(role: Role, { lacks = () => undefined, facts = 'deciding', chart }: RoleSystemOptions = {}) {
    this.role = role;
    this.#lacks = lacks;
    this.#facts = facts;
    this.charts = starts[role].map(({ type: _, ...input }) => {
      const given = role === 'client' ? undefined : input;
      return chart?.(given) ?? compile(role === 'client' ? clientMachine : serverMachine, given);
    });
  }

  key(world: RoleWorld): string {
    return JSON.stringify(world);
  }

  *moves(world: RoleWorld): Iterable<RoleSuccessor> {
    for (const input of this.#inputs(world)) {
      if (this.#lacks(input, world, this.stateOf(world)) !== undefined) continue;
      const successor = this.apply(world, input);
      if (successor !== undefined) yield successor;
    }
  }

  /** What an input leads to; undefined where it cannot happen. */
  apply(world: RoleWorld, input: RoleInput): RoleSuccessor | undefined {
    const key = `${this.key(world)} ${JSON.stringify(input)}`;
    if (!this.#steps.has(key)) this.#steps.set(key, input.type === 'start' ? this.#start(input) : this.#react(world, input));
    return this.#steps.get(key);
  }

  /** The world behind an input of which the role takes no notice. */
  unnoticed(world: RoleWorld, input: RoleInput): RoleWorld {
    return { ...world, connections: afterInput(world.connections, input) };
  }

  /** The path of the chart's state. */
  stateOf(world: RoleWorld): string {
    return world.state < 0 ? '' : (this.charts[world.chart]?.state(world.state).path ?? '');
  }

  /** The limits that run, sorted. */
  limitsOf(world: RoleWorld): readonly string[] {
    return world.state < 0 ? [] : (this.charts[world.chart]?.state(world.state).delays ?? []);
  }

  /** Whether the chart has ended. */
  isFinal(world: RoleWorld): boolean {
    return world.state >= 0 && this.charts[world.chart]?.state(world.state).final === true;
  }

  #inputs(world: RoleWorld): readonly RoleInput[] {
    const chart = this.charts[world.chart];
    if (chart === undefined) return starts[this.role];
    const { path, delays, final } = chart.state(world.state);
    if (final) return [];
    const events = Object.entries(alphabets[this.role]).flatMap(([type, facts]) => {
      if (!canSpeak(speaking[this.role], path, type) || !this.#canHappen(world, type)) return [];
      return representatives(chart, world.state, type, combinations(facts), this.#facts);
    });
    return [...events, ...delays.map((limit) => ({ type: 'timeout', limit }))];
  }

  /** Whether the connection that an event names is there to bring it. */
  #canHappen({ connections: { open } }: RoleWorld, type: string): boolean {
    const [name = ''] = type.split('.', 1);
    if (!['first', 'second', 'array'].includes(name)) return true;
    const view = open[name as keyof typeof open];
    if (needsDialling.test(type)) return view?.dialling === true;
    if (isOutcome(type)) return view === undefined;
    return view !== undefined && !view.dialling && view.tester === 'open';
  }

  #start(input: RoleInput): RoleSuccessor | undefined {
    const index = starts[this.role].findIndex((start) => JSON.stringify(start) === JSON.stringify(input));
    const chart = this.charts[index];
    if (chart === undefined) return undefined;
    const begun: Connections = { ...noConnections, mode: input['mode'] === 'storage' ? 'storage' : 'network' };
    const before: Connections =
      this.role === 'client' ? { ...begun, open: { first: { dialling: false, tester: 'open' } } } : begun;
    return this.#successor({ ...this.initial, chart: index }, input, before, {
      next: chart.initial,
      outputs: chart.initialOutputs,
      taken: [],
      further: [],
      armed: [],
    });
  }

  #react(world: RoleWorld, input: RoleInput): RoleSuccessor | undefined {
    const chart = this.charts[world.chart];
    if (chart === undefined) return undefined;
    const step = input.type === 'timeout' ? chart.expire(world.state, String(input['limit'])) : chart.step(world.state, input);
    if (step === undefined) return undefined;
    return this.#successor(world, input, afterInput(world.connections, input), step);
  }

  #successor(world: RoleWorld, input: RoleInput, held: Connections, step: LocalStep): RoleSuccessor | undefined {
    const perform = this.role === 'client' ? performClient : performServer;
    const { connections, seen } = perform(held, step.outputs);
    const unchanged = step.next.id === world.state && seen.length === 0;
    const ignored = unchanged && JSON.stringify(connections) === JSON.stringify(world.connections);
    // One ignored input at a time: what comes behind it shows that it was.
    if (ignored && world.ignored) return undefined;
    const before = world.state < 0 ? undefined : this.charts[world.chart]?.state(world.state);
    return {
      move: input,
      actions: step.outputs,
      next: { chart: world.chart, state: step.next.id, connections, ignored },
      step: {
        input,
        expect: seen,
        state: step.next.path,
        limits: step.next.delays,
        started: startedBetween(before, step.next),
        transitions: step.taken.map(({ id }) => id),
      },
    };
  }
}

/** The limits that began to run: a limit of the same name that another state owns is a new one. */
function startedBetween(before: LocalState | undefined, after: LocalState): string[] {
  const ran = new Set(before?.running.map(({ event }) => event));
  return after.running.flatMap(({ name, event }) => (ran.has(event) ? [] : [name])).sort();
}

/**
 * The events of one type that a state is tried with. An event that only a wildcard takes is tried without its facts; facts that decide
 * nothing are tried with one value each, but the tag with both, unless all are asked for; facts that decide are tried with all their values.
 */
function representatives(
  chart: Chart,
  state: number,
  type: string,
  facts: readonly Record<string, string | boolean>[],
  which: Facts,
): RoleInput[] {
  const reaction = (event: AnyEventObject) => {
    const step = chart.step(state, event);
    return step && { text: JSON.stringify([step.next.id, step.outputs, step.taken]), byName: step.taken[0]?.event === type };
  };
  const events = facts.map((values) => ({ type, ...values }));
  const reactions = events.flatMap((event) => reaction(event) ?? []);
  if (reactions.length === 0 || (isOutcome(type) && !reactions.some(({ byName }) => byName))) return [];
  if (!reactions.some(({ byName }) => byName)) return [{ type }];
  if (which === 'all' || new Set(reactions.map(({ text }) => text)).size > 1) return events;
  const tags = new Set(events.map((event) => (event as AnyEventObject)['tag']));
  return [...tags].flatMap((tag) => events.find((event) => (event as AnyEventObject)['tag'] === tag) ?? []);
}
