/**
 * A connection as a value: ordered in each direction, neither losing nor reordering what it carries, until it is reset.
 * Knows nothing of what its messages mean.
 */

/** The two ends of a connection. */
export type End = 'dialer' | 'acceptor';

/** What waits at an end to be delivered. */
export type Item<Message> =
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'ended' }
  | { readonly kind: 'reset' };

/** `dialing`: not yet connected. `open`: connected, each end closes for itself. `gone`: nothing can happen on it any more. */
export interface Connection<Message> {
  readonly phase: 'dialing' | 'open' | 'gone';
  /** What was sent or happened and is not delivered yet, oldest first, for each receiving end. */
  readonly inbox: Readonly<Record<End, readonly Item<Message>[]>>;
  /** Which end its owner has closed. */
  readonly closed: Readonly<Record<End, boolean>>;
  /** Which end has been told of the end of the stream: nothing more can happen to it. */
  readonly finished: Readonly<Record<End, boolean>>;
  /** A reset destroyed it: nothing that is sent arrives any more. */
  readonly broken: boolean;
}

const gone: Connection<never> = {
  phase: 'gone',
  inbox: { dialer: [], acceptor: [] },
  closed: { dialer: true, acceptor: true },
  finished: { dialer: true, acceptor: true },
  broken: false,
};

/** The other end. */
export const opposite = (end: End): End => (end === 'dialer' ? 'acceptor' : 'dialer');

/** A connection that somebody began to dial. */
export function dialed<M>(): Connection<M> {
  return {
    phase: 'dialing',
    inbox: { dialer: [], acceptor: [] },
    closed: { dialer: false, acceptor: false },
    finished: { dialer: false, acceptor: false },
    broken: false,
  };
}

/** Dialling succeeded. */
export function opened<M>(connection: Connection<M>): Connection<M> {
  return { ...connection, phase: 'open' };
}

/** Dialling failed, or nobody holds an end any more. */
export function ended<M>(): Connection<M> {
  return gone;
}

/** `from` sends a message. It vanishes when the other end is closed, the connection was reset, or this direction has ended. */
export function send<M>(connection: Connection<M>, from: End, message: M): Connection<M> {
  const to = opposite(from);
  if (connection.phase !== 'open' || connection.closed[from] || connection.closed[to] || connection.broken) return connection;
  if (hasEnded(connection, to)) return connection;
  return put(connection, to, [...connection.inbox[to], { kind: 'message', message }]);
}

/** The direction to `to` ends behind what was sent: `to` will find the end of the stream, its other end can still read. */
export function endDirection<M>(connection: Connection<M>, to: End): Connection<M> {
  if (connection.phase !== 'open' || connection.broken || hasEnded(connection, to)) return connection;
  return put(connection, to, [...connection.inbox[to], { kind: 'ended' }]);
}

/** Whether nothing more can come to `to` than what waits there. */
const hasEnded = <M>(connection: Connection<M>, to: End) =>
  connection.finished[to] || connection.inbox[to].at(-1)?.kind === 'ended';

/** `end` closes: it reads nothing more, and the other end finds the end of the stream behind what was sent. */
export function close<M>(connection: Connection<M>, end: End): Connection<M> {
  if (connection.phase === 'gone' || connection.closed[end]) return connection;
  const other = opposite(end);
  if (connection.phase === 'dialing' || connection.closed[other]) return gone;
  const closed = { ...put(connection, end, []), closed: { ...connection.closed, [end]: true } };
  return connection.broken || hasEnded(connection, other)
    ? closed
    : put(closed, other, [...connection.inbox[other], { kind: 'ended' }]);
}

/** The network destroys the connection: what was on its way is lost, each open end finds a reset. */
export function reset<M>(connection: Connection<M>): Connection<M> {
  const after = (end: End): readonly Item<M>[] => (connection.closed[end] || connection.finished[end] ? [] : [{ kind: 'reset' }]);
  return { ...connection, broken: true, inbox: { dialer: after('dialer'), acceptor: after('acceptor') } };
}

/** Takes the oldest item that waits at `end`. */
export function take<M>(connection: Connection<M>, end: End): Connection<M> {
  const [head, ...rest] = connection.inbox[end];
  const taken = put(connection, end, rest);
  return head?.kind === 'message' ? taken : { ...taken, finished: { ...connection.finished, [end]: true } };
}

/** Replaces the oldest item that waits at `end`. */
export function replaceHead<M>(connection: Connection<M>, end: End, item: Item<M>): Connection<M> {
  return put(connection, end, [item, ...connection.inbox[end].slice(1)]);
}

function put<M>(connection: Connection<M>, end: End, inbox: readonly Item<M>[]): Connection<M> {
  return { ...connection, inbox: { ...connection.inbox, [end]: inbox } };
}
