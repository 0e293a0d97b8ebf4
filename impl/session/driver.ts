/**
 * Runs one attempt: feeds events into the table of its role, arms the limits of its state, records, and has the actions performed.
 * Everything that it does follows at once from an event; it never waits by itself.
 */

import { limitsOf, type RunningLimit } from '../protocol/limits.ts';
import { step } from '../protocol/step.ts';
import type { Action, Facts, Machine, ProtocolEvent } from '../protocol/table.ts';
import type { Timer } from './clock.ts';
import type { Environment } from './environment.ts';

/** What an action came from. */
export interface Occasion<State extends string, EventType extends string> {
  /** The state in which the event came. */
  readonly from: State;
  /** Undefined for the actions of entering the initial state. */
  readonly event: ProtocolEvent<EventType> | undefined;
  /** The error behind the event, if there is one. */
  readonly cause: unknown;
}

export interface DriverParts<State extends string, EventType extends string, ActionType extends string> {
  readonly machine: Machine<State, EventType, ActionType>;
  /** The configuration that decides; recorded in record 0. */
  readonly context: Facts;
  readonly environment: Environment;
  perform(action: Action<ActionType>, occasion: Occasion<State, EventType>): void;
}

export class Driver<State extends string, EventType extends string, ActionType extends string> {
  readonly #parts: DriverParts<State, EventType, ActionType>;
  readonly #session: string;
  readonly #timers = new Map<string, Timer>();
  readonly #queue: { event: ProtocolEvent<EventType>; cause: unknown }[] = [];
  #state: State;
  #context: Facts;
  #seq = 0;
  #running = false;

  constructor(parts: DriverParts<State, EventType, ActionType>) {
    this.#parts = parts;
    this.#session = parts.environment.newSessionId();
    this.#state = parts.machine.initial;
    this.#context = parts.context;
  }

  /** The name of the attempt in traces. */
  get session(): string {
    return this.#session;
  }

  get state(): State {
    return this.#state;
  }

  /** Whether nothing happens any more. */
  get over(): boolean {
    return this.#parts.machine.final.includes(this.#state);
  }

  /** Enters the initial state. */
  begin(): void {
    const { machine, context } = this.#parts;
    this.#record('', { type: 'start', ...context }, machine.start);
    this.#arm();
    this.#run(() => this.#perform(machine.start, { from: machine.initial, event: undefined, cause: undefined }));
  }

  /** Something has happened. What happens while actions are performed waits until they are done; what happens too late is ignored. */
  feed(event: ProtocolEvent<EventType>, cause?: unknown): void {
    this.#queue.push({ event, cause });
    if (!this.#running) this.#run(() => undefined);
  }

  #run(first: () => void): void {
    this.#running = true;
    try {
      first();
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) this.#handle(next.event, next.cause);
    } finally {
      this.#running = false;
    }
  }

  #handle(event: ProtocolEvent<EventType>, cause: unknown): void {
    if (this.over) return;
    const from = this.#state;
    const { next, moved, actions, context } = step(this.#parts.machine, from, event, this.#context);
    this.#state = next;
    this.#context = context;
    this.#record(from, event, actions);
    if (moved) this.#arm();
    this.#perform(actions, { from, event, cause });
  }

  #perform(actions: readonly Action<ActionType>[], occasion: Occasion<State, EventType>): void {
    for (const action of actions) this.#parts.perform(action, occasion);
  }

  #record(state: string, event: { type: string } & Facts, actions: readonly Action[]): void {
    const { machine, environment } = this.#parts;
    environment.trace({
      session: this.#session,
      seq: this.#seq,
      role: machine.role,
      time: environment.clock.now(),
      state,
      event,
      actions,
      next: this.#state,
    });
    this.#seq += 1;
  }

  /** Cancels the limits of states that were left, and starts those of the state that was entered. */
  #arm(): void {
    const running = new Map(limitsOf(this.#state).map((entry) => [keyOf(entry), entry.limit]));
    for (const [key, timer] of this.#timers) {
      if (running.has(key)) continue;
      timer.cancel();
      this.#timers.delete(key);
    }
    const { clock, limits } = this.#parts.environment;
    for (const [key, limit] of running) {
      if (this.#timers.has(key)) continue;
      const timer = clock.setTimer(limit, limits[limit], () => {
        // A clock may fire what was cancelled a moment ago.
        if (this.#timers.get(key) === timer) this.feed({ type: 'timeout' as EventType, limit });
      });
      this.#timers.set(key, timer);
    }
  }
}

function keyOf({ limit, scope }: RunningLimit): string {
  return `${limit} ${scope}`;
}
