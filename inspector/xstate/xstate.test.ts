/** Stately's own receiver gets what happens here, in its own form. */
import { createWebSocketReceiver } from '@statelyai/inspect';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createMachine } from 'xstate';
import { type HandshakeComposition, handshakeSystems } from '../../model-tests/drive/handshake/explored/index.ts';
import { HandshakeCharts } from '../charts/handshake.ts';
import type { Act } from '../contract.ts';
import { modelOffer } from '../driven/handshake/offers.ts';
import { type Inspector, startServer } from '../http/server.ts';
import { Catalogue } from '../recordings/catalogue.ts';
import type { Source } from '../recordings/source.ts';

const charts = new HandshakeCharts();
const [composition] = handshakeSystems({ servers: 1, mode: 'network', intruder: false }) as [HandshakeComposition];
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A model that can be driven, behind a server. */
async function served() {
  const offer = modelOffer(composition, () => composition, charts);
  const source = offer.open() as Source;
  const server = await startServer({
    catalogue: new Catalogue([{ entry: offer.entry, open: () => source }]),
    assets: new Map(),
    port: 0,
  });
  closers.push(() => server.close());
  const act = (what: object) => source.driver?.act({ recording: source.entry.id, at: source.size, ...what } as Act);
  const go = async (text: string) => {
    const move = source.driver?.moves().moves.find((one) => one.text.includes(text));
    await act({ do: 'move', move: move?.id });
  };
  return { server, source, act, go };
}

const addressOf = ({ port }: Inspector, id: string) => `ws://127.0.0.1:${port}/api/xstate?recording=${encodeURIComponent(id)}`;

type Received = { readonly type: string; readonly sessionId: string; readonly [more: string]: unknown };

/** What Stately's receiver gets, and a promise of so many. */
function receive(address: string) {
  const got: Received[] = [];
  const waiting = new Set<() => void>();
  createWebSocketReceiver({ server: address }).subscribe((event) => {
    got.push(event as unknown as Received);
    for (const look of waiting) look();
  });
  const until = (count: number) =>
    new Promise<readonly Received[]>((resolve) => {
      const look = () => {
        if (got.length < count) return;
        waiting.delete(look);
        resolve(got);
      };
      waiting.add(look);
      look();
    });
  return { got, until };
}

describe('the receiver of @statelyai/inspect', () => {
  test('is told who is there, what each gets, and where each is then', async () => {
    const { server, source, go } = await served();
    const { until } = receive(addressOf(server, source.entry.id));
    const [first] = await until(1);
    expect(first).toMatchObject({
      type: '@xstate.actor',
      sessionId: 'server A',
      rootId: 'server A',
      snapshot: { status: 'active', value: { handshaking: 'connectingFirst' } },
    });
    await go('connects A.first');
    await go('HELLO');
    const all = await until(8);
    expect(all.map(({ type, sessionId }) => `${type.replace('@xstate.', '')} ${sessionId}`)).toEqual([
      'actor server A',
      'actor client process (A.first)',
      'event client process (A.first)',
      'snapshot client process (A.first)',
      'event server A',
      'snapshot server A',
      'event client process (A.first)',
      'snapshot client process (A.first)',
    ]);
    expect(all[6]).toMatchObject({ event: { type: 'first.hello', mode: 'network' }, sourceId: 'server A' });
    expect(all[7]).toMatchObject({ snapshot: { value: { handshaking: { network: 'awaitingSecond' } } } });
  });

  test('gets a definition that XState makes the same chart of', async () => {
    const { server, source } = await served();
    const [actor] = await receive(addressOf(server, source.entry.id)).until(1);
    const machine = createMachine(JSON.parse(String(actor?.['definition'])));
    const chart = source.describe().charts.find(({ id }) => id === 'server');
    const idsOf = (state: { readonly id: string; readonly children: readonly never[] }): string[] => [
      state.id,
      ...state.children.flatMap(idsOf),
    ];
    const [known, made] = [
      idsOf(chart?.root as never),
      [...(machine as unknown as { idMap: Map<string, unknown> }).idMap.keys()],
    ];
    expect(made.sort()).toEqual(known.sort());
  });

  test('who comes late is told what has happened, and of moves that are taken back', async () => {
    const { server, source, act, go } = await served();
    await go('connects A.first');
    await go('HELLO');
    const { until } = receive(addressOf(server, source.entry.id));
    await until(8);
    await act({ do: 'undo' });
    const all = await until(10);
    expect(all.slice(8)).toMatchObject([
      { type: '@xstate.snapshot', sessionId: 'server A' },
      { type: '@xstate.snapshot', sessionId: 'client process (A.first)', snapshot: { value: 'awaitingFirstFrame' } },
    ]);
  });
});

/** How a WebSocket ends: with a code, or refused with a status. */
function ending(address: string, options: object = {}, talk: (socket: WebSocket) => void = () => {}): Promise<string> {
  return new Promise((resolve) => {
    const socket = new WebSocket(address, options);
    socket.on('open', () => talk(socket));
    socket.on('unexpected-response', (_request, { statusCode }) => resolve(`refused ${statusCode}`));
    socket.on('close', (code) => resolve(`closed ${code}`));
    socket.on('pong', (data) => resolve(`pong ${data}`));
    socket.on('error', () => {});
  });
}

describe('the WebSocket', () => {
  test.each([
    ['a page of another origin', { origin: 'https://stately.ai' }, 'refused 403'],
    ['another host', { headers: { host: 'evil.example' } }, 'refused 403'],
  ])('is refused to %s', async (_who, options, outcome) => {
    const { server, source } = await served();
    expect(await ending(addressOf(server, source.entry.id), options)).toBe(outcome);
  });

  test('is not there for what is not', async () => {
    const { server } = await served();
    expect(await ending(addressOf(server, 'nothing'))).toBe('refused 404');
    expect(await ending(`ws://127.0.0.1:${server.port}/elsewhere`)).toBe('refused 404');
  });

  test.each([
    ['a ping is answered', (socket: WebSocket) => socket.ping('here'), 'pong here'],
    ['a goodbye too', (socket: WebSocket) => socket.close(1000), 'closed 1001'],
    ['what is said is not listened to', (socket: WebSocket) => socket.send('hello', () => socket.ping('still')), 'pong still'],
    ['nobody may say much', (socket: WebSocket) => socket.send('x'.repeat(70_000)), 'closed 1009'],
  ])('%s', async (_what, talk, outcome) => {
    const { server, source } = await served();
    expect(await ending(addressOf(server, source.entry.id), {}, talk)).toBe(outcome);
  });

  test('ends with the server', async () => {
    const { server, source } = await served();
    const ended = ending(addressOf(server, source.entry.id), {}, () => void server.close());
    expect(await ended).toBe('closed 1001');
  });
});
