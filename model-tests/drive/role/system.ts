/** One role's chart and the other ends of its connections as a transition system: every input that can happen, and what is seen of it. */
import type { AnyEventObject } from 'xstate';
import { clientMachine, serverMachine } from '../../../machines/index.ts';
import { type CompiledChart, compile, type LocalStep } from '../../compile/compile.ts';
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
}

/** Why an input cannot be brought about in a world, whose chart is in `state`; undefined when it can. */
export type Lacks = (input: RoleInput, world: RoleWorld, state: string) => string | undefined;

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

export class RoleSystem implements TransitionSystem<RoleWorld, RoleInput> {
  readonly role: Role;
  readonly charts: readonly CompiledChart[];
  readonly initial: RoleWorld = { chart: -1, state: -1, connections: noConnections, ignored: false };
  readonly #lacks: Lacks;
  readonly #steps = new Map<string, RoleSuccessor | undefined>();

  constructor(role: Role, lacks: Lacks = () => undefined) {
    this.role = role;
    this.#lacks = lacks;
    const machine = role === 'client' ? clientMachine : serverMachine;
    this.charts = starts[role].map(({ type: _, ...input }) => compile(machine, role === 'client' ? undefined : input));
  }

  key(world: RoleWorld): string {
    return JSON.stringify(world);
  }

  *moves(world: RoleWorld): Iterable<RoleSuccessor> {
    for (const input of this.#inputs(world)) {
      if (this.lackOf(world, input) !== undefined) continue;
      const successor = this.apply(world, input);
      // One ignored input at a time: what comes behind it shows that it was.
      if (successor !== undefined && !(world.ignored && successor.next.ignored)) yield successor;
    }
  }

  /** What an input needs that there is not; undefined where it can be brought about. */
  lackOf(world: RoleWorld, input: RoleInput): string | undefined {
    return this.#lacks(input, world, this.stateOf(world));
  }

  /** What an input leads to; undefined where it cannot happen. Facts that decide nothing are left out of the step. */
  apply(world: RoleWorld, input: RoleInput): RoleSuccessor | undefined {
    const key = `${this.key(world)} ${JSON.stringify(input)}`;
    if (!this.#steps.has(key)) this.#steps.set(key, input.type === 'start' ? this.#start(input) : this.#react(world, input));
    return this.#steps.get(key);
  }

  /** The path of the chart's state. */
  stateOf(world: RoleWorld): string {
    return world.state < 0 ? '' : (this.charts[world.chart]?.state(world.state).path ?? '');
  }

  #inputs(world: RoleWorld): readonly RoleInput[] {
    const chart = this.charts[world.chart];
    if (chart === undefined) return starts[this.role];
    const { path, delays, final } = chart.state(world.state);
    if (final) return [];
    const events = Object.entries(alphabets[this.role]).flatMap(([type, facts]) =>
      this.#canHappen(world, path, type) ? representatives(chart, world.state, type, combinations(facts)) : [],
    );
    return [...events, ...delays.map((limit) => ({ type: 'timeout', limit }))];
  }

  /** Whether the connection that an event names is there to bring it. */
  #canHappen({ connections: { open } }: RoleWorld, state: string, type: string): boolean {
    if (!canSpeak(speaking[this.role], state, type)) return false;
    const [name = ''] = type.split('.', 1);
    if (!['first', 'second', 'array'].includes(name)) return true;
    const view = open[name as keyof typeof open];
    if (needsDialling.test(type)) return view?.dialling === true;
    if (isOutcome(type)) return view === undefined;
    return view !== undefined && !view.dialling && view.tester === 'open';
  }

  #start(input: RoleInput): RoleSuccessor | undefined {
    const index = starts[this.role].findIndex(({ mode, fallback }) => mode === input['mode'] && fallback === input['fallback']);
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
      armed: chart.initial.delays,
    });
  }

  #react(world: RoleWorld, input: RoleInput): RoleSuccessor | undefined {
    const chart = this.charts[world.chart];
    if (chart === undefined) return undefined;
    if (input.type === 'timeout') {
      const step = chart.expire(world.state, String(input['limit']));
      return step && this.#successor(world, input, world.connections, step);
    }
    if (!this.#canHappen(world, this.stateOf(world), input.type)) return undefined;
    const step = chart.step(world.state, input);
    const isNamed = step?.taken[0]?.event === input.type;
    if (step === undefined || (isOutcome(input.type) && !isNamed)) return undefined;
    // A wildcard takes it for its name alone.
    const plain = isNamed ? input : { type: input.type };
    return this.#successor(world, plain, afterInput(world.connections, plain), step);
  }

  #successor(world: RoleWorld, input: RoleInput, held: Connections, step: LocalStep): RoleSuccessor {
    const perform = this.role === 'client' ? performClient : performServer;
    const { connections, seen } = perform(held, step.outputs);
    const unchanged = step.next.id === world.state && seen.length === 0;
    const ignored = unchanged && JSON.stringify(connections) === JSON.stringify(world.connections);
    return {
      move: input,
      next: { chart: world.chart, state: step.next.id, connections, ignored },
      step: {
        input,
        expect: seen,
        state: step.next.path,
        limits: step.next.delays,
        started: step.armed,
        transitions: step.taken.map(({ id }) => id),
      },
    };
  }
}

/**
 * The events of one type that a state is tried with. An event that only a wildcard takes is tried without its facts; facts that decide
 * nothing are tried with one value each, but the tag with both; facts that decide are tried with all their values.
 */
function representatives(
  chart: CompiledChart,
  state: number,
  type: string,
  facts: readonly Record<string, string | boolean>[],
): RoleInput[] {
  const reaction = (event: AnyEventObject) => {
    const step = chart.step(state, event);
    return step && { text: JSON.stringify([step.next.id, step.outputs, step.taken]), byName: step.taken[0]?.event === type };
  };
  const events = facts.map((values) => ({ type, ...values }));
  const reactions = events.flatMap((event) => reaction(event) ?? []);
  if (reactions.length === 0 || (isOutcome(type) && !reactions.some(({ byName }) => byName))) return [];
  if (!reactions.some(({ byName }) => byName)) return [{ type }];
  if (new Set(reactions.map(({ text }) => text)).size > 1) return events;
  const tags = new Set(events.map((event) => (event as AnyEventObject)['tag']));
  return [...tags].flatMap((tag) => events.find((event) => (event as AnyEventObject)['tag'] === tag) ?? []);
}
