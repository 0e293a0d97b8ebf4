/** The form of a transition table, the same for both roles. */

import type { FailureCode } from './errors.ts';
import type { LimitName } from './limits.ts';
import { type FrameName, frameNames, type Mode } from './message.ts';
import type { PairingVerdict } from './pairing.ts';
import type { ReasonName } from './reasons.ts';
import type { Role } from './transcript.ts';

/** What the receiver has found out: the facts of events (docs/protocol.md, section 8), and of the server process's configuration. */
export interface Facts {
  readonly mode?: Mode;
  readonly connections?: 'same' | 'other';
  readonly capacity?: 'free' | 'full';
  readonly pairing?: PairingVerdict;
  readonly tag?: 'right' | 'wrong';
  readonly array?: 'known' | 'unknown';
  readonly reason?: ReasonName;
  readonly limit?: LimitName;
  /** Context of the server process: whether it falls back from storage to network mode when it is told why not. */
  readonly fallback?: boolean;
  /** Found out by step itself: whether `reason` allows that. */
  readonly fallsBack?: boolean;
}

/** An event with its facts. */
export interface ProtocolEvent<EventType extends string> extends Facts {
  readonly type: EventType;
}

/** An action, with the one parameter that some have. */
export interface Action<ActionType extends string = string> {
  readonly type: ActionType;
  readonly reason?: ReasonName;
  readonly code?: FailureCode;
}

/** One line of a table. */
export interface Row<State extends string, ActionType extends string> {
  /** The row holds only where all these facts do; absent: always. */
  readonly when?: Facts;
  /** Absent: the state stays as it is, and its limits go on. */
  readonly next?: State;
  readonly actions: readonly Action<ActionType>[];
  /** What changes in the context. */
  readonly becomes?: Facts;
}

export type Rows<State extends string, EventType extends string, ActionType extends string> = Readonly<
  Partial<Record<EventType, readonly Row<State, ActionType>[]>>
>;

/** What a state waits for, for people, and the steps of the source text that it stands for. */
export interface StateNote {
  readonly expects: string;
  readonly step?: string;
}

/** Everything about one role. */
export interface Machine<State extends string, EventType extends string, ActionType extends string> {
  readonly role: Role;
  readonly states: readonly State[];
  readonly events: readonly EventType[];
  readonly actions: readonly ActionType[];
  readonly initial: State;
  /** The actions of entering the initial state. */
  readonly start: readonly Action<ActionType>[];
  /** The states in which nothing happens any more. */
  readonly final: readonly State[];
  readonly notes: Readonly<Record<State, StateNote>>;
  readonly table: Readonly<Record<State, Rows<State, EventType, ActionType>>>;
  /** What an event does that has no row: a frame is a violation where there is a handshake; anything else changes nothing. */
  readonly violation: (state: State) => Row<State, ActionType> | undefined;
}

/** The event types of a connection: its frames and its endings. */
export type ConnectionEvent<Connection extends string> = `${Connection}.${FrameName | 'ended' | 'reset' | 'garbage'}`;

/** The names of ConnectionEvent, for vocabularies. */
export function connectionEvents<Connection extends string>(connection: Connection): ConnectionEvent<Connection>[] {
  return [...frameNames, 'ended' as const, 'reset' as const, 'garbage' as const].map(
    (what) => `${connection}.${what}` as ConnectionEvent<Connection>,
  );
}

/** Whether an event says that a frame came. */
export function isFrameEvent(type: string): boolean {
  const [, what] = type.split('.');
  return (frameNames as readonly (string | undefined)[]).includes(what);
}
