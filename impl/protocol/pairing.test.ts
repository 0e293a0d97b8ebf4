import { describe, expect, it } from 'vitest';
import { Pairing } from './pairing.ts';

describe('pairing', () => {
  it('finds the attempt that waits for the descriptor', () => {
    const pairing = new Pairing<string>();
    pairing.wait(7, 'a');
    pairing.wait(8, 'b');
    expect(pairing.judge(8, (attempt) => attempt === 'b')).toEqual({ verdict: 'joined', attempt: 'b' });
  });

  it('knows nobody for a descriptor that nobody waits for, and asks for no tag', () => {
    const pairing = new Pairing<string>();
    const judged = pairing.judge(7, () => {
      throw new Error('there is no attempt whose tag could be right');
    });
    expect(judged).toEqual({ verdict: 'unknown' });
  });

  it('leaves the attempt waiting after a wrong tag', () => {
    const pairing = new Pairing<string>();
    pairing.wait(7, 'a');
    expect(pairing.judge(7, () => false)).toEqual({ verdict: 'tagWrong' });
    expect(pairing.judge(7, () => true).verdict).toBe('joined');
  });

  it('uses a descriptor up once somebody has joined', () => {
    const pairing = new Pairing<string>();
    pairing.wait(7, 'a');
    pairing.judge(7, () => true);
    expect(pairing.judge(7, () => true)).toEqual({ verdict: 'unknown' });
  });

  it('forgets an attempt that ended, and not the one that has its number by now', () => {
    const pairing = new Pairing<string>();
    pairing.wait(7, 'a');
    pairing.forget(7, 'a');
    pairing.wait(7, 'b');
    pairing.forget(7, 'a');
    expect(pairing.judge(7, () => true)).toEqual({ verdict: 'joined', attempt: 'b' });
  });

  it('refuses a descriptor that is waited for already', () => {
    const pairing = new Pairing<string>();
    pairing.wait(7, 'a');
    expect(() => pairing.wait(7, 'b')).toThrow(RangeError);
  });
});
