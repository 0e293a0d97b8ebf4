/** The implementation's tables beside the charts: what they name or do otherwise, in words. */
import { isDeepStrictEqual } from 'node:util';
import type { AnyStateMachine } from 'xstate';
import { clientMachine as clientTable } from '../../../impl/protocol/client.ts';
import { limitsOf } from '../../../impl/protocol/limits.ts';
import { serverMachine as serverTable } from '../../../impl/protocol/server.ts';
import { clientMachine, serverMachine } from '../../../machines/index.ts';
import { stateNodes } from '../../compile/chart-transitions.ts';
import { type Pair, walk } from '../../suites/lockstep.ts';
import { clientAlphabet, serverAlphabet } from '../../validate/alphabet.ts';
import { clientSpeaking, serverSpeaking } from '../../validate/possible-events.ts';

type AnyPair = Pair<string, string, string>;

const client = { chart: clientMachine, table: clientTable, alphabet: clientAlphabet, speaking: clientSpeaking };
const server = { chart: serverMachine, table: serverTable, alphabet: serverAlphabet, speaking: serverSpeaking };
const pairs = [
  { ...client, input: {} },
  ...(['network', 'storage'] as const).flatMap((mode) =>
    [false, true].map((fallback) => ({ ...server, input: { mode, fallback } })),
  ),
] as unknown as readonly AnyPair[];

/** Names that differ, and then whatever the two do otherwise, event by event. */
export function* complaintsAboutTables(): Generator<string, number> {
  for (const { chart, table, alphabet } of pairs) {
    const leaves = stateNodes(chart as AnyStateMachine).filter(({ states }) => Object.keys(states).length === 0);
    const pathsOf = (nodes: typeof leaves) => nodes.map(({ path }) => path.join('.')).sort();
    const compared: readonly (readonly [what: string, chart: unknown, table: unknown])[] = [
      ['role', chart.id, table.role],
      ['states', pathsOf(leaves), table.states.toSorted()],
      ['last states', pathsOf(leaves.filter(({ type }) => type === 'final')), table.final.toSorted()],
      ['events', [...Object.keys(alphabet), 'timeout'].sort(), table.events.toSorted()],
    ];
    for (const [what, expected, seen] of compared)
      if (!isDeepStrictEqual(expected, seen))
        yield `${table.role}: its ${what} are ${JSON.stringify(seen)}, not ${JSON.stringify(expected)}`;
    for (const state of table.final)
      if (limitsOf(state).length > 0) yield `${table.role}: a limit runs in ${state}, where nothing happens`;
  }
  let compared = 0;
  for (const pair of pairs) {
    const findings = walk(pair);
    compared += findings.compared;
    yield* findings.disagreements;
  }
  return compared;
}
