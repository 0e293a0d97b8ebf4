/** Strangers and yesterday's frames: numbers and tags that belong to nobody, to somebody else, or to a session that is over. */
import { describe, expect, test } from 'vitest';
import { groups } from '../drive/rigs.ts';
import { forgedFrame, withOtherNumber, withOtherTag } from '../drive/wire.ts';
import { fields, nonceBytes, sealed } from './bad-input-frames.ts';
import { type ListenerWorld, withListener } from './bad-input-listener-world.ts';
import { type RawConnection, until } from './bad-input-peer.ts';
import type { Setup } from './bad-input-world.ts';

export function strangers(setup: Setup): void {
  describe('a DESCRIPTOR that claims to be a second connection', () => descriptors(setup));
  describe('a GROUP, and the dynamic port', () => arrays(setup));
  describe('a recorded handshake', () => replays(setup));
  test('200 connections that say nothing hold 50 places, and then somebody good gets in', () => idle(setup), 60_000);
}

/** Says `frame` on a connection of its own; the refusal concerns that one only, and is tagged with that frame only. */
async function refused(world: ListenerWorld, frame: Buffer, reason: 'tagWrong' | 'descriptorUnknown', count = 1): Promise<void> {
  const stranger = await world.dial();
  stranger.send(frame);
  await world.expectFailure(reason, 'awaitingFirstFrame', count);
  await stranger.expectDecline(reason, [frame], 'client');
  await stranger.socket.close();
}

function descriptors(setup: Setup): void {
  test('with a wrong tag, another secret or another nonce is refused, and the attempt that it names goes on waiting', async () => {
    await withListener(setup, async (world) => {
      const begun = await world.begin('network');
      await refused(world, withOtherTag(world.descriptorFrame(begun)), 'tagWrong');
      const { descriptor, transcript } = begun;
      await refused(
        world,
        sealed('descriptor', fields.descriptor(descriptor), transcript, 'server', Buffer.alloc(0)),
        'tagWrong',
        2,
      );
      await refused(world, sealed('descriptor', fields.descriptor(descriptor), transcript, 'client'), 'tagWrong', 3);
      await refused(world, world.descriptorFrame(begun, Buffer.alloc(nonceBytes, 1)), 'tagWrong', 4);
      await world.joinNetwork(begun);
      expect(world.sessions).toHaveLength(1);
    });
  });

  test('with a number that nobody was given is unknown', async () => {
    await withListener(setup, async (world) => {
      const begun = await world.begin('network');
      await refused(world, withOtherNumber(world.descriptorFrame(begun)), 'descriptorUnknown');
      await world.joinNetwork(begun);
    });
  });

  test('before any first connection is unknown', async () => {
    await withListener(setup, (world) => refused(world, forgedFrame('descriptor'), 'descriptorUnknown'));
  });

  test('is good for one use', async () => {
    await withListener(setup, async (world) => {
      const { descriptor } = await world.joinNetwork(await world.begin('network'));
      await refused(world, descriptor, 'descriptorUnknown');
      expect(world.sessions).toHaveLength(1);
    });
  });

  test('names no attempt in storage mode', async () => {
    await withListener(setup, async (world) => {
      const begun = await world.begin('storage');
      for (let number = 0; number < 8; number += 1) {
        const frame = sealed('descriptor', fields.descriptor(number), begun.transcript, 'server');
        await refused(world, frame, 'descriptorUnknown', number + 1);
      }
      await world.joinStorage(begun, groups.attached);
    });
  });

  test('of an attempt that has ended is unknown, and wrong once another attempt has its number', async () => {
    await withListener(setup, async (world) => {
      const ended = await world.begin('network');
      const stale = world.descriptorFrame(ended);
      ended.first.socket.abort();
      await world.expectFailure('connectionReset');
      await refused(world, stale, 'descriptorUnknown', 2);
      const begun = await world.begin('network');
      expect(begun.descriptor).toBe(ended.descriptor);
      await refused(world, stale, 'tagWrong', 3);
      await world.joinNetwork(begun);
    });
  });

  test('with the right tag is a violation on the first connection itself', async () => {
    await withListener(setup, async (world) => {
      const begun = await world.begin('network');
      begun.first.send(world.descriptorFrame(begun));
      await world.expectFailure('protocolViolation', 'handshaking.network.awaitingSecond');
      await begun.first.expectDecline('protocolViolation', begun.transcript, 'client');
    });
  });
}

/** Nobody is let in at this address any more. */
async function expectClosedPort(world: ListenerWorld, port: Parameters<ListenerWorld['dialArray']>[0]): Promise<void> {
  await expect(world.dialArray(port)).rejects.toMatchObject({ code: 'connectionRefused' });
}

