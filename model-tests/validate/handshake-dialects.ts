/** What traces of the handshake's two roles can say (docs/protocol.md, sections 8 and 9). */
import { clientMachine, serverMachine } from '../../machines/index.ts';
import { clientAlphabet, serverAlphabet, serverInput } from './alphabet.ts';
import { ChartSource, type Dialect } from './chart-source.ts';
import { canSpeak, clientSpeaking, isOutcome, serverSpeaking } from './possible-events.ts';

/** The charts of both roles with their dialects. */
export type HandshakeSources = Readonly<Record<'client' | 'server', ChartSource>>;

/** In these states of the server process `first` may not stand any more, or not yet: there may be nobody to send a DECLINE to. */
const firstMayNotStand = /^handshaking\.(connectingFirst|network\.awaitingReady\.(both|first|second)|storage\.attachingGroup)$/;

const clientDialect: Dialect = {
  alphabet: clientAlphabet,
  input: {},
  canHappen: (state, type) => canSpeak(clientSpeaking, state, type),
  isByName: isOutcome,
};

const serverDialect: Dialect = {
  alphabet: serverAlphabet,
  input: serverInput,
  canHappen: (state, type) => canSpeak(serverSpeaking, state, type),
  isByName: isOutcome,
  mayLeaveOut: (state, action) => action === 'sendDecline' && firstMayNotStand.test(state),
};

/**
 * Both roles' charts. What a chart answers never changes, so it is found out once, when it is first asked for, and known to every trace and
 * monitor of this process: a constant that is worked out on demand.
 */
export const handshakeSources: HandshakeSources = {
  client: new ChartSource(clientMachine, clientDialect),
  server: new ChartSource(serverMachine, serverDialect),
};
