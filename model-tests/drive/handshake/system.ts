/**
 * client ‖ servers ‖ connections ‖ environment, as one system that can be explored. Each move is one thing that the environment lets
 * happen: a connection made, refused or reset, one delivery, one limit, one outcome of a local call, one wish of a user.
 */
import type { AnyEventObject } from 'xstate';
import { clientMachine, type Mode, type ServerContext, serverMachine } from '../../../machines/index.ts';
import { type CompiledChart, compile, type LocalStep } from '../../compile/compile.ts';
import {
  close,
  dialed,
  type End,
  ended,
  type Item,
  opened,
  opposite,
  replaceHead,
  reset,
  take,
} from '../../compose/connection.ts';
import type { Successor, System } from '../../compose/system.ts';
import { at, type ChartStep, type Draft, draftOf, performClient, performServer, settle } from './perform.ts';
import type { ClientSlot, Forgery, Frame, Link, Move, Outcome, ServerSlot, Tampering, Who, World } from './world.ts';

/** What to compose. */
export interface HandshakeOptions {
  /** One server process for each entry. */
  readonly servers: readonly ServerContext[];
  /** How many faults (resets, refusals, tampered frames, expired limits, aborts, failed calls) one run may have. */
  readonly faults: number;
  /** Forged frames are faults of the environment too: everything that a state must not accept. Default false. */
  readonly forging?: boolean;
  /** Strangers connect, too. Default false. */
  readonly strangers?: boolean;
}

/** A successor that also tells which steps the charts made. */
export interface HandshakeSuccessor extends Successor<World, Move> {
  readonly steps: readonly ChartStep[];
}

const forgeable = ['hello', 'descriptor', 'port', 'group', 'ready', 'decline', 'garbage'] as const;

export class HandshakeSystem implements System<World, Move> {
  readonly initial: World;
  readonly client: CompiledChart;
  /** One compiled chart for each server process. */
  readonly servers: readonly CompiledChart[];
  readonly #options: HandshakeOptions;

  constructor(options: HandshakeOptions) {
    this.#options = options;
    this.client = compile(clientMachine);
    this.servers = options.servers.map((input) => compile(serverMachine, input));
    const blank: ServerSlot = {
      state: 0,
      first: -1,
      second: -1,
      array: -1,
      firstStands: false,
      resetsOnFailure: false,
      attaching: false,
    };
    const draft = draftOf({
      servers: this.servers.map(() => blank),
      clients: [],
      links: [],
      listening: true,
      faults: options.faults,
    });
    for (const [index, chart] of this.servers.entries()) {
      performServer(draft, index, chart.initialOutputs, at(options.servers, index).mode);
    }
    this.initial = settle(draft);
  }

  key(world: World): string {
    return JSON.stringify(world);
  }

  *moves(world: World): Generator<HandshakeSuccessor> {
    for (const move of this.#candidates(world)) {
      const successor = this.apply(world, move);
      if (successor !== undefined) yield successor;
    }
  }

