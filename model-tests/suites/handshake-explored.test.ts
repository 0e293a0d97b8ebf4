/**
 * The handshake, explored: small compositions to the end, with the number of their states pinned, and for each property a mistake that it
 * finds. The large ones are `stpconnect explore`.
 */
import { describe, expect, test } from 'vitest';
import type { Mode, ServerContext } from '../../machines/index.ts';
import { Charts } from '../drive/handshake/explored/cast.ts';
import { propertiesOf } from '../drive/handshake/explored/compositions.ts';
import { type HandshakeComposition, handshakeSystems } from '../drive/handshake/explored/index.ts';
import type { ExploredMove } from '../drive/handshake/explored/moves.ts';
import type { ExploredOptions, Weakness } from '../drive/handshake/explored/options.ts';
import { exploredSystem } from '../drive/handshake/explored/system.ts';
import { check } from '../explore/check.ts';
import type { CheckResult } from '../explore/results.ts';

const network: ServerContext = { mode: 'network', fallback: false };
const storage: ServerContext = { mode: 'storage', fallback: false };

/** All compositions of these tests are made of the same charts. */
const charts = new Charts();

const explore = ({ system, properties }: HandshakeComposition) => check(system, properties);

/** The ids of violated properties, without the part of the system that each looks at. */
const violated = ({ properties }: CheckResult<ExploredMove>) => [
  ...new Set(properties.filter(({ verdict }) => verdict !== 'holds').map(({ id }) => id.split(': ', 1)[0])),
];

const checkOptions = (options: ExploredOptions) => {
  const system = exploredSystem(options, charts);
  return check(system, propertiesOf(system, true));
};

describe('the hardened handshake', () => {
  test('with one server process every property holds, everything that must be reached is, and the sizes are what they were', {
    timeout: 60_000,
  }, async () => {
    const sizes = [];
    for (const composition of handshakeSystems({ servers: 1 })) {
      // Those with restarts are a hundred thousand states and more.
      if (composition.id.endsWith('restarts')) continue;
      const result = await explore(composition);
      expect(violated(result), composition.id).toEqual([]);
      expect(result.complete).toBe(true);
      sizes.push([composition.id, result.states, result.edges]);
    }
    expect(sizes).toMatchInlineSnapshot(`
      [
        [
          "hardened.network",
          19544,
          104444,
        ],
        [
          "hardened.storage",
          46490,
          257560,
        ],
        [
          "hardened.fall-back",
          9055,
          52626,
        ],
      ]
    `);
  });

  test.each([
    ['network', network, network, 16_965],
    ['storage', storage, storage, 65_952],
    ['both modes', network, storage, 15_084],
  ] as const)(
    'two server processes and an intruder, %s: every property holds',
    { timeout: 60_000 },
    async (_, first, second, states) => {
      const result = await checkOptions({ servers: [first, second], intruder: 1 });
      expect(violated(result)).toEqual([]);
      expect(result.states).toBe(states);
    },
  );

  test('symmetry leaves out almost half of the states and changes no verdict', async () => {
    const system = exploredSystem({ servers: [network, network], faults: { reset: 1, crash: 1 } }, charts);
    const properties = propertiesOf(system, false);
    const [full, reduced] = [await check(system, properties), await check(system, properties, { symmetry: true })];
    expect(violated(reduced)).toEqual(violated(full));
    expect(reduced.states).toBeLessThan(full.states * 0.52);
    expect(reduced.states).toBeGreaterThanOrEqual(full.states / 2);
  });

  test('symmetry finds what the full search finds', async () => {
    const system = exploredSystem(
      { servers: [storage, storage], weaknesses: ['noncesUnchecked', 'generationsUnchecked'] },
      charts,
    );
    const properties = propertiesOf(system, false);
    expect(violated(await check(system, properties, { symmetry: true }))).toEqual(violated(await check(system, properties)));
  });

  test('that one cause stands for all that have the same effect changes no state', async () => {
    const options: ExploredOptions = { servers: [storage], intruder: 1, faults: { reset: 1, crash: 1 } };
    const [terse, whole] = [
      await check(exploredSystem(options, charts)),
      await check(exploredSystem({ ...options, everyCause: true }, charts)),
    ];
    expect(terse.states).toBe(whole.states);
    expect(terse.edges).toBeLessThan(whole.edges);
  });
});

