import { setup } from 'xstate';
import type { Mode } from '../vocabulary.ts';

const command = () => {};

/** What the described server process can see happen. */
export type DescribedServerEvent =
  | { readonly type: 'first.connected' }
  | { readonly type: 'first.descriptor' }
  | { readonly type: 'second.connected' }
  | { readonly type: 'first.port' }
  | { readonly type: 'array.connected' };

/**
 * The server process (11) exactly as the source text has it: no HELLO, no tags, no READY, no time limits, no way out.
 * Only a model, kept because exploring it finds what is wrong with it.
 */
export const describedServerMachine = setup({
  types: { events: {} as DescribedServerEvent, context: {} as { mode: Mode }, input: {} as { mode: Mode } },
  actions: {
    /** socket, bind, connect to the WKP. */
    dialFirst: command,
    /** Steps 94, 96, 98. */
    dialSecond: command,
    /** Step 100. */
    sendDescriptor: command,
    /** Steps 142/228, 144, 234. */
    dialArray: command,
    /** Step 236. */
    sendGroup: command,
    /** The session is complete for this process. */
    reportEstablished: command,
  },
  guards: { modeIsNetwork: ({ context }) => context.mode === 'network' },
}).createMachine({
  id: 'describedServer',
  description: 'Server process (11), the steps of the source text and nothing else.',
  context: ({ input }) => ({ mode: input.mode }),
  initial: 'connectingFirst',
  states: {
    connectingFirst: {
      description: 'socket, bind, connect to the WKP.',
      entry: 'dialFirst',
      on: {
        'first.connected': [
          { guard: 'modeIsNetwork', target: 'network', description: 'The file descriptor has to come (step 122).' },
          { target: 'storage', description: 'The port has to come (step 140).' },
        ],
      },
    },
    network: {
      description: 'Two connections on the WKP become the session.',
      initial: 'awaitingDescriptor',
      states: {
        awaitingDescriptor: {
          description: 'Waiting for the file descriptor (step 122).',
          on: { 'first.descriptor': { target: 'connectingSecond', description: 'Step 122: the descriptor came.' } },
        },
        connectingSecond: {
          description: 'Steps 94, 96, 98: socket, bind, connect to the same WKP.',
          entry: 'dialSecond',
          on: {
            'second.connected': {
              target: '#describedServer.established',
              actions: ['sendDescriptor', 'reportEstablished'],
              description:
                'Step 100: the descriptor goes back "to let the client know it is in connection with the same server process".',
            },
          },
        },
      },
    },
    storage: {
      description: 'The session goes through the data storage system.',
      initial: 'awaitingPort',
      states: {
        awaitingPort: {
          description: 'Waiting for the number of the dynamic port (step 140).',
          on: { 'first.port': { target: 'connectingArray', description: 'Step 140: the port came.' } },
        },
        connectingArray: {
          description: 'Steps 142/228, 144, 234: STPsocket, bind, readiness for connection on the dynamic port.',
          entry: 'dialArray',
          on: {
            'array.connected': {
              target: '#describedServer.established',
              actions: ['sendGroup', 'reportEstablished'],
              description: 'Step 236: the message that identifies the STG group.',
            },
          },
        },
      },
    },
    established: { type: 'final', description: 'Two channels: one for data, one for errors.' },
  },
});
