/**
 * client ‖ servers ‖ connections ‖ environment, as one system that can be explored. Each move is one thing that the environment lets
 * happen: a connection made, refused or reset, one delivery, one limit, one outcome of a local call, one wish of a user.
 */
import type { ServerContext } from '../../../machines/index.ts';
import type { CompiledChart } from '../../compile/compile.ts';
import { close, dialed, type End, ended, reset } from '../../compose/connection.ts';
import type { Successor, TransitionSystem } from '../../compose/transition-system.ts';
import { forged, tagIsRight, tampered } from './frames.ts';
import { Environment, guessable, isFault } from './moves.ts';
import { compiledProcesses, isEstablished, type Processes } from './processes.ts';
import { at, type ChartStep, freshClient, type Stage, type WrittenFrame } from './stage.ts';
import {
  type ClientSlot,
  type Frame,
  type Link,
  type LinkName,
  type Move,
  type Outcome,
  type Seal,
  type ServerSlot,
  unknownNumber,
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

/** A successor that also tells which steps the charts made, and what was written in them. */
export interface HandshakeSuccessor extends Successor<World, Move> {
  readonly steps: readonly ChartStep[];
  /** What the processes write in these steps, in order. */
  readonly written: readonly WrittenFrame[];
}

export class HandshakeSystem implements TransitionSystem<World, Move> {
  readonly initial: World;
  readonly #processes: Processes;
  readonly #environment: Environment;

  constructor(options: HandshakeOptions) {
    const { forging = false, strangers = false } = options;
    this.#environment = new Environment(this, { forging, strangers });
    this.#processes = compiledProcesses(options.servers);
    const servers = options.servers.map((_, index) => this.#processes.freshServer(index));
    const stage = new NumberingStage({ servers, clients: [], links: [], listening: true, faults: options.faults });
    for (const index of servers.keys()) this.#processes.start(stage, index);
    this.initial = stage.settle();
  }

  /** The compiled chart that every instance of the client process shares. */
  get client(): CompiledChart {
    return this.#processes.client;
  }

  /** One compiled chart for each server process. */
  get servers(): readonly CompiledChart[] {
    return this.#processes.servers;
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
    const stage = new NumberingStage(world);
    if (isFault(world, move, this)) stage.faults -= 1;
    if (!this.#carryOut(stage, move)) return undefined;
    return { move, next: stage.settle(), steps: stage.steps, written: stage.written };
  }

  /** The local state of a process, by its path in the chart. */
  stateOf(world: World, who: Who): { readonly path: string; readonly delays: readonly string[]; readonly final: boolean } {
    return this.#processes.stateOf(new NumberingStage(world), who);
  }

  /** Whether the machine at this end still wants to know what comes; afterwards it is session data. */
  listens(world: World, link: Link, end: End): boolean {
    return this.#processes.listens(new NumberingStage(world), link, end);
  }

  /** The answers that the local calls of a process may get. */
  outcomes(world: World, who: Who): readonly Outcome[] {
    return this.#processes.outcomes(new NumberingStage(world), who);
  }

  /** Changes the stage as `move` says; false where the charts take no notice. */
  #carryOut(stage: NumberingStage, move: Move): boolean {
    const processes = this.#processes;
    switch (move.kind) {
      case 'connect':
        return processes.connect(stage, move.link, stage.link(move.link).portOf);
      case 'refuse':
        return processes.refuse(stage, move.link);
      case 'accept':
        return processes.accept(stage, move.link);
      case 'deliver':
        if (move.tampering !== undefined)
          stage.changeLink(move.link, { connection: tampered(stage.link(move.link).connection, move.to, move.tampering) });
        return processes.deliver(stage, move.link, move.to);
      case 'forge':
        return processes.receive(stage, move.link, move.to, {
          kind: 'message',
          message: forged(move.frame, guessable(stage.world, this) ?? unknownNumber),
        });
      case 'reset':
        stage.changeLink(move.link, { connection: reset(stage.link(move.link).connection) });
        return true;
      case 'outcome':
        return processes.outcome(stage, move.who, move.outcome);
      case 'expire':
        return processes.expire(stage, move.who, move.limit);
      case 'abort':
      case 'close':
        return processes.feed(stage, move.who, { type: move.kind });
      case 'intrude':
        return processes.connect(
          stage,
          stage.dial(-1, move.portOf < 0 ? 'first' : 'array', move.portOf, move.portOf),
          move.portOf,
        );
      case 'leave':
        stage.changeLink(move.link, { connection: close(stage.link(move.link).connection, 'dialer') });
        return true;
      case 'stopListener':
        return this.#stopListener(stage);
    }
  }

  #stopListener(stage: NumberingStage): boolean {
    stage.listening = false;
    for (const index of stage.world.clients.keys()) {
      const who: Who = { role: 'client', index };
      if (!isEstablished(this.#processes.stateOf(stage, who).path)) this.#processes.feed(stage, who, { type: 'close' });
    }
    return true;
  }
}

/** Numbers links and instances in the order in which they appear; descriptor and port numbers are theirs, so none is used twice. */
class NumberingStage implements Stage {
  readonly world: World;
  readonly steps: ChartStep[] = [];
  readonly written: WrittenFrame[] = [];
  listening: boolean;
  faults: number;
  readonly #servers: ServerSlot[];
  readonly #clients: ClientSlot[];
  readonly #links: Link[];

  constructor(world: World) {
    this.world = world;
    this.listening = world.listening;
    this.faults = world.faults;
    this.#servers = [...world.servers];
    this.#clients = [...world.clients];
    this.#links = [...world.links];
  }

  server(index: number): ServerSlot {
    return at(this.#servers, index);
  }

  client(index: number): ClientSlot {
    return at(this.#clients, index);
  }

  link(index: number): Link {
    return at(this.#links, index);
  }

  changeServer(index: number, change: Partial<ServerSlot>): void {
    this.#servers[index] = { ...this.server(index), ...change };
  }

  changeClient(index: number, change: Partial<ClientSlot>): void {
    this.#clients[index] = { ...this.client(index), ...change };
  }

  changeLink(index: number, change: Partial<Link>): void {
    this.#links[index] = { ...this.link(index), ...change };
  }

  dial(server: number, name: LinkName, port: number, portOf: number): number {
    return this.#links.push({ name, server, client: -1, portOf, port, connection: dialed() }) - 1;
  }

  accept(link: number): number {
    return this.#clients.push(freshClient(0, link)) - 1;
  }

  takeNumber(client: number): number {
    return this.client(client).first;
  }

  takePort(client: number): number {
    return client;
  }

  freeNumber(): void {}

  freePort(): void {}

  holderOfNumber(number: number): number {
    return number < 0 ? -1 : this.#clients.findIndex((slot) => slot.number === number && slot.first === number);
  }

  listenerOn(_port: number, generation: number): number {
    return this.#clients[generation]?.port === 'open' ? generation : -1;
  }

  tagIsRight(frame: Frame, expected: NonNullable<Seal>): boolean {
    return tagIsRight(frame, expected);
  }

  note(step: ChartStep): void {
    this.steps.push(step);
  }

  noteWritten(frame: WrittenFrame): void {
    this.written.push(frame);
  }

  /** Links that nobody can do anything with any more look alike, wherever they have been. */
  settle(): World {
    const links = this.#links.map((link) => (link.connection.phase === 'gone' ? { ...link, connection: ended<Frame>() } : link));
    return { servers: this.#servers, clients: this.#clients, links, listening: this.listening, faults: this.faults };
  }
}
