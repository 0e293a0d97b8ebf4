import { setup } from 'xstate';
import { failWith, giveUp } from './giving-up.ts';
import { type ClientEvent, type DeclineReason, defaultLimits, type FailureCode } from './vocabulary.ts';

/** Commands of the environment: what they do is the implementation's business, that they are given here is the specification. */
const command = () => {};

/**
 * The client process (11A): one instance for each connection that it accepts on the WKP.
 *
 * An instance begins before anybody knows what its connection is: the first frame tells. A HELLO makes it the first connection of a new
 * session; a DESCRIPTOR makes it the second connection of another instance's session (`joined`).
 *
 * Step numbers in descriptions are those of US patent 7,398,286.
 */
export const clientMachine = setup({
  types: { events: {} as ClientEvent },
  actions: {
    /** Step 122: DESCRIPTOR on `first`. */
    sendDescriptor: command,
    /** Steps 162, 164, 166, 168: STPsocket, bind to a dynamic port, STPlisten, STPgetsockname. */
    openPort: command,
    /** Step 170: PORT on `first`. */
    sendPort: command,
    /** Step 198: STPaccept on the dynamic port. */
    acceptArray: command,
    /** DECLINE on `array` if a reason is given, then close it. */
    refuseArray: (_, _params: { reason?: DeclineReason }) => {},
    /** Attach the STG group that GROUP named (step 200). */
    attachGroup: command,
    /** READY, the last word of the client process: on `second` and `first` in network mode, on `array` in storage mode. */
    sendReady: command,
    /** DECLINE on `first`, if it stands. */
    sendDecline: (_, _params: { reason: DeclineReason }) => {},
    /** Steps 124, 126: give this connection to the session that its descriptor names. */
    handOver: command,
    /** Stop listening on the dynamic port. */
    closePort: command,
    /** Close the data and the error channel, in order. */
    closeChannels: command,
    /** Close the WKP connection. */
    closeFirst: command,
    /** Close everything that this instance holds. */
    releaseAll: command,
    /** Tell the user that the session is complete. */
    reportEstablished: command,
    /** Tell the user why there is no session. */
    reportFailed: (_, _params: { code: FailureCode }) => {},
  },
  guards: {
    connectionsDiffer: ({ event }) => event.type === 'first.hello' && event.connections === 'other',
    sessionsAreAtTheirLimit: ({ event }) => event.type === 'first.hello' && event.capacity === 'full',
    modeIsNetwork: ({ event }) => event.type === 'first.hello' && event.mode === 'network',
    descriptorIsWaitedFor: ({ event }) => event.type === 'first.descriptor' && event.pairing === 'joined',
    descriptorIsUnknown: ({ event }) => event.type === 'first.descriptor' && event.pairing === 'unknown',
    tagIsRight: ({ event }) => 'tag' in event && event.tag === 'right',
  },
  delays: defaultLimits,
}).createMachine({
  id: 'client',
  description: 'Client process (11A): listens on the WKP; one instance for each connection accepted there.',
  initial: 'awaitingFirstFrame',
  states: {
    awaitingFirstFrame: {
      description:
        'A connection was accepted on the WKP; its first frame tells a first connection from a second (steps 122, 124).',
      after: {
        firstFrameTimeout: failWith('failed', 'firstFrameTimeout', 'The peer said nothing in time; nothing is answered.'),
      },
      on: {
        'first.hello': [
          {
            guard: 'connectionsDiffer',
            ...giveUp(
              'failed',
              'connectionsMismatch',
              'connectionsMismatch',
              'The configuration file names another number of connections.',
            ),
          },
          {
            guard: 'sessionsAreAtTheirLimit',
            ...giveUp('failed', 'busy', 'busy', 'As many sessions as the configuration allows.'),
          },
          {
            guard: 'modeIsNetwork',
            target: 'handshaking.network',
            actions: 'sendDescriptor',
            description: 'Step 122: the file descriptor goes to the server process.',
          },
          { target: 'handshaking.storage', description: 'Storage mode: steps 162 to 170 begin.' },
        ],
        'first.descriptor': [
          {
            guard: 'descriptorIsWaitedFor',
            target: 'joined',
            actions: 'handOver',
            description: 'Steps 124, 126: the second connection of the session that is waiting for this descriptor.',
          },
          {
            guard: 'descriptorIsUnknown',
            ...giveUp(
              'failed',
              'descriptorUnknown',
              'descriptorUnknown',
              'No session waits for this descriptor: stale, used up, or guessed.',
            ),
          },
          giveUp(
            'failed',
            'tagWrong',
            'tagWrong',
            'The tag is not that of the server process that was given the descriptor; the session named goes on waiting.',
          ),
        ],
        'first.ended': failWith('failed', 'connectionEnded', 'The peer left without a word.'),
        'first.reset': failWith('failed', 'connectionReset', 'The connection was reset before its first frame.'),
        'first.garbage': failWith('failed', 'frameMalformed', 'Not our protocol: a port scan gets no answer.'),
        'first.*': failWith(
          'failed',
          'protocolViolation',
          'A frame that cannot be the first of a connection; nothing is answered.',
        ),
        close: failWith('failed', 'closed', 'The listener stops.'),
      },
    },
    handshaking: {
      description: 'A HELLO was read: this connection is the first of a session.',
      initial: 'network',
      after: {
        handshakeTimeout: giveUp('failed', 'timedOut', 'handshakeTimeout', 'The whole handshake took too long.'),
      },
      on: {
        'first.ended': failWith('failed', 'connectionEnded', 'The server process left.'),
        'first.reset': failWith('failed', 'connectionReset', 'The first connection was reset.'),
        'first.garbage': failWith(
          'failed',
          'frameMalformed',
          'A malformed frame: there is nobody left to talk to on this connection.',
        ),
        'first.decline': failWith('failed', 'declined', 'The server process gave up and said why.'),
        'first.*': giveUp(
          'failed',
          'protocolViolation',
          'protocolViolation',
          'The server process has nothing to say on the first connection now.',
        ),
        close: giveUp('failed', 'closing', 'closed', 'The listener stops.'),
      },
      states: {
        network: {
          description: 'Two connections on the WKP become the session.',
          initial: 'awaitingSecond',
          states: {
            awaitingSecond: {
              description: 'Step 122 is done; ready to accept another connection (124) that brings the descriptor back (126).',
              after: {
                secondTimeout: giveUp(
                  '#client.failed',
                  'timedOut',
                  'secondTimeout',
                  'The second connection did not come in time.',
                ),
              },
              on: {
                'second.joined': {
                  target: '#client.established.open',
                  actions: ['sendReady', 'reportEstablished'],
                  description: 'Step 126: the session is complete; READY tells the server process.',
                },
              },
            },
          },
        },
        storage: {
          description: 'The session goes through the shared memory of the array.',
          initial: 'openingPort',
          states: {
            openingPort: {
              description: 'Steps 162, 164, 166, 168: STPsocket, bind to a dynamic port, STPlisten, STPgetsockname.',
              entry: 'openPort',
              on: {
                'port.opened': {
                  target: 'awaitingConnection',
                  actions: 'sendPort',
                  description: 'Step 170: the port number goes to the server process.',
                },
                'port.exhausted': giveUp(
                  '#client.failed',
                  'portsExhausted',
                  'portsExhausted',
                  'The array has no free dynamic port; the server process may fall back.',
                ),
                'port.unavailable': giveUp(
                  '#client.failed',
                  'modeUnavailable',
                  'modeUnavailable',
                  'This client process is attached to no array; the server process may fall back.',
                ),
              },
            },
            awaitingConnection: {
              description: 'Listening on the dynamic port for the server process (step 198).',
              entry: 'acceptArray',
              after: {
                arrayTimeout: giveUp(
                  '#client.failed',
                  'timedOut',
                  'arrayTimeout',
                  'Nobody connected to the dynamic port in time.',
                ),
              },
              on: {
                'array.accepted': {
                  target: 'awaitingGroup',
                  description: 'Step 198: somebody connected; GROUP tells whether it is the server process.',
                },
              },
            },
            awaitingGroup: {
              description:
                'Somebody is connected to the dynamic port and has to name the group (step 200). One at a time; others wait in the backlog.',
              after: {
                groupTimeout: {
                  target: 'awaitingConnection',
                  actions: { type: 'refuseArray', params: { reason: 'timedOut' } },
                  description: 'It said nothing in time: let the next one in.',
                },
              },
              on: {
                'array.group': [
                  { guard: 'tagIsRight', target: 'attachingGroup', description: 'Step 200: the server process names the group.' },
                  {
                    target: 'awaitingConnection',
                    actions: { type: 'refuseArray', params: { reason: 'tagWrong' } },
                    description: 'Not the server process that was given the port; the session goes on waiting.',
                  },
                ],
                'array.ended': {
                  target: 'awaitingConnection',
                  actions: { type: 'refuseArray', params: {} },
                  description: 'It left without a word.',
                },
                'array.reset': {
                  target: 'awaitingConnection',
                  actions: { type: 'refuseArray', params: {} },
                  description: 'It was reset without a word.',
                },
                'array.garbage': {
                  target: 'awaitingConnection',
                  actions: { type: 'refuseArray', params: {} },
                  description: 'It does not speak our protocol.',
                },
                'array.*': {
                  target: 'awaitingConnection',
                  actions: { type: 'refuseArray', params: { reason: 'protocolViolation' } },
                  description: 'Any other frame is not the server process speaking.',
                },
              },
            },
            attachingGroup: {
              description: 'Step 200: the group is named; take segments of it for the data and the error channel.',
              entry: 'attachGroup',
              on: {
                'group.attached': {
                  target: '#client.established.lingering',
                  actions: ['sendReady', 'closePort', 'reportEstablished'],
                  description: 'The session is complete; READY tells the server process, the dynamic port has served.',
                },
                'group.unknown': giveUp(
                  '#client.failed',
                  'groupUnknown',
                  'groupUnknown',
                  'The array has no such group; the server process may fall back.',
                ),
                'group.refused': giveUp(
                  '#client.failed',
                  'groupRefused',
                  'groupRefused',
                  'One of the two hosts is not on the list of the group; the server process may fall back.',
                ),
                'group.full': giveUp(
                  '#client.failed',
                  'groupFull',
                  'groupFull',
                  'The group has no free segments; the server process may fall back.',
                ),
                'array.ended': giveUp(
                  '#client.failed',
                  'connectionLost',
                  'connectionEnded',
                  'The server process left the array.',
                ),
                'array.reset': giveUp('#client.failed', 'connectionLost', 'connectionReset', 'The array connection was reset.'),
                'array.garbage': giveUp(
                  '#client.failed',
                  'protocolViolation',
                  'frameMalformed',
                  'A malformed frame behind GROUP.',
                ),
                'array.*': giveUp(
                  '#client.failed',
                  'protocolViolation',
                  'protocolViolation',
                  'The server process has nothing to say behind GROUP.',
                ),
              },
            },
          },
        },
      },
    },
    established: {
      description: 'The session is complete on this side: one channel for data, one for errors.',
      initial: 'open',
      on: { close: { target: 'closed', description: 'The user closes the session.' } },
      states: {
        lingering: {
          description:
            'Storage mode: the WKP connection is "really not being used for anything"; the server process, who opened it, closes it.',
          after: {
            lingerTimeout: { target: 'open', actions: 'closeFirst', description: 'It did not in time: close it here.' },
          },
          on: {
            close: {
              target: '#client.closing',
              actions: 'closeChannels',
              description:
                'The server process may not have read READY yet: the end of the WKP connection would tell it of a failure.',
            },
            'first.ended': {
              target: 'open',
              actions: 'closeFirst',
              description: 'The server process closed the WKP connection.',
            },
            'first.reset': {
              target: 'open',
              actions: 'closeFirst',
              description: 'The WKP connection was reset; the session does not need it.',
            },
            'first.garbage': {
              target: 'open',
              actions: 'closeFirst',
              description: 'Nothing sensible comes on the WKP connection any more.',
            },
            'first.*': { description: 'Any other frame is ignored: the session is complete without it.' },
          },
        },
        open: { description: 'Two channels and nothing else is held.' },
      },
    },
    closing: {
      description:
        'Both channels are closed; the WKP and the array connection stay until the server process has had time to read READY.',
      after: { lingerTimeout: { target: 'closed', description: 'It had.' } },
      on: {
        'first.ended': { target: 'closed', description: 'The server process closed the WKP connection: it is established.' },
        'first.reset': { target: 'closed', description: 'The WKP connection was reset; nothing more can be learnt from it.' },
        'first.garbage': { target: 'closed', description: 'Nothing sensible comes on the WKP connection any more.' },
        'first.*': { description: 'Any other frame is ignored: the session was complete without it.' },
      },
    },
    joined: { type: 'final', description: 'This connection belongs to another session now (step 126).' },
    closed: { type: 'final', entry: 'releaseAll', description: 'The session was closed.' },
    failed: { type: 'final', entry: 'releaseAll', description: 'There is no session, and nothing of it is held.' },
  },
});
