/**
 * client ‖ servers ‖ connections ‖ environment, as one system that can be explored. Each move is one thing that the environment lets
 * happen: a connection made, refused or reset, one delivery, one limit, one outcome of a local call, one wish of a user.
 */
import type { AnyEventObject } from 'xstate';
import { clientMachine, type Mode, type ServerContext, serverMachine } from '../../../machines/index.ts';
import { type CompiledChart, compile, type LocalStep } from '../../compile/compile.ts';
import { close, dialed, type End, ended, type Item, opened, reset, take } from '../../compose/connection.ts';
import type { Successor, TransitionSystem } from '../../compose/transition-system.ts';
import { factsOf, forged, tampered, withoutData } from './frames.ts';
import { Environment, isFault } from './moves.ts';
import { at, type ChartStep, type Draft, draftOf, performClient, performServer, settle } from './perform.ts';
import {
  type ClientSlot,
  type Frame,
  type Link,
  type Move,
  ownerOf,
  processes,
  type ServerSlot,
  slotOf,
  type Who,
  type World,
} from './world.ts';

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

export class HandshakeSystem implements TransitionSystem<World, Move> {
  readonly initial: World;
  readonly client: CompiledChart;
  /** One compiled chart for each server process. */
  readonly servers: readonly CompiledChart[];
  readonly #environment: Environment;

  constructor(options: HandshakeOptions) {
    const { forging = false, strangers = false } = options;
    this.#environment = new Environment(this, { forging, strangers });
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
    for (const move of this.#environment.all(world)) {
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
    return this.#chart(who).state(slotOf(world, who).state);
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
        const slot = slotOf(draft, move.who);
        if (!move.outcome.startsWith('port.')) Object.assign(slot, { attaching: false });
        else Object.assign(slot, { port: 'none' });
        return this.#feed(draft, move.who, { type: move.outcome });
      }
      case 'expire':
        return this.#take(
          draft,
          move.who,
          { type: 'timeout', limit: move.limit },
          this.#chart(move.who).expire(slotOf(draft, move.who).state, move.limit),
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
    const slot = slotOf(draft, who);
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
    return this.#take(draft, who, event, this.#chart(who).step(slotOf(draft, who).state, event));
  }

  #take(draft: Draft, who: Who, event: AnyEventObject, step: LocalStep | undefined): boolean {
    if (step === undefined) return false;
    const slot = slotOf(draft, who);
    Object.assign(slot, { state: step.next.id });
    draft.steps.push({ who, event, step });
    if (who.role === 'server') performServer(draft, who.index, step.outputs, (step.next.context as { mode: Mode }).mode);
    else performClient(draft, who.index, step.outputs);
    return true;
  }

  #chart(who: Who): CompiledChart {
    return who.role === 'client' ? this.client : at(this.servers, who.index);
  }
}

const isEstablished = (path: string) => path.startsWith('established') || path === 'closing';

/** The client process waits for the end of the WKP connection and for nothing else. */
const isLingering = (path: string) => path === 'established.lingering' || path === 'closing';
