import { expect, test } from 'vitest';
import type { CompositionArguments } from './composition-options.ts';
import { composeHandshake, handshakeCatalogue } from './handshake-compositions.ts';

const defaults: CompositionArguments = { variant: 'hardened', mode: 'both', servers: 2 };
const idsOf = (options: Partial<CompositionArguments>) => composeHandshake({ ...defaults, ...options }).map(({ id }) => id);

test.each([
  {},
  { intruder: true },
  { thorough: true, intruder: true },
  { servers: 1, faults: { reset: 2, timeout: 1 } },
  { servers: 3, faults: { stop: Number.POSITIVE_INFINITY } },
  { relay: true },
  { variant: 'described', intruder: true },
] as const)('what %j asks for can be looked up by its name, and is the same', (options) => {
  const compositions = composeHandshake({ ...defaults, ...options });
  expect(compositions.length).toBeGreaterThan(1);
  for (const { id, system, properties } of [compositions[0], compositions.at(-1)] as typeof compositions) {
    const found = handshakeCatalogue.find(id);
    expect([found?.id, found?.system.slots]).toEqual([id, system.slots]);
    expect(found?.system.rules.map(({ name }) => name)).toEqual(system.rules.map(({ name }) => name));
    expect(found?.properties.map((property) => property.id)).toEqual(properties.map((property) => property.id));
  }
});

test('a name says what is not as it is by default', () => {
  expect(idsOf({ intruder: true, mode: 'network' })).toEqual([
    'hardened.network',
    'hardened.network.restarts',
    'hardened.two-network',
  ]);
  expect(idsOf({ mode: 'network', servers: 3, faults: { reset: 1 } })).toEqual(['hardened.3-network+intruder=0+reset=1']);
  expect(idsOf({ relay: true, mode: 'storage' })).toEqual(['hardened.storage.relay']);
  expect(idsOf({ variant: 'described', servers: 1 })).toEqual(['described.network.waiting', 'described.storage.waiting']);
});

test.each(['hardened.five', 'hardened.network+', 'hardened.network+reset', 'softened.network', 'network', ''])(
  'there is no composition called %j',
  (id) => {
    expect(handshakeCatalogue.find(id)).toBeUndefined();
  },
);

test('a name with changes that cannot be is refused, with the reason', () => {
  expect(() => handshakeCatalogue.find('hardened.0-network')).toThrow('there can be 1 to 26 server processes, not 0');
  expect(() => handshakeCatalogue.find('hardened.network+flood=1')).toThrow(/^there is no fault flood/);
});

test('what cannot be composed is refused, with the reason', () => {
  expect(() => idsOf({ faults: { flood: 1 } })).toThrow(/^there is no fault flood; expected reset, refuse, end, crash/);
  expect(() => idsOf({ faults: { restart: Number.POSITIVE_INFINITY } })).toThrow(/restart needs a finite budget/);
  expect(() => idsOf({ variant: 'described', faults: { reset: 1 } })).toThrow(/are for the hardened variant/);
  expect(() => idsOf({ servers: 1, thorough: true })).toThrow(/is about two server processes/);
});
