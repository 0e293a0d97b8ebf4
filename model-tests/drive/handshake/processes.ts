/**
 * What happens to the processes of a composition: a connection is made, something is delivered, a limit expires. Works on a stage, so it
 * is the same for the paths that are driven and for the system that is explored.
 */
import type { AnyEventObject } from 'xstate';
import { clientMachine, type Mode, type ServerContext, serverMachine } from '../../../machines/index.ts';
import { type CompiledChart, compile, type LocalState, type LocalStep } from '../../compile/compile.ts';
import { type End, ended, type Item, opened, take } from '../../compose/connection.ts';
import { factsOf, withoutData } from './frames.ts';
import { performClient, performServer } from './perform.ts';
import { at, freshServer, type Stage } from './stage.ts';
import { type Frame, type Link, type Outcome, ownerOf, type ServerSlot, type Who } from './world.ts';

/** The charts of a client process and of server processes with these inputs. */
export const compiledProcesses = (servers: readonly ServerContext[]) =>
  new Processes(
    compile(clientMachine),
    servers.map((input) => compile(serverMachine, input)),
  );

export class Processes {
  readonly client: CompiledChart;
  /** One compiled chart for each server process. */
  readonly servers: readonly CompiledChart[];

  constructor(client: CompiledChart, servers: readonly CompiledChart[]) {
    this.client = client;
    this.servers = servers;
  }

  chart({ role, index }: Who): CompiledChart {
    return role === 'client' ? this.client : at(this.servers, index);
  }

  /** A server process before it was started, and what starting it does. */
  freshServer(index: number): ServerSlot {
    return freshServer(at(this.servers, index).initial.id);
  }

  start(stage: Stage, index: number): void {
    const chart = at(this.servers, index);
    performServer(stage, index, chart.initialOutputs, modeOf(chart.initial));
  }

  /** Where a process is. */
  stateOf(stage: Stage, who: Who): LocalState {
    const slot = who.role === 'client' ? stage.client(who.index) : stage.server(who.index);
    return this.chart(who).state(slot.state);
  }

  /** Dialling succeeds; `listener` is the instance whose dynamic port it is, -1 for the WKP. False where the charts take no notice. */
  connect(stage: Stage, index: number, listener: number): boolean {
    const link = stage.link(index);
    stage.changeLink(index, { connection: opened(link.connection) });
    if (listener >= 0) {
      stage.changeLink(index, { portOf: listener });
      stage.changeClient(listener, { backlog: [...stage.client(listener).backlog, index] });
    } else stage.changeLink(index, { client: stage.accept(index) });
    if (link.server < 0) return true;
    if (link.name === 'first') stage.changeServer(link.server, { firstStands: true });
    return this.feed(stage, { role: 'server', index: link.server }, { type: `${link.name}.connected` });
  }

  /** Dialling fails. */
  refuse(stage: Stage, index: number): boolean {
    const link = stage.link(index);
    stage.changeLink(index, { connection: ended() });
    return this.feed(stage, { role: 'server', index: link.server }, { type: `${link.name}.refused` });
  }

  /** The oldest connection of the backlog is accepted (step 198). */
  accept(stage: Stage, index: number): boolean {
    const { portOf } = stage.link(index);
    stage.changeLink(index, { client: portOf });
    const [, ...backlog] = stage.client(portOf).backlog;
    stage.changeClient(portOf, { array: index, accepting: false, backlog });
    return this.feed(stage, { role: 'client', index: portOf }, { type: 'array.accepted' });
  }

  /** Takes what waits at an end of a link and gives it to who holds that end. */
  deliver(stage: Stage, index: number, to: End): boolean {
    const { connection } = stage.link(index);
    const item = connection.inbox[to][0];
    if (item === undefined) throw new RangeError(`nothing waits at the ${to} of link ${index}`);
    stage.changeLink(index, { connection: take(connection, to) });
    return this.receive(stage, index, to, item);
  }