describe('each property can fail', () => {
  const mistakes: readonly [property: string, weaknesses: readonly Weakness[], options: ExploredOptions][] = [
    ['pairing', ['noncesUnchecked'], { servers: [network, network] }],
    ['pairing', ['noncesUnchecked', 'generationsUnchecked'], { servers: [storage, storage] }],
    ['agreement', ['noReady'], { servers: [network] }],
    ['agreement', ['noReady'], { servers: [storage] }],
    ['noEarlyData', ['dataFirst'], { servers: [network] }],
    ['noEarlyData', ['dataFirst'], { servers: [storage] }],
    ['noIntruder', ['tagsUnchecked'], { servers: [network], intruder: 1 }],
    ['noIntruder', ['tagsUnchecked'], { servers: [storage], intruder: 1 }],
    ['noStaleNumber', ['noncesUnchecked'], { servers: [network, network] }],
    ['noStaleNumber', ['noncesUnchecked'], { servers: [network], intruder: 1 }],
    ['noStaleNumber', ['generationsUnchecked'], { servers: [storage, storage] }],
    ['release', ['secondKept'], { servers: [network] }],
    ['release', ['numbersKept'], { servers: [network] }],
    ['loop', ['listenerFollows'], { servers: [storage] }],
    ['ends', ['noLimits'], { servers: [network], faults: { stop: 1 } }],
    ['ends.deadlock', ['noLimits'], { servers: [storage], faults: { stop: 1 } }],
    ['ends.livelock', ['retriesWhenRefused'], { servers: [network], faults: { stopListener: 1 } }],
  ];

  test.each(mistakes)('%s finds %j', async (property, weaknesses, options) => {
    expect(violated(await checkOptions(options))).toEqual([]);
    const result = await checkOptions({ ...options, weaknesses });
    expect(violated(result)).toContain(property);
  });

  test('nothing is reached for nothing: without limits no limit expires', async () => {
    const [composition] = handshakeSystems({ servers: 1, mode: 'network' });
    const system = exploredSystem({ servers: [network], intruder: 1, weaknesses: ['noLimits'] }, charts);
    const limits = composition?.properties.filter(({ id }) => /^sometimes: .*Timeout$/.test(id)) ?? [];
    expect(limits.length).toBeGreaterThan(5);
    const result = await check(system, limits);
    expect(result.properties.filter(({ verdict }) => verdict === 'holds')).toEqual([]);
  });
});

describe('an intruder on the way', () => {
  test.each(['network', 'storage'] as const)(
    'takes the place of the server process at the client process, %s mode',
    async (mode) => {
      const [composition] = handshakeSystems({ relay: true, mode });
      if (composition === undefined) throw new Error('there is no such composition');
      const result = await explore(composition);
      expect(violated(result)).toEqual(['pairing', 'noIntruder']);
      const found = result.properties.find(({ id }) => id === 'noIntruder: A.first');
      expect(found?.counterexample?.moves.at(mode === 'network' ? -1 : -2)?.act).toMatchObject({
        kind: 'say',
        source: 'overheard now',
      });
    },
  );

  test('never establishes a session with the server process', async () => {
    for (const composition of handshakeSystems({ relay: true })) {
      const result = await explore(composition);
      const ofServers = result.properties.filter(({ id }) => /: server /.test(id) && !id.startsWith('sometimes'));
      expect(ofServers.map(({ verdict }) => verdict)).not.toContain('violated');
    }
  });
});

describe('the described handshake', () => {
  /** What must be found, and in how many moves at least. */
  const known: readonly [id: string, property: string, moves: number][] = [
    ['described.network.two-servers', 'pairing', 4],
    ['described.network.two-servers', 'ends', 6],
    ['described.network.descriptor-reuse', 'noStaleNumber', 10],
    ['described.storage.port-reuse', 'noStaleNumber', 16],
    ['described.network.intruder', 'noIntruder', 5],
    ['described.storage.intruder', 'noIntruder', 8],
    ['described.network.waiting', 'ends', 2],
    ['described.storage.waiting', 'ends', 2],
  ];

  test('has the four faults that are known of it, each with a shortest run', async () => {
    const found = [];
    for (const composition of handshakeSystems({ variant: 'described' })) {
      const result = await explore(composition);
      expect(result.complete).toBe(true);
      for (const { id, verdict, counterexample } of result.properties) {
        expect(verdict).toBe('violated');
        found.push([composition.id, id, counterexample?.moves.length]);
      }
    }
    expect(found).toEqual(known);
  });

  test.each(['network', 'storage'] as const)(
    'has none of them where nothing goes wrong and nobody else is there, %s mode',
    async (mode: Mode) => {
      const [composition] = handshakeSystems({ variant: 'described', mode, servers: 1, intruder: false });
      // The composition in which somebody is killed, and its runs in which nobody is.
      const { system } = composition as HandshakeComposition;
      const slots = system.slots.map((slot) => (slot.name === 'crash left' ? { ...slot, initial: 0 } : slot));
      expect(violated(await check({ ...system, slots }, composition?.properties))).toEqual([]);
    },
  );
});

describe('what can be asked for', () => {
  test('modes, numbers of server processes and intruders choose among the compositions', () => {
    const ids = (choice: Parameters<typeof handshakeSystems>[0]) => handshakeSystems(choice).map(({ id }) => id);
    expect(ids({ servers: 1, mode: 'network' })).toEqual(['hardened.network', 'hardened.network.restarts']);
    expect(ids({ mode: 'network' })).toContain('hardened.two-network');
    expect(ids({ servers: 3, mode: 'network' })).toEqual(['hardened.3-network']);
    expect(ids({ thorough: true })).toContain('hardened.two-storage');
    expect(ids({ variant: 'described', intruder: false, servers: 1 })).toEqual([
      'described.network.waiting',
      'described.storage.waiting',
    ]);
  });

  test('a number of servers or a budget that cannot be is refused', () => {
    expect(() => handshakeSystems({ servers: 0 })).toThrow(/1 to 26/);
    expect(() => handshakeSystems({ faults: { reset: -1 } })).toThrow(/reset has -1/);
    expect(() => handshakeSystems({ faults: { restart: Number.POSITIVE_INFINITY } })).toThrow(/finite/);
  });

  test('a budget that is given takes the place of the composition’s own', async () => {
    const [composition] = handshakeSystems({
      servers: 1,
      mode: 'network',
      intruder: false,
      faults: { reset: 0, crash: 0, stop: 0 },
    });
    const names = composition?.system.slots.map(({ name }) => name) ?? [];
    expect(names.filter((name) => / left$/.test(name))).not.toContain('reset left');
    expect(names).not.toContain('intruder');
  });
});
