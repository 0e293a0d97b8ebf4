/**
 * The composition that the handshake runs in: server processes, the instances of one client process, and the connections between
 * them. A world is a value; nothing here changes one.
 */
import type { DeclineReason, Mode } from '../../../machines/index.ts';
import type { Connection, End } from '../../compose/connection.ts';

/**
 * Who made the tag of a frame, and over which transcript: the nonces of the two sides that are in it. Links and instances are their
 * own nonces, since nobody uses one twice. Null: nobody made it who knows the secret.
 */
export type Seal = {
  readonly by: 'server' | 'client';
  /** The first link of the attempt whose HELLO is in the transcript; -1 where a refusal stands alone with what it refuses. */
  readonly hello: number;
  /** The instance whose DESCRIPTOR or PORT is in it; -1 for none. */
  readonly client: number;
} | null;

/** A frame as the model sees it: its name and what it carries. Whether its tag is right is for the receiver to find out. */
export type Frame =
  | {
      readonly name: 'hello';
      readonly mode: Mode;
      readonly connections: 'same' | 'other';
      readonly capacity: 'free' | 'full';
      /** The nonce of the server process. */
      readonly nonce: number;
    }
  /** `number` is a descriptor number of the client process, `client` the nonce of the instance that says it; -1 in a server process's. */
  | { readonly name: 'descriptor'; readonly number: number; readonly client: number; readonly seal: Seal }
  /** `client` is the instance whose dynamic port it is: its nonce, and the port's generation. */
  | {
      readonly name: 'port';
      readonly port: number;
      readonly client: number;
      readonly seal: Seal;
      readonly array: 'known' | 'unknown';
    }
  | { readonly name: 'group'; readonly seal: Seal }
  | { readonly name: 'ready'; readonly seal: Seal }
  | { readonly name: 'decline'; readonly seal: Seal; readonly reason: DeclineReason }
  /** The first bytes that the user of the client process writes to a channel, right behind READY. */
  | { readonly name: 'data' }
  /** Bytes that are no frame. */
  | { readonly name: 'garbage' }
  /** A frame of this name that nobody sent: made up by whoever drives. */
  | { readonly name: 'forged'; readonly as: Exclude<Forgery, 'decline' | 'garbage' | 'guess'> };

/** A descriptor number that nobody was given. */
export const unknownNumber = -2;

/** What a link is for. */
export type LinkName = 'first' | 'second' | 'array';

/** A connection of the composition. Links are numbered in the order in which they were dialled. */
export interface Link {
  readonly name: LinkName;
  /** The server process that dialled it, -1 for a stranger. */
  readonly server: number;
  /** The instance that holds the accepting end, -1 as long as nobody does. */
  readonly client: number;
  /** Whose dynamic port an `array` link goes to, which is the port's generation; -1 for the WKP. */
  readonly portOf: number;
  /** The number of that port; -1 for the WKP. */
  readonly port: number;
  readonly connection: Connection<Frame>;
}

/** A server process. Link numbers, -1 for none. */
export interface ServerSlot {
  readonly state: number;
  readonly first: number;
  readonly second: number;
  readonly array: number;
  /** `first` is connected, neither an end, nor a reset, nor garbage was seen on it, and it cannot be a channel of the client process. */
  readonly firstStands: boolean;
  /** Step 100 is done and this side is not established: the client process may be, so what fails now is reset. */
  readonly resetsOnFailure: boolean;
  readonly attaching: boolean;
  /** The instance whose nonce DESCRIPTOR or PORT had; -1 before. */
  readonly peer: number;
  /** The number that it had: a descriptor's or a port's; -1 before. */
  readonly number: number;
}

/** An instance of the client process. Instances are numbered in the order in which their connections were accepted. */
export interface ClientSlot {
  readonly state: number;
  readonly first: number;
  readonly second: number;
  readonly array: number;
  readonly firstStands: boolean;
  readonly port: 'none' | 'opening' | 'open';
  /** The nonce that HELLO had: the first link of a server process's attempt; -1 before. */
  readonly hello: number;
  /** The number that DESCRIPTOR or PORT told: the descriptor's or the dynamic port's; -1 before. */
  readonly number: number;
  /** Links that are connected to the dynamic port and wait to be accepted, oldest first. */
  readonly backlog: readonly number[];
  readonly accepting: boolean;
  readonly attaching: boolean;
}

