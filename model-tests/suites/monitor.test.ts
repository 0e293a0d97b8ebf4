import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import {
  type ConnectOptions,
  type Listener,
  connect as plainConnect,
  listen as plainListen,
  type Session,
  type StpConnectError,
  type TraceRecord,
  type TraceSink,
} from '../../impl/index.ts';
import { groups, type Rig, realRig, simulatedRig } from '../drive/rigs.ts';
import {
  connect,
  connectThrough,
  listen,
  listenThrough,
  type MonitoredConnectOptions,
  type MonitoredListenOptions,
} from '../monitored.ts';
import { Monitor, MonitorError } from '../validate/monitor.ts';
import { playNames, recordSessions } from './recorded-sessions.ts';

const secret = 'a secret of the monitored sessions';
const storage = { mode: 'storage', group: groups.attached } as const;

/** What a recorder that lies writes instead; undefined leaves the record out. */
type Lie = (record: TraceRecord) => TraceRecord | undefined;

/** A trace in which records are altered before anybody sees them: an implementation that does something else than its chart. */
function lying<Options extends { readonly trace?: TraceSink | undefined }>(options: Options, lie: Lie): Options {
  const trace: TraceSink = (record) => {
    const told = lie(record);
    if (told !== undefined) options.trace?.(told);
  };
  return { ...options, trace };
}

const onEvent =
  (type: string, change: Partial<TraceRecord>): Lie =>
  (record) =>
    record.event.type === type ? { ...record, ...change } : record;

const portsOf = ({ tcp, array }: Rig['client']) => ({ tcp, array });

/** A client process and whoever dials it, with what the monitors said. */
class Pair {
  readonly violations: MonitorError[] = [];
  readonly failures: StpConnectError[] = [];
  readonly #rig: Rig;
  readonly #sessions: Session[] = [];
  #arrived: (() => void)[] = [];
  #listener: Listener | undefined;

  constructor(rig: Rig) {
    this.#rig = rig;
  }