  /** What `move` leads to, or undefined where nothing would change. */
  apply(world: World, move: Move): HandshakeSuccessor | undefined {
    const draft = draftOf(world);
    if (isFault(world, move)) draft.faults -= 1;
    if (!this.#carryOut(draft, move)) return undefined;
    return { move, next: settle(draft), steps: draft.steps };
  }

  /** The local state of a process, by its path in the chart. */
  stateOf(world: World, who: Who): { readonly path: string; readonly delays: readonly string[]; readonly final: boolean } {
    return this.#chart(who).state(this.#slot(world, who).state);
  }

  *#candidates(world: World): Generator<Move> {
    const mayFail = world.faults > 0;
    for (const [index, link] of world.links.entries()) yield* this.#linkMoves(world, index, link, mayFail);
    for (const who of processes(world)) yield* this.#processMoves(world, who, mayFail);
    if (!mayFail) return;
    if (world.listening) yield { kind: 'stopListener' };
    if (this.#options.strangers !== true) return;
    // One stranger a run shows all that strangers can do, since they know nothing of each other.
    if (world.links.some((link) => link.server < 0)) return;
    if (world.listening) yield { kind: 'intrude', portOf: -1 };
    for (const [index, slot] of world.clients.entries()) if (slot.port === 'open') yield { kind: 'intrude', portOf: index };
  }

  *#linkMoves(world: World, index: number, link: Link, mayFail: boolean): Generator<Move> {
    const { connection } = link;
    if (connection.phase === 'dialing') {
      const reachable = link.portOf < 0 ? world.listening : at(world.clients, link.portOf).port === 'open';
      if (reachable) yield { kind: 'connect', link: index };
      if (mayFail || !reachable) yield { kind: 'refuse', link: index };
    }
    if (connection.phase !== 'open') return;
    if (link.server < 0 && !connection.closed.dialer) yield { kind: 'leave', link: index };
    if (link.client < 0 && nextToAccept(world, link.portOf) === index) yield { kind: 'accept', link: index };
    for (const to of ['dialer', 'acceptor'] as const) {
      const head = connection.inbox[to][0];
      if (!this.listens(world, link, to)) continue;
      if (head !== undefined) yield { kind: 'deliver', link: index, to };
      if (!mayFail) continue;
      if (head?.kind === 'message')
        for (const tampering of tamperings(head.message, world, link)) yield { kind: 'deliver', link: index, to, tampering };
      if (this.#options.forging === true && !connection.closed[opposite(to)]) yield* this.#forgeries(world, index, link, to);
    }
    if (
      mayFail &&
      !connection.broken &&
      link.client >= 0 &&
      (this.listens(world, link, 'dialer') || this.listens(world, link, 'acceptor'))
    )
      yield { kind: 'reset', link: index };
  }

  *#forgeries(world: World, index: number, link: Link, to: End): Generator<Move> {
    const who = ownerOf(link, to);
    // A HELLO of somebody else on a server process's own connection would make it somebody else's connection.
    const isFirst = link.server >= 0 && who?.role === 'client' && this.stateOf(world, who).path === 'awaitingFirstFrame';
    for (const frame of forgeable) if (!(isFirst && frame === 'hello')) yield { kind: 'forge', link: index, to, frame };
  }

