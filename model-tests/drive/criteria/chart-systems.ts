/** The charts of this project as reactive systems: what a tester can bring about in each state of them, and what it sees. */
import { clientMachine, serverMachine, socketMachine } from '../../../machines/index.ts';
import { compile } from '../../compile/compile.ts';
import { type ChartAlphabet, type ChartInstance, ChartSystem } from '../../generate/chart-system.ts';
import { clientAlphabet, combinations, eventsOf, serverAlphabet, serverInput } from '../../validate/alphabet.ts';
import { canSpeak, clientSpeaking, isOutcome, type Speaking, serverSpeaking } from '../../validate/possible-events.ts';
import { shownState } from '../socket/candidates.ts';
import { socketEvents } from '../socket/system.ts';

/** Whose chart it is. */
export type ChartRole = 'client' | 'server' | 'socket';

/** The chart of a role with its alphabet. Client and server process begin with the input `start`, a socket as it is created. */
export function chartSystem(role: ChartRole): ChartSystem {
  switch (role) {
    case 'client':
      return new ChartSystem([{ chart: compile(clientMachine), start: {} }], alphabetOf(clientAlphabet, clientSpeaking));
    case 'server':
      return new ChartSystem(serverInstances(), alphabetOf(serverAlphabet, serverSpeaking));
    case 'socket':
      return new ChartSystem(compile(socketMachine), socketAlphabet);
  }
}

function alphabetOf(alphabet: Parameters<typeof eventsOf>[0], speaking: Speaking): ChartAlphabet {
  return {
    events: eventsOf(alphabet),
    canHappen: ({ path }, { type }, past) => canSpeak(speaking, path, type) && past !== `${connectionOf(type)} is gone`,
    // At most one connection can be gone where the chart still listens to it: it reacts to the end of every other one.
    remember: (past, { type }, { path }) => {
      const connection = /\.(ended|reset|garbage)$/.test(type) ? connectionOf(type) : past.split(' ', 1)[0];
      return connection && speaking[path]?.includes(connection) ? `${connection} is gone` : '';
    },
    isAwaited: ({ type }) => isOutcome(type),
  };
}

/** What a socket says of its state is seen; a peer that has closed its socket does nothing more. */
const socketAlphabet: ChartAlphabet = {
  events: socketEvents,
  looks: shownState,
  canHappen: (_, { type }, past) => past === '' || !type.startsWith('peer.'),
  remember: (past, { type }, { path }) =>
    (past !== '' || type === 'peer.closed') && !path.startsWith('closed') ? 'the peer is gone' : '',
};

const connectionOf = (type: string) => type.split('.', 1)[0];

/** One instance for each configuration that makes a difference: in network mode there is nothing to fall back to. */
function serverInstances(): ChartInstance[] {
  return combinations(serverInput)
    .filter(({ mode, fallback }) => mode === 'storage' || fallback === false)
    .map((input) => ({ chart: compile(serverMachine, input), start: input }));
}
