/** An oracle for compiled charts: the same chart as a live actor of XState under a clock that only moves when told. */
import { type AnyActorRef, type AnyMachineSnapshot, type AnyStateMachine, createActor } from 'xstate';
import type { ActorValue } from './codec.ts';
import type { CompiledChart } from './compile.ts';

/** What the actions of a chart under test do when it lives. */
export type Recorder = (name: string) => void;

interface Timer {
  readonly run: () => void;
  readonly key: string;
}

interface Scheduled {
  readonly source: AnyActorRef;
  readonly event: { readonly type: string };
  readonly id: string;
}

/** A live chart. */
export class Live {
  readonly done: string[] = [];
  readonly #timers = new Map<number, Timer>();
  readonly #seen = new Set<Scheduled>();
  readonly #actor: AnyActorRef;

  constructor(make: (record: Recorder) => AnyStateMachine, input?: unknown) {
    let next = 0;
    const clock = {
      setTimeout: (run: () => void) => {
        next += 1;
        this.#timers.set(next, { run, key: this.#newest() });
        return next;
      },
      clearTimeout: (id: number) => {
        this.#timers.delete(id);
      },
    };
    const machine = make((name) => this.done.push(name));
    this.#actor = createActor(machine, { clock, input, logger: () => undefined } as never) as AnyActorRef;
    this.#actor.on('*', (event: { readonly type: string }) => this.done.push(`emits ${event.type}`));
    this.#actor.start();
  }

  send(event: { readonly type: string }): void {
    this.#actor.send(event as never);
  }

  /** Lets a timer of this key go off; `rank` tells those apart whose keys differ by the numbers of their actors alone, the lowest first. */
  expire(key: string, rank: number): void {
    const alike = [...this.#timers].filter(([, other]) => withoutNumbers(other.key) === withoutNumbers(key));
    const [id, timer] = alike.sort(([, one], [, other]) => byNumber(one.key, other.key))[rank] ?? [];
    if (id === undefined || timer === undefined) throw new Error(`no timer ${key}: there are ${this.timers.join(', ')}`);
    this.#timers.delete(id);
    timer.run();
  }

  get timers(): string[] {
    return [...this.#timers.values()].map(({ key }) => key).sort();
  }

  /** The tree of actors as a compiled chart would show it, without history and order. */
  get tree(): unknown {
    return treeOfLive(this.#actor);
  }

  /** XState notes a timer just before it starts it. */
  #newest(): string {
    const { _scheduledEvents } = this.#actor.system.getSnapshot() as unknown as { _scheduledEvents: Record<string, Scheduled> };
    const added = Object.values(_scheduledEvents).find((event) => !this.#seen.has(event));
    if (added === undefined) throw new Error('a timer without an event');
    this.#seen.add(added);
    return [...addressOf(added.source), added.event.type].join('/');
  }
}

function addressOf(actor: AnyActorRef): string[] {
  return actor._parent === undefined ? [] : [...addressOf(actor._parent), actor.id];
}

function treeOfLive(actor: AnyActorRef): unknown {
  const snapshot = actor.getSnapshot() as Partial<AnyMachineSnapshot>;
  const { status, value, context, children = {}, output } = snapshot;
  const isActive = status === 'active';
  return {
    state: value ?? null,
    context: withoutActors(context ?? {}),
    ...(isActive ? {} : { ended: status, output }),
    children: isActive
      ? Object.fromEntries(Object.entries(children as Record<string, AnyActorRef>).map(([id, child]) => [id, treeOfLive(child)]))
      : {},
  };
}

/** An actor as a word; one that is no longer held is gone. */
function withoutActors(value: unknown): unknown {
  if (isRef(value)) {
    const parent = value._parent?.getSnapshot() as AnyMachineSnapshot | undefined;
    return (parent?.children as Record<string, unknown> | undefined)?.[value.id] === value ? `actor ${value.id}` : 'actor gone';
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutActors);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutActors(item)]));
}

/** Compares texts, the numbers in them as numbers. */
export function byNumber(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}

/** XState numbers actors without an id of their own through the whole process. */
export function withoutNumbers<T>(value: T): T {
  return JSON.parse(JSON.stringify(value).replaceAll(/\bx:\d+/g, 'x')) as T;
}

function isRef(item: unknown): item is AnyActorRef {
  return typeof item === 'object' && item !== null && 'sessionId' in item && 'id' in item;
}

/** The same view of a compiled local state. */
export function treeOfValue({ state, context = {}, ended, output, children = {} }: ActorValue): unknown {
  const refs = (_: string, item: unknown) => {
    const reference = item as { readonly xstate$$type?: 1; readonly at?: readonly string[] } | null;
    return typeof reference === 'object' && reference?.xstate$$type === 1 ? `actor ${reference.at?.at(-1) ?? 'gone'}` : item;
  };
  return {
    state,
    context: JSON.parse(JSON.stringify(context, refs)) as unknown,
    ...(ended === undefined ? {} : { ended, output }),
    children: Object.fromEntries(
      Object.entries(children).flatMap(([id, child]) =>
        child.heldAs === null ? [] : [[child.heldAs ?? id, treeOfValue(child)]],
      ),
    ),
  };
}

/** Names of what a compiled step gives to others, as the live chart records them. */
export function namesOf(outputs: CompiledChart['initialOutputs']): string[] {
  return outputs.map(({ kind, type }) => (kind === 'emit' ? `emits ${type}` : type));
}
