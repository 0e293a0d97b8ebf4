/** A client process that misbehaves towards our `connect`: each fault at each step, on each connection. */
import { describe, expect, test } from 'vitest';
import type { LimitName } from '../../impl/index.ts';
import { type FrameName, forgedFrame, frameNames } from '../drive/wire.ts';
import type { Dialled, DiallerWorld } from './bad-input-dialler-world.ts';
import { withDialler } from './bad-input-dialler-world.ts';
import { fields, type Malformed, sealed } from './bad-input-frames.ts';
import { dribble } from './bad-input-listener.ts';
import type { RawConnection } from './bad-input-peer.ts';
import type { Setup } from './bad-input-world.ts';

/** What the client process holds when it goes wrong; the fault is on `subject`. */
interface Reached {
  readonly subject: RawConnection;
  readonly first: RawConnection;
  readonly other: RawConnection | undefined;
  readonly transcript: readonly Buffer[];
}

/** A step of a good handshake, at which the client process goes wrong. */
interface Step {
  readonly state: string;
  readonly connection: 'first' | 'second' | 'array';
  readonly limit: LimitName;
  /** The frame that is awaited here, if any. */
  readonly awaited?: FrameName;
  /** The client process may be established: giving up says nothing and resets. */
  readonly resets?: true;
  reach(world: DiallerWorld): Promise<Reached>;
}

const onFirst = ({ first, other, transcript }: Dialled): Reached => ({ subject: first, first, other, transcript });
const onOther = ({ first, other, transcript }: Dialled): Reached => ({ subject: other, first, other, transcript });

/** READY has come on one of the two. */
async function halfReady(world: DiallerWorld, connection: 'first' | 'second'): Promise<Dialled> {
  const dialled = await world.described();
  const carrier = connection === 'first' ? dialled.first : dialled.other;
  carrier.send(sealed('ready', fields.ready(), dialled.transcript, 'client'));
  await world.reached(`handshaking.network.awaitingReady.${connection === 'first' ? 'second' : 'first'}`);
  return dialled;
}

const greeted =
  (mode: 'network' | 'storage') =>
  async (world: DiallerWorld): Promise<Reached> => {
    const { first, transcript } = await world.greeted(mode);
    return { subject: first, first, other: undefined, transcript };
  };

const both = 'handshaking.network.awaitingReady.both';
const readyTimeout = { limit: 'readyTimeout', resets: true, awaited: 'ready' } as const;
const steps: readonly Step[] = [
  {
    state: 'handshaking.network.awaitingDescriptor',
    connection: 'first',
    limit: 'replyTimeout',
    awaited: 'descriptor',
    reach: greeted('network'),
  },
  { state: both, connection: 'first', ...readyTimeout, reach: async (world) => onFirst(await world.described()) },
  { state: both, connection: 'second', ...readyTimeout, reach: async (world) => onOther(await world.described()) },
  {
    state: 'handshaking.network.awaitingReady.first',
    connection: 'first',
    ...readyTimeout,
    reach: async (world) => onFirst(await halfReady(world, 'second')),
  },
  {
    state: 'handshaking.network.awaitingReady.second',
    connection: 'second',
    ...readyTimeout,
    reach: async (world) => onOther(await halfReady(world, 'first')),
  },
  {
    state: 'handshaking.storage.awaitingPort',
    connection: 'first',
    limit: 'replyTimeout',
    awaited: 'port',
    reach: greeted('storage'),
  },
  {
    state: 'handshaking.storage.awaitingReady',
    connection: 'first',
    limit: 'readyTimeout',
    reach: async (world) => onFirst(await world.grouped()),
  },
  {
    state: 'handshaking.storage.awaitingReady',
    connection: 'array',
    limit: 'readyTimeout',
    awaited: 'ready',
    reach: async (world) => onOther(await world.grouped()),
  },
  {
    state: 'handshaking.storage.awaitingVerdict',
    connection: 'first',
    limit: 'readyTimeout',
    async reach(world) {
      const { first, other, transcript } = await world.grouped();
      other.end();
      await world.reached('handshaking.storage.awaitingVerdict');
      return { subject: first, first, other: undefined, transcript };
    },
  },
];

