/** An actor while a step is evaluated: the chart itself, or one of its children. */
import type { ActorLogic, Snapshot } from './actor-logic.ts';
import type { Message } from './outputs.ts';

/** A delayed event that an actor has scheduled for itself or for another. */
export interface Pending {
  /** How the chart calls the delay. */
  readonly name: string;
  /** What `cancel` takes; events that are raised or sent with a delay need not have one. */
  readonly id?: string;
  readonly event: Message;
  /** Absent: the actor itself. An address within the chart, or the name of somebody outside. */
  readonly to?: readonly string[] | string;
}

/** Enqueued behind the events that an actor still has to process. */
const STOP = { type: 'xstate.stop' };

/** How an actor was made, as far as it is needed to make it again. */
export interface Origin {
  readonly id: string;
  readonly src?: string;
  readonly systemId?: string;
  /** The parent gets an event for each new snapshot. */
  readonly syncs?: boolean;
}

/** A node of the tree of actors of one chart; the root is the chart. */
export class Actor {
  readonly origin: Origin;
  readonly logic: ActorLogic;
  readonly parent: Actor | undefined;
  readonly ref: ActorStandIn;
  /** Those that live, and those that have ended and are still held, by their ids. */
  readonly children = new Map<string, Actor>();
  /** The key under which the parent's snapshot holds it. Null: XState has put another in its place, and it lives on. */
  heldAs: string | null;
  snapshot: Snapshot | undefined;
  pending: Pending[] = [];
  /** What its initial state wants done when it starts. */
  deferred: (() => void)[] = [];
  phase: 'new' | 'running' | 'stopped' = 'new';
  #mailbox: { readonly type: string }[] = [];
  #busy = false;
  readonly #process: (actor: Actor, event: { readonly type: string }) => void;

  constructor(
    origin: Origin,
    logic: ActorLogic,
    parent: Actor | undefined,
    system: object,
    process: (actor: Actor, event: { readonly type: string }) => void,
  ) {
    this.origin = origin;
    this.heldAs = origin.id;
    this.logic = logic;
    this.parent = parent;
    this.ref = new ActorStandIn(this, system);
    this.#process = process;
  }

  /** The ids that lead from the root to this actor. */
  get address(): readonly string[] {
    return this.parent === undefined ? [] : [...this.parent.address, this.origin.id];
  }

  /** Whether it is still part of the tree: an actor that was stopped and replaced by another of the same id is not. */
  get isHeld(): boolean {
    return this.parent === undefined || (this.parent.children.get(this.origin.id) === this && this.parent.isHeld);
  }

  /** One event after the other: what comes while it is busy waits, as in an actor of XState. */
  receive(event: { readonly type: string }): void {
    if (this.phase === 'stopped') return;
    this.#mailbox.push(event);
    if (this.phase === 'running') this.flush();
  }

  /** Processes what waits, unless it is already doing so. */
  flush(): void {
    if (this.#busy) return;
    this.#busy = true;
    for (let event = this.#mailbox.shift(); event !== undefined; event = this.#mailbox.shift()) this.#process(this, event);
    this.#busy = false;
  }

  /** What it is doing is finished first; what waits is forgotten. */
  stop(): void {
    this.#mailbox = [];
    if (this.phase === 'new') this.end();
    else if (this.phase === 'running') this.receive(STOP);
  }

  /** Nothing happens to it any more. */
  end(): void {
    this.phase = 'stopped';
    this.pending = [];
    this.#mailbox = [];
  }

  static isStop(event: { readonly type: string }): boolean {
    return event === STOP;
  }
}

/** What XState and the chart's own functions get for an actor. It can be addressed and looked at, and it never does anything by itself. */
export class ActorStandIn {
  readonly id: string;
  readonly sessionId: string;
  readonly system: object;
  readonly src: string | undefined;
  readonly ref = this;
  readonly actor: Actor;

  constructor(actor: Actor, system: object) {
    this.actor = actor;
    this.id = actor.origin.id;
    this.sessionId = actor.address.join('/');
    this.system = system;
    this.src = actor.origin.src;
  }

  /** XState finds the target of `sendParent` here. */
  get _parent(): ActorStandIn | undefined {
    return this.actor.parent?.ref;
  }

  getSnapshot(): unknown {
    if (this.actor.snapshot === undefined)
      throw new Error('the snapshot of an actor that was stopped is read: it is part of no state');
    return this.actor.snapshot;
  }

  getPersistedSnapshot(): never {
    return this.send();
  }

  send(): never {
    throw new Error(`actor ${this.id} is called by a function of the chart: send to it by an action`);
  }

  subscribe(): never {
    return this.send();
  }

  on(): never {
    return this.send();
  }
}
