import { assign, setup } from 'xstate';
import { failWith, giveUp } from './giving-up.ts';
import {
  type DeclineReason,
  defaultLimits,
  type FailureCode,
  fallbackReasons,
  type Mode,
  type ServerEvent,
} from './vocabulary.ts';

/** Commands of the environment: what they do is the implementation's business, that they are given here is the specification. */
const command = () => {};

/** What decides in the server process: the mode of the attempt, and whether it may still fall back to network mode. */
export interface ServerContext {
  readonly mode: Mode;
  readonly fallback: boolean;
}

/**
 * The server process (11): dials the client process and establishes one session.
 *
 * Step numbers in descriptions are those of US patent 7,398,286.
 */
export const serverMachine = setup({
  types: { events: {} as ServerEvent, context: {} as ServerContext, input: {} as ServerContext },
  actions: {
    /** socket, bind, connect to the WKP: connection 1. */
    dialFirst: command,
    /** HELLO on `first`. */
    sendHello: command,
    /** Steps 94, 96, 98: socket, bind, connect to the same WKP. */
    dialSecond: command,
    /** Step 100: the descriptor back, on `second`. */
    sendDescriptor: command,
    /** Steps 142/228, 144, 234: STPsocket, bind, STPconnect to the dynamic port. */
    dialArray: command,
    /** Step 236: GROUP on `array`. */
    sendGroup: command,
    /** Attach the group that both sides agreed on. */
    attachGroup: command,
    /** Close the WKP connection: whoever opens a thing closes it. */
    closeFirst: command,
    /** DECLINE on `first`, if it stands; once step 100 is done in network mode it does not, since it may be a channel of the client process. */
    sendDecline: (_, _params: { reason: DeclineReason }) => {},
    /** Close everything of the storage attempt and remember why. */
    startFallback: command,
    /** The next attempt is in network mode, and there is no other after it. */
    switchToNetwork: assign({ mode: 'network', fallback: false }),
    /** Close everything that this process holds; what may be a channel of the client process already is reset when the handshake failed. */
    releaseAll: command,
    /** Tell the user that the session is complete. */
    reportEstablished: command,
    /** Tell the user why there is no session. */
    reportFailed: (_, _params: { code: FailureCode }) => {},
  },
  guards: {
    modeIsNetwork: ({ context }) => context.mode === 'network',
    tagIsRight: ({ event }) => 'tag' in event && event.tag === 'right',
    tagIsWrong: ({ event }) => 'tag' in event && event.tag === 'wrong',
    arrayIsKnown: ({ event }) => event.type === 'first.port' && event.array === 'known',
    fallbackIsConfigured: ({ context }) => context.fallback && context.mode === 'storage',
    declineAllowsFallback: ({ context, event }) =>
      context.fallback &&
      context.mode === 'storage' &&
      event.type === 'first.decline' &&
      event.tag === 'right' &&
      fallbackReasons.includes(event.reason),
  },
  delays: defaultLimits,
}).createMachine({
  id: 'server',
  description: 'Server process (11): dials the WKP of the client process and establishes one session.',
  context: ({ input }) => ({ mode: input.mode, fallback: input.fallback }),
  initial: 'handshaking',
  states: {
    handshaking: {
      description: 'From the first dialling to the session, a fall back included.',
      initial: 'connectingFirst',
      after: {
        handshakeTimeout: giveUp('failed', 'timedOut', 'handshakeTimeout', 'The whole handshake took too long.'),
      },
      on: {
        'first.ended': failWith('failed', 'connectionEnded', 'The client process left.'),
        'first.reset': failWith('failed', 'connectionReset', 'The first connection was reset.'),
        'first.garbage': failWith(
          'failed',
          'frameMalformed',
          'A malformed frame: there is nobody left to talk to on this connection.',
        ),
        'first.decline': [
          {
            guard: 'declineAllowsFallback',
            target: '.connectingFirst',
            actions: ['startFallback', 'switchToNetwork'],
            description: 'The client process, and nobody else, says that the array cannot serve: try the network.',
          },
          failWith('failed', 'declined', 'The client process gave up and said why.'),
        ],
        'second.decline': failWith('failed', 'declined', 'The second connection was refused.'),
        'array.decline': failWith('failed', 'declined', 'The array connection was refused.'),
        'second.ended': giveUp('failed', 'connectionLost', 'connectionEnded', 'The second connection was closed.'),
        'second.reset': giveUp('failed', 'connectionLost', 'connectionReset', 'The second connection was reset.'),
        'second.garbage': giveUp('failed', 'protocolViolation', 'frameMalformed', 'A malformed frame on the second connection.'),
        'array.garbage': giveUp('failed', 'protocolViolation', 'frameMalformed', 'A malformed frame on the array connection.'),
        'first.*': giveUp(
          'failed',
          'protocolViolation',
          'protocolViolation',
          'A frame that the client process may not send on the first connection now.',
        ),
        'second.*': giveUp(
          'failed',
          'protocolViolation',
          'protocolViolation',
          'The client process says nothing but DECLINE on the second connection.',
        ),
        'array.*': giveUp(
          'failed',
          'protocolViolation',
          'protocolViolation',
          'The client process says nothing but READY or DECLINE on the array connection.',
        ),
        abort: giveUp('failed', 'closing', 'aborted', 'The user gave up.'),
      },
      states: {
        connectingFirst: {
          description: 'socket, bind, connect to the WKP: connection 1.',
          entry: 'dialFirst',
          after: {
            connectTimeout: giveUp('#server.failed', 'timedOut', 'connectTimeout', 'The WKP did not answer in time.'),
          },
          on: {
            'first.connected': [
              {
                guard: 'modeIsNetwork',
                target: 'network',
                actions: 'sendHello',
                description: 'HELLO: a first connection, network mode.',
              },
              { target: 'storage', actions: 'sendHello', description: 'HELLO: a first connection, storage mode.' },
            ],
            'first.refused': failWith('#server.failed', 'connectionRefused', 'Nobody listens on the WKP.'),
          },
        },
        network: {
          description: 'Two connections on the WKP become the session.',
          initial: 'awaitingDescriptor',
          states: {
            awaitingDescriptor: {
              description: 'The client process has to send its file descriptor (step 122).',
              after: {
                replyTimeout: giveUp('#server.failed', 'timedOut', 'replyTimeout', 'No descriptor in time.'),
              },
              on: {
                'first.descriptor': [
                  { guard: 'tagIsRight', target: 'connectingSecond', description: 'The descriptor came (step 122): dial again.' },
                  giveUp('#server.failed', 'tagWrong', 'tagWrong', 'The other side does not know the secret.'),
                ],
              },
            },
            connectingSecond: {
              description: 'Steps 94, 96, 98: socket, bind, connect to the same WKP.',
              entry: 'dialSecond',
              after: {
                connectTimeout: giveUp('#server.failed', 'timedOut', 'connectTimeout', 'The WKP did not answer the second time.'),
              },
              on: {
                'second.connected': {
                  target: 'awaitingReady',
                  actions: 'sendDescriptor',
                  description:
                    'Step 100: the descriptor goes back, so that the client process knows with whom it is in connection.',
                },
                'second.refused': giveUp(
                  '#server.failed',
                  'connectionLost',
                  'connectionRefused',
                  'The WKP refused the second connection.',
                ),
              },
            },
            awaitingReady: {
              description:
                'Both connections are made (step 100); READY, on each of them, is the last word of the client process. From here on it may be established, so giving up is a reset.',
              initial: 'both',
              after: {
                readyTimeout: giveUp('#server.failed', 'timedOut', 'readyTimeout', 'No READY in time.'),
              },
              on: {
                'first.ready': giveUp('#server.failed', 'tagWrong', 'tagWrong', 'A READY that the client process did not send.'),
                'second.ready': giveUp('#server.failed', 'tagWrong', 'tagWrong', 'A READY that the client process did not send.'),
              },
              states: {
                both: {
                  description: 'READY is outstanding on both connections; they may overtake each other.',
                  on: {
                    'first.ready': { guard: 'tagIsRight', target: 'second', description: 'The data channel begins behind it.' },
                    'second.ready': { guard: 'tagIsRight', target: 'first', description: 'The error channel begins behind it.' },
                  },
                },
                first: {
                  description: 'READY is outstanding on the first connection; the second one is a channel already.',
                  on: {
                    'first.ready': {
                      guard: 'tagIsRight',
                      target: '#server.established',
                      actions: 'reportEstablished',
                      description: 'The session is complete on both sides.',
                    },
                  },
                },
                second: {
                  description: 'READY is outstanding on the second connection; the first one is a channel already.',
                  on: {
                    'second.ready': {
                      guard: 'tagIsRight',
                      target: '#server.established',
                      actions: 'reportEstablished',
                      description: 'The session is complete on both sides.',
                    },
                  },
                },
              },
            },
          },
        },
        storage: {
          description: 'The session goes through the shared memory of the array.',
          initial: 'awaitingPort',
          states: {
            awaitingPort: {
              description: 'The client process has to send its dynamic port (steps 170, 140).',
              after: {
                replyTimeout: giveUp('#server.failed', 'timedOut', 'replyTimeout', 'No port in time.'),
              },
              on: {
                'first.port': [
                  {
                    guard: 'tagIsWrong',
                    ...giveUp('#server.failed', 'tagWrong', 'tagWrong', 'The other side does not know the secret.'),
                  },
                  { guard: 'arrayIsKnown', target: 'connectingArray', description: 'Step 140: the port came; connect to it.' },
                  {
                    guard: 'fallbackIsConfigured',
                    target: '#server.handshaking.connectingFirst',
                    actions: [{ type: 'sendDecline', params: { reason: 'arrayUnknown' } }, 'startFallback', 'switchToNetwork'],
                    description: 'This process is not attached to that array: try the network.',
                  },
                  giveUp('#server.failed', 'arrayUnknown', 'arrayUnknown', 'This process is not attached to that array.'),
                ],
              },
            },
            connectingArray: {
              description: 'Steps 142/228, 144, 234: STPsocket, bind, STPconnect to the dynamic port.',
              entry: 'dialArray',
              after: {
                connectTimeout: giveUp(
                  '#server.failed',
                  'timedOut',
                  'connectTimeout',
                  'The dynamic port did not answer in time.',
                ),
              },
              on: {
                'array.connected': {
                  target: 'awaitingReady',
                  actions: 'sendGroup',
                  description: 'Step 236: GROUP names the group to be used.',
                },
                'array.refused': giveUp(
                  '#server.failed',
                  'connectionLost',
                  'connectionRefused',
                  'Nobody listens on that port of that generation.',
                ),
              },
            },
            awaitingReady: {
              description: 'GROUP is sent (step 236); READY is the last word of the client process.',
              after: {
                readyTimeout: giveUp('#server.failed', 'timedOut', 'readyTimeout', 'No READY in time.'),
              },
              on: {
                'array.ready': [
                  { guard: 'tagIsRight', target: 'attachingGroup', description: 'The client process has attached the group.' },
                  giveUp('#server.failed', 'tagWrong', 'tagWrong', 'A READY that the client process did not send.'),
                ],
                'array.ended': {
                  target: 'awaitingVerdict',
                  description: 'The reason may still be on its way on the first connection.',
                },
                'array.reset': {
                  target: 'awaitingVerdict',
                  description: 'The reason may still be on its way on the first connection.',
                },
              },
            },
            awaitingVerdict: {
              description: 'The array connection is gone; the first connection has the last word.',
              after: {
                readyTimeout: giveUp('#server.failed', 'timedOut', 'readyTimeout', 'Not a word in time.'),
              },
            },
            attachingGroup: {
              description: 'READY came: attach the same segments of the group.',
              entry: 'attachGroup',
              on: {
                'first.*': {
                  description: 'The client process is established: it has said all that matters here.',
                },
                'array.ended': giveUp(
                  '#server.failed',
                  'connectionLost',
                  'connectionEnded',
                  'The array connection was closed behind READY.',
                ),
                'array.reset': giveUp(
                  '#server.failed',
                  'connectionLost',
                  'connectionReset',
                  'The array connection was reset behind READY.',
                ),
                'group.attached': {
                  target: '#server.established',
                  actions: ['closeFirst', 'reportEstablished'],
                  description: 'The session is complete; the WKP connection has served.',
                },
                'group.unknown': giveUp('#server.failed', 'connectionLost', 'groupUnknown', 'The group vanished.'),
                'group.refused': giveUp(
                  '#server.failed',
                  'connectionLost',
                  'groupRefused',
                  'The group does not admit this host any more.',
                ),
                'group.full': giveUp('#server.failed', 'connectionLost', 'groupFull', 'The segments are gone.'),
              },
            },
          },
        },
      },
    },
    established: {
      description: 'The session is complete on both sides: one channel for data, one for errors.',
      on: { close: { target: 'closed', description: 'The user closes the session.' } },
    },
    closed: { type: 'final', entry: 'releaseAll', description: 'The session was closed.' },
    failed: { type: 'final', entry: 'releaseAll', description: 'There is no session, and nothing of it is held.' },
  },
});
