/**
 * What a system is made of, as one writes it down. What may happen is said where it happens (a link that loses, a machine that crashes);
 * how often is said in the environment, where everything that is not named may happen any number of times.
 */
import type { AnyStateMachine } from 'xstate';
import type { Message } from '../compile/outputs.ts';

/** Who sends what to whom: a link or another machine by its name. */
export interface Send {
  readonly to: string;
  readonly event: Message;
}

/** What the outside does for an action that a chart only names. It is pure. */
export type ActionMeaning = (params: unknown, machine: { readonly state: string; readonly context: unknown }) => readonly Send[];

/** An event that a machine may get whenever its chart accepts it, from its user or from within. */
export interface SpontaneousEvent {
  readonly event: string | Message;
  /** When it is accepted for ever, it comes some time. Default false: a user may never press the button. */
  readonly fair?: boolean;
  /** How often it may come in one run. Default: any number of times. */
  readonly budget?: number;
}

/** An instance of a chart. */
export interface MachineDescription {
  readonly chart: AnyStateMachine;
  readonly input?: unknown;
  /** Events that come by themselves. Delays need not be named: they expire at any time while they run. */
  readonly events?: readonly (string | Message | SpontaneousEvent)[];
  /** Meanings of actions that a chart names instead of sending by `sendTo`; an action without a meaning does nothing. */
  readonly actions?: Readonly<Record<string, ActionMeaning>>;
  /** What becomes of an event on a link that the chart does not accept now: XState drops it (default), or it waits, as in SPIN. */
  readonly unexpected?: 'dropped' | 'waits';
  /** It may stop without notice at any time: its connections are reset, what comes on links is lost. Default false. */
  readonly crashes?: boolean;
  /** It may start again after a crash. Default false. */
  readonly restarts?: boolean;
  /** What a crash leaves, as the input of the restarted chart. Default: `input`, nothing else. */
  readonly survives?: (context: unknown) => unknown;
  /** The links and machines that it sends to, where the chart computes them. Default: every link that is `from` it, every machine. */
  readonly sendsTo?: readonly string[];
  /** More local states than this are an error. Default 65,535. */
  readonly maxStates?: number;
}

interface BufferDescription<Machine extends string> {
  /** Who sends on it: one machine or several. */
  readonly from: Machine | readonly Machine[];
  /** Who gets what is on it: one machine or several. With several, whichever accepts a message may get it. */
  readonly to: Machine | readonly Machine[];
  /** What happens to a message that finds `capacity` others: its sender's move is not possible (default), or it is lost. */
  readonly whenFull?: 'block' | 'drop';
  /** A message on its way may be lost. Default false. */
  readonly loses?: boolean;
  /** A message on its way may become two. Default false. */
  readonly duplicates?: boolean;
}

/** Messages arrive in the order in which they were sent. */
export interface ChannelDescription<Machine extends string> extends BufferDescription<Machine> {
  readonly kind: 'channel';
  readonly capacity: number;
}

/**
 * Messages arrive in any order. One that `duplicates` with no budget is a set: what was sent once may arrive at any time and any number
 * of times, and equal messages are one.
 */
export interface UnorderedDescription<Machine extends string> extends BufferDescription<Machine> {
  readonly kind: 'unordered';
  /** Needed unless it is a set. */
  readonly capacity?: number;
}

/**
 * A connection: ordered in each direction, until it is reset. Its dialler sends it `link.dial`, each end may send it messages, `link.close`
 * (the other end finds the end of the stream behind what was sent) and `link.reset`. Its machines get, by the name of the link,
 * `NAME.connected`, `NAME.refused`, `NAME.accepted`, `NAME.ended` and `NAME.reset`.
 *
 * That a message may arrive in pieces needs no state: a chart that sees whole messages sees one when its last piece is there, and a delivery
 * may be as late as it likes. A reset between two pieces is a reset before the delivery.
 */
export interface ConnectionDescription<Machine extends string> {
  readonly kind: 'connection';
  readonly dialer: Machine;
  readonly acceptor: Machine;
  /** Messages on their way in each direction; a sender that finds so many cannot move. */
  readonly capacity: number;
  /** The network may destroy it. Default false. */
  readonly resets?: boolean;
  /** Dialling may fail. Default false; it always may while the acceptor has crashed. */
  readonly refuses?: boolean;
}

/** A link between machines: a channel, an unordered buffer, or a connection. */
export type LinkDescription<Machine extends string> =
  | ChannelDescription<Machine>
  | UnorderedDescription<Machine>
  | ConnectionDescription<Machine>;

/** Somebody who puts messages on links. */
export interface IntruderDescription<Link extends string> {
  /** The links that it can put messages on. */
  readonly injects: readonly Link[];
  /** What it has from the beginning. */
  readonly knows?: readonly Message[];
  /** What it can guess. */
  readonly guesses?: readonly Message[];
  /** The links whose messages it sees; what it has seen it can say. */
  readonly overhears?: readonly Link[];
}

/** How often something may happen in one run, all machines and links together. What is not named: any number of times. */
export interface Budgets {
  readonly deliver?: number;
  readonly connect?: number;
  readonly refuse?: number;
  readonly reset?: number;
  readonly drop?: number;
  readonly duplicate?: number;
  readonly timeout?: number;
  readonly crash?: number;
  readonly restart?: number;
  readonly inject?: number;
}

/** Everything that is not a machine or a link. */
export interface Environment<Link extends string> extends Budgets {
  readonly intruder?: IntruderDescription<Link>;
}

/** Machines of one chart that can be exchanged: what one may do every other may, and properties do not tell them apart. */
export interface SymmetryDescription<Machine extends string> {
  readonly members: readonly Machine[];
  /** No message and no context ever holds the name of a member. That makes the reduction faster, and possible for more than six. Default false. */
  readonly anonymous?: boolean;
}

/** A system. */
export interface Description<Machine extends string = string, Link extends string = string> {
  readonly machines: { readonly [name in Machine]: MachineDescription };
  readonly links?: { readonly [name in Link]: LinkDescription<NoInfer<Machine>> };
  readonly environment?: Environment<NoInfer<Link>>;
  /** For `check` with `symmetry: true`. */
  readonly symmetric?: readonly SymmetryDescription<NoInfer<Machine>>[];
}