/** Everything that decides what may happen next. */
export interface World {
  readonly servers: readonly ServerSlot[];
  readonly clients: readonly ClientSlot[];
  readonly links: readonly Link[];
  readonly listening: boolean;
  /** Faults that the environment may still bring about. */
  readonly faults: number;
}

/** A process of the composition. */
export type Who = { readonly role: 'server' | 'client'; readonly index: number };

/** What the environment may do to a frame that is about to be delivered. */
export type Tampering = 'tag' | 'number' | 'connections' | 'capacity' | 'array' | 'garbage';

/** The outcome of a local call that the environment decides on. */
export type Outcome =
  | 'port.opened'
  | 'port.exhausted'
  | 'port.unavailable'
  | 'group.attached'
  | 'group.unknown'
  | 'group.refused'
  | 'group.full'
  /** attachGroup found that the array connection is gone. */
  | 'array.reset';

/** A frame that nobody of the composition sent. */
export type Forgery =
  | 'hello'
  | 'descriptor'
  | 'port'
  | 'group'
  | 'ready'
  | 'decline'
  | 'garbage'
  /** A DESCRIPTOR with the number of the first attempt that waits for its second connection, from somebody who does not know the secret. */
  | 'guess';

/** One thing that may happen. It names links and processes by their numbers and nothing else, so that it means the same in another run. */
export type Move =
  | { readonly kind: 'connect'; readonly link: number }
  | { readonly kind: 'refuse'; readonly link: number }
  | { readonly kind: 'accept'; readonly link: number }
  | { readonly kind: 'deliver'; readonly link: number; readonly to: End; readonly tampering?: Tampering }
  | {
      readonly kind: 'forge';
      readonly link: number;
      readonly to: End;
      readonly frame: Forgery;
    }
  | { readonly kind: 'reset'; readonly link: number }
  | { readonly kind: 'outcome'; readonly who: Who; readonly outcome: Outcome }
  | { readonly kind: 'expire'; readonly who: Who; readonly limit: string }
  | { readonly kind: 'abort'; readonly who: Who }
  | { readonly kind: 'close'; readonly who: Who }
  | { readonly kind: 'stopListener' }
  /** A stranger connects to the WKP (-1) or to the dynamic port of an instance, before anybody who is expected. */
  | { readonly kind: 'intrude'; readonly portOf: number }
  /** The stranger closes its connection. */
  | { readonly kind: 'leave'; readonly link: number };

/** A move in words, for people. */
export function describeMove(move: Move): string {
  switch (move.kind) {
    case 'connect':
    case 'refuse':
    case 'accept':
    case 'reset':
      return `${move.kind} link ${move.link}`;
    case 'deliver':
      return `deliver link ${move.link} to ${move.to}${move.tampering === undefined ? '' : ` with other ${move.tampering}`}`;
    case 'forge':
      return `forge ${move.frame} on link ${move.link} to ${move.to}`;
    case 'outcome':
      return `${move.outcome} at ${move.who.role} ${move.who.index}`;
    case 'expire':
      return `${move.limit} expires at ${move.who.role} ${move.who.index}`;
    case 'abort':
    case 'close':
      return `${move.kind} ${move.who.role} ${move.who.index}`;
    case 'stopListener':
      return 'stop the listener';
    case 'intrude':
      return move.portOf < 0 ? 'a stranger connects to the WKP' : `a stranger connects to the port of client ${move.portOf}`;
    case 'leave':
      return `the stranger leaves link ${move.link}`;
  }
}

/** Every process of a world: the servers, then the instances of the client process. */
export function processes(world: Pick<World, 'servers' | 'clients'>): Who[] {
  const servers = world.servers.map((_, index): Who => ({ role: 'server', index }));
  return [...servers, ...world.clients.map((_, index): Who => ({ role: 'client', index }))];
}

/** The process that holds an end of a link; undefined for a stranger, and where nobody has accepted yet. */
export function ownerOf(link: Link, end: End): Who | undefined {
  if (end === 'dialer') return link.server < 0 ? undefined : { role: 'server', index: link.server };
  return link.client < 0 ? undefined : { role: 'client', index: link.client };
}