  async listen(options: Partial<MonitoredListenOptions> = {}, lie?: Lie): Promise<void> {
    const all: MonitoredListenOptions = {
      wkp: this.#rig.wkp,
      secret,
      monitor: true,
      onViolation: (violation) => this.violations.push(violation),
      onFailure: (error) => this.failures.push(error),
      onSession: (session) => {
        this.#sessions.push(session);
        for (const wake of this.#arrived.splice(0)) wake();
      },
      ports: portsOf(this.#rig.client),
      ...options,
    };
    this.#listener = lie === undefined ? await listen(all) : await listenThrough((plain) => plainListen(lying(plain, lie)), all);
    onTestFinished(async () => {
      await this.#listener?.close({ sessions: true });
      expect(this.#rig.held()).toEqual([]);
    });
  }

  connect(options: Partial<MonitoredConnectOptions> = {}, lie?: Lie): Promise<Session> {
    const all: MonitoredConnectOptions = {
      wkp: this.#listener?.address ?? this.#rig.wkp,
      secret,
      monitor: true,
      onViolation: (violation) => this.violations.push(violation),
      ports: portsOf(this.#rig.server),
      ...options,
    };
    return lie === undefined ? connect(all) : connectThrough((plain) => plainConnect(lying(plain, lie)), all);
  }

  /** The next session that the listener's user got. */
  async session(): Promise<Session> {
    while (this.#sessions.length === 0) await new Promise<void>((resolve) => this.#arrived.push(resolve));
    return this.#sessions.shift() as Session;
  }
}

describe.each([
  ['simulated', async () => simulatedRig()],
  ['tcp', () => realRig('tcp')],
] as const)('monitored sessions over the %s rig', (_, open: () => Promise<Rig>) => {
  let rig: Rig;
  let pair: Pair;
  beforeAll(async () => {
    rig = await open();
  });
  beforeEach(() => {
    pair = new Pair(rig);
  });
  afterAll(() => rig.close());

  test.each([{}, storage, { ...storage, group: groups.full, fallback: 'network' } as const])(
    'go their way: %o',
    async (options) => {
      await pair.listen();
      const session = await pair.connect(options);
      const accepted = await pair.session();
      session.data.end('what is kept');
      expect(await text(accepted.data)).toBe('what is kept');
      await session.close();
      await accepted.close();
      expect(pair.violations).toEqual([]);
    },
  );

  test('are not monitored where nobody asks for it', async () => {
    await pair.listen({ monitor: false }, () => undefined);
    const session = await pair.connect({ monitor: undefined }, () => undefined);
    await session.close();
    expect(pair.violations).toEqual([]);
  });
});

describe('a monitor', () => {
  let pair: Pair;
  beforeEach(() => {
    pair = new Pair(simulatedRig());
  });

  test.each(playNames)('finds nothing wrong in: %s', async (name) => {
    const monitor = new Monitor();
    for (const record of await recordSessions(simulatedRig(), name)) expect(monitor.take(record)).toBeUndefined();
  });

  test('fails the dialling at the first record that fits no run, and names it with what was expected', async () => {
    await pair.listen();
    const failing = pair.connect({}, onEvent('first.descriptor', { next: 'established' }));
    const error = await failing.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(MonitorError);
    expect(error).toMatchObject({
      code: 'traceViolated',
      message: expect.stringMatching(
        /^The session does what its statechart does not: server session [\w-]+, record 2: first.descriptor in handshaking.network.awaitingDescriptor leads to 'established'; expected handshaking.network.connectingSecond$/,
      ),
      record: { seq: 2, event: { type: 'first.descriptor' } },
      fitting: [expect.objectContaining({ next: 'handshaking.network.connectingSecond' })],
    });
    expect(pair.violations).toEqual([error]);
  });

  test.each([
    ['a missing record', (record: TraceRecord) => (record.seq === 1 ? undefined : record), /seq is 2; expected 1/],
    ['an action of its own', onEvent('first.connected', { actions: [] }), /has the actions \[\]; expected \[sendHello\]/],
    ['another beginning', onEvent('start', { actions: [] }), /start has the actions \[\]; expected \[dialFirst\]/],
  ])('fails the dialling for %s', async (_, lie, problem) => {
    await pair.listen();
    await expect(pair.connect({}, lie)).rejects.toThrow(problem);
    expect(pair.violations).toHaveLength(1);
  });

  test('that is violated by the last record of a handshake rejects, and the peer sees a reset, not an end', async () => {
    await pair.listen();
    await expect(pair.connect({}, onEvent('first.ready', { next: 'established.open' }))).rejects.toThrow(MonitorError);
    const accepted = await pair.session();
    await expect(text(accepted.data)).rejects.toMatchObject({ code: 'connectionReset' });
  });

  test('destroys the channels of a session that its user has already', async () => {
    await pair.listen({}, onEvent('first.ended', { actions: [] }));
    const session = await pair.connect(storage);
    const accepted = await pair.session();
    await expect(text(accepted.data)).rejects.toThrow(MonitorError);
    expect(pair.violations).toMatchObject([{ record: { role: 'client', event: { type: 'first.ended' } } }]);
    await session.close();
  });

  test('keeps a session from the listener’s user, and the listener goes on', async () => {
    let lies = 1;
    await pair.listen({}, (record) =>
      record.event.type === 'first.hello' && lies-- > 0 ? { ...record, state: 'failed' } : record,
    );
    const broken = await pair.connect().catch((error: unknown) => error);
    if (!(broken instanceof Error))
      await expect(text((broken as Session).data)).rejects.toMatchObject({ code: 'connectionReset' });
    const session = await pair.connect();
    expect((await pair.session()).descriptor).toBe(session.descriptor);
    await session.close();
    expect(pair.violations).toMatchObject([{ record: { role: 'client', event: { type: 'first.hello' } } }]);
  });

  test('only reports where that is asked for', async () => {
    await pair.listen({ monitor: 'report' }, onEvent('second.joined', { actions: [] }));
    const session = await pair.connect({ monitor: 'report' }, onEvent('first.ready', { actions: [] }));
    const accepted = await pair.session();
    session.data.end('it goes on');
    expect(await text(accepted.data)).toBe('it goes on');
    await session.close();
    await accepted.close();
    expect(pair.violations.map(({ record }) => [record.role, record.event.type])).toEqual([
      ['client', 'second.joined'],
      ['server', 'first.ready'],
    ]);
  });

  test('warns the process where nobody else would hear of it', async () => {
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    await pair.listen({ onViolation: undefined, monitor: 'report' }, onEvent('second.joined', { actions: [] }));
    const session = await pair.connect();
    expect(await warned).toBeInstanceOf(MonitorError);
    await session.close();
  });

  test('finds two sessions that call themselves the same', async () => {
    const monitor = new Monitor();
    const records = await recordSessions(simulatedRig(), 'several sessions at once, their records interleaved');
    const violations = records.flatMap((record) => monitor.take({ ...record, session: `the only ${record.role}` }) ?? []);
    expect(violations[0]).toMatchObject({ problem: expect.stringMatching(/^seq is 0; expected 1/), record: { seq: 0 } });
  });

  test('leaves the user’s own trace and signal as they are', async () => {
    const records: TraceRecord[] = [];
    await pair.listen({ trace: (record) => void records.push(record) });
    const abort = new AbortController();
    const trace: ConnectOptions['trace'] = (record) => {
      records.push(record);
      if (record.event.type === 'first.connected') abort.abort();
    };
    await expect(pair.connect({ trace, signal: abort.signal })).rejects.toMatchObject({ code: 'aborted' });
    expect(new Set(records.map(({ role }) => role))).toEqual(new Set(['client', 'server']));
    expect(pair.violations).toEqual([]);
  });

  test('still has options refused that are none', async () => {
    await expect(connect({ wkp: 'tcp://127.0.0.1:7', monitr: true } as never)).rejects.toMatchObject({ code: 'configInvalid' });
    await expect(connect({ wkp: 'tcp://127.0.0.1:7', monitor: true, signal: 'stop' } as never)).rejects.toMatchObject({
      code: 'configInvalid',
    });
    await expect(listen({ wkp: 'tcp://127.0.0.1:0', monitor: true } as never)).rejects.toMatchObject({ code: 'configInvalid' });
  });
});