  *#processMoves(world: World, who: Who, mayFail: boolean): Generator<Move> {
    const state = this.stateOf(world, who);
    if (state.final) return;
    const slot = this.#slot(world, who);
    const outcomes: Outcome[] = [];
    if ('port' in slot && slot.port === 'opening') outcomes.push('port.opened', 'port.exhausted', 'port.unavailable');
    if (slot.attaching && isGone(at(world.links, slot.array), who)) outcomes.push('array.reset');
    else if (slot.attaching) outcomes.push('group.attached', 'group.unknown', 'group.refused', 'group.full');
    for (const outcome of outcomes) if (mayFail || isSuccess(outcome)) yield { kind: 'outcome', who, outcome };
    if (state.path.startsWith('established')) yield { kind: 'close', who };
    else if (who.role === 'server' && mayFail) yield { kind: 'abort', who };
    if (mayFail) for (const limit of state.delays) yield { kind: 'expire', who, limit };
  }

  /** Whether the machine at this end still wants to know what comes; afterwards it is session data. */
  listens(world: World, link: Link, end: End): boolean {
    if (link.connection.closed[end]) return false;
    const who = ownerOf(link, end);
    if (who === undefined) return false;
    const { path } = this.stateOf(world, who);
    // A connection that has carried READY is a channel.
    if (path.endsWith('awaitingReady.first')) return link.name === 'first';
    if (path.endsWith('awaitingReady.second')) return link.name === 'second';
    if (path.endsWith('awaitingVerdict')) return link.name === 'first';
    return path.startsWith('handshaking') || path === 'awaitingFirstFrame' || (isLingering(path) && link.name === 'first');
  }

  /** Changes the draft as `move` says; false where the charts take no notice. */
  #carryOut(draft: Draft, move: Move): boolean {
    switch (move.kind) {
      case 'connect':
        return this.#connect(draft, move.link);
      case 'refuse': {
        const link = at(draft.links, move.link);
        link.connection = ended();
        return this.#feed(draft, { role: 'server', index: link.server }, { type: `${link.name}.refused` });
      }
      case 'accept': {
        const link = at(draft.links, move.link);
        link.client = link.portOf;
        const slot = at(draft.clients, link.portOf);
        Object.assign(slot, { array: move.link, accepting: false, backlog: slot.backlog.slice(1) });
        return this.#feed(draft, { role: 'client', index: link.portOf }, { type: 'array.accepted' });
      }
      case 'deliver':
      case 'forge':
        return this.#deliver(draft, move);
      case 'reset': {
        const link = at(draft.links, move.link);
        link.connection = reset(link.connection);
        return true;
      }
      case 'outcome': {
        const slot = this.#slot(draft, move.who);
        if (!move.outcome.startsWith('port.')) Object.assign(slot, { attaching: false });
        else Object.assign(slot, { port: 'none' });
        return this.#feed(draft, move.who, { type: move.outcome });
      }
      case 'expire':
        return this.#take(
          draft,
          move.who,
          { type: 'timeout', limit: move.limit },
          this.#chart(move.who).expire(this.#slot(draft, move.who).state, move.limit),
        );
      case 'abort':
      case 'close':
        return this.#feed(draft, move.who, { type: move.kind });
      case 'intrude':
        draft.links.push({
          name: move.portOf < 0 ? 'first' : 'array',
          server: -1,
          client: -1,
          portOf: move.portOf,
          connection: dialed(),
        });
        return this.#connect(draft, draft.links.length - 1);
      case 'leave': {
        const link = at(draft.links, move.link);
        link.connection = close(link.connection, 'dialer');
        return true;
      }
      case 'stopListener':
        draft.listening = false;
        for (const who of processes(draft)) {
          if (who.role === 'client' && !isEstablished(this.stateOf(draft, who).path)) this.#feed(draft, who, { type: 'close' });
        }
        return true;
    }
  }

  #connect(draft: Draft, index: number): boolean {
    const link = at(draft.links, index);
    link.connection = opened(link.connection);
    if (link.portOf >= 0) {
      const slot = at(draft.clients, link.portOf);
      slot.backlog = [...slot.backlog, index];
    } else {
      link.client = draft.clients.length;
      const blank = { state: 0, second: -1, array: -1, port: 'none', backlog: [], accepting: false, attaching: false } as const;
      draft.clients.push({ ...blank, first: index, firstStands: true });
    }
    if (link.server < 0) return true;
    if (link.name === 'first') at(draft.servers, link.server).firstStands = true;
    return this.#feed(draft, { role: 'server', index: link.server }, { type: `${link.name}.connected` });
  }

  #deliver(draft: Draft, move: Extract<Move, { kind: 'deliver' | 'forge' }>): boolean {
    const link = at(draft.links, move.link);
    const who = ownerOf(link, move.to);
    if (who === undefined) throw new RangeError(`nobody holds the ${move.to} of link ${move.link}`);
    let item: Item<Frame> | undefined;
    if (move.kind === 'forge') item = { kind: 'message', message: forged(move.frame) };
    else {
      if (move.tampering !== undefined) link.connection = tampered(link.connection, move.to, move.tampering);
      item = link.connection.inbox[move.to][0];
      link.connection = take(link.connection, move.to);
    }
    if (item?.kind === 'message' && item.message.name === 'ready') link.connection = withoutData(link.connection, move.to);
    if (item === undefined) throw new RangeError(`nothing waits at the ${move.to} of link ${move.link}`);
    const connectionName =
      who.role === 'client' && link.name === 'second' && at(draft.clients, who.index).first === move.link ? 'first' : link.name;
    const lost = item.kind !== 'message' || item.message.name === 'garbage';
    const slot = this.#slot(draft, who);
    if (lost && slot.first === move.link) Object.assign(slot, { firstStands: false });
    if (item.kind !== 'message') return this.#feed(draft, who, { type: `${connectionName}.${item.kind}` });
    return this.#receive(draft, who, move.link, connectionName, item.message);
  }

  #receive(draft: Draft, who: Who, link: number, connection: string, frame: Frame): boolean {
    if (frame.name === 'forged' && frame.as === 'descriptor' && who.role === 'client') {
      return this.#receive(draft, who, link, connection, { name: 'descriptor', of: 'other', tag: 'wrong' });
    }
    if (frame.name === 'descriptor' && who.role === 'client') {
      const waiting = this.#waitingFor(draft, frame);
      const pairing = waiting < 0 ? 'unknown' : frame.tag === 'right' ? 'joined' : 'tagWrong';
      if (this.stateOf(draft, who).path !== 'awaitingFirstFrame')
        return this.#feed(draft, who, { type: `${connection}.descriptor` });
      this.#feed(draft, who, { type: 'first.descriptor', pairing });
      if (pairing === 'joined') this.#join(draft, who.index, waiting, link);
      return true;
    }
    return this.#feed(draft, who, {
      type: `${connection}.${frame.name === 'forged' ? frame.as : frame.name}`,
      ...factsOf(frame),
    });
  }

  /** The instance that waits for the descriptor which `frame` carries, or -1. */
  #waitingFor(draft: Draft, frame: Extract<Frame, { name: 'descriptor' }>): number {
    const waits = (slot: ClientSlot) =>
      slot.first === frame.of && this.client.state(slot.state).path === 'handshaking.network.awaitingSecond';
    return frame.of === 'other' ? -1 : draft.clients.findIndex(waits);
  }

  /** Steps 124, 126: the connection changes hands. */
  #join(draft: Draft, from: number, to: number, link: number): void {
    Object.assign(at(draft.clients, from), { first: -1, firstStands: false });
    at(draft.clients, to).second = link;
    at(draft.links, link).client = to;
    this.#feed(draft, { role: 'client', index: to }, { type: 'second.joined' });
  }

  #feed(draft: Draft, who: Who, event: AnyEventObject): boolean {
    return this.#take(draft, who, event, this.#chart(who).step(this.#slot(draft, who).state, event));
  }

  #take(draft: Draft, who: Who, event: AnyEventObject, step: LocalStep | undefined): boolean {
    if (step === undefined) return false;
    const slot = this.#slot(draft, who);
    Object.assign(slot, { state: step.next.id });
    draft.steps.push({ who, event, step });
    if (who.role === 'server') performServer(draft, who.index, step.outputs, (step.next.context as { mode: Mode }).mode);
    else performClient(draft, who.index, step.outputs);
    return true;
  }

  #chart(who: Who): CompiledChart {
    return who.role === 'client' ? this.client : at(this.servers, who.index);
  }

  #slot(world: Pick<World, 'servers' | 'clients'>, who: Who): ServerSlot | ClientSlot {
    return who.role === 'client' ? at(world.clients, who.index) : at(world.servers, who.index);
  }
}

