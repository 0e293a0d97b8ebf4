/** Our `connect` where it dials, where the array says no, and where yesterday's frames come. */
import { describe, expect, test } from 'vitest';
import { forgedFrame } from '../drive/wire.ts';
import { portFrame, withDialler } from './bad-input-dialler-world.ts';
import { fields, sealed } from './bad-input-frames.ts';
import { textOf } from './bad-input-peer.ts';
import type { Setup } from './bad-input-world.ts';

const junk = Buffer.from('not a frame at all');
const descriptorFrame = (before: readonly Buffer[]) =>
  sealed('descriptor', fields.descriptor(7, Buffer.alloc(32, 9)), before, 'client');

export function dialling(setup: Setup): void {
  describe('where it dials', () => {
    theWellKnownPort(setup);
    theSecondConnection(setup);
    theDynamicPort(setup);
  });
  describe('where the array connection ends before READY', () => verdicts(setup));
  describe('where READY comes and there is no group', () => noGroup(setup));
  describe('where a frame of another handshake comes', () => replays(setup));
  describe('where DECLINE would have it fall back', () => fallBack(setup));
}

function theWellKnownPort(setup: Setup): void {
  test('nobody listens', async () => {
    await withDialler(setup, async (world) => {
      world.connect('network', { wkp: textOf(world.rig.dead) });
      await world.expectFailure('connectionRefused', 'handshaking.connectingFirst');
    });
  });

  test.each(['connectTimeout', 'handshakeTimeout'] as const)('the connection is not made before %s', async (limit) => {
    await withDialler(setup, async (world) => {
      world.connect('storage');
      await world.clock.expireOnce(limit);
      await world.expectFailure(limit, 'handshaking.connectingFirst');
    });
  });
}

function theSecondConnection(setup: Setup): void {
  test('nobody listens any more', async () => {
    await withDialler(setup, async (world) => {
      const { first, transcript } = await world.greeted('network');
      await world.closeWkp();
      const descriptor = descriptorFrame(transcript);
      first.send(descriptor);
      await world.expectFailure('connectionRefused', 'handshaking.network.connectingSecond');
      await first.expectDecline('connectionLost', [...transcript, descriptor], 'server');
    });
  });

  test('a violation behind DESCRIPTOR is declined', async () => {
    await withDialler(setup, async (world) => {
      const { first, transcript } = await world.greeted('network');
      const descriptor = descriptorFrame(transcript);
      first.send(descriptor, descriptor);
      await world.expectFailure('protocolViolation', 'handshaking.network.connectingSecond');
      await first.expectDecline('protocolViolation', [...transcript, descriptor], 'server');
    });
  });

  test('junk behind DESCRIPTOR ends the attempt', async () => {
    await withDialler(setup, async (world) => {
      const { first, transcript } = await world.greeted('network');
      first.send(descriptorFrame(transcript), junk);
      await world.expectFailure('frameMalformed', 'handshaking.network.connectingSecond');
      await first.expectSilence();
    });
  });
}

function theDynamicPort(setup: Setup): void {
  test('nobody listens there', async () => {
    await withDialler(setup, async (world) => {
      const { first, transcript } = await world.greeted('storage');
      const port = portFrame(world.rig.deadPort, transcript);
      first.send(port);
      await world.expectFailure('connectionRefused', 'handshaking.storage.connectingArray');
      await first.expectDecline('connectionLost', [...transcript, port], 'server');
    });
  });

  test('the port has another generation by now', async () => {
    await withDialler(setup, async (world) => {
      const { first, transcript } = await world.greeted('storage');
      const { socket } = await world.dynamicPort();
      const address = socket.getsockname();
      if (address.family !== 'array') throw new Error('the dynamic port is in the array');
      const port = portFrame({ ...address, generation: (address.generation ?? 0) + 1 }, transcript);
      first.send(port);
      await world.expectFailure('connectionRefused', 'handshaking.storage.connectingArray');
      await first.expectDecline('connectionLost', [...transcript, port], 'server');
    });
  });

  test('the port is in an array that this process does not have', async () => {
    await withDialler(setup, async (world) => {
      const { first, transcript } = await world.greeted('storage');
      const port = portFrame({ family: 'array', array: 'other', port: 49_152, generation: 1 }, transcript);
      first.send(port);
      await world.expectFailure('arrayUnknown', 'handshaking.storage.awaitingPort');
      await first.expectDecline('arrayUnknown', [...transcript, port], 'server');
    });
  });

  test('a violation behind PORT is declined', async () => {
    await withDialler(setup, async (world) => {
      const { first, transcript } = await world.greeted('storage');
      const { frame } = await world.dynamicPort();
      const port = frame(transcript);
      first.send(port, port);
      await world.expectFailure('protocolViolation', 'handshaking.storage.connectingArray');
      await first.expectDecline('protocolViolation', [...transcript, port], 'server');
    });
  });
}

