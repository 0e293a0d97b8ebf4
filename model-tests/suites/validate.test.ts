import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TraceRecord } from '../../impl/index.ts';
import { serverMachine } from '../../machines/index.ts';
import { type Rig, realRig, simulatedRig } from '../drive/rigs.ts';
import { replay } from '../validate/replay.ts';
import { validateTrace } from '../validate/validate-trace.ts';
import { playNames, recordSessions } from './recorded-sessions.ts';

const rigs: [Rig['name'], () => Promise<Rig>][] = [
  ['simulated', async () => simulatedRig()],
  ['tcp', () => realRig('tcp')],
];

describe.each(rigs)('a real trace over the %s rig', (_, open) => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await open();
  });
  afterAll(() => rig.close());

  const verdictOf = async (name: string) => validateTrace(await recordSessions(rig, name));

  test.each(playNames)('fits: %s', async (name) => {
    expect(await verdictOf(name)).toMatchObject({ ok: true });
  });
});

type Change = (records: Changing[]) => unknown;
interface Changing extends Record<string, unknown> {
  event: Record<string, unknown> & { type: string };
  actions: (Record<string, unknown> & { type: string })[];
}

/** The records of one role's first session in a scenario. */
async function sessionOf(name: string, role: 'client' | 'server'): Promise<TraceRecord[]> {
  const records = (await recordSessions(simulatedRig(), name)).filter((record) => record.role === role);
  return records.filter((record) => record.session === records[0]?.session);
}

/** A copy of the records with something changed in it. */
function changed(records: readonly TraceRecord[], change: Change): unknown[] {
  const copy = structuredClone(records) as unknown as Changing[];
  change(copy);
  return copy;
}

const at = (records: Changing[], index: number): Changing => records[index] as Changing;

