/**
 * A second opinion, on systems that mean something: examples of compositions, and the handshake. Exported, they run in SPIN, which has to
 * count the same states and moves and to come to the same verdicts.
 * Needs spin and cc; STPCONNECT_REQUIRE=spin,cc makes it a failure when one is missing.
 */
import { describe, expect, test } from 'vitest';
import { describeTwoFifos } from '../../bench/systems/two-fifos.ts';
import { compose } from '../compose/compose.ts';
import { endingProperties, eventualities } from '../drive/handshake/explored/endings.ts';
import type { ExploredOptions } from '../drive/handshake/explored/options.ts';
import { safetyProperties } from '../drive/handshake/explored/properties.ts';
import { exploredSystem } from '../drive/handshake/explored/system.ts';
import { exportPromela } from '../export-promela.ts';
import { exportComposition } from '../export-promela-composition.ts';
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

  const network = { mode: 'network', fallback: false } as const;
  const storage = { mode: 'storage', fallback: true } as const;
  test.each<{ name: string; options: ExploredOptions; states: number; moves: number }>([
    { name: 'in network mode, with a reset', options: { servers: [network], faults: { reset: 1 } }, states: 56, moves: 187 },
    { name: 'in storage mode, with a reset', options: { servers: [storage], faults: { reset: 1 } }, states: 131, moves: 457 },
    {
      name: 'with an intruder, a reset and a crash',
      options: { servers: [network], intruder: 1, faults: { reset: 1, crash: 1 } },
      states: 1_359,
      moves: 5_077,
    },
    {
      name: 'of two server processes at once, with a reset',
      options: { servers: [network, network], faults: { reset: 1 } },
      states: 5_251,
      moves: 32_896,
    },
  ])('counts as we do, and says the same of the handshake $name', async ({ options, states, moves }) => {
    const system = exploredSystem(options);
    const { cast } = system;
    const properties = [...safetyProperties(cast), ...endingProperties(cast), ...eventualities(cast)];
    const same = await expectSameOpinion(system, properties, await exportPromela(system, properties));
    expect([same.states, same.moves]).toEqual([states, moves]);
    expect(new Set(Object.values(same.verdicts))).toEqual(new Set(['holds']));
  });

  test('says the same of a handshake with a mistake built in', async () => {
    const system = exploredSystem({ servers: [network], intruder: 1, weaknesses: ['tagsUnchecked'] });
    const properties = [...safetyProperties(system.cast), ...endingProperties(system.cast)];
    const { verdicts } = await expectSameOpinion(system, properties, await exportPromela(system, properties));
    expect(Object.values(verdicts)).toContain('violated');
  });
});
