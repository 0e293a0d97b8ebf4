/** A server process that misbehaves towards our listener: each fault at each step, on the first connection and on the array connection. */
import { describe, expect, test } from 'vitest';
import type { LimitName, Mode } from '../../impl/index.ts';
import { groups } from '../drive/rigs.ts';
import { type FrameName, forgedFrame, frameNames } from '../drive/wire.ts';
import { hello, type Malformed } from './bad-input-frames.ts';
import { type Begun, type ListenerWorld, withListener } from './bad-input-listener-world.ts';
import { type RawConnection, turn } from './bad-input-peer.ts';
import type { Setup } from './bad-input-world.ts';

/** A step of a good handshake, at which the server process goes wrong. */
interface Step {
  readonly state: string;
  /** The limits that end the attempt here; DECLINE timedOut is sent once HELLO was read. */
  readonly limits: readonly LimitName[];
  /** Frames on `first` that are not a violation here. */
  readonly allowed: readonly FrameName[];
  readonly greeted: boolean;
  reach(world: ListenerWorld): Promise<{ readonly first: RawConnection; readonly transcript: readonly Buffer[] }>;
}

async function awaitingGroup(world: ListenerWorld): Promise<Begun & { readonly array: RawConnection }> {
  const begun = await world.begin('storage');
  const array = await world.dialArray(begun.port);
  await world.reached('handshaking.storage.awaitingGroup');
  return { ...begun, array };
}

const steps: readonly Step[] = [
  {
    state: 'awaitingFirstFrame',
    limits: ['firstFrameTimeout'],
    allowed: ['hello', 'descriptor'],
    greeted: false,
    async reach(world) {
      const first = await world.dial();
      await world.reached('awaitingFirstFrame');
      return { first, transcript: [] };
    },
  },
  {
    state: 'handshaking.network.awaitingSecond',
    limits: ['secondTimeout', 'handshakeTimeout'],
    allowed: ['decline'],
    greeted: true,
    reach: (world) => world.begin('network'),
  },
  {
    state: 'handshaking.storage.awaitingConnection',
    limits: ['arrayTimeout', 'handshakeTimeout'],
    allowed: ['decline'],
    greeted: true,
    reach: (world) => world.begin('storage'),
  },
  {
    state: 'handshaking.storage.awaitingGroup',
    limits: ['handshakeTimeout'],
    allowed: ['decline'],
    greeted: true,
    reach: awaitingGroup,
  },
];

/** Sends byte after byte, and gives each the time to arrive. */
export async function dribble(connection: RawConnection, bytes: Buffer): Promise<void> {
  for (const byte of bytes) {
    connection.send(Buffer.from([byte]));
    for (let turns = 0; turns < 3; turns += 1) await turn();
  }
}

export function badServerProcess(setup: Setup, malformed: readonly Malformed[]): void {
  for (const step of steps) {
    describe(`on the first connection in ${step.state}`, () => {
      malformedOnFirst(setup, step, malformed);
      goneOnFirst(setup, step);
      silentOnFirst(setup, step);
      wrongFrameOnFirst(setup, step);
    });
  }
  describe('on the array connection in handshaking.storage.awaitingGroup', () => onArray(setup, malformed));
  describe('in one write with the frame before it', () => coalesced(setup));
  describe('on the first connection while it lingers', () => lingering(setup));
}

function malformedOnFirst(setup: Setup, { state, reach }: Step, malformed: readonly Malformed[]): void {
  test.each(malformed)('bytes that are no frame get no answer: $why', async ({ bytes }) => {
    await withListener(setup, async (world) => {
      const { first } = await reach(world);
      first.send(bytes);
      await world.expectFailure('frameMalformed', state);
      await first.expectSilence();
    });
  });
}

function goneOnFirst(setup: Setup, { state, reach }: Step): void {
  test.each([
    { what: 'its end', bytes: Buffer.alloc(0) },
    { what: 'half a header and the end', bytes: hello('network').subarray(0, 6) },
    { what: 'half a frame and the end', bytes: hello('network').subarray(0, 20) },
  ])('$what ends the attempt', async ({ bytes }) => {
    await withListener(setup, async (world) => {
      const { first } = await reach(world);
      if (bytes.length > 0) first.send(bytes);
      first.end();
      await world.expectFailure('connectionEnded', state);
      await first.expectSilence();
    });
  });

  test('its reset ends the attempt', async () => {
    await withListener(setup, async (world) => {
      const { first } = await reach(world);
      first.socket.abort();
      await world.expectFailure('connectionReset', state);
    });
  });
}

