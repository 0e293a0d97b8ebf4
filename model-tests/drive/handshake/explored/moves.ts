/** What may happen in an explored composition, as data: plain enough to be stored, told, and done again. */
import type { Item } from '../../../compose/connection.ts';
import type { Frame, Outcome, Tampering, Who } from '../world.ts';
import type { Fault } from './options.ts';

/** What one process did in a move. */
export interface ChartReaction {
  readonly who: Who;
  readonly event: string;
  /** The path of the state that it is in now. */
  readonly next: string;
  /** What its chart told it to do: `sendReady`, `sendDecline busy`. */
  readonly actions: readonly string[];
}

/** Where the intruder has a frame from. */
export type Source = 'made up' | 'overheard before' | 'overheard now';

/** One thing that may happen. Links, and instances of the client process, are numbered as in the plan. */
export type Act =
  | { readonly kind: 'connect' | 'refuse' | 'reset'; readonly link: number }
  /** `as`: what the described client process takes the connection for. */
  | { readonly kind: 'accept'; readonly link: number; readonly as?: 'first' | 'second' }
  /** A local call of the described client process succeeds. */
  | { readonly kind: 'call'; readonly call: 'port.bound' | 'port.listening' | 'port.named' }
  | {
      readonly kind: 'deliver';
      readonly link: number;
      readonly to: 'dialer' | 'acceptor';
      readonly item: Item<Frame>;
      readonly tampering?: Tampering;
    }
  /** The direction to `to` ends in order. */
  | { readonly kind: 'end'; readonly link: number; readonly to: 'dialer' | 'acceptor' }
  | { readonly kind: 'outcome'; readonly who: Who; readonly outcome: Outcome }
  | { readonly kind: 'expire'; readonly who: Who; readonly limit: string }
  | { readonly kind: 'abort' | 'close'; readonly who: Who }
  /** For the client process as a whole the index is -1. */
  | { readonly kind: 'crash' | 'restart' | 'stop'; readonly who: Who }
  | { readonly kind: 'stopListener' }
  /** The kernel closes what a killed client process held of this server process's connections, or the intruder's (-1). */
  | { readonly kind: 'cleanUp'; readonly server: number }
  /** The intruder connects to the WKP (-1), or to the dynamic port of this number. */
  | { readonly kind: 'intrude'; readonly link: number; readonly port: number }
  /** A frame of the intruder arrives. */
  | { readonly kind: 'say'; readonly link: number; readonly frame: Frame; readonly source: Source }
  /** The intruder closes or resets its connection. */
  | { readonly kind: 'leave'; readonly link: number; readonly how: 'ended' | 'reset' };

/** A move: what happened, and what it led to. */
export interface ExploredMove {
  readonly act: Act;
  /** The fault that it is, if it is one. */
  readonly fault?: Fault;
  readonly reactions: readonly ChartReaction[];
  /** A tag, or a port's generation, that is not right was taken for right. */
  readonly accepted?: 'stale' | 'forged';
}