/** What our side does on the wire when it gives up: DECLINE with `reason` on `first`, or silence; then everything is closed, or reset. */
async function expectGivenUp({ resets }: Step, reached: Reached, reason?: string): Promise<void> {
  const { first, other, transcript } = reached;
  if (resets) {
    await first.expectReset();
    await other?.expectReset();
    return;
  }
  if (reason === undefined) await first.expectSilence();
  else await first.expectDecline(reason, transcript, 'server');
  await other?.expectSilence();
}

export function badClientProcess(setup: Setup, malformed: readonly Malformed[]): void {
  for (const step of steps) {
    describe(`on the ${step.connection} connection in ${step.state}`, () => {
      malformedBytes(setup, step, malformed);
      framesThatAreWrong(setup, step);
      silence(setup, step);
      // The end of the array connection is not the last word: it has tests of its own.
      if (step.connection !== 'array') gone(setup, step);
    });
  }
}

function malformedBytes(setup: Setup, step: Step, malformed: readonly Malformed[]): void {
  test.each(malformed)('bytes that are no frame end the attempt: $why', async ({ bytes }) => {
    await withDialler(setup, async (world) => {
      const reached = await step.reach(world);
      reached.subject.send(bytes);
      await world.expectFailure('frameMalformed', step.state);
      await expectGivenUp(step, reached, step.connection === 'array' ? 'protocolViolation' : undefined);
    });
  });
}

function framesThatAreWrong(setup: Setup, step: Step): void {
  const { awaited, state } = step;
  const wrong = frameNames.filter((name) => name !== awaited && name !== 'decline');
  test.each(wrong)('%s is a violation', async (name) => {
    await withDialler(setup, async (world) => {
      const reached = await step.reach(world);
      reached.subject.send(forgedFrame(name));
      await world.expectFailure('protocolViolation', state);
      await expectGivenUp(step, reached, 'protocolViolation');
    });
  });

  test('DECLINE ends the attempt, whatever its tag, and is not answered', async () => {
    await withDialler(setup, async (world) => {
      const reached = await step.reach(world);
      reached.subject.send(forgedFrame('decline'));
      expect(await world.expectFailure('declined', state)).toMatchObject({ reason: 'portsExhausted' });
      await expectGivenUp(step, reached);
    });
  });

  if (awaited === undefined) return;
  test(`${awaited} with a wrong tag ends the attempt`, async () => {
    await withDialler(setup, async (world) => {
      const reached = await step.reach(world);
      reached.subject.send(forgedFrame(awaited));
      await world.expectFailure('tagWrong', state);
      await expectGivenUp(step, reached, 'tagWrong');
    });
  });
}

function silence(setup: Setup, step: Step): void {
  const faults = [
    { what: 'silence', said: Buffer.alloc(0) },
    { what: 'half a frame and then silence', said: forgedFrame('port').subarray(0, 20) },
    { what: 'a frame that dribbles in byte by byte', said: forgedFrame('port').subarray(0, -1) },
  ];
  const limits = [step.limit, 'handshakeTimeout'] as const;
  const cases = limits.flatMap((limit) => faults.map((fault) => ({ ...fault, limit })));
  test.each(cases)('$what lasts until $limit', async ({ said, limit }) => {
    await withDialler(setup, async (world) => {
      const reached = await step.reach(world);
      const set = world.clock.set.length;
      await dribble(reached.subject, said);
      expect(world.clock.set.slice(set), 'limits that began anew').toEqual([]);
      await world.clock.expireOnce(limit);
      await world.expectFailure(limit, step.state);
      await expectGivenUp(step, reached, 'timedOut');
    });
  });
}

function gone(setup: Setup, step: Step): void {
  test.each([0, 6, 20])('its end behind %i bytes ends the attempt', async (count) => {
    await withDialler(setup, async (world) => {
      const reached = await step.reach(world);
      if (count > 0) reached.subject.send(forgedFrame('port').subarray(0, count));
      reached.subject.end();
      await world.expectFailure('connectionEnded', step.state);
      await expectGivenUp(step, reached);
    });
  });

  test('its reset ends the attempt', async () => {
    await withDialler(setup, async (world) => {
      const reached = await step.reach(world);
      reached.subject.socket.abort();
      await world.expectFailure('connectionReset', step.state);
      for (const left of [reached.first, reached.other]) {
        if (left === undefined || left === reached.subject) continue;
        await (step.resets ? left.expectReset() : left.expectSilence());
      }
    });
  });
}
