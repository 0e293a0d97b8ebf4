import { setup } from 'xstate';
import {
  answer,
  answered,
  connectFails,
  endArrives,
  letGo,
  nameUnknown,
  readEnds,
  refuseAccept,
  refuseBind,
  refuseConnect,
  refuseListen,
  refuseSending,
  refuseSetUp,
  refuseTransfer,
  resetByPeer,
  type SocketCall,
  type SocketEvent,
  type SocketResult,
  shutdownTo,
  tellName,
  tellPeerName,
} from './socket-calls.ts';

/** Commands of the environment: what they do is the implementation's business, that they are given here is the specification. */
const command = () => {};

/**
 * The life of a socket, TCP or array: which call is legal when, what it answers, what the peer sees of it.
 *
 * The outermost states are what `state` of the socket says, and it says what the caller has been told: what has arrived and was not
 * read is in the inner states. bind and listen run to their end here, and a write is taken over at once (back-pressure is not in this chart).
 * Where the words of the socket port leave something open, this chart decides as BSD sockets do: an address that cannot be used at all refuses the call
 * and the socket stays as it was; a socket that is bound keeps its name when its connect fails. Other than BSD, every call but
 * those for names answers `reset` after a reset. `peer.reset` is the moment when the socket learns of it; until then it may go on as if nothing
 * had happened, and once this side has ended too, or been let go, it learns of nothing.
 * A listener here has a backlog of 2; connections that fail for want of something (portsExhausted, noBuffers) go the way of `refused`.
 */
