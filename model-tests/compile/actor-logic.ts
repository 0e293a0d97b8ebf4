/** What kinds of actors a chart may have, and how they are found again by the name that the chart gives them. */
import type { AnyActorLogic, AnyMachineSnapshot, AnyStateMachine } from 'xstate';
import { type Instrumented, instrument, isMachine } from './instrument.ts';

/** The logic of an actor: a machine, or a plain reducer made by `fromTransition`. */
export type ActorLogic =
  | { readonly kind: 'machine'; readonly id: string; readonly logic: Evaluated; readonly chart: Instrumented }
  | { readonly kind: 'reducer'; readonly id: string; readonly logic: Evaluated };

/** The two pure functions that every logic has. */
export interface Evaluated {
  transition(snapshot: Snapshot, event: unknown, scope: unknown): Snapshot;
  getInitialSnapshot(scope: unknown, input: unknown): Snapshot;
}

/** What is looked at in a snapshot; machines have all of it. */
export type Snapshot = Pick<AnyMachineSnapshot, 'status' | 'output' | 'error' | 'context'> & Partial<AnyMachineSnapshot>;

/** Finds and remembers the logic of every actor of one chart. */
export class Logics {
  readonly #known = new Map<object, ActorLogic>();
  /** Logics that are given to `spawn` as they are, not by a name: found again by their id once they were met. */
  readonly #inline = new Map<string, AnyActorLogic>();

  /** The logic, ready to be evaluated; a string says why it cannot be. */
  of(original: AnyActorLogic): ActorLogic | string {
    const known = this.#known.get(original);
    if (known !== undefined) return known;
    const logic = prepared(original);
    if (typeof logic === 'object') this.#known.set(original, logic);
    return logic;
  }

  /** A name for the source of an actor by which `find` finds its logic. */
  nameOf(src: string | AnyActorLogic): string {
    if (typeof src === 'string') return src;
    const name = `inline:${idOf(src)}`;
    const other = this.#inline.get(name);
    if (other !== undefined && other !== src)
      throw new Error(`two machines with the id ${idOf(src)} are spawned: give them ids of their own`);
    this.#inline.set(name, src);
    return name;
  }

  /** The logic that `parent` calls `src`. */
  find(parent: AnyStateMachine, src: string): AnyActorLogic | undefined {
    const inline = this.#inline.get(src);
    if (inline !== undefined) return inline;
    // The name that XState gives to a logic that stands in `invoke` itself.
    const [, index, node] = /^xstate\.invoke\.(\d+)\.(.*)/s.exec(src) ?? [];
    if (index === undefined || node === undefined) {
      return (parent.implementations.actors as Readonly<Record<string, AnyActorLogic | undefined>>)[src];
    }
    const invoked: unknown = parent.getStateNodeById(node).config.invoke;
    return ((Array.isArray(invoked) ? invoked[Number(index)] : invoked) as { readonly src: AnyActorLogic }).src;
  }
}

function prepared(original: AnyActorLogic): ActorLogic | string {
  const id = idOf(original);
  if (isMachine(original)) {
    const chart = instrument(original);
    return { kind: 'machine', id, logic: chart.machine as unknown as Evaluated, chart };
  }
  if (original.start !== undefined) return 'a promise, callback or observable actor: what it does is not in the chart';
  return { kind: 'reducer', id, logic: original as unknown as Evaluated };
}

function idOf(logic: AnyActorLogic): string {
  return 'id' in logic ? String(logic.id) : 'fromTransition';
}
