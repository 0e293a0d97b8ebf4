/** What a composition that is explored is made of, and what its environment may do. */
import type { ServerContext } from '../../../../machines/index.ts';

/** What can go wrong, and how often in one run; Infinity for any number of times. Default 0 each, `timeout` Infinity. */
export interface Faults {
  /** A connection is destroyed: what was on its way is lost, both ends see an error. */
  readonly reset?: number;
  /** A connection that could be made is refused. */
  readonly refuse?: number;
  /** One direction of a connection ends in order although its sender has not closed it: a half-close. */
  readonly end?: number;
  /** A process is killed: its instances are gone, the kernel closes what they held. */
  readonly crash?: number;
  /** A process that was killed is started again, or a server process that has ended begins another handshake. */
  readonly restart?: number;
  /** A process stops for ever without closing anything. */
  readonly stop?: number;
  /** A limit expires; each may, at any moment. */
  readonly timeout?: number;
  /** The user of a server process gives up. */
  readonly abort?: number;
  /** The client process is told to stop listening. */
  readonly stopListener?: number;
  /** A frame arrives with another number, another tag, other facts, or as garbage. */
  readonly tamper?: number;
  /** A local call fails: no free port, no array, no such group, not admitted, no segments. */
  readonly outcome?: number;
}

/** A kind of fault. */
export type Fault = keyof Faults;

/** Every kind of fault. */
export const faultKinds = [
  'reset',
  'refuse',
  'end',
  'crash',
  'restart',
  'stop',
  'timeout',
  'abort',
  'stopListener',
  'tamper',
  'outcome',
] as const satisfies readonly Fault[];

/**
 * A mistake built in on purpose: each property has one that it must find.
 *
 * - `tagsUnchecked`: every tag is taken for right.
 * - `noncesUnchecked`: a tag that somebody made who knows the secret is right, whatever attempt it was made for.
 * - `generationsUnchecked`: whoever listens on a port is taken for who listened there when its number was told.
 * - `noReady`: a server process takes its last word for the end of the handshake.
 * - `dataFirst`: a server process sends session data behind its last word.
 * - `secondKept`: what was the second connection of a failed attempt stays open.
 * - `numbersKept`: the descriptor number of a failed attempt is not free again.
 * - `listenerFollows`: the listener stops when an attempt fails.
 * - `noLimits`: no wait has a time limit.
 * - `retriesWhenRefused`: a server process that is refused on the WKP begins again at once.
 */
export type Weakness =
  | 'tagsUnchecked'
  | 'noncesUnchecked'
  | 'generationsUnchecked'
  | 'noReady'
  | 'dataFirst'
  | 'secondKept'
  | 'numbersKept'
  | 'listenerFollows'
  | 'noLimits'
  | 'retriesWhenRefused';

/** One composition: server processes, strangers, faults. */
export interface ExploredOptions {
  /** One server process for each entry; servers that are alike are symmetric. */
  readonly servers: readonly ServerContext[];
  /** How many connections the intruder makes in one run, to the WKP or to dynamic ports. Default 0: there is none. */
  readonly intruder?: number;
  /** The intruder overhears frames on their way and delivers them first, on connections of its own. Default false. */
  readonly relay?: boolean;
  readonly faults?: Faults;
  /** Users close sessions. Default true. */
  readonly closing?: boolean;
  /**
   * Where several causes have the same effect, each is a move of its own: a limit and the one of the whole handshake, or all that an
   * intruder may say in vain. Default false: one stands for all, which changes no state and leaves out edges.
   */
  readonly everyCause?: boolean;
  readonly weaknesses?: readonly Weakness[];
}