function silentOnFirst(setup: Setup, { state, limits, greeted, reach }: Step): void {
  const faults = [
    { what: 'silence', said: Buffer.alloc(0) },
    { what: 'half a frame and then silence', said: forgedFrame('group').subarray(0, 20) },
    { what: 'a frame that dribbles in byte by byte', said: forgedFrame('group').subarray(0, -1) },
  ];
  const cases = limits.flatMap((limit) => faults.map((fault) => ({ ...fault, limit })));
  test.each(cases)('$what lasts until $limit', async ({ said, limit }) => {
    await withListener(setup, async (world) => {
      const { first, transcript } = await reach(world);
      await dribble(first, said);
      expect(world.clock.set.filter((name) => name === limit)).toHaveLength(1);
      await world.clock.expireOnce(limit);
      await world.expectFailure(limit, state);
      if (greeted) await first.expectDecline('timedOut', transcript, 'client');
      else await first.expectSilence();
    });
  });
}

function wrongFrameOnFirst(setup: Setup, { state, greeted, allowed, reach }: Step): void {
  const wrong = frameNames.filter((name) => !allowed.includes(name));
  test.each(wrong)('%s is a violation', async (name) => {
    await withListener(setup, async (world) => {
      const { first, transcript } = await reach(world);
      first.send(forgedFrame(name));
      await world.expectFailure('protocolViolation', state);
      if (greeted) await first.expectDecline('protocolViolation', transcript, 'client');
      else await first.expectSilence();
    });
  });

  if (!greeted) return;
  test('decline ends the attempt and is not answered', async () => {
    await withListener(setup, async (world) => {
      const { first } = await reach(world);
      first.send(forgedFrame('decline'));
      expect(await world.expectFailure('declined', state)).toMatchObject({ reason: 'portsExhausted' });
      await first.expectSilence();
    });
  });
}

/** What happens to an array connection concerns nobody else: the attempt goes on, and the right one still gets in. */
async function withStrangerOnArray(
  setup: Setup,
  body: (world: ListenerWorld, array: RawConnection) => Promise<void>,
): Promise<void> {
  await withListener(setup, async (world) => {
    const { array, ...begun } = await awaitingGroup(world);
    await body(world, array);
    await world.joinStorage(begun, groups.attached);
    expect(world.failures).toEqual([]);
    expect(world.sessions).toHaveLength(1);
  });
}

function onArray(setup: Setup, malformed: readonly Malformed[]): void {
  test.each(malformed)('bytes that are no frame are refused without an answer: $why', async ({ bytes }) => {
    await withStrangerOnArray(setup, async (_world, array) => {
      array.send(bytes);
      await array.expectSilence();
    });
  });

  test.each(frameNames.filter((name) => name !== 'group'))('%s is a violation, and is refused', async (name) => {
    await withStrangerOnArray(setup, async (_world, array) => {
      const sent = forgedFrame(name);
      array.send(sent);
      await array.expectDecline('protocolViolation', [sent], 'client');
    });
  });

  test('GROUP with a wrong tag is refused', async () => {
    await withStrangerOnArray(setup, async (_world, array) => {
      const sent = forgedFrame('group');
      array.send(sent);
      await array.expectDecline('tagWrong', [sent], 'client');
    });
  });

  test.each([
    { what: 'silence', said: Buffer.alloc(0) },
    { what: 'a GROUP that dribbles in byte by byte', said: forgedFrame('group').subarray(0, -1) },
  ])('$what lasts until groupTimeout', async ({ said }) => {
    await withStrangerOnArray(setup, async (world, array) => {
      await dribble(array, said);
      expect(world.clock.set.filter((name) => name === 'groupTimeout')).toHaveLength(1);
      await world.clock.expireOnce('groupTimeout');
      await array.expectDecline('timedOut', [], 'client');
    });
  });

  test.each([0, 6, 20])('the end behind %i bytes is refused without an answer', async (count) => {
    await withStrangerOnArray(setup, async (_world, array) => {
      if (count > 0) array.send(forgedFrame('group').subarray(0, count));
      array.end();
      await array.expectSilence();
    });
  });

  test('a reset lets the next one in', async () => {
    await withStrangerOnArray(setup, async (_world, array) => {
      array.socket.abort();
    });
  });
}

