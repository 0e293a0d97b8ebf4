/**
 * One step of a chart with all its children, run to completion as actors of XState would do it: what an actor sends leaves when its own
 * step is done, a child that is free processes at once, one that is busy has it wait. XState computes; nothing is executed.
 */
import type { AnyActorLogic, AnyActorRef } from 'xstate';
import { Actor, ActorStandIn, type Origin, type Pending } from './actor.ts';
import type { ActorLogic, Logics, Snapshot } from './actor-logic.ts';
import { ActorSystem, type InspectionEvent, isActor } from './actor-system.ts';
import { type Delayed, Outside } from './instrument.ts';
import { jsonCopy } from './json.ts';
import type { Message, Output } from './outputs.ts';

/** More events than this within one step are a loop of messages. */
const MAX_EVENTS = 10_000;

type AnyEvent = { readonly type: string };

interface ExecutableAction {
  readonly type: string;
  readonly params?: unknown;
}

/** A transition that was taken, and by the chart of which actor. */
export interface Taken {
  readonly by: ActorLogic;
  readonly definition: object;
}

export class Run {
  readonly outputs: Output[] = [];
  /** Taken by the root for the event itself. */
  readonly taken: Taken[] = [];
  /** Taken by eventless transitions, raised events and children. */
  readonly further: Taken[] = [];
  /** The delays that were started in this step. */
  readonly armed = new Set<Pending>();
  readonly system: ActorSystem;
  readonly #logics: Logics;
  /** XState's own objects for actors that were spawned in this step. */
  readonly #spawned = new Map<object, Actor>();
  #root: Actor | undefined;
  #lastMade: readonly [actor: unknown, parent: unknown][] = [];
  #events = 0;
  #external: AnyEvent | undefined;

  constructor(logics: Logics) {
    this.#logics = logics;
    this.system = new ActorSystem(
      () => this.#root,
      (event) => this.#inspect(event),
    );
  }

  /** A chart before its first state. */
  makeRoot(logic: ActorLogic, input: unknown): Actor {
    const root = this.make({ id: logic.id }, logic, undefined);
    root.snapshot = this.#initial(root, input);
    return root;
  }

  /** An actor that is part of the tree; the caller gives it its snapshot. */
  make(origin: Origin, logic: ActorLogic, parent: Actor | undefined): Actor {
    const actor = new Actor(origin, logic, parent, this.system, (at, event) => this.#process(at, event));
    if (parent === undefined) this.#root = actor;
    return actor;
  }

  /** Starts an actor: its children first, then what its entry actions want, then what waits for it. */
  start(actor: Actor): void {
    if (actor.phase !== 'new') return;
    actor.phase = 'running';
    if (actor.snapshot?.status === 'active') for (const child of actor.children.values()) this.start(child);
    this.#update(actor, actor.deferred.splice(0));
    actor.flush();
  }

  /** Gives an event to the root. */
  send(event: AnyEvent): void {
    this.#external = event;
    this.#root?.receive(event);
  }

  /** A delay of `source` is over. */
  expire(source: Actor, pending: Pending): void {
    source.pending = source.pending.filter((other) => other !== pending);
    this.#external = pending.event;
    if (typeof pending.to === 'string') this.#leave(pending.to, pending.event);
    else this.find(pending.to ?? source.address)?.receive(pending.event);
  }

  /** What stands for an object that is an actor, XState's own ones too; undefined for every other object. */
  standInFor(object: object): ActorStandIn | undefined {
    if (object instanceof ActorStandIn) return object;
    const known = this.#spawned.get(object);
    if (known !== undefined) return known.ref;
    return isActor(object) ? this.nobody() : undefined;
  }

  /** Stands for an actor that is gone: what is sent to it is lost. */
  nobody(): ActorStandIn {
    const root = this.#root as Actor;
    const gone = new Actor({ id: 'gone' }, root.logic, root, this.system, () => undefined);
    gone.end();
    return gone.ref;
  }

  /** The actor at an address. */
  find(address: readonly string[]): Actor | undefined {
    return address.reduce<Actor | undefined>((at, id) => at?.children.get(id), this.#root);
  }

  #process(actor: Actor, event: AnyEvent): void {
    if (Actor.isStop(event)) {
      for (const child of actor.children.values()) child.stop();
      actor.end();
      return;
    }
    this.#events += 1;
    if (this.#events > MAX_EVENTS)
      throw new Error(`more than ${MAX_EVENTS} events in one step: actors send to each other for ever`);
    const deferred: (() => void)[] = [];
    const before = [...actor.children.values()];
    const snapshot = actor.logic.logic.transition(actor.snapshot as Snapshot, event, this.#scope(actor, deferred));
    actor.snapshot = this.#adopt(actor, snapshot);
    this.#update(actor, deferred);
    this.#prune(actor, before);
  }

  #initial(actor: Actor, input: unknown): Snapshot {
    return this.#adopt(actor, actor.logic.logic.getInitialSnapshot(this.#scope(actor, actor.deferred), input));
  }

  #update(actor: Actor, deferred: (() => void)[]): void {
    for (const act of deferred) act();
    const { status, output } = actor.snapshot as Snapshot;
    const { parent, origin } = actor;
    if (status === 'active' && origin.syncs === true) {
      parent?.receive({ type: `xstate.snapshot.${origin.id}`, snapshot: actor.snapshot } as AnyEvent);
    }
    if (status === 'done') {
      for (const child of actor.children.values()) child.stop();
      actor.end();
      parent?.receive({ type: `xstate.done.actor.${origin.id}`, output, actorId: origin.id } as AnyEvent);
    }
  }

  /** Makes actors of ours of those that XState has made, and refuses what cannot be explored. */
  #adopt(actor: Actor, snapshot: Snapshot): Snapshot {
    if (snapshot.status === 'error') throw snapshot.error instanceof Error ? snapshot.error : new Error(String(snapshot.error));
    if (snapshot.children === undefined) return snapshot;
    for (const child of actor.children.values()) child.heldAs = null;
    const children: Record<string, unknown> = {};
    for (const [key, ref] of Object.entries(snapshot.children as Record<string, AnyActorRef | undefined>)) {
      if (ref === undefined) continue;
      const child = this.#actorOf(ref, actor);
      child.heldAs = key;
      children[key] = child.ref;
      actor.children.set(child.origin.id, child);
    }
    return { ...snapshot, children } as Snapshot;
  }

