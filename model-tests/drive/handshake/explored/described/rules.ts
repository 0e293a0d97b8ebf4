/**
 * What may happen in the described handshake. The kernel makes connections whether or not the client process accepts them; it accepts
 * them in the order in which they were made, and takes each for what its chart waits for.
 */
import type { Firing, Rule, View } from '../../../../compose/system.ts';
import { at } from '../../stage.ts';
import type { Frame } from '../../world.ts';
import type { Act, ExploredMove } from '../moves.ts';
import type { Fault } from '../options.ts';
import { type DescribedCharts, DescribedStage } from './stage.ts';
import type { DescribedPlan } from './state.ts';
import { freshClient, isIdle } from './state.ts';

type Fire = Firing<ExploredMove>;
type Change = (stage: DescribedStage) => void;

/** Makes moves of views of one composition. */
export class DescribedRules {
  readonly #plan: DescribedPlan;
  readonly #charts: DescribedCharts;

  constructor(plan: DescribedPlan, charts: DescribedCharts) {
    this.#plan = plan;
    this.#charts = charts;
  }

  all(): Rule<ExploredMove>[] {
    const { links, serverSlots } = this.#plan;
    const rules: Rule<ExploredMove>[] = [];
    for (const [index, { label, server }] of links.entries()) {
      if (server < 0) rules.push(this.#rule(`the intruder on ${label}`, false, (stage) => this.#intrusions(stage, index)));
      else {
        rules.push(this.#rule(`connect ${label}`, true, (stage) => this.#connecting(stage, index)));
        rules.push(this.#rule(`deliver ${label} to the server process`, true, (stage) => this.#toServer(stage, index)));
      }
    }
    rules.push(this.#rule('the client process accepts', true, (stage) => this.#accepting(stage)));
    rules.push(this.#rule('the client process reads', true, (stage) => this.#toClient(stage)));
    rules.push(this.#rule('calls of the client process', true, (stage) => this.#calls(stage)));
    rules.push(this.#rule('life of the client process', false, (stage) => this.#lifeOfClient(stage)));
    for (const index of serverSlots.keys())
      rules.push(this.#rule(`life of server ${index}`, false, (stage) => this.#lifeOfServer(stage, index)));
    return rules;
  }

  #rule(name: string, fair: boolean, moves: (stage: DescribedStage) => Iterable<[Act, Change, Fault?]>): Rule<ExploredMove> {
    const make = (view: View, act: Act, change: Change, fault?: Fault) => this.#make(view, act, change, fault);
    const stageOf = (view: View) => new DescribedStage(this.#plan, this.#charts, view);
    return {
      name,
      fair,
      *fire(view) {
        for (const [act, change, fault] of moves(stageOf(view))) yield* make(view, act, change, fault);
      },
    };
  }

  #make(view: View, act: Act, change: Change, fault?: Fault): Fire[] {
    const stage = new DescribedStage(this.#plan, this.#charts, view);
    change(stage);
    const writes = stage.writes();
    const { reactions } = stage;
    return writes.length === 0 ? [] : [{ move: { act, ...(fault === undefined ? {} : { fault }), reactions }, writes }];
  }

  *#connecting(stage: DescribedStage, link: number): Generator<[Act, Change, Fault?]> {
    if (stage.link(link)?.phase !== 'dialing' || stage.client === 'killed') return;
    const { server, name } = at(this.#plan.links, link);
    if (name === 'array' && !isListening(stage, server)) return;
    yield [
      { kind: 'connect', link },
      (next) => {
        arrive(next, link, name === 'array');
        this.#act(next, server, next.feedServer(server, `${name}.connected`));
      },
    ];
  }

  /** What a server process is told to do: it dials, or says its last word. */
  #act(stage: DescribedStage, server: number, actions: readonly string[]): void {
    const linkOf = (name: string) => this.#plan.links.findIndex((link) => link.server === server && link.name === name);
    const own = stage.server(server);
    const number = own === 'killed' ? -1 : own.number;
    for (const action of actions) {
      if (action.startsWith('dial')) stage.setLink(linkOf(action.slice('dial'.length).toLowerCase()), dialing);
      // The nonces of the hardened handshake are not there: a link stands for the attempt that a number was told to.
      const seal = { by: 'server', hello: linkOf('first'), client: -1 } as const;
      if (action === 'sendDescriptor') stage.send(linkOf('second'), 'acceptor', { name: 'descriptor', number, client: -1, seal });
      if (action === 'sendGroup') stage.send(linkOf('array'), 'acceptor', { name: 'group', seal });
    }
  }

  *#toServer(stage: DescribedStage, link: number): Generator<[Act, Change]> {
    const frame = stage.link(link)?.toDialer[0];
    const { server, name } = at(this.#plan.links, link);
    // What comes on a connection that a process does not read is left there.
    if (frame === undefined || !stage.serverTakes(server, `${name}.${frame.name}`)) return;
    yield [
      { kind: 'deliver', link, to: 'dialer', item: { kind: 'message', message: frame } },
      (next) => {
        const value = next.link(link);
        if (value !== null) next.setLink(link, { ...value, toDialer: value.toDialer.slice(1) });
        const own = next.server(server);
        const number = frame.name === 'descriptor' ? frame.number : frame.name === 'port' ? frame.port : -1;
        if (own !== 'killed') next.setServer(server, { ...own, number });
        this.#act(next, server, next.feedServer(server, `${name}.${frame.name}`));
      },
    ];
  }

  *#accepting(stage: DescribedStage): Generator<[Act, Change]> {
    if (stage.client === 'killed') return;
    const { state, backlog, portBacklog } = stage.client;
    const [first, array] = [backlog[0], portBacklog[0]];
    if (state === 'accepting' && first !== undefined)
      yield [{ kind: 'accept', link: first, as: 'first' }, (next) => acceptFirst(next, first)];
    if (state === 'network.acceptingSecond' && first !== undefined)
      yield [{ kind: 'accept', link: first, as: 'second' }, (next) => acceptOther(next, first, 'second.accepted')];
    if (state === 'storage.accepting' && array !== undefined)
      yield [{ kind: 'accept', link: array }, (next) => acceptOther(next, array, 'array.accepted')];
  }

  *#toClient(stage: DescribedStage): Generator<[Act, Change]> {
    if (stage.client === 'killed' || stage.client.other < 0) return;
    const { other } = stage.client;
    const frame = stage.link(other)?.toAcceptor[0];
    if (frame === undefined) return;
    yield [
      { kind: 'deliver', link: other, to: 'acceptor', item: { kind: 'message', message: frame } },
      (next) => {
        const value = next.link(other);
        if (value !== null) next.setLink(other, { ...value, toAcceptor: value.toAcceptor.slice(1) });
        read(next, frame);
      },
    ];
  }

  *#calls(stage: DescribedStage): Generator<[Act, Change]> {
    if (stage.client === 'killed') return;
    const call = (
      {
        'storage.bindingPort': 'port.bound',
        'storage.listeningPort': 'port.listening',
        'storage.namingPort': 'port.named',
      } as const
    )[stage.client.state];
    if (call === undefined) return;
    yield [
      { kind: 'call', call },
      (next) => {
        next.feedClient(call);
        if (call === 'port.bound') next.changeClient({ number: 0 });
        if (call === 'port.listening') next.changeClient({ listensOnPort: true });
        const { first, number } = next.running;
        if (call === 'port.named')
          next.send(first, 'dialer', { name: 'port', port: number, client: first, seal: null, array: 'known' });
      },
    ];
  }

  /** A killed client process holds nothing any more, and one that was started again gives the same small numbers as before. */
  *#lifeOfClient(stage: DescribedStage): Generator<[Act, Change, Fault?]> {
    const who = { role: 'client', index: -1 } as const;
    const { crashSlot, restartSlot, links } = this.#plan;
    if (stage.client !== 'killed' && stage.left(crashSlot) > 0 && !isIdle(stage.client))
      yield [
        { kind: 'crash', who },
        (next) => {
          next.spend(crashSlot);
          next.client = 'killed';
          next.sessions = [];
          for (const link of links.keys()) if (next.link(link)?.phase !== 'dialing') next.setLink(link, null);
        },
        'crash',
      ];
    if (stage.client === 'killed' && stage.left(restartSlot) > 0)
      yield [
        { kind: 'restart', who },
        (next) => {
          next.spend(restartSlot);
          next.client = freshClient;
        },
        'restart',
      ];
  }

  *#lifeOfServer(stage: DescribedStage, index: number): Generator<[Act, Change, Fault?]> {
    if (stage.server(index) === 'killed' || stage.left(this.#plan.crashSlot) === 0) return;
    yield [
      { kind: 'crash', who: { role: 'server', index } },
      (next) => {
        next.spend(this.#plan.crashSlot);
        next.setServer(index, 'killed');
        // The text does not say what an end means, so nobody learns anything from it; what was not asked for yet never comes.
        for (const [link, { server }] of this.#plan.links.entries())
          if (server === index && next.link(link)?.phase === 'dialing') next.setLink(link, null);
      },
      'crash',
    ];
  }

  *#intrusions(stage: DescribedStage, link: number): Generator<[Act, Change]> {
    if (stage.client === 'killed') return;
    if (stage.link(link) === null) {
      if (stage.left(this.#plan.intruderSlot) === 0) return;
      const targets = stage.client.listensOnPort ? [-1, stage.client.number] : [-1];
      for (const port of targets)
        yield [
          { kind: 'intrude', link, port },
          (next) => {
            next.spend(this.#plan.intruderSlot);
            arrive(next, link, port >= 0);
          },
        ];
      return;
    }
    if (stage.client.other !== link) return;
    for (const frame of guesses(stage.client.state))
      yield [{ kind: 'say', link, frame, source: 'made up' }, (next) => read(next, frame)];
  }
}

const dialing = { phase: 'dialing', toDialer: [], toAcceptor: [] } as const;

/** Small numbers are easily guessed; the name of a group is no secret. */
function guesses(state: string): readonly Frame[] {
  if (state === 'storage.awaitingGroup') return [{ name: 'group', seal: null }];
  if (state !== 'network.awaitingDescriptor') return [];
  return [0, 1, 2].map((number) => ({ name: 'descriptor', number, client: -1, seal: null }));
}

/** Somebody listens on the port that a server process was told. */
function isListening(stage: DescribedStage, server: number): boolean {
  const own = stage.server(server);
  return stage.client !== 'killed' && stage.client.listensOnPort && own !== 'killed' && own.number === stage.client.number;
}

/** The kernel makes a connection; whether it is accepted is another matter. */
function arrive(stage: DescribedStage, link: number, onPort: boolean): void {
  stage.setLink(link, { phase: 'waiting', toDialer: [], toAcceptor: [] });
  const { backlog, portBacklog } = stage.running;
  stage.changeClient(onPort ? { portBacklog: [...portBacklog, link] } : { backlog: [...backlog, link] });
}

/** The first connection of a set: in network mode its descriptor is told (step 122). */
function acceptFirst(stage: DescribedStage, link: number): void {
  const value = stage.link(link);
  if (value !== null) stage.setLink(link, { ...value, phase: 'open' });
  stage.changeClient({ first: link, backlog: stage.running.backlog.slice(1) });
  const actions = stage.feedClient('first.accepted');
  if (!actions.includes('sendDescriptor')) return;
  // Descriptors are the smallest that are free, and each connection of a session holds one.
  const number = 2 * stage.sessions.length;
  stage.changeClient({ number });
  stage.send(link, 'dialer', { name: 'descriptor', number, client: link, seal: null });
}

function acceptOther(stage: DescribedStage, link: number, event: 'second.accepted' | 'array.accepted'): void {
  const value = stage.link(link);
  if (value !== null) stage.setLink(link, { ...value, phase: 'open' });
  const { backlog, portBacklog } = stage.running;
  const rest = event === 'second.accepted' ? { backlog: backlog.slice(1) } : { portBacklog: portBacklog.slice(1) };
  stage.changeClient({ other: link, ...rest });
  stage.feedClient(event);
}

/** The client process reads what came on the other connection; a descriptor that is not its own tells it nothing, and it goes on waiting. */
function read(stage: DescribedStage, frame: Frame): void {
  const { state, number, first, other, backlog } = stage.running;
  if (frame.name === 'descriptor' && (state !== 'network.awaitingDescriptor' || frame.number !== number)) return;
  stage.feedClient(frame.name === 'group' ? 'array.group' : 'second.descriptor');
  // The set is complete: the process falls into its loop again.
  stage.sessions = [...stage.sessions, { first, other }];
  stage.client = { ...freshClient, backlog };
}