  /** The owner of an end of a link finds this on it. */
  receive(stage: Stage, index: number, to: End, item: Item<Frame>): boolean {
    const link = stage.link(index);
    const who = ownerOf(link, to);
    if (who === undefined) throw new RangeError(`nobody holds the ${to} of link ${index}`);
    if (item.kind === 'message' && item.message.name === 'ready')
      stage.changeLink(index, { connection: withoutData(link.connection, to) });
    const { first } = who.role === 'client' ? stage.client(who.index) : stage.server(who.index);
    // What a server process calls its second connection is, for the instance that accepted it, the first one that it has.
    const connection = who.role === 'client' && link.name === 'second' && first === index ? 'first' : link.name;
    if (first === index && (item.kind !== 'message' || item.message.name === 'garbage')) {
      if (who.role === 'client') stage.changeClient(who.index, { firstStands: false });
      else stage.changeServer(who.index, { firstStands: false });
    }
    if (item.kind !== 'message') return this.feed(stage, who, { type: `${connection}.${item.kind}` });
    return who.role === 'client'
      ? this.#clientReceives(stage, who.index, index, connection, item.message)
      : this.#serverReceives(stage, who.index, connection, item.message);
  }

  /** The local calls of a process that wait for an answer, each with the answers that it may get. */
  outcomes(stage: Stage, who: Who): readonly Outcome[] {
    if (who.role === 'client' && stage.client(who.index).port === 'opening')
      return ['port.opened', 'port.exhausted', 'port.unavailable'];
    const { attaching, array } = who.role === 'client' ? stage.client(who.index) : stage.server(who.index);
    if (!attaching) return [];
    return isGone(stage.link(array), who) ? ['array.reset'] : ['group.attached', 'group.unknown', 'group.refused', 'group.full'];
  }

  outcome(stage: Stage, who: Who, outcome: Outcome): boolean {
    if (outcome.startsWith('port.')) stage.changeClient(who.index, { port: 'none' });
    else if (who.role === 'client') stage.changeClient(who.index, { attaching: false });
    else stage.changeServer(who.index, { attaching: false });
    return this.feed(stage, who, { type: outcome });
  }

  expire(stage: Stage, who: Who, limit: string): boolean {
    const state = this.stateOf(stage, who).id;
    return this.#take(stage, who, { type: 'timeout', limit }, this.chart(who).expire(state, limit));
  }

  /** Gives an event to a process; false where its chart takes no notice. */
  feed(stage: Stage, who: Who, event: AnyEventObject): boolean {
    return this.#take(stage, who, event, this.chart(who).step(this.stateOf(stage, who).id, event));
  }

  /** Whether the machine at this end still wants to know what comes; afterwards it is session data. */
  listens(stage: Stage, link: Link, end: End): boolean {
    if (link.connection.closed[end]) return false;
    const who = ownerOf(link, end);
    if (who === undefined) return false;
    const { path } = this.stateOf(stage, who);
    // A connection that has carried READY is a channel.
    if (path.endsWith('awaitingReady.first')) return link.name === 'first';
    if (path.endsWith('awaitingReady.second')) return link.name === 'second';
    if (path.endsWith('awaitingVerdict')) return link.name === 'first';
    return path.startsWith('handshaking') || path === 'awaitingFirstFrame' || (isLingering(path) && link.name === 'first');
  }

