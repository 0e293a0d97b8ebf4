import { describe, expect, it } from 'vitest';
import { StpConnectError } from '../protocol/errors.ts';
import { defaultLimits } from '../protocol/limits.ts';
import { parseConnectOptions, parseListenOptions } from './config.ts';
import { formatWkp, parseWkp } from './wkp.ts';

const listening = { wkp: 'tcp://127.0.0.1:0', onSession: () => undefined };
const dialling = { wkp: 'tcp://db:7070' };

function messageOf(parse: () => unknown): string {
  try {
    parse();
  } catch (error) {
    if (error instanceof StpConnectError && error.code === 'configInvalid') return error.message;
    throw error;
  }
  throw new Error('the options were accepted');
}

describe('the options', () => {
  it('have defaults', () => {
    expect(parseListenOptions(listening)).toMatchObject({ limits: defaultLimits, maxPending: 128, maxSessions: 1024 });
    expect(parseConnectOptions(dialling)).toMatchObject({ mode: 'network', fallback: false, secret: new Uint8Array(0) });
  });

  it('take a secret as text or as bytes, and limits one by one', () => {
    expect(parseListenOptions({ ...listening, secret: 'é', limits: { readyTimeout: 1 } })).toMatchObject({
      secret: new Uint8Array([0xc3, 0xa9]),
      limits: { ...defaultLimits, readyTimeout: 1 },
    });
    expect(parseConnectOptions({ ...dialling, secret: new Uint8Array([1]), group: undefined }).secret).toEqual(
      new Uint8Array([1]),
    );
  });

  it('take a copy of a secret that the caller overwrites later', () => {
    for (const given of [Buffer.from('hunter2'), new TextEncoder().encode('hunter2')]) {
      const { secret } = parseListenOptions({ ...listening, secret: given });
      given.fill(0);
      expect(Buffer.from(secret).toString()).toBe('hunter2');
    }
  });

  it.each([
    [{ ...dialling, wkp: 'http://db' }, 'connect: "wkp" is "http://db"; expected tcp://host:port or array://name/port.'],
    [{ ...dialling, wkp: 7070 }, '"wkp" is 7070; expected tcp://host:port'],
    [{ ...dialling, wkp: 'tcp://db:65536' }, '"wkp" is "tcp://db:65536"'],
    [{ ...dialling, wkp: 'tcp://db:0' }, 'expected a port to dial'],
    [{ ...dialling, wkp: 'array://sym0/5' }, '"array" is undefined; expected a StorageArray'],
    [{ ...dialling, mode: 'tape' }, '"mode" is "tape"; expected network or storage'],
    [{ ...dialling, mode: 'storage' }, '"group" is undefined; expected the name of an STG group'],
    [{ ...dialling, mode: 'storage', group: 'STG0' }, '"array" is undefined; expected a StorageArray, in storage mode'],
    [{ ...dialling, group: '' }, '"group" is ""; expected 1 to 255 bytes'],
    [{ ...dialling, group: 'x'.repeat(256) }, 'expected 1 to 255 bytes'],
    [{ ...dialling, limits: { readyTimeout: 0 } }, '"limits.readyTimeout" is 0; expected a whole number of 1 to 2147483647'],
    [{ ...dialling, limits: { readyTimeout: 1.5 } }, '"limits.readyTimeout" is 1.5; expected a whole number'],
    [{ ...dialling, limits: { tea: 5 } }, '"limits.tea" is not an option'],
    [{ ...dialling, sekret: 'x' }, '"sekret" is not an option'],
    [{ ...dialling, signal: {} }, '"signal" is an object (Object); expected an AbortSignal'],
    [{ ...dialling, fallback: 'storage' }, '"fallback" is "storage"; expected network'],
    [{ ...dialling, ports: { clock: 5 } }, '"ports.clock" is 5; expected a Clock'],
    [{ ...dialling, trace: 'file' }, '"trace" is "file"; expected a function'],
    [undefined, '"options" is undefined; expected an object of options'],
  ])('name the key, the value and what was expected (%#)', (options, expected) => {
    expect(messageOf(() => parseConnectOptions(options))).toContain(expected);
  });

  it('never show a secret', () => {
    const message = messageOf(() => parseConnectOptions({ ...dialling, secret: 48_151_623 }));
    expect(message).toContain('"secret" is not shown; expected a string or a Uint8Array');
    expect(message).not.toContain('48151623');
  });

  it('of a listener are checked too', () => {
    expect(messageOf(() => parseListenOptions({ wkp: listening.wkp }))).toContain('listen: "onSession" is undefined');
    expect(messageOf(() => parseListenOptions({ ...listening, maxPending: 0 }))).toContain('"maxPending" is 0');
  });
});

describe('a well-known port', () => {
  it.each([
    ['tcp://db:7070', { family: 'tcp', host: 'db', port: 7070 }],
    ['tcp://[::1]:0', { family: 'tcp', host: '::1', port: 0 }],
    ['array://sym0/4294967295', { family: 'array', array: 'sym0', port: 4294967295 }],
  ] as const)('%s is read and written', (text, address) => {
    expect(parseWkp(text)).toEqual(address);
    expect(formatWkp(address)).toBe(text);
  });

  it.each(['db:7070', 'tcp://db', 'tcp://:7070', 'tcp://::1:7070', 'tcp://db:x', 'array://sym0', 'array://sym0/4294967296', ''])(
    '%s is none',
    (text) => {
      expect(parseWkp(text)).toBeUndefined();
    },
  );
});