function verdicts(setup: Setup): void {
  test.each(['end', 'reset'] as const)('by its %s, the reason that comes on the first connection is told', async (how) => {
    await withDialler(setup, async (world) => {
      const { first, other, transcript } = await world.grouped();
      if (how === 'end') other.end();
      else other.socket.abort();
      await world.reached('handshaking.storage.awaitingVerdict');
      first.send(sealed('decline', fields.decline(7), transcript, 'client'));
      const failure = await world.expectFailure('declined', 'handshaking.storage.awaitingVerdict');
      expect(failure.reason).toBe('groupRefused');
      await first.expectSilence();
    });
  });

  test('by its end, readyTimeout runs anew', async () => {
    await withDialler(setup, async (world) => {
      const { other } = await world.grouped();
      other.end();
      await world.reached('handshaking.storage.awaitingVerdict');
      expect(world.clock.set.filter((limit) => limit === 'readyTimeout')).toHaveLength(2);
      expect(world.clock.running()).toEqual(['handshakeTimeout', 'readyTimeout']);
      world.abort();
      await world.expectFailure('aborted');
    });
  });
}

function noGroup(setup: Setup): void {
  const faults = [
    { what: 'nothing', behind: Buffer.alloc(0), code: 'groupUnknown', reason: 'connectionLost' },
    { what: 'junk', behind: junk, code: 'frameMalformed', reason: 'protocolViolation' },
    { what: 'another READY', behind: forgedFrame('ready'), code: 'protocolViolation', reason: 'protocolViolation' },
  ];
  test.each(faults)('and $what behind READY, the first connection is told', async ({ behind, code, reason }) => {
    await withDialler(setup, async (world) => {
      const { first, other, transcript } = await world.grouped();
      other.send(sealed('ready', fields.ready(), transcript, 'client'), behind);
      await world.expectFailure(code, 'handshaking.storage.attachingGroup');
      await first.expectReason(reason);
      await other.expectSilence();
    });
  });

  test('the DECLINE behind READY is tagged with READY in its transcript', async () => {
    await withDialler(setup, async (world) => {
      const { first, other, transcript } = await world.grouped();
      const ready = sealed('ready', fields.ready(), transcript, 'client');
      other.send(ready);
      await world.expectFailure('groupUnknown', 'handshaking.storage.attachingGroup');
      await first.expectDecline('connectionLost', [...transcript, ready], 'server');
    });
  });
}

function replays(setup: Setup): void {
  const old = [forgedFrame('hello')];

  test('DESCRIPTOR has the wrong tag', async () => {
    await withDialler(setup, async (world) => {
      const { first, transcript } = await world.greeted('network');
      first.send(descriptorFrame(old));
      await world.expectFailure('tagWrong', 'handshaking.network.awaitingDescriptor');
      await first.expectDecline('tagWrong', transcript, 'server');
    });
  });

  test('PORT has the wrong tag, and nobody is dialled there', async () => {
    await withDialler(setup, async (world) => {
      const { first, transcript } = await world.greeted('storage');
      const { frame } = await world.dynamicPort();
      first.send(frame(old));
      await world.expectFailure('tagWrong', 'handshaking.storage.awaitingPort');
      await first.expectDecline('tagWrong', transcript, 'server');
    });
  });

  test.each(['network', 'storage'] as const)('READY of %s mode has the wrong tag', async (mode) => {
    await withDialler(setup, async (world) => {
      const { first, other, transcript } = await (mode === 'network' ? world.described() : world.grouped());
      other.send(sealed('ready', fields.ready(), old, 'client'));
      await world.expectFailure('tagWrong');
      if (mode === 'network') await first.expectReset();
      else await first.expectDecline('tagWrong', transcript, 'server');
    });
  });

  test('its own frame comes back: the label tells the two sides apart', async () => {
    await withDialler(setup, async (world) => {
      const { other, transcript } = await world.described();
      other.send(sealed('ready', fields.ready(), transcript, 'server'));
      await world.expectFailure('tagWrong', 'handshaking.network.awaitingReady.both');
    });
  });
}

function fallBack(setup: Setup): void {
  test('with a wrong tag, it does not: nobody else forces a weaker mode', async () => {
    await withDialler(setup, async (world) => {
      world.connect('storage', { fallback: 'network' });
      const first = await world.accept();
      const hello = await first.frame('hello');
      first.send(sealed('decline', fields.decline(2), [hello.bytes], 'client', Buffer.alloc(0)));
      const failure = await world.expectFailure('declined', 'handshaking.storage.awaitingPort');
      expect(failure.reason).toBe('modeUnavailable');
      await first.expectSilence();
    });
  });

  test('with the right tag, it begins again with a fresh nonce', async () => {
    await withDialler(setup, async (world) => {
      world.connect('storage', { fallback: 'network' });
      const first = await world.accept();
      const hello = await first.frame('hello');
      first.send(sealed('decline', fields.decline(2), [hello.bytes], 'client'));
      const again = await (await world.accept()).frame('hello');
      expect(again.mode).toBe('network');
      expect(again.bytes.subarray(16)).not.toEqual(hello.bytes.subarray(16));
      await first.expectSilence();
      world.abort();
      await world.expectFailure('aborted');
    });
  });

  test('on the array connection, it does not', async () => {
    await withDialler(setup, async (world) => {
      const { other, transcript } = await world.grouped({ fallback: 'network' });
      const group = transcript.at(-1) ?? Buffer.alloc(0);
      const decline = sealed('decline', fields.decline(7), [group], 'client');
      other.send(decline);
      await world.expectFailure('declined', 'handshaking.storage.awaitingReady');
    });
  });
}
