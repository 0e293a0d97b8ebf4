import { describe, expect, test } from 'vitest';
import { type HandshakeComposition, handshakeSystems } from '../../../model-tests/drive/handshake/explored/index.ts';
import { check } from '../../../model-tests/explore/check.ts';
import { findRun, nameRun } from '../../../model-tests/explore/named-runs.ts';
import { HandshakeCharts } from '../../charts/handshake.ts';
import type { Act, DriveMove } from '../../contract.ts';
import { momentWindow, type Source } from '../../recordings/source.ts';
import { runOffer } from '../run-offer.ts';
import { modelOffer } from './offers.ts';
import { HandshakeView } from './view.ts';

const charts = new HandshakeCharts();
const hardened = handshakeSystems({ servers: 1 });
const described = handshakeSystems({ variant: 'described' });
const find = (id: string) => [...hardened, ...described].find((composition) => composition.id === id) as HandshakeComposition;

/** A fresh recording of a composition, and somebody who drives it. */
function driven(id: string) {
  const source = modelOffer(find(id), find, charts).open() as Source;
  const driver = source.driver;
  if (driver === undefined) throw new Error('it cannot be driven');
  const act = (what: { readonly do: Act['do'] } & Partial<Record<'move' | 'run' | 'title', string>>) =>
    driver.act({ recording: source.entry.id, at: source.size, ...what } as Act);
  const go = async (...texts: readonly string[]) => {
    for (const text of texts) {
      const { moves } = driver.moves();
      const move = moves.find((one) => one.text.includes(text) && !one.fault);
      if (move === undefined) throw new Error(`no move says ${text}: ${moves.map((one: DriveMove) => one.text).join('; ')}`);
      await act({ do: 'move', move: move.id });
    }
  };
  return { source, driver, act, go };
}

const networkSession = [
  'connects A.first',
  'HELLO',
  'DESCRIPTOR 0 (step 122)',
  'connects A.second',
  'DESCRIPTOR 0 (step 100)',
  'READY on A.second',
  'READY on A.first',
];

const activeOf = (source: Source, at = source.size - 1) =>
  Object.fromEntries(source.scene(at).machines.map(({ id, active }) => [id, active.join(' + ')]));