function coalesced(setup: Setup): void {
  const junk = Buffer.from('not a frame at all');

  test('a violation behind the HELLO of storage mode is declined while the port is opened', async () => {
    await withListener(setup, async (world) => {
      const [first, sent] = [await world.dial(), hello('storage')];
      first.send(sent, forgedFrame('ready'));
      await world.expectFailure('protocolViolation', 'handshaking.storage.openingPort');
      await first.expectDecline('protocolViolation', [sent], 'client');
    });
  });

  test('junk behind the HELLO of storage mode ends the attempt while the port is opened', async () => {
    await withListener(setup, async (world) => {
      const first = await world.dial();
      first.send(hello('storage'), junk);
      await world.expectFailure('frameMalformed', 'handshaking.storage.openingPort');
      await first.expectSilence();
    });
  });

  test('a violation behind the HELLO of network mode is declined behind DESCRIPTOR', async () => {
    await withListener(setup, async (world) => {
      const [first, sent] = [await world.dial(), hello('network')];
      first.send(sent, forgedFrame('ready'));
      const descriptor = await first.frame('descriptor');
      await world.expectFailure('protocolViolation', 'handshaking.network.awaitingSecond');
      await first.expectDecline('protocolViolation', [sent, descriptor.bytes], 'client');
    });
  });

  test.each([
    { what: 'a violation', code: 'protocolViolation', behind: forgedFrame('ready') },
    { what: 'a second GROUP', code: 'protocolViolation', behind: forgedFrame('group') },
    { what: 'DECLINE', code: 'protocolViolation', behind: forgedFrame('decline') },
    { what: 'junk', code: 'frameMalformed', behind: junk },
  ])('$what behind the right GROUP ends the attempt while the group is attached', async ({ code, behind }) => {
    await withListener(setup, async (world) => {
      const { array, ...begun } = await awaitingGroup(world);
      const group = world.groupFrame(begun, groups.attached);
      array.send(group, behind);
      await world.expectFailure(code, 'handshaking.storage.attachingGroup');
      await begun.first.expectDecline('protocolViolation', [...begun.transcript, group], 'client');
      await array.expectSilence();
      expect(world.sessions).toEqual([]);
    });
  });

  test.each<Mode>(['network', 'storage'])('HELLO for three connections in %s mode is declined', async (mode) => {
    await withListener(setup, async (world) => {
      const [first, sent] = [await world.dial(), hello(mode, 3)];
      first.send(sent);
      await world.expectFailure('connectionsMismatch', 'awaitingFirstFrame');
      await first.expectDecline('connectionsMismatch', [sent], 'client');
    });
  });
}

/** The session stands already; whatever comes on `first` only ends the lingering, and the channels still carry bytes. */
function lingering(setup: Setup): void {
  const endings: { what: string; end(world: ListenerWorld, first: RawConnection): unknown }[] = [
    { what: 'junk', end: (_world, first) => first.send(Buffer.from('not a frame at all')) },
    { what: 'its end', end: (_world, first) => first.end() },
    { what: 'its reset', end: (_world, first) => first.socket.abort() },
    { what: 'lingerTimeout', end: (world) => world.clock.expireOnce('lingerTimeout') },
    {
      what: 'its end behind frames that are ignored',
      end(_world, first) {
        first.send(...frameNames.map(forgedFrame));
        first.end();
      },
    },
  ];
  test.each(endings)('$what leaves the session as it is', async ({ what, end }) => {
    await withListener(setup, async (world) => {
      const begun = await world.begin('storage');
      const { array } = await world.joinStorage(begun, groups.attached);
      const attached = await world.rig.server.array.attachGroup(array.socket, groups.attached);
      const [data, error] = [world.hold(attached.data), world.hold(attached.error)];
      await world.reached('established.lingering');
      await end(world, begun.first);
      await world.reached('established.open');
      if (what !== 'its reset') await begun.first.expectSilence();
      data.send(Buffer.from('still here'));
      data.end();
      error.end();
      expect(await data.rest()).toEqual({ bytes: Buffer.from('still here'), ending: 'end' });
      expect(await error.rest()).toEqual({ bytes: Buffer.alloc(0), ending: 'end' });
      expect(world.failures).toEqual([]);
    });
  });
}
