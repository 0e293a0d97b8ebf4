/** The puppet: its bytes are those of the golden vectors, and it notices what a peer does wrong. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Decoder } from '../../impl/protocol/codec.ts';
import { fields, hello, type Sender, sealed } from '../drive/build-frames.ts';
import { type Rig, simulatedRig } from '../drive/rigs.ts';
import { driveRolePath, type RoleFailure } from '../drive/role/drive.ts';
import { formErrors, malformedBytes } from '../drive/role/malformed.ts';
import { OwnClient } from '../drive/role/own-client.ts';
import { OwnServer } from '../drive/role/own-server.ts';
import type { RolePath } from '../drive/role/path.ts';
import { coverRole } from '../drive/role/paths.ts';
import type { Seen, Subject } from '../drive/role/subject.ts';
import { readFrames, reasonNames, withOtherTag } from '../drive/wire.ts';

interface Vector {
  readonly name: string;
  readonly message: Record<string, string | number>;
  readonly sender: Sender;
  readonly transcriptBefore: readonly string[];
  readonly hex: string;
}

const page = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8');
const vectors = JSON.parse(page.split('```json vectors\n')[1]?.split('```')[0] ?? '{}') as {
  readonly secret: string;
  readonly messages: readonly Vector[];
  readonly emptySecretMessages: readonly Vector[];
  readonly malformed: readonly { readonly hex: string; readonly why: string }[];
};

/** The frame that the tests' own builder makes of a vector's fields. */
function build({ message, sender, transcriptBefore }: Vector, secret: Buffer): Buffer {
  const nonce = Buffer.from(String(message['nonce'] ?? ''), 'hex');
  const seal = (name: Parameters<typeof sealed>[0], payload: Buffer) =>
    sealed(
      name,
      payload,
      transcriptBefore.map((hex) => Buffer.from(hex, 'hex')),
      sender,
      secret,
    );
  switch (message['type']) {
    case 'hello':
      return hello(message['mode'] === 'network' ? 'network' : 'storage', Number(message['connections']), nonce);
    case 'descriptor':
      return seal('descriptor', fields.descriptor(Number(message['descriptor']), nonce));
    case 'port':
      return seal('port', fields.port(String(message['array']), Number(message['port']), Number(message['generation']), nonce));
    case 'group':
      return seal('group', fields.group(String(message['group'])));
    case 'ready':
      return seal('ready', fields.ready());
    default: {
      const reason = reasonNames.indexOf(message['reason'] as (typeof reasonNames)[number]) + 1;
      return seal('decline', fields.decline(reason, String(message['text'])));
    }
  }
}

describe('the bytes of the puppet', () => {
  test.each(vectors.messages)('are those of the golden vector $name', (vector) => {
    expect(build(vector, Buffer.from(vectors.secret, 'hex')).toString('hex')).toBe(vector.hex);
    expect(readFrames(Buffer.from(vector.hex, 'hex')).frames.map(formErrors)).toEqual([[]]);
  });

  test.each(vectors.emptySecretMessages)('are those of the golden vector $name with the empty secret', (vector) => {
    expect(build(vector, Buffer.alloc(0)).toString('hex')).toBe(vector.hex);
  });

  test('that are to be malformed are, for the implementation too', () => {
    for (const bytes of malformedBytes) {
      const decoder = new Decoder();
      decoder.push(bytes);
      expect(() => decoder.next(), bytes.toString('hex')).toThrow();
    }
  });

  test('show what is wrong in the form of each malformed golden vector that has a header of ours', () => {
    for (const { hex, why } of vectors.malformed) {
      const { frames, rest } = readFrames(Buffer.from(hex, 'hex'));
      const errors = frames.flatMap(formErrors);
      expect(errors.length + rest.length, why).toBeGreaterThan(0);
    }
  });
});

/** Something that an implementation might do wrong, as a change of what is seen of it; undefined leaves an event as it is. */
type Fault = (event: Seen) => readonly Seen[] | undefined;

/** The subject, with a fault planted. */
function withFault(subject: Subject, fault: Fault): Subject {
  return new Proxy(subject, {
    get(target, key: keyof Subject) {
      const value = Reflect.get(target, key) as unknown;
      if (typeof value !== 'function') return value;
      if (key !== 'observe') return value.bind(target);
      return async (...args: Parameters<Subject['observe']>) =>
        (await target.observe(...args)).flatMap((event) => fault(event) ?? [event]);
    },
  });
}

const isFrame = (event: Seen, name: string): event is Extract<Seen, { type: 'bytes' }> =>
  event.type === 'bytes' && readFrames(event.bytes).frames[0]?.name === name;

const changed =
  (name: string, change: (bytes: Buffer) => readonly Buffer[]): Fault =>
  (event) =>
    isFrame(event, name) ? change(event.bytes).map((bytes) => ({ ...event, bytes })) : undefined;

