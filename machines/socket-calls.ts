/** The words of the socket's chart, and the answers that several of its states share, as serialisable transitions. */

/** The calls of a socket. */
export type SocketCall =
  | 'bind'
  | 'listen'
  | 'accept'
  | 'connect'
  | 'getsockname'
  | 'getpeername'
  | 'read'
  | 'write'
  | 'shutdown'
  | 'close'
  | 'abort';

/** What a call answers: `ok`, what a read gave (`bytes`, or `end`), or the code of its error. */
export type SocketResult =
  | 'ok'
  | 'bytes'
  | 'end'
  | 'addressInUse'
  | 'addressUnavailable'
  | 'connectionRefused'
  | 'backlogFull'
  | 'timedOut'
  | 'notConnected'
  | 'illegalCall'
  | 'endOfStream'
  | 'reset'
  | 'closed';

/** What happens to a socket: its caller's calls, and what its peer and the transport do. */
export type SocketEvent =
  | { readonly type: 'bind'; readonly address: 'free' | 'taken' | 'foreign' }
  | { readonly type: 'connect'; readonly address: 'usable' | 'foreign' }
  | { readonly type: Exclude<SocketCall, 'bind' | 'connect'> }
  | { readonly type: 'connected' }
  | { readonly type: 'refused' }
  | { readonly type: 'backlogFull' }
  | { readonly type: 'timedOut' }
  | { readonly type: 'peer.connects' }
  | { readonly type: 'peer.write' }
  | { readonly type: 'peer.shutdown' }
  | { readonly type: 'peer.closed' }
  | { readonly type: 'peer.reset' };

export const answer = (call: SocketCall, result: SocketResult) => ({ type: 'answer', params: { call, result } }) as const;

/** A call that is answered at once and changes nothing. */
export const answered = (call: SocketCall, result: SocketResult, description: string) =>
  ({ actions: answer(call, result), description }) as const;

export const refuseBind = {
  bind: answered('bind', 'illegalCall', 'A socket is given its address once, before all else.'),
} as const;
export const refuseListen = { listen: answered('listen', 'illegalCall', 'Only a bound socket begins to listen.') } as const;
export const refuseAccept = { accept: answered('accept', 'illegalCall', 'Only a listening socket accepts.') } as const;
export const refuseConnect = {
  connect: answered('connect', 'illegalCall', 'Only a fresh or bound socket connects, and once.'),
} as const;
export const refuseSetUp = { ...refuseBind, ...refuseListen, ...refuseAccept, ...refuseConnect } as const;

/** The calls that need a connection, where there is none. */
export const refuseTransfer = {
  getpeername: answered('getpeername', 'notConnected', 'There is no peer.'),
  read: answered('read', 'notConnected', 'There is nobody to read from.'),
  write: answered('write', 'notConnected', 'There is nobody to write to.'),
  shutdown: answered('shutdown', 'notConnected', 'There is nothing to shut down.'),
} as const;

export const refuseSending = {
  write: answered('write', 'endOfStream', 'This side has ended its stream.'),
  shutdown: answered('shutdown', 'illegalCall', 'A stream ends once.'),
} as const;

export const tellName = {
  getsockname: answered('getsockname', 'ok', 'The local address, known from bind or connect on.'),
} as const;
export const nameUnknown = { getsockname: answered('getsockname', 'illegalCall', 'It has no local address.') } as const;
export const tellPeerName = { getpeername: answered('getpeername', 'ok', 'The address of the peer.') } as const;

/** What a call makes the transport do. */
export type SocketCommand = 'sendEnd' | 'sendReset' | 'resetWaiting';

/** close() and abort(): what the peer sees of each, and the pending call that both end with `closed`. */
export const letGo = (seen: { close?: SocketCommand; abort?: SocketCommand } = {}, pending?: SocketCall) => {
  const ended = pending === undefined ? [] : [answer(pending, 'closed')];
  const during = pending === undefined ? '' : ` Ends the pending ${pending}.`;
  return {
    close: {
      target: '#socket.closed.released',
      actions: [...(seen.close === undefined ? [] : [seen.close]), ...ended, answer('close', 'ok')],
      description: `In order: all that was written still reaches the peer, and unread bytes do not make it a reset.${during}`,
    },
    abort: {
      target: '#socket.closed.released',
      actions: [...(seen.abort === undefined ? [] : [seen.abort]), ...ended, answer('abort', 'ok')],
      description: `At once: a peer that can see anything sees a reset and never an end, even if it has shut down.${during}`,
    },
  } as const;
};

/** The ways in which a connect fails. */
export const connectFails = <T extends string>(target: T) =>
  ({
    refused: { target, actions: answer('connect', 'connectionRefused'), description: 'Nobody listens there.' },
    backlogFull: {
      target,
      actions: answer('connect', 'backlogFull'),
      description: 'Array only: as many connections wait there as the listener allows. TCP connects and is reset.',
    },
    timedOut: {
      target,
      actions: answer('connect', 'timedOut'),
      description: 'No answer within the bound of the transport.',
    },
  }) as const;

/** shutdown() of the own stream; what was to be read stays so. */
export const shutdownTo = <T extends string>(target: T) =>
  ({
    shutdown: {
      target,
      actions: ['sendEnd', answer('shutdown', 'ok')],
      description: 'This side ends its stream; what there is to read, and a pending read, stay.',
    },
  }) as const;

/** The peer's end arrives and the caller is told by a later read. From here a close looks like a shutdown. */
export const endArrives = <T extends string>(target: T) =>
  ({
    'peer.shutdown': { target, description: 'The end arrives; the caller is told by a read.' },
    'peer.closed': { target, description: 'From here a close looks like a shutdown.' },
  }) as const;

/** What ends a pending read from outside: the end, or a reset. */
export const readEnds = <T extends string>(target: T) =>
  ({
    read: answered('read', 'illegalCall', 'One read at a time; the pending one goes on.'),
    'peer.shutdown': { target, actions: answer('read', 'end'), description: 'The read is told of the end.' },
    'peer.closed': { target, actions: answer('read', 'end'), description: 'From here a close looks like a shutdown.' },
    'peer.reset': {
      target: '#socket.closed.reset',
      actions: answer('read', 'reset'),
      description: 'A reset is never taken for an end.',
    },
  }) as const;

/** The peer's reset, where no read is pending. */
export const resetByPeer = {
  'peer.reset': { target: '#socket.closed.reset', description: 'The peer aborted or died; bytes may be lost.' },
} as const;