  #serverReceives(stage: Stage, index: number, connection: string, frame: Frame): boolean {
    const { first, peer } = stage.server(index);
    const introduced = introducedBy(frame);
    const standsAlone = frame.name === 'decline' && connection !== 'first';
    const client = standsAlone ? -1 : (introduced?.peer ?? peer);
    const right = stage.tagIsRight(frame, { by: 'client', hello: standsAlone ? -1 : first, client });
    // Only frames that were accepted count: a nonce with a wrong tag is nobody's.
    if (right && introduced !== undefined) stage.changeServer(index, introduced);
    return this.feed(stage, { role: 'server', index }, { type: `${connection}.${nameOf(frame)}`, ...factsOf(frame, right) });
  }

  #clientReceives(stage: Stage, index: number, link: number, connection: string, frame: Frame): boolean {
    const who: Who = { role: 'client', index };
    const isFirst = this.stateOf(stage, who).path === 'awaitingFirstFrame';
    if (isFirst && nameOf(frame) === 'descriptor') return this.#pair(stage, index, link, frame);
    if (isFirst && frame.name === 'hello') stage.changeClient(index, { hello: frame.nonce });
    const { hello, number } = stage.client(index);
    const right = stage.tagIsRight(frame, { by: 'server', hello, client: number === -1 ? -1 : index });
    return this.feed(stage, who, { type: `${connection}.${nameOf(frame)}`, ...factsOf(frame, right) });
  }

  /** A first frame that claims to be a second connection: whose it is, its number says, and its tag whether that is true (steps 124, 126). */
  #pair(stage: Stage, from: number, link: number, frame: Frame): boolean {
    const holder = frame.name === 'descriptor' ? stage.holderOfNumber(frame.number) : -1;
    const waits = holder >= 0 && this.stateOf(stage, { role: 'client', index: holder }).path === awaitingSecond;
    const expected = waits ? ({ by: 'server', hello: stage.client(holder).hello, client: holder } as const) : undefined;
    const pairing = expected === undefined ? 'unknown' : stage.tagIsRight(frame, expected) ? 'joined' : 'tagWrong';
    this.feed(stage, { role: 'client', index: from }, { type: 'first.descriptor', pairing });
    if (pairing !== 'joined') return true;
    stage.changeClient(from, { first: -1, firstStands: false });
    stage.changeClient(holder, { second: link });
    stage.changeLink(link, { client: holder });
    this.feed(stage, { role: 'client', index: holder }, { type: 'second.joined' });
    return true;
  }

  #take(stage: Stage, who: Who, event: AnyEventObject, step: LocalStep | undefined): boolean {
    if (step === undefined) return false;
    if (who.role === 'server') stage.changeServer(who.index, { state: step.next.id });
    else stage.changeClient(who.index, { state: step.next.id });
    stage.note({ who, event, step });
    if (who.role === 'server') performServer(stage, who.index, step.outputs, modeOf(step.next));
    else performClient(stage, who.index, step.outputs);
    return true;
  }
}

/**
 * Whether no group can be attached for an array connection any more: it was reset, or the server process has left it. That the client
 * process has left it does no harm: what it has attached and written is there.
 */
function isGone({ connection }: Link, who: Who): boolean {
  return connection.broken || (who.role === 'client' && connection.closed.dialer);
}

/** An outcome that the environment need not bring about: it follows from what has happened. */
export const isSuccess = (outcome: Outcome) =>
  outcome === 'port.opened' || outcome === 'group.attached' || outcome === 'array.reset';

/** A session of the client process that is complete on its side. */
export const isEstablished = (path: string) => path.startsWith('established') || path === 'closing';

/** The client process waits for the end of the WKP connection and for nothing else. */
const isLingering = (path: string) => path === 'established.lingering' || path === 'closing';

const awaitingSecond = 'handshaking.network.awaitingSecond';

/** The nonce of the client process, and the number that came with it. */
function introducedBy(frame: Frame): Pick<ServerSlot, 'peer' | 'number'> | undefined {
  if (frame.name === 'descriptor') return { peer: frame.client, number: frame.number };
  return frame.name === 'port' ? { peer: frame.client, number: frame.port } : undefined;
}

const nameOf = (frame: Frame) => (frame.name === 'forged' ? frame.as : frame.name);

const modeOf = (state: LocalState): Mode => (state.context as { readonly mode: Mode }).mode;