  /** Forgets children that have ended and that nobody holds. */
  #prune(actor: Actor, before: readonly Actor[]): void {
    for (const child of before) {
      if (actor.children.get(child.origin.id) === child) {
        if (child.heldAs === null && child.phase === 'stopped') actor.children.delete(child.origin.id);
      } else if (child.phase !== 'stopped') {
        throw new Error(
          `actor ${child.origin.id} is spawned while another of that id runs: XState keeps both, and only one can be found`,
        );
      }
    }
    const { status } = actor.snapshot as Snapshot;
    const orphan = [...actor.children.values()].find(({ heldAs, phase }) => heldAs === null && phase === 'running');
    if (orphan !== undefined && status !== 'active') {
      throw new Error(
        `actor ${orphan.origin.id} has no id of its own and another was spawned after it: XState lets it run on behind its parent's end`,
      );
    }
  }

  /** The actor that a reference means: one of ours, or one that XState made in this step for `parent`. */
  #actorOf(ref: unknown, parent: Actor): Actor {
    if (ref instanceof ActorStandIn) return ref.actor;
    const known = this.#spawned.get(ref as object);
    if (known !== undefined) return known;
    const made = ref as {
      readonly id: string;
      readonly logic: AnyActorLogic;
      readonly src: string | AnyActorLogic;
      readonly systemId?: string;
      readonly _syncSnapshot?: boolean;
      readonly options: { readonly input?: unknown };
    };
    const logic = this.#logics.of(made.logic);
    const src = this.#logics.nameOf(made.src);
    if (typeof logic === 'string') throw new Error(`actor ${made.id} (${src}) is ${logic}`);
    const origin: Origin = {
      id: made.id,
      src,
      ...(made.systemId !== undefined && { systemId: made.systemId }),
      ...(made._syncSnapshot === true && { syncs: true }),
    };
    const actor = this.make(origin, logic, parent);
    this.#spawned.set(made, actor);
    actor.snapshot = this.#initial(actor, made.options.input);
    return actor;
  }

  /** What XState needs to compute a step of `actor`. What it wants done goes to `deferred`, custom actions of a running actor at once. */
  #scope(actor: Actor, deferred: (() => void)[]): object {
    return {
      self: actor.ref,
      id: actor.origin.id,
      sessionId: actor.ref.sessionId,
      system: this.system,
      logger: () => undefined,
      emit: () => undefined,
      stopChild: () => undefined,
      // Only `spawn` within an assign defers here: the actor that was made last for this parent is to be started.
      defer: () => {
        const made = this.#lastMade.findLast(([, parent]) => parent === actor.ref)?.[0];
        deferred.push(() => this.start(this.#actorOf(made, actor)));
      },
      actionExecutor: (action: ExecutableAction) => this.#perform(actor, action, deferred),
    };
  }

  #perform(actor: Actor, { type, params }: ExecutableAction, deferred: (() => void)[]): void {
    switch (type) {
      case 'xstate.log':
        return;
      case 'xstate.spawnChild': {
        const { actorRef, src } = params as { actorRef?: unknown; src: unknown };
        if (actorRef === undefined) throw new Error(`actor ${String(src)} is not implemented`);
        const child = this.#actorOf(actorRef, actor);
        deferred.push(() => this.start(child));
        return;
      }
      case 'xstate.stopChild': {
        if (params === undefined) return;
        const child = this.#actorOf(params, actor);
        if (child.phase === 'new') child.stop();
        else deferred.push(() => child.stop());
        return;
      }
      case 'xstate.sendTo':
        deferred.push(() => this.#sendTo(actor, params as SendParams));
        return;
      case 'xstate.raise':
        if (typeof (params as SendParams).delay === 'number') deferred.push(() => this.#schedule(actor, params as SendParams));
        return;
      case 'xstate.cancel': {
        const { sendId } = params as { sendId: unknown };
        deferred.push(() => {
          actor.pending = actor.pending.filter(({ id }) => id !== String(sendId));
        });
        return;
      }
      case 'xstate.emit': {
        const { event } = params as { event: AnyEvent };
        deferred.push(() =>
          this.outputs.push({ kind: 'emit', type: event.type, event: this.#message(event, 'the emitted event') }),
        );
        return;
      }
      default: {
        if (type.startsWith('xstate.')) throw new Error(`${type} cannot be explored`);
        const output = params === undefined ? { type } : { type, params: params as Record<string, unknown> };
        if (actor.phase === 'new') deferred.push(() => this.outputs.push(output));
        else this.outputs.push(output);
      }
    }
  }

  #sendTo(from: Actor, params: SendParams): void {
    if (typeof params.delay === 'number') this.#schedule(from, params);
    else if (params.to instanceof Outside) this.#leave(params.to.name, params.event);
    else this.#actorOf(params.to, from).receive(params.event);
  }

  #leave(to: string, event: AnyEvent): void {
    this.outputs.push({ kind: 'send', type: event.type, to, event: this.#message(event, `the event that is sent to ${to}`) });
  }

  #schedule(actor: Actor, { to, event, id, delayName, delay }: SendParams): void {
    if (id !== undefined && actor.pending.some((other) => other.id === id)) {
      throw new Error(
        `${event.type} is delayed with the id ${id}, and an event of that id is pending: XState runs both and can cancel one`,
      );
    }
    const target = to instanceof Outside ? to.name : to === undefined ? undefined : this.#actorOf(to, actor);
    const pending: Pending = {
      name: nameOf(event, delay, delayName),
      ...(id !== undefined && { id }),
      event: this.#message(event, 'the delayed event'),
      ...(typeof target === 'string' ? { to: target } : target !== undefined && target !== actor && { to: target.address }),
    };
    actor.pending = [...actor.pending, pending];
    this.armed.add(pending);
  }

  #message(event: AnyEvent, path: string): Message {
    return jsonCopy(event, path, referenceCopy) as Message;
  }

  #inspect({ type, actorRef, event, _transitions = [] }: InspectionEvent): void {
    if (type === '@xstate.actor') this.#lastMade = [...this.#lastMade, [actorRef, (actorRef as { _parent?: unknown })._parent]];
    if (type !== '@xstate.microstep' || !(actorRef instanceof ActorStandIn)) return;
    const { actor } = actorRef;
    const isFirst = actor.parent === undefined && event !== undefined && event === this.#external && this.taken.length === 0;
    // Eventless transitions come with the event that they follow.
    const list =
      isFirst && _transitions.every((definition) => (definition as { eventType: string }).eventType !== '')
        ? this.taken
        : this.further;
    for (const definition of _transitions) list.push({ by: actor.logic, definition });
  }
}

interface SendParams extends Delayed {
  readonly to?: unknown;
  readonly event: AnyEvent;
  readonly id?: string;
  readonly delay?: number;
}

/** As the chart calls the delay: the name or number of an `after`, and the event with it where the chart raises or sends one itself. */
function nameOf({ type }: AnyEvent, delay: number | undefined, delayName: string | undefined): string {
  if (delayName !== undefined && delayName !== '') return delayName;
  if (type.startsWith('xstate.after.')) return String(delay);
  return delayName === '' ? `${type} after a delay` : `${type} after ${delay}`;
}

/** A message cannot carry an actor: nobody outside could send to it. */
function referenceCopy(object: object): undefined {
  if (isActor(object)) throw new Error('a message that leaves the chart or is delayed carries a reference to an actor');
  return undefined;
}
