/**
 * A second opinion, on systems that mean something: examples of compositions, and the handshake. Exported, they run in SPIN, which has to
 * count the same states and moves and to come to the same verdicts.
 * Needs spin and cc; STPCONNECT_REQUIRE=spin,cc makes it a failure when one is missing.
 */
import { describe, expect, test } from 'vitest';
import { describeTwoFifos } from '../../bench/systems/two-fifos.ts';
import { compose } from '../compose/compose.ts';
import type { System } from '../compose/system.ts';
import { type HandshakeChoice, handshakeSystems } from '../drive/handshake/explored/index.ts';
import { GraphTooLargeError, stateGraph } from '../explore/state-graph.ts';
import { exportPromela } from '../export-promela.ts';
import { exportComposition } from '../export-promela-composition.ts';
import { checkedBy } from './guide-programs.test-support.ts';
import { requireTool } from './required-tools.ts';
import { expectSameOpinion } from './spin.test-support.ts';
import { alternatingBit, call, type Example } from './spin-examples.test-support.ts';

const isThere = [requireTool('spin', process.env, '-V'), requireTool('cc')].every((there) => there);

const twoFifos: Example = {
  description: describeTwoFifos(4, 3),
  propertiesOf: (system) => {
    const [client, server] = [system.machine('client').in('closed'), system.machine('server').in('closed')];
    return [
      { id: 'closed', description: '', kind: 'sometimes', holds: (view) => client(view) && server(view) },
      { id: 'ends', description: '', kind: 'noDeadlock', mayEnd: (view) => client(view) && server(view) },
    ];
  },
};

const endless = { 'never stuck': 'holds', 'two on their way': 'holds', 'never empty': 'violated' };
const ofCall = { noted: 'holds', done: 'holds', ends: 'violated', 'asking ends': 'holds', 'no deadlock': 'holds', open: 'holds' };

/** Larger ones are left to SPIN by hand: it takes its time to compile what they are written as. */
const MOST_STATES = 10_000;

function isSmall(system: System<unknown>): boolean {
  try {
    return stateGraph(system, MOST_STATES).states > 0;
  } catch (error) {
    if (error instanceof GraphTooLargeError) return false;
    throw error;
  }
}

const none = { reset: 0, refuse: 0, end: 0, crash: 0, restart: 0, stop: 0, abort: 0, stopListener: 0, tamper: 0, outcome: 0 };
const chosen = (choice: HandshakeChoice, ...ids: readonly string[]) =>
  handshakeSystems(choice).filter(({ id }) => ids.includes(id.replace('hardened.', '')));
/** Every kind of composition of the handshake, with budgets so small that it has a few thousand states. */
const handshakes = [
  ...chosen({ servers: 1, faults: { ...none, reset: 1 } }, 'network', 'storage', 'fall-back'),
  ...chosen({ servers: 1, faults: none }, 'network.restarts', 'storage.restarts'),
  ...chosen(
    { intruder: false, faults: none },
    'two-network',
    'network-and-storage',
    'two-storage.resets',
    'fall-back-and-network',
  ),
  ...handshakeSystems({ relay: true }),
  ...handshakeSystems({ variant: 'described' }),
];

describe.skipIf(!isThere)('SPIN', { timeout: 120_000 }, () => {
  test.each([
    {
      name: 'two FIFOs of four and three messages',
      example: twoFifos,
      says: { states: 1_098, moves: 4_070, verdicts: { closed: 'holds', ends: 'holds' } },
    },
    {
      name: 'the alternating bit over channels that lose any number of messages',
      example: alternatingBit(2, Number.POSITIVE_INFINITY),
      says: { states: 142, moves: 614, verdicts: { ...endless, 'goes on': 'violated', arrives: 'violated' } },
    },
    {
      name: 'the alternating bit over channels that lose two messages',
      example: alternatingBit(3, 2),
      says: { states: 954, moves: 4_030, verdicts: { ...endless, 'goes on': 'holds', arrives: 'holds' } },
    },
    { name: 'a call over a connection', example: call, says: { states: 1_864, moves: 4_026, verdicts: ofCall } },
  ])('composes $name as we do, and says the same of it', async ({ example: { description, propertiesOf }, says }) => {
    const system = compose(description);
    const properties = propertiesOf(system);
    expect(await expectSameOpinion(system, properties, await exportComposition(description, propertiesOf))).toEqual(says);
    expect(await expectSameOpinion(system, properties, await exportPromela(system, properties))).toEqual(says);
  });

  const page = 'docs/guides/your-own-protocol.md';
  test.each(['alternating-bit.mjs', 'peterson.mjs', 'two-phase-commit.mjs'])(
    'composes what %s in the guide composes as we do, and says the same of it',
    async (name) => {
      const all = await checkedBy(page, name);
      for (const { description, system, properties } of all.filter(({ system }) => isSmall(system))) {
        const ofStates = properties.filter(({ kind }) => !kind.endsWith('Move'));
        await expectSameOpinion(system, properties, await exportPromela(system, properties));
        await expectSameOpinion(system, ofStates, await exportComposition(description, () => ofStates));
      }
      expect(all.length).toBeGreaterThan(0);
    },
  );

  test('is asked of every kind of handshake', () => {
    expect(handshakes).toHaveLength(18);
  });

  test.each(handshakes)('says the same of $id', async ({ system, properties }) => {
    const { states } = await expectSameOpinion(system, properties, await exportPromela(system, properties));
    expect(states).toBeGreaterThan(15);
  });

  test('says the same of a handshake with a mistake built in', async () => {
    const [weak] = handshakeSystems({ servers: 1, mode: 'network', faults: none, weaknesses: ['tagsUnchecked'] });
    if (weak === undefined) throw new Error('there is no handshake in network mode');
    const { system, properties } = weak;
    const { verdicts } = await expectSameOpinion(system, properties, await exportPromela(system, properties));
    expect(Object.values(verdicts)).toContain('violated');
  });
});