const isEstablished = (path: string) => path.startsWith('established') || path === 'closing';

/** The client process waits for the end of the WKP connection and for nothing else. */
const isLingering = (path: string) => path === 'established.lingering' || path === 'closing';

/** Every process of a world: the servers, then the instances of the client process. */
export function processes(world: Pick<World, 'servers' | 'clients'>): Who[] {
  const servers = world.servers.map((_, index): Who => ({ role: 'server', index }));
  return [...servers, ...world.clients.map((_, index): Who => ({ role: 'client', index }))];
}

/** The link that accept would return next, or undefined where nobody accepts. */
function nextToAccept(world: World, portOf: number): number | undefined {
  const slot = at(world.clients, portOf);
  return slot.accepting ? slot.backlog[0] : undefined;
}

/** Session data right behind READY is delivered with it, in one piece. */
function withoutData(connection: Link['connection'], to: End): Link['connection'] {
  const head = connection.inbox[to][0];
  return head?.kind === 'message' && head.message.name === 'data' ? take(connection, to) : connection;
}

export function ownerOf(link: Link, end: End): Who | undefined {
  if (end === 'dialer') return link.server < 0 ? undefined : { role: 'server', index: link.server };
  return link.client < 0 ? undefined : { role: 'client', index: link.client };
}