describe('a trace that was tampered with is refused, and its first wrong record named', () => {
  let network: TraceRecord[];
  let storage: TraceRecord[];
  let failing: TraceRecord[];
  beforeAll(async () => {
    network = await sessionOf('network mode', 'server');
    storage = await sessionOf('storage mode', 'client');
    failing = await sessionOf('another secret', 'server');
  });

  test('what is changed below begins as sessions that fit', () => {
    expect(network.map(({ event }) => event.type)).toEqual([
      'start',
      'first.connected',
      'first.descriptor',
      'second.connected',
      'second.ready',
      'first.ready',
      'close',
    ]);
    expect(storage.map(({ event }) => event.type)).toEqual([
      'start',
      'first.hello',
      'port.opened',
      'array.accepted',
      'array.group',
      'group.attached',
      'first.ended',
      'close',
    ]);
    for (const records of [network, storage, failing]) expect(validateTrace(records)).toMatchObject({ ok: true });
  });

  const cases: [string, () => TraceRecord[], Change, number, RegExp][] = [
    [
      'a record is missing',
      () => network,
      (r) => r.splice(2, 1),
      2,
      /server session .+, record 3: seq is 3; expected 2: a record/,
    ],
    ['a record stands twice', () => network, (r) => r.splice(2, 0, at(r, 2)), 3, /seq is 2; expected 3/],
    ['two records have changed places', () => network, (r) => r.splice(2, 2, at(r, 3), at(r, 2)), 2, /seq is 3; expected 2/],
    ['the beginning is missing', () => network, (r) => r.shift(), 0, /seq is 1; expected 0/],
    [
      'the beginning is another event',
      () => network,
      (r) => Object.assign(at(r, 0).event, { type: 'first.connected' }),
      0,
      /the event is first.connected; expected start/,
    ],
    [
      'something is before the beginning',
      () => network,
      (r) => Object.assign(at(r, 0), { state: 'failed' }),
      0,
      /before start is 'failed'/,
    ],
    [
      'the state before is another one',
      () => network,
      (r) => Object.assign(at(r, 3), { state: 'established' }),
      3,
      /the state before is 'established'; expected handshaking.network.connectingSecond/,
    ],
    [
      'the state after is another one',
      () => network,
      (r) => Object.assign(at(r, 3), { next: 'established' }),
      3,
      /second.connected in handshaking.network.connectingSecond leads to 'established'; expected handshaking.network.awaitingReady.both/,
    ],
    [
      'the event is unknown',
      () => network,
      (r) => Object.assign(at(r, 2).event, { type: 'first.gossip' }),
      2,
      /first.gossip is not accepted in handshaking.network.awaitingDescriptor; accepted there: .*first.descriptor.*timeout \{limit: replyTimeout\}/,
    ],
    [
      'the event is not accepted there',
      () => network,
      (r) => Object.assign(at(r, 2), { event: { type: 'close' } }),
      2,
      /close is not accepted in handshaking.network.awaitingDescriptor; accepted there: /,
    ],
    [
      'the event is a wildcard',
      () => network,
      (r) => Object.assign(at(r, 2), { event: { type: 'first.*' } }),
      2,
      /first\.\* is not accepted/,
    ],
    [
      'the event is one of XState’s own',
      () => network,
      (r) => Object.assign(at(r, 2), { event: { type: 'xstate.stop' } }),
      2,
      /xstate.stop is not accepted/,
    ],
    [
      'a fact that decides is missing',
      () => storage,
      (r) => delete at(r, 1).event['mode'],
      1,
      /first.hello has no mode; expected one of network, storage; in awaitingFirstFrame it decides/,
    ],
    [
      'a fact is another one',
      () => storage,
      (r) => Object.assign(at(r, 1).event, { mode: 'network' }),
      1,
      /first.hello in awaitingFirstFrame leads to 'handshaking.storage.openingPort'; expected handshaking.network.awaitingSecond/,
    ],
    [
      'a fact has an unknown value',
      () => storage,
      (r) => Object.assign(at(r, 1).event, { mode: 'pigeon' }),
      1,
      /first.hello has mode 'pigeon'; expected network, storage/,
    ],
    [
      'a fact is unknown',
      () => storage,
      (r) => Object.assign(at(r, 1).event, { nonce: '00' }),
      1,
      /first.hello has the fact nonce; expected mode, connections, capacity/,
    ],
    [
      'an action is missing',
      () => network,
      (r) => at(r, 1).actions.pop(),
      1,
      /first.connected in handshaking.connectingFirst has the actions \[\]; expected \[sendHello\]/,
    ],
    ['an action is added', () => network, (r) => at(r, 1).actions.push({ type: 'dialSecond' }), 1, /\[sendHello, dialSecond\]/],
    [
      'an action is another one',
      () => network,
      (r) => Object.assign(at(r, 1).actions[0] ?? {}, { type: 'sendGroup' }),
      1,
      /\[sendGroup\]/,
    ],
    [
      'actions have another order',
      () => storage,
      (r) => at(r, 5).actions.reverse(),
      5,
      /\[reportEstablished, closePort, sendReady\]; expected \[sendReady, closePort, reportEstablished\]/,
    ],
    [
      'an action has another parameter',
      () => failing,
      (r) => Object.assign(at(r, 2).actions.find(({ type }) => type === 'reportFailed') ?? {}, { code: 'busy' }),
      2,
      /reportFailed \{code: busy\}.*; expected .*reportFailed \{code: tagWrong\}/,
    ],
    [
      'a DECLINE has another reason',
      () => failing,
      (r) => Object.assign(at(r, 2).actions[0] ?? {}, { reason: 'busy' }),
      2,
      /sendDecline \{reason: busy\}.*; expected .*sendDecline \{reason: tagWrong\}/,
    ],
    [
      'a limit expires that does not run there',
      () => network,
      (r) => Object.assign(at(r, 2), { event: { type: 'timeout', limit: 'readyTimeout' } }),
      2,
      /timeout of 'readyTimeout' in handshaking.network.awaitingDescriptor; the limits that run there: handshakeTimeout, replyTimeout/,
    ],
    [
      'a limit without a name expires',
      () => network,
      (r) => Object.assign(at(r, 2), { event: { type: 'timeout' } }),
      2,
      /timeout of undefined in/,
    ],
    [
      'a limit expires with more to say',
      () => network,
      (r) => Object.assign(at(r, 2), { event: { type: 'timeout', limit: 'replyTimeout', tag: 'right' } }),
      2,
      /timeout has the fact tag; expected limit and no other/,
    ],
    [
      'it goes on behind a final state',
      () => network,
      (r) => r.push({ ...structuredClone(at(r, 6)), seq: 7, state: 'closed' }),
      7,
      /close is not accepted in closed; accepted there: nothing, it is final/,
    ],
    [
      'the server process began without a mode',
      () => network,
      (r) => delete at(r, 0).event['mode'],
      0,
      /start has no mode; expected one of/,
    ],
    [
      'the server process began with a word for whether it falls back',
      () => network,
      (r) => Object.assign(at(r, 0).event, { fallback: 'network' }),
      0,
      /start has fallback 'network'; expected true, false/,
    ],
    [
      'the client process began with a mode',
      () => storage,
      (r) => Object.assign(at(r, 0).event, { mode: 'storage' }),
      0,
      /start has the fact mode; expected none/,
    ],
    [
      'the role is unknown',
      () => network,
      (r) => Object.assign(at(r, 1), { role: 'stranger' }),
      1,
      /record 1: role is 'stranger'; expected client or server/,
    ],
    [
      'a session changes its role',
      () => network,
      (r) => Object.assign(at(r, 1), { role: 'client' }),
      1,
      /client session .+: seq is 1; expected 0/,
    ],
    ['a field is unknown', () => network, (r) => Object.assign(at(r, 1), { secret: 'x' }), 1, /not a trace record: .*secret/],
    ['a field is missing', () => network, (r) => delete at(r, 1)['next'], 1, /not a trace record: field next: /],
    [
      'a field has another type',
      () => network,
      (r) => Object.assign(at(r, 1), { seq: '1' }),
      1,
      /not a trace record: field seq: /,
    ],
    ['a record is no object', () => network, (r) => r.splice(1, 1, null as never), 1, /not a trace record: /],
  ];

  test.each(cases)('%s', (_, records, change, index, problem) => {
    expect(validateTrace(changed(records(), change))).toMatchObject({
      ok: false,
      index,
      problem: expect.stringMatching(problem),
    });
  });

  test('the index is that of the whole trace, whatever is interleaved', () => {
    const others = changed(storage, () => {});
    const mixed = changed(network, (records) => Object.assign(at(records, 2), { next: 'failed' })).flatMap((record, index) => [
      others[index],
      record,
    ]);
    expect(validateTrace(mixed)).toMatchObject({ ok: false, index: 5 });
  });

  test('a DECLINE may be left out where first does not stand, and nowhere else', async () => {
    const dropped = (records: readonly TraceRecord[], index: number) =>
      changed(records, (all) => all[index]?.actions.splice(0, 1));
    expect(validateTrace(dropped(failing, 2))).toMatchObject({ ok: false, index: 2 });
    const aborted = await sessionOf('an abort while dialling', 'server');
    expect(aborted.map(({ actions }) => actions.map(({ type }) => type))).toEqual([
      ['dialFirst'],
      ['reportFailed', 'releaseAll'],
    ]);
    const said = (reason: string) => changed(aborted, (all) => all[1]?.actions.unshift({ type: 'sendDecline', reason }));
    expect(validateTrace(said('closing'))).toMatchObject({ ok: true });
    expect(validateTrace(said('busy'))).toMatchObject({ ok: false, index: 1 });
  });

  test('a session that was cut off behind any of its records fits', () => {
    for (const length of network.keys()) expect(validateTrace(network.slice(0, length))).toMatchObject({ ok: true });
  });

  test('a fact may be missing where it decides nothing', () => {
    const ignored = changed(network, (records) => {
      records.splice(4, 3, { ...at(records, 4), event: { type: 'first.descriptor' }, next: 'failed' });
      at(records, 4).actions = [{ type: 'reportFailed', code: 'protocolViolation' }, { type: 'releaseAll' }];
    });
    expect(validateTrace(ignored)).toMatchObject({ ok: true });
  });

  test('nothing that stands in a record makes validation throw', () => {
    const odd = fc.oneof(
      fc.anything(),
      fc.constantFrom('__proto__', 'constructor', '*', 'first.*', 'xstate.init', 'xstate.stop', 'timeout', 10n, Symbol('s')),
    );
    const place = fc.constantFrom(
      'session',
      'seq',
      'role',
      'time',
      'state',
      'event',
      'type',
      'fact',
      'mode',
      'tag',
      'limit',
      'actions',
      'action',
      'next',
    );
    fc.assert(
      fc.property(fc.constantFrom(network, storage, failing), fc.nat(6), place, odd, (records, index, where, value) => {
        const copy = changed(records, (all) => {
          const record = all[index] ?? at(all, 0);
          if (where === 'action') record.actions[0] = value as never;
          else if (['type', 'fact', 'mode', 'tag', 'limit'].includes(where)) Object.assign(record.event, { [where]: value });
          else Object.assign(record, { [where]: value });
        });
        expect(validateTrace(copy)).toHaveProperty('ok');
        expect(replay(serverMachine, copy)).toHaveProperty('ok');
      }),
      { numRuns: 500 },
    );
  });
});