/** The frame with one byte of its payload or header changed. */
const withByte = (at: number) => (bytes: Buffer) => {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return [copy];
};

describe.each(['client', 'server'] as const)('a %s process', (role) => {
  let rig: Rig;
  let subject: Subject;
  const suite = coverRole(role);
  beforeAll(() => {
    rig = simulatedRig();
    subject = role === 'client' ? new OwnClient(rig, 1) : new OwnServer(rig, 1);
  });
  afterAll(async () => {
    await subject.close();
    await rig.close();
  });

  /** The first failure of the paths with a fault planted. */
  async function firstFailure(fault: Fault, only: (path: RolePath) => boolean = () => true): Promise<RoleFailure | undefined> {
    const nonces = new Set<string>();
    for (const path of suite.paths.filter(only)) {
      const drive = { subject: withFault(subject, fault), secret: Buffer.from('secret'), nonces, seed: 1, limits: {} };
      const failure = await driveRolePath(path, drive);
      if (failure !== undefined) return failure;
    }
    return undefined;
  }

  test('that is as it should be is not complained of', async () => {
    expect(
      await firstFailure(
        () => undefined,
        ({ name }) => name.endsWith('1'),
      ),
    ).toBeUndefined();
  });

  test.each<{ readonly what: string; readonly fault: Fault; readonly says: RegExp }>([
    {
      what: 'sends DECLINE with a wrong tag',
      fault: changed('decline', (bytes) => [withOtherTag(bytes)]),
      says: /its tag is wrong/,
    },
    {
      what: 'sends DESCRIPTOR with a wrong tag',
      fault: changed('descriptor', (bytes) => [withOtherTag(bytes)]),
      says: /its tag is wrong/,
    },
    { what: 'sets a flag', fault: changed('descriptor', withByte(7)), says: /flags 1/ },
    { what: 'says another version', fault: changed('descriptor', withByte(4)), says: /version 0/ },
    {
      what: 'cuts a frame short',
      fault: changed('decline', (bytes) => [bytes.subarray(0, -1)]),
      says: /bytes that are no whole frame/,
    },
    {
      what: 'says too much',
      fault: changed('decline', (bytes) => [bytes, Buffer.from('!')]),
      says: /1 bytes that are no whole frame/,
    },
    { what: 'says nothing', fault: changed('decline', () => []), says: /^(?!.*DECLINE)/ },
    { what: 'says a thing twice', fault: changed('decline', (bytes) => [bytes, bytes]), says: /DECLINE.*DECLINE/ },
    { what: 'does not close', fault: ({ type }) => (type === 'ended' ? [] : undefined), says: /^(?!.*closes)/ },
    {
      what: 'resets where it should close',
      fault: (event) => (event.type === 'ended' ? [{ ...event, type: 'reset' }] : undefined),
      says: /resets/,
    },
    {
      what: 'reports another code',
      fault: (event) => (event.type === 'failed' ? [{ ...event, code: 'busy' }] : undefined),
      says: /failed \(busy\)/,
    },
    { what: 'reports nothing', fault: ({ type }) => (type === 'established' ? [] : undefined), says: /^(?!.*established)/ },
  ])('that $what is found out', async ({ fault, says }) => {
    const failure = await firstFailure(fault);
    expect(failure?.seen).toMatch(says);
    expect(failure?.shown.length).toBeGreaterThan(0);
  });

  test('whose nonce does not change from attempt to attempt is found out', async () => {
    let nonce: Buffer | undefined;
    // A nonce is behind mode or descriptor, in the first 48 bytes; a tag that is made with it would be right.
    const fault: Fault = (event) => {
      if (!isFrame(event, role === 'client' ? 'descriptor' : 'hello')) return undefined;
      nonce ??= event.bytes.subarray(16, 48);
      return [{ ...event, bytes: Buffer.concat([event.bytes.subarray(0, 16), nonce, event.bytes.subarray(48)]) }];
    };
    expect((await firstFailure(fault))?.seen).toContain('its nonce was used before');
  });
});

describe('a server process', () => {
  test('that closes where only a reset tells a failure from an end is found out', async () => {
    const rig = simulatedRig();
    const subject = new OwnServer(rig, 1);
    const path = coverRole('server').paths.find(({ steps }) => steps.at(-1)?.expect.some(({ type }) => type === 'resets'));
    const fault: Fault = (event) => (event.type === 'reset' ? [{ ...event, type: 'ended' }] : undefined);
    const drive = { subject: withFault(subject, fault), secret: Buffer.alloc(0), nonces: new Set<string>(), seed: 1, limits: {} };
    const failure = path && (await driveRolePath(path, drive));
    expect(failure).toMatchObject({
      expected: expect.stringContaining('resets first'),
      seen: expect.stringContaining('closes first'),
    });
    await subject.close();
    await rig.close();
  });
});
