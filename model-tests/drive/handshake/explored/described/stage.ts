/** One move of the described handshake in the making. */
import { describedClientMachine, describedServerMachine } from '../../../../../machines/index.ts';
import { type CompiledChart, compile, type LocalState } from '../../../../compile/compile.ts';
import { Draft, type Value, type View } from '../../../../compose/system.ts';
import { at } from '../../stage.ts';
import type { Frame } from '../../world.ts';
import type { ChartReaction } from '../moves.ts';
import type { DescribedClient, DescribedLink, DescribedPlan, DescribedServer, DescribedSession } from './state.ts';

/** The charts of one mode: what a state does for an event, by the paths of states. */
export class DescribedCharts {
  readonly client: CompiledChart;
  readonly server: CompiledChart;

  constructor(mode: 'network' | 'storage') {
    this.client = compile(describedClientMachine, { mode });
    this.server = compile(describedServerMachine, { mode });
    for (const chart of [this.client, this.server]) meetAll(chart);
  }
}

const clientEvents = ['first.accepted', 'second.accepted', 'second.descriptor', 'port.bound', 'port.listening', 'port.named'];
const arrayEvents = [
  'array.accepted',
  'array.group',
  'first.connected',
  'first.descriptor',
  'second.connected',
  'first.port',
  'array.connected',
];

/** States are called by their paths, so all of them are met before any is asked for. */
function meetAll(chart: CompiledChart): void {
  for (let id = 0; id < chart.states.length; id += 1)
    for (const type of [...clientEvents, ...arrayEvents]) chart.step(id, { type });
}

function stateCalled(chart: CompiledChart, path: string): LocalState {
  const found = chart.states.find((state) => state.path === path);
  if (found === undefined) throw new RangeError(`chart ${chart.id} has no state ${path}`);
  return found;
}

type Running<T> = Exclude<T, 'killed'>;

export class DescribedStage {
  readonly plan: DescribedPlan;
  readonly charts: DescribedCharts;
  readonly reactions: ChartReaction[] = [];
  readonly #view: View;
  readonly #draft: Draft;

  constructor(plan: DescribedPlan, charts: DescribedCharts, view: View) {
    this.plan = plan;
    this.charts = charts;
    this.#view = view;
    this.#draft = new Draft(view);
  }

  server(index: number): DescribedServer {
    return this.#get<DescribedServer>(at(this.plan.serverSlots, index));
  }

  setServer(index: number, server: DescribedServer): void {
    this.#set(at(this.plan.serverSlots, index), server);
  }

  get client(): DescribedClient {
    return this.#get<DescribedClient>(this.plan.clientSlot);
  }

  set client(client: DescribedClient) {
    this.#set(this.plan.clientSlot, client);
  }

  /** The client process while it runs. */
  get running(): Running<DescribedClient> {
    const { client } = this;
    if (client === 'killed') throw new RangeError('the client process was killed');
    return client;
  }

  changeClient(change: Partial<Running<DescribedClient>>): void {
    this.client = { ...this.running, ...change };
  }

  get sessions(): readonly DescribedSession[] {
    return this.#get<readonly DescribedSession[]>(this.plan.sessionsSlot);
  }

  set sessions(sessions: readonly DescribedSession[]) {
    this.#set(this.plan.sessionsSlot, sessions);
  }

  link(index: number): DescribedLink {
    return this.#get<DescribedLink>(at(this.plan.links, index).slot);
  }

  setLink(index: number, link: DescribedLink): void {
    this.#set(at(this.plan.links, index).slot, link);
  }

  /** What is left of a budget. */
  left(slot: number): number {
    return this.#draft.get<number>(slot);
  }

  spend(slot: number): void {
    this.#draft.set(slot, this.left(slot) - 1);
  }

  send(link: number, to: 'dialer' | 'acceptor', frame: Frame): void {
    const value = this.link(link);
    if (value === null) return;
    this.setLink(
      link,
      to === 'dialer'
        ? { ...value, toDialer: [...value.toDialer, frame] }
        : { ...value, toAcceptor: [...value.toAcceptor, frame] },
    );
  }

  /** The names of the actions that the chart of the client process asks for. */
  feedClient(type: string): readonly string[] {
    const { client } = this.charts;
    const step = client.step(stateCalled(client, this.running.state).id, { type });
    if (step === undefined) throw new Error(`the described client process takes no ${type} in ${this.running.state}`);
    this.changeClient({ state: step.next.path });
    return this.#note('client', -1, type, step.next.path, step.outputs);
  }

  /** Whether the chart of a server process has an answer to an event where it is. */
  serverTakes(index: number, type: string): boolean {
    const server = this.server(index);
    const chart = this.charts.server;
    return server !== 'killed' && chart.step(stateCalled(chart, server.state).id, { type }) !== undefined;
  }

  feedServer(index: number, type: string): readonly string[] {
    const server = this.server(index);
    if (server === 'killed') throw new RangeError(`server ${index} was killed`);
    const chart = this.charts.server;
    const step = chart.step(stateCalled(chart, server.state).id, { type });
    if (step === undefined) throw new Error(`the described server process takes no ${type} in ${server.state}`);
    this.setServer(index, { ...server, state: step.next.path });
    return this.#note('server', index, type, step.next.path, step.outputs);
  }

  writes(): readonly (readonly [slot: number, value: Value])[] {
    return this.#draft.writes.filter(([slot, value]) => JSON.stringify(value) !== JSON.stringify(this.#view.get(slot)));
  }

  #note(role: 'client' | 'server', index: number, event: string, next: string, outputs: readonly { readonly type: string }[]) {
    const actions = outputs.map(({ type }) => type);
    this.reactions.push({ who: { role, index }, event, next, actions });
    return actions;
  }

  #get<T>(slot: number): T {
    return this.#draft.get(slot) as unknown as T;
  }

  #set(slot: number, value: DescribedLink | DescribedServer | DescribedClient | readonly DescribedSession[]): void {
    this.#draft.set(slot, value as unknown as Value);
  }
}
