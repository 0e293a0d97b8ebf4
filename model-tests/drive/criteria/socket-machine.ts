/** The life of a socket as a reactive system: what its caller, its peer and the transport can do in each state. */
import { socketMachine } from '../../../machines/index.ts';
import { type Chart, compile } from '../../compile/compile.ts';
import { type ChartAlphabet, ChartSystem } from '../../generate/chart-system.ts';
import { shownState } from '../socket/candidates.ts';
import { socketEvents } from '../socket/system.ts';

/** What a socket says of its state is seen; a peer that has closed its socket does nothing more. */
const alphabet: ChartAlphabet = {
  events: socketEvents,
  looks: shownState,
  canHappen: (_, { type }, past) => past === '' || !type.startsWith('peer.'),
  remember: (past, { type }, { path }) =>
    (past !== '' || type === 'peer.closed') && !path.startsWith('closed') ? 'the peer is gone' : '',
};

/** The socket's chart, or a mutant of it, with every event that it knows. */
export function socketSystem(chart: Chart = compile(socketMachine)): ChartSystem {
  return new ChartSystem(chart, alphabet);
}