describe('the model, driven by hand', () => {
  test('begins where every run begins', () => {
    const { source } = driven('hardened.network');
    expect(source.describe()).toMatchObject({ moments: 0, canDrive: true, charts: [{ id: 'server' }, { id: 'client' }] });
    expect(activeOf(source)).toEqual({ 'server A': 'handshaking.connectingFirst' });
    expect(source.scene(-1).connections).toMatchObject([{ id: 'A.first', phase: 'dialing' }]);
  });

  test('goes through a network handshake, each process in the state that its chart says', async () => {
    const { source, go } = driven('hardened.network');
    await go(...networkSession);
    expect(activeOf(source)).toEqual({
      'server A': 'established',
      'client process (A.first)': 'established.open',
      'client process (A.second)': 'joined',
    });
    expect(activeOf(source, 1)).toMatchObject({ 'client process (A.first)': 'handshaking.network.awaitingSecond' });
    expect(source.sessions({ state: 'established' })).toMatchObject([{ id: 'server A', outcome: 'established' }]);
  });

  test('names the transitions that charts took, and counts them', async () => {
    const { source, go } = driven('hardened.network');
    await go(...networkSession);
    const taken = momentWindow(source, { from: 0, count: 100 }).moments.flatMap(({ reactions }) =>
      reactions.flatMap(({ transitions }) => transitions),
    );
    expect(taken).toEqual([
      'server.handshaking.connectingFirst · first.connected · 0',
      'client.awaitingFirstFrame · first.hello · 2',
      'server.handshaking.network.awaitingDescriptor · first.descriptor · 0',
      'server.handshaking.network.connectingSecond · second.connected · 0',
      'client.awaitingFirstFrame · first.descriptor · 0',
      'client.handshaking.network.awaitingSecond · second.joined · 0',
      'server.handshaking.network.awaitingReady.both · second.ready · 0',
      'server.handshaking.network.awaitingReady.first · first.ready · 0',
    ]);
    const counted = source.coverage().charts.flatMap(({ counts }) => Object.values(counts));
    expect(counted.reduce((sum, count) => sum + count, 0)).toBe(taken.length);
  });

  test('shows frames on their way and as they arrive, field by field, with bytes', async () => {
    const { source, go } = driven('hardened.network');
    await go('connects A.first');
    const [first] = source.scene(0).connections;
    expect(first).toMatchObject({ phase: 'open', toAcceptor: [{ text: 'HELLO network', frame: { name: 'HELLO' } }] });
    await go('HELLO');
    const frame = source.moment(1).drawn[0];
    expect(frame).toMatchObject({
      kind: 'message',
      from: 'server A',
      to: 'client process',
      frame: { name: 'HELLO', bytesFrom: 'model' },
    });
    expect(frame?.kind === 'message' && frame.frame?.fields.find(({ name }) => name === 'mode')).toEqual({
      name: 'mode',
      value: 'network',
      offset: 12,
      length: 1,
    });
  });

  test('goes through a storage handshake: the array has a port, and then a session in its group', async () => {
    const { source, go } = driven('hardened.storage');
    await go('connects A.first', 'HELLO', 'has a dynamic port');
    expect(source.scene(source.size - 1).array).toMatchObject({ ports: [{ port: 49_152, holder: 'client process (A.first)' }] });
    await go('PORT', 'connects A.array', 'accepts A.array');
    expect(source.scene(source.size - 1).array?.rings.map(({ filled }) => filled)).toEqual([49, 0]);
    await go('GROUP', 'client process: attaches the group', 'READY', 'server A: attaches the group');
    expect(activeOf(source)).toMatchObject({ 'server A': 'established' });
    expect(source.scene(source.size - 1).array).toMatchObject({ ports: [], groups: [{ name: 'STG0', used: 4 }] });
  });

  test('takes moves back, begins again, and finds its way by the code of a run', async () => {
    const { source, act, go } = driven('hardened.network');
    await go(...networkSession);
    const { run = '' } = source.describe();
    await act({ do: 'undo' });
    expect(source.size).toBe(6);
    await act({ do: 'restart' });
    expect(source.size).toBe(0);
    await act({ do: 'goto', run });
    expect(source.size).toBe(7);
    expect(activeOf(source)).toMatchObject({ 'server A': 'established' });
    await expect(act({ do: 'goto', run: 'nonsense' })).rejects.toThrow('that is not the code of a run');
    await act({ do: 'restart' });
    await expect(act({ do: 'undo' })).rejects.toThrow('there is no move to take back');
  });

  test('a button of another state does nothing', async () => {
    const { source, driver, act, go } = driven('hardened.network');
    const [stale] = driver.moves().moves;
    await go('connects A.first');
    await expect(act({ do: 'move', move: stale?.id ?? '' })).rejects.toThrow('there is no such move in this state');
    expect(source.size).toBe(1);
  });

  test('shows faults and where limits led', async () => {
    const { source, driver, act, go } = driven('hardened.network');
    await go('connects A.first');
    const move = driver
      .moves()
      .moves.find(({ text }) => text === 'server A: handshakeTimeout expires' || text === 'server A: replyTimeout expires');
    await act({ do: 'move', move: move?.id ?? '' });
    expect(source.moment(1)).toMatchObject({ kind: 'timeout', fault: true, who: 'server A' });
    expect(activeOf(source)).toMatchObject({ 'server A': 'failed' });
    expect(source.sessions({ role: 'server' })).toMatchObject([{ outcome: 'failed' }]);
  });

  test('who watches is told of each change, until it does not watch any more', async () => {
    const { source, go } = driven('hardened.network');
    let told = 0;
    const stop = source.watch(() => {
      told += 1;
    });
    await go('connects A.first', 'HELLO');
    stop();
    await go('DESCRIPTOR');
    expect(told).toBe(2);
  });

  test('a driven path is saved as a run that can be found again by its name', async () => {
    const { act, go } = driven('hardened.network');
    await go(...networkSession);
    const { file } = await act({ do: 'save', title: '../a run: <mine>' });
    expect(file?.name).toBe('a-run-mine.json');
    const saved = JSON.parse(file?.text ?? '') as { id: string; moves: unknown[]; steps: string[] };
    expect(saved).toMatchObject({ composition: 'hardened.network', property: 'driven', title: '../a run: <mine>' });
    expect(saved.steps).toHaveLength(7);
    const run = findRun(saved.id, { find: find as never, examples: [] });
    expect(run.walk.choices.map(({ move }) => move)).toEqual(saved.moves);
  });
});

describe('the described variant', () => {
  test('a counterexample is a recording that says what it shows', async () => {
    const composition = find('described.network.two-servers');
    const { properties } = await check(composition.system, composition.properties);
    const property = composition.properties.find(({ id }) => id === 'pairing');
    const found = properties.find(({ id }) => id === 'pairing')?.counterexample;
    if (property === undefined || found === undefined) throw new Error('the described handshake has no fault any more');
    const source = (await runOffer(
      nameRun(composition, property, found) as never,
      () => new HandshakeView(composition, charts) as never,
    ).open()) as Source;
    expect(source.describe()).toMatchObject({
      canDrive: false,
      conclusion: { fault: true },
      lifelines: [{ id: 'server A' }, { id: 'server B' }, { id: 'client process' }],
    });
    expect(source.describe().charts.map(({ id }) => id)).toEqual(['describedServer', 'describedClient']);
    const moments = momentWindow(source, { from: 0, count: 500 }).moments;
    expect(moments).toHaveLength(found.moves.length);
    expect(moments.flatMap(({ reactions }) => reactions).every(({ transitions }) => transitions.length > 0)).toBe(true);
    const ids = new Set(source.describe().charts.flatMap(({ transitions }) => transitions.map(({ id }) => id)));
    expect(
      moments.flatMap(({ reactions }) => reactions.flatMap(({ transitions }) => transitions)).filter((id) => !ids.has(id)),
    ).toEqual([]);
  });

  test('can be driven by hand', async () => {
    const { source, go } = driven('described.storage.waiting');
    await go('connects A.first', 'accepts A.first', 'binds an STP socket', 'listens on it', 'learns its number');
    expect(activeOf(source)).toMatchObject({ 'client process': 'storage.accepting' });
    expect(source.scene(source.size - 1).array?.ports).toHaveLength(1);
  });
});
