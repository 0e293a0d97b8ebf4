import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encode } from './codec.ts';
import { equalInConstantTime, type Hmac, isAllZero, Tagger } from './transcript.ts';

const hmac: Hmac = (key, data) => createHmac('sha256', key).update(data).digest();
const tagger = new Tagger(hmac, Buffer.from('secret'));
const hello = encode({ name: 'hello', mode: 'storage', connections: 2, nonce: new Uint8Array(32).fill(1) });

describe('tags', () => {
  it('are right with the same secret, sender and transcript', () => {
    expect(tagger.isRight('client', [hello], tagger.seal('client', [hello], { name: 'ready' }))).toBe(true);
  });

  it('are wrong with another secret, sender or transcript', () => {
    const sealed = tagger.seal('client', [hello], { name: 'ready' });
    expect(new Tagger(hmac, Buffer.from('other')).isRight('client', [hello], sealed)).toBe(false);
    expect(tagger.isRight('server', [hello], sealed)).toBe(false);
    expect(tagger.isRight('client', [], sealed)).toBe(false);
    expect(tagger.isRight('client', [hello, hello], sealed)).toBe(false);
  });

  it('are wrong as soon as one bit of the frame has changed', () => {
    const sealed = tagger.seal('server', [hello], { name: 'group', group: 'STG0' });
    fc.assert(
      fc.property(fc.nat(sealed.length * 8 - 1), (bit) => {
        const changed = sealed.slice();
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(tagger.isRight('server', [hello], changed)).toBe(false);
      }),
    );
  });

  it('exist with an empty secret too', () => {
    const open = new Tagger(hmac, new Uint8Array(0));
    expect(open.isRight('client', [], open.seal('client', [], { name: 'ready' }))).toBe(true);
  });

  it('leave the frame that is checked as it was', () => {
    const sealed = tagger.seal('client', [], { name: 'decline', reason: 'busy', text: 'later' });
    // The slice of a Buffer is a view where that of a Uint8Array is a copy.
    for (const given of [new Uint8Array(sealed), Buffer.from(sealed)]) {
      expect(tagger.isRight('client', [], given)).toBe(true);
      expect(Buffer.from(sealed).equals(given)).toBe(true);
    }
  });
});

describe('comparing', () => {
  it('tells equal bytes from others', () => {
    expect(equalInConstantTime(Buffer.from('same'), Buffer.from('same'))).toBe(true);
    expect(equalInConstantTime(Buffer.from('same'), Buffer.from('sama'))).toBe(false);
    expect(equalInConstantTime(Buffer.from('same'), Buffer.from('sam'))).toBe(false);
    expect(isAllZero(new Uint8Array(32))).toBe(true);
    expect(isAllZero(Buffer.from([0, 1]))).toBe(false);
  });
});