export const socketMachine = setup({
  types: { events: {} as SocketEvent },
  actions: {
    /** The oldest pending call of this name is settled so. */
    answer: (_, _params: { call: SocketCall; result: SocketResult }) => {},
    /** What was written reaches the peer, in order. */
    sendBytes: command,
    /** The peer reads everything written, then the end. */
    sendEnd: command,
    /** The peer's pending and later calls fail with `reset`. */
    sendReset: command,
    /** A connection from a peer waits for accept; it stands. */
    admit: command,
    /** A connection from a peer never becomes usable, and disturbs none that waits. */
    turnAway: command,
    /** The connections that wait for accept are reset. */
    resetWaiting: command,
  },
  guards: {
    addressIsTaken: ({ event }) => event.type === 'bind' && event.address === 'taken',
    addressIsForeign: ({ event }) => 'address' in event && event.address === 'foreign',
  },
}).createMachine({
  id: 'socket',
  description: 'The life of a socket: which call is legal when, the same in each address family.',
  initial: 'created',
  states: {
    created: {
      description: 'It has a descriptor and nothing else.',
      on: {
        bind: [
          {
            guard: 'addressIsTaken',
            actions: answer('bind', 'addressInUse'),
            description: 'Somebody has the address, listening or not; another one may be tried.',
          },
          {
            guard: 'addressIsForeign',
            actions: answer('bind', 'addressUnavailable'),
            description: 'An address of another family; another one may be tried.',
          },
          { target: 'bound', actions: answer('bind', 'ok'), description: 'The address is held from now on.' },
        ],
        connect: [
          {
            guard: 'addressIsForeign',
            actions: answer('connect', 'addressUnavailable'),
            description: 'An address of another family: nothing was tried, another one may be.',
          },
          { target: 'connecting.unbound', description: 'The connect is pending; the family chooses the local address.' },
        ],
        ...refuseListen,
        ...refuseAccept,
        ...nameUnknown,
        ...refuseTransfer,
        ...letGo(),
      },
    },
    bound: {
      description: 'It holds a local address, to listen at or to connect from.',
      on: {
        listen: { target: 'listening.empty', actions: answer('listen', 'ok'), description: 'Connections may wait from now on.' },
        connect: [
          {
            guard: 'addressIsForeign',
            actions: answer('connect', 'addressUnavailable'),
            description: 'An address of another family: nothing was tried, another one may be.',
          },
          { target: 'connecting.bound', description: 'The connect is pending, from the address that is held.' },
        ],
        'peer.connects': { actions: 'turnAway', description: 'Nobody listens here yet.' },
        ...refuseBind,
        ...refuseAccept,
        ...tellName,
        ...refuseTransfer,
        ...letGo(),
      },
    },
    listening: {
      description: 'At most 2 connections wait for accept.',
      initial: 'empty',
      on: {
        ...refuseBind,
        ...refuseListen,
        ...refuseConnect,
        ...tellName,
        ...refuseTransfer,
        ...letGo({ close: 'resetWaiting', abort: 'resetWaiting' }),
      },
      states: {
        empty: {
          description: 'No connection waits.',
          on: {
            accept: { target: 'accepting', description: 'The accept is pending.' },
            'peer.connects': { target: 'one', actions: 'admit', description: 'The first to wait.' },
          },
        },
        accepting: {
          description: 'An accept is pending.',
          on: {
            accept: answered('accept', 'illegalCall', 'One accept at a time; the pending one goes on.'),
            'peer.connects': {
              target: 'empty',
              actions: ['admit', answer('accept', 'ok')],
              description: 'The pending accept gets the connection.',
            },
            ...letGo({}, 'accept'),
          },
        },
        one: {
          description: 'One connection waits.',
          on: {
            accept: { target: 'empty', actions: answer('accept', 'ok'), description: 'It is given to the caller.' },
            'peer.connects': { target: 'full', actions: 'admit', description: 'It waits behind the other.' },
          },
        },
        full: {
          description: 'As many connections wait as the backlog allows.',
          on: {
            accept: {
              target: 'one',
              actions: answer('accept', 'ok'),
              description: 'The one that came first is given to the caller.',
            },
            'peer.connects': { actions: 'turnAway', description: 'There is no room; those that wait stay good.' },
          },
        },
      },
    },
    connecting: {
      description: 'A connect is pending.',
      initial: 'unbound',
      on: {
        ...refuseSetUp,
        ...refuseTransfer,
        connected: { target: 'connected', actions: answer('connect', 'ok'), description: 'The connection stands.' },
        ...letGo({}, 'connect'),
      },
      states: {
        unbound: {
          description: 'From an address that the family chooses.',
          on: {
            ...nameUnknown,
            ...connectFails('#socket.closed.failedUnbound'),
          },
        },
        bound: {
          description: 'From the address that the socket holds.',
          on: {
            ...tellName,
            ...connectFails('#socket.closed.failedBound'),
          },
        },
      },
    },
    connected: {
      description: 'Both directions are open, as far as the caller was told. An accepted socket begins here.',
      initial: 'quiet',
      on: {
        ...refuseSetUp,
        ...tellName,
        ...tellPeerName,
        write: { actions: ['sendBytes', answer('write', 'ok')], description: 'The bytes are taken over, in order.' },
        ...resetByPeer,
        ...letGo({ close: 'sendEnd', abort: 'sendReset' }),
      },
      states: {
        quiet: {
          description: 'Nothing has arrived.',
          on: {
            read: { target: 'reading', description: 'The read is pending.' },
            ...shutdownTo('#socket.halfClosedLocal.quiet'),
            'peer.write': { target: 'readable', description: 'Bytes arrive.' },
            ...endArrives('endWaiting'),
          },
        },
        reading: {
          description: 'A read is pending.',
          on: {
            ...shutdownTo('#socket.halfClosedLocal.reading'),
            'peer.write': { target: 'quiet', actions: answer('read', 'bytes'), description: 'The read gets the bytes.' },
            ...readEnds('#socket.halfClosedRemote'),
            ...letGo({ close: 'sendEnd', abort: 'sendReset' }, 'read'),
          },
        },
        readable: {
          description: 'Bytes have arrived.',
          on: {
            read: { target: 'quiet', actions: answer('read', 'bytes'), description: 'All that is there.' },
            ...shutdownTo('#socket.halfClosedLocal.readable'),
            'peer.write': { description: 'More bytes behind the others.' },
            ...endArrives('readableThenEnd'),
          },
        },
        readableThenEnd: {
          description: 'Bytes have arrived, and the end behind them.',
          on: {
            read: { target: 'endWaiting', actions: answer('read', 'bytes'), description: 'The bytes come before the end.' },
            ...shutdownTo('#socket.halfClosedLocal.readableThenEnd'),
          },
        },
        endWaiting: {
          description: 'The end has arrived; the caller has not been told.',
          on: {
            read: {
              target: '#socket.halfClosedRemote',
              actions: answer('read', 'end'),
              description: 'The caller is told of the end.',
            },
            ...shutdownTo('#socket.halfClosedLocal.endWaiting'),
          },
        },
      },
    },
    halfClosedLocal: {
      description: 'This side has ended its stream; the peer has not, as far as the caller was told.',
      initial: 'quiet',
      on: {
        ...refuseSetUp,
        ...refuseSending,
        ...tellName,
        ...tellPeerName,
        ...resetByPeer,
        ...letGo({ abort: 'sendReset' }),
      },
      states: {
        quiet: {
          description: 'Nothing has arrived.',
          on: {
            read: { target: 'reading', description: 'The read is pending.' },
            'peer.write': { target: 'readable', description: 'Bytes arrive.' },
            ...endArrives('endWaiting'),
          },
        },
        reading: {
          description: 'A read is pending.',
          on: {
            'peer.write': { target: 'quiet', actions: answer('read', 'bytes'), description: 'The read gets the bytes.' },
            ...readEnds('#socket.closed.ended'),
            ...letGo({ abort: 'sendReset' }, 'read'),
          },
        },
        readable: {
          description: 'Bytes have arrived.',
          on: {
            read: { target: 'quiet', actions: answer('read', 'bytes'), description: 'All that is there.' },
            'peer.write': { description: 'More bytes behind the others.' },
            ...endArrives('readableThenEnd'),
          },
        },
        readableThenEnd: {
          description: 'Bytes have arrived, and the end behind them.',
          on: {
            read: { target: 'endWaiting', actions: answer('read', 'bytes'), description: 'The bytes come before the end.' },
            ...letGo(),
          },
        },
        endWaiting: {
          description: 'Both ends are on their way; the caller has not been told of the peer’s.',
          on: {
            read: {
              target: '#socket.closed.ended',
              actions: answer('read', 'end'),
              description: 'The caller is told of the end; both directions have ended.',
            },
            ...letGo(),
          },
        },
      },
    },
    halfClosedRemote: {
      description: 'A read has told the caller of the peer’s end; this side may go on writing.',
      on: {
        ...refuseSetUp,
        ...tellName,
        ...tellPeerName,
        read: answered('read', 'end', 'The end again.'),
        write: { actions: ['sendBytes', answer('write', 'ok')], description: 'The peer still reads.' },
        ...shutdownTo('#socket.closed.ended'),
        ...resetByPeer,
        ...letGo({ close: 'sendEnd', abort: 'sendReset' }),
      },
    },
    closed: {
      description: 'No connection any more. The descriptor is held until close or abort.',
      initial: 'released',
      states: {
        failedUnbound: {
          description: 'Its connect failed.',
          on: { ...refuseSetUp, ...nameUnknown, ...refuseTransfer, ...letGo() },
        },
        failedBound: {
          description: 'Its connect failed; it still has the name that bind gave it.',
          on: { ...refuseSetUp, ...tellName, ...refuseTransfer, ...letGo() },
        },
        ended: {
          description: 'Both directions have ended in order.',
          on: {
            ...refuseSetUp,
            ...refuseSending,
            ...tellName,
            ...tellPeerName,
            read: answered('read', 'end', 'The end again.'),
            ...letGo(),
          },
        },
        reset: {
          description: 'The peer reset the connection.',
          on: {
            bind: answered('bind', 'reset', 'Each call tells of the reset.'),
            listen: answered('listen', 'reset', 'Each call tells of the reset.'),
            accept: answered('accept', 'reset', 'Each call tells of the reset.'),
            connect: answered('connect', 'reset', 'Each call tells of the reset.'),
            read: answered('read', 'reset', 'Each call tells of the reset.'),
            write: answered('write', 'reset', 'Each call tells of the reset.'),
            shutdown: answered('shutdown', 'reset', 'Each call tells of the reset.'),
            ...tellName,
            ...tellPeerName,
            ...letGo(),
          },
        },
        released: {
          description: 'close or abort was called: the descriptor is free.',
          on: {
            bind: answered('bind', 'closed', 'Closed is closed.'),
            listen: answered('listen', 'closed', 'Closed is closed.'),
            accept: answered('accept', 'closed', 'Closed is closed.'),
            connect: answered('connect', 'closed', 'Closed is closed.'),
            getsockname: answered('getsockname', 'closed', 'Closed is closed.'),
            getpeername: answered('getpeername', 'closed', 'Closed is closed.'),
            read: answered('read', 'closed', 'Closed is closed.'),
            write: answered('write', 'closed', 'Closed is closed.'),
            shutdown: answered('shutdown', 'closed', 'Closed is closed.'),
            close: answered('close', 'ok', 'Legal any number of times.'),
            abort: answered('abort', 'ok', 'There is nothing to abort.'),
          },
        },
      },
    },
  },
});