/**
 * Whether no group can be attached for an array connection any more: it was reset, or the server process has left it. That the client
 * process has left it does no harm: what it has attached and written is there.
 */
function isGone({ connection }: Link, who: Who): boolean {
  return connection.broken || (who.role === 'client' && connection.closed.dialer);
}

/** An outcome that the environment need not bring about: it follows from what has happened. */
const isSuccess = (outcome: Outcome) => outcome === 'port.opened' || outcome === 'group.attached' || outcome === 'array.reset';

/** Whether a move costs one of the faults that a run may have. A refusal where nobody listens is no fault. */
function isFault(world: World, move: Move): boolean {
  switch (move.kind) {
    case 'connect':
    case 'accept':
    case 'close':
    case 'leave':
      return false;
    case 'deliver':
      return move.tampering !== undefined;
    case 'outcome':
      return !isSuccess(move.outcome);
    case 'refuse': {
      const { portOf } = at(world.links, move.link);
      return portOf < 0 ? world.listening : at(world.clients, portOf).port === 'open';
    }
    default:
      return true;
  }
}

/** How a frame can be changed on its way. */
function tamperings(frame: Frame, world: World, link: Link): Tampering[] {
  switch (frame.name) {
    case 'hello':
      // A full listener is arranged before the run, so only its first HELLO can find one.
      return world.clients.length === 1 && link.server >= 0 ? ['connections', 'capacity', 'garbage'] : ['connections', 'garbage'];
    case 'descriptor':
      return link.name === 'second' ? ['tag', 'number', 'garbage'] : ['tag', 'garbage'];
    case 'port':
      return ['tag', 'array', 'garbage'];
    case 'forged':
    case 'data':
    case 'garbage':
      return [];
    default:
      return ['tag', 'garbage'];
  }
}

function tampered(connection: Link['connection'], to: End, tampering: Tampering): Link['connection'] {
  const head = connection.inbox[to][0];
  if (head?.kind !== 'message') throw new RangeError(`no frame waits at the ${to}`);
  const message = changed(head.message, tampering);
  return replaceHead(connection, to, { kind: 'message', message });
}

function changed(frame: Frame, tampering: Tampering): Frame {
  if (tampering === 'garbage') return { name: 'garbage' };
  if (tampering === 'connections' && frame.name === 'hello') return { ...frame, connections: 'other' };
  if (tampering === 'capacity' && frame.name === 'hello') return { ...frame, capacity: 'full' };
  if (tampering === 'number' && frame.name === 'descriptor') return { ...frame, of: 'other', tag: 'wrong' };
  if (tampering === 'array' && frame.name === 'port') return { ...frame, array: 'unknown' };
  if (tampering === 'tag' && 'tag' in frame) return { ...frame, tag: 'wrong' };
  throw new RangeError(`a ${frame.name} has no ${tampering} to change`);
}

function forged(name: Forgery): Frame {
  if (name === 'garbage') return { name };
  return name === 'decline' ? { name: 'decline', tag: 'wrong', reason: 'portsExhausted' } : { name: 'forged', as: name };
}

/** What the receiver's machine learns of a frame beyond its name. */
function factsOf(frame: Frame): Record<string, unknown> {
  switch (frame.name) {
    case 'hello':
      return { mode: frame.mode, connections: frame.connections, capacity: frame.capacity };
    case 'descriptor':
    case 'group':
    case 'ready':
      return { tag: frame.tag };
    case 'port':
      return { tag: frame.tag, array: frame.array };
    case 'decline':
      return { tag: frame.tag, reason: frame.reason };
    case 'forged':
      return {
        tag: 'wrong',
        ...(frame.as === 'port' ? { array: 'known' } : {}),
        ...(frame.as === 'hello' ? { mode: 'network', connections: 'same', capacity: 'free' } : {}),
      };
    case 'data':
    case 'garbage':
      return {};
  }
}
