import { setup } from 'xstate';
import type { Mode } from '../vocabulary.ts';

const command = () => {};

/** What the described client process can see happen. */
export type DescribedClientEvent =
  | { readonly type: 'first.accepted' }
  | { readonly type: 'second.accepted' }
  | { readonly type: 'second.descriptor' }
  | { readonly type: 'port.bound' }
  | { readonly type: 'port.listening' }
  | { readonly type: 'port.named' }
  | { readonly type: 'array.accepted' }
  | { readonly type: 'array.group' };

/**
 * The client process (11A) exactly as the source text has it: no HELLO, no tags, no READY, no time limits, no way out.
 * Only a model, kept because exploring it finds what is wrong with it. The configuration file tells it how many connections make a session.
 */
export const describedClientMachine = setup({
  types: { events: {} as DescribedClientEvent, context: {} as { mode: Mode }, input: {} as { mode: Mode } },
  actions: {
    /** Step 122. */
    sendDescriptor: command,
    /** Steps 162, 164: STPsocket, bound to a dynamically allocated port. */
    bindPort: command,
    /** Step 166: STPlisten. */
    listenPort: command,
    /** Step 168: STPgetsockname. */
    namePort: command,
    /** Step 170. */
    sendPort: command,
    /** The session is complete for this process. */
    reportEstablished: command,
  },
  guards: { modeIsNetwork: ({ context }) => context.mode === 'network' },
}).createMachine({
  id: 'describedClient',
  description: 'Client process (11A), the steps of the source text and nothing else.',
  context: ({ input }) => ({ mode: input.mode }),
  initial: 'accepting',
  states: {
    accepting: {
      description: 'socket, bind, listen, accept on the WKP.',
      on: {
        'first.accepted': [
          {
            guard: 'modeIsNetwork',
            target: 'network',
            actions: 'sendDescriptor',
            description: 'Step 122: sends the file descriptor, then "falls into a loop", ready to accept another connection.',
          },
          { target: 'storage', description: 'The WKP connection only starts things.' },
        ],
      },
    },
    network: {
      description: 'Two connections on the WKP become the session.',
      initial: 'acceptingSecond',
      states: {
        acceptingSecond: {
          description: 'Ready to accept another connection, whoever makes it (step 124).',
          on: { 'second.accepted': { target: 'awaitingDescriptor', description: 'Step 124.' } },
        },
        awaitingDescriptor: {
          description: 'The second connection has to bring a descriptor (step 126).',
          on: {
            'second.descriptor': {
              target: '#describedClient.established',
              actions: 'reportEstablished',
              description: 'Step 126: the second of the two connections that the configuration file names.',
            },
          },
        },
      },
    },
    storage: {
      description: 'The session goes through the data storage system.',
      initial: 'bindingPort',
      states: {
        bindingPort: {
          description: 'Step 162: STPsocket, bound to the dynamically allocated port.',
          entry: 'bindPort',
          on: { 'port.bound': { target: 'listeningPort', description: 'Steps 162, 164.' } },
        },
        listeningPort: {
          description: 'Step 166: STPlisten.',
          entry: 'listenPort',
          on: { 'port.listening': { target: 'namingPort', description: 'Step 166.' } },
        },
        namingPort: {
          description: 'Step 168: STPgetsockname.',
          entry: 'namePort',
          on: {
            'port.named': {
              target: 'accepting',
              actions: 'sendPort',
              description: 'Step 170: the port goes to the server process.',
            },
          },
        },
        accepting: {
          description: 'Step 198: STPaccept, whoever connects.',
          on: { 'array.accepted': { target: 'awaitingGroup', description: 'Step 198.' } },
        },
        awaitingGroup: {
          description: 'The message that identifies the STG group has to come (step 200).',
          on: {
            'array.group': {
              target: '#describedClient.established',
              actions: 'reportEstablished',
              description: 'Steps 236, 200: the group is named.',
            },
          },
        },
      },
    },
    established: { type: 'final', description: 'Two channels: one for data, one for errors.' },
  },
});
