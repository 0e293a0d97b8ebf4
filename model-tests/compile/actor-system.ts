/** What XState's actors ask of the system that they live in: names, each other, and somebody to tell what they do. */
import { type Actor, ActorStandIn } from './actor.ts';
import { Outside } from './instrument.ts';

/** What XState tells an inspector; here also how to learn what it has made and taken. */
export interface InspectionEvent {
  readonly type: string;
  readonly actorRef: unknown;
  readonly event?: { readonly type: string };
  readonly _transitions?: readonly object[];
}

/** The system of the actors of one chart during one step. The names of its methods are XState's. */
export class ActorSystem {
  readonly _clock = undefined;
  readonly _sendInspectionEvent: (event: InspectionEvent) => void;
  readonly #root: () => Actor | undefined;
  readonly #booked = new Set<string>();

  constructor(root: () => Actor | undefined, inspect: (event: InspectionEvent) => void) {
    this.#root = root;
    this._sendInspectionEvent = inspect;
  }

  /** The smallest name that no actor has: names of actors that are gone come back, so that there are finitely many. */
  _bookId(): string {
    const used = new Set(this.#booked);
    for (const actor of descendants(this.#root())) used.add(actor.origin.id);
    for (let number = 0; ; number += 1) {
      const id = `x:${number}`;
      if (used.has(id)) continue;
      this.#booked.add(id);
      return id;
    }
  }

  /** The living actor of this system id; who is not there is somebody outside. */
  get(systemId: string): ActorStandIn | Outside {
    for (const actor of descendants(this.#root())) {
      if (actor.origin.systemId === systemId && actor.phase !== 'stopped') return actor.ref;
    }
    return new Outside(systemId);
  }

  getAll(): Record<string, unknown> {
    return {};
  }

  _set(): void {}
  _relay(): void {}
  _register(): void {}
  _unregister(): void {}
  _logger(): void {}
}

function* descendants(actor: Actor | undefined): Generator<Actor> {
  for (const child of actor?.children.values() ?? []) {
    yield child;
    yield* descendants(child);
  }
}

/** Whether an object is an actor, ours or one of XState's: how XState itself recognises one in a context. */
export function isActor(object: object): boolean {
  return object instanceof ActorStandIn || ('sessionId' in object && 'send' in object && 'ref' in object);
}