function arrays(setup: Setup): void {
  test.each([
    { group: groups.unknown, reason: 'groupUnknown' },
    { group: groups.refused, reason: 'groupRefused' },
    { group: groups.full, reason: 'groupFull' },
  ])('of the name $group ends the attempt with $reason', async ({ group, reason }) => {
    await withListener(setup, async (world) => {
      const begun = await world.begin('storage');
      const array = await world.dialArray(begun.port);
      const frame = world.groupFrame(begun, group);
      array.send(frame);
      await world.expectFailure(reason, 'handshaking.storage.attachingGroup');
      await begun.first.expectDecline(reason, [...begun.transcript, frame], 'client');
      await array.expectSilence();
    });
  });

  test('of another attempt has the wrong tag', async () => {
    await withListener(setup, async (world) => {
      const [one, another] = [await world.begin('storage'), await world.begin('storage')];
      const array = await world.dialArray(one.port);
      const frame = world.groupFrame(another, groups.attached);
      array.send(frame);
      await array.expectDecline('tagWrong', [frame], 'client');
      await world.joinStorage(one, groups.attached);
      await world.joinStorage(another, groups.attached);
      expect(world.failures).toEqual([]);
    });
  });

  test('cannot be said to a port whose attempt has ended', async () => {
    await withListener(setup, async (world) => {
      const ended = await world.begin('storage');
      ended.first.end();
      await world.expectFailure('connectionEnded');
      await expectClosedPort(world, ended.port);
      const begun = await world.begin('storage');
      await expectClosedPort(world, ended.port);
      await expectClosedPort(world, { ...ended.port, port: begun.port.port, generation: (begun.port.generation ?? 0) + 1 });
      await world.joinStorage(begun, groups.attached);
    });
  });

  test('cannot be said to a port whose session is established', async () => {
    await withListener(setup, async (world) => {
      const begun = await world.begin('storage');
      await world.joinStorage(begun, groups.attached);
      await expectClosedPort(world, begun.port);
    });
  });

  test('that is right gets in behind strangers who came before it', async () => {
    await withListener(setup, async (world) => {
      const begun = await world.begin('storage');
      const strangers = [await world.dialArray(begun.port), await world.dialArray(begun.port)];
      for (const stranger of strangers) stranger.send(forgedFrame('group'));
      await world.joinStorage(begun, groups.attached);
      for (const stranger of strangers) await stranger.expectDecline('tagWrong', [forgedFrame('group')], 'client');
    });
  });
}

/** Everything that crossed the wire in one good handshake, whose session is over. */
interface Recording {
  readonly number: number;
  readonly transcript: readonly Buffer[];
  readonly joining: Buffer;
  readonly ready: Buffer;
}

async function record(world: ListenerWorld, mode: 'network' | 'storage'): Promise<Recording> {
  const listening = world.rig.held();
  const begun = await world.begin(mode);
  const joined = mode === 'network' ? await world.joinNetwork(begun) : await world.joinStorage(begun, groups.attached);
  const joining = 'descriptor' in joined ? joined.descriptor : joined.group;
  await world.letGo();
  await world.expectReleased(listening);
  return { number: begun.descriptor, transcript: begun.transcript, joining, ready: joined.ready };
}

/** Replays the recorded HELLO; the answer is another one. */
async function replayHello(
  world: ListenerWorld,
  [hello, answer]: readonly Buffer[],
): Promise<{ first: RawConnection; answer: Buffer }> {
  const first = await world.dial();
  first.send(hello ?? Buffer.alloc(0));
  const name = answer?.[5] === 2 ? 'descriptor' : 'port';
  const { bytes } = await first.frame(name);
  expect(bytes).not.toEqual(answer);
  return { first, answer: bytes };
}

function replays(setup: Setup): void {
  test('of network mode joins nobody, though its number is waited for again', async () => {
    await withListener(setup, async (world) => {
      const { number, transcript, joining } = await record(world, 'network');
      const { first, answer } = await replayHello(world, transcript);
      expect(answer.readUInt32BE(12)).toBe(number);
      await refused(world, joining, 'tagWrong');
      await world.joinNetwork({
        first,
        transcript: [...transcript.slice(0, 1), answer],
        descriptor: number,
        port: { family: 'array', array: '', port: 0 },
      });
    });
  });

  test('of storage mode joins nobody', async () => {
    await withListener(setup, async (world) => {
      const { transcript, joining, ready } = await record(world, 'storage');
      const begun = await world.begin('storage');
      for (const [frame, reason] of [
        [joining, 'tagWrong'],
        [ready, 'protocolViolation'],
      ] as const) {
        const array = await world.dialArray(begun.port);
        array.send(frame);
        await array.expectDecline(reason, [frame], 'client');
      }
      const { first } = await replayHello(world, transcript);
      first.end();
      await world.expectFailure('connectionEnded', 'handshaking.storage.awaitingConnection');
      await world.joinStorage(begun, groups.attached);
    });
  });

  test('gets no answer to any of its other frames on a connection of its own', async () => {
    await withListener(setup, async (world) => {
      const [network, storage] = [await record(world, 'network'), await record(world, 'storage')];
      const silent = [storage.transcript[1], storage.joining, storage.ready, network.ready];
      for (const [index, frame] of silent.entries()) {
        const stranger = await world.dial();
        stranger.send(frame ?? Buffer.alloc(0));
        await world.expectFailure('protocolViolation', 'awaitingFirstFrame', index + 1);
        await stranger.expectSilence();
      }
      for (const [index, frame] of [network.transcript[1], network.joining].entries()) {
        await refused(world, frame ?? Buffer.alloc(0), 'descriptorUnknown', silent.length + index + 1);
      }
    });
  });
}

const MAX_PENDING = 50;
const IDLE = 200;
/** Own ports in the array of those who dial: it has few dynamic ones. */
const FIRST_OWN_PORT = 100;

async function idle(setup: Setup): Promise<void> {
  await withListener(
    setup,
    async (world) => {
      for (let index = 0; index < IDLE; index += 1) {
        const connection = await world.dial(FIRST_OWN_PORT + Math.min(index, MAX_PENDING));
        if (index < MAX_PENDING) continue;
        await connection.expectSilence();
        await connection.socket.close();
      }
      expect(world.clock.running()).toEqual(Array(MAX_PENDING).fill('firstFrameTimeout'));
      for (let index = 0; index < MAX_PENDING; index += 1) world.clock.expire(0, 'firstFrameTimeout');
      await until(
        () => world.failures.length === MAX_PENDING,
        () => `${MAX_PENDING} failures, got ${world.failures.length}`,
      );
      expect(new Set(world.failures.map(({ code }) => code))).toEqual(new Set(['firstFrameTimeout']));
    },
    MAX_PENDING,
  );
}
