/**
 * Bad input: a peer that is played by plain socket calls does what the page forbids, in both roles and both modes. The law is
 * docs/protocol.md; the oracle is what crosses the wire, the code of the failure, and that nothing is left behind.
 */
import { describe } from 'vitest';
import { badClientProcess } from './bad-input-dialler.ts';
import { dialling } from './bad-input-dialling.ts';
import { malformedFrames } from './bad-input-frames.ts';
import { badServerProcess } from './bad-input-listener.ts';
import { randomBytesFirst } from './bad-input-random.ts';
import { strangers } from './bad-input-strangers.ts';
import type { Setup } from './bad-input-world.ts';

/**
 * Registers the suite for one address family of the WKP. `setup` opens a rig of real sockets in which nothing is held yet.
 * @example
 * badInput('tcp', () => realRig('tcp'));
 */
export function badInput(name: string, setup: Setup): void {
  const malformed = malformedFrames();
  describe(`bad input over ${name}`, () => {
    describe('a server process that misbehaves', () => badServerProcess(setup, malformed));
    describe('strangers and replays', () => strangers(setup));
    describe('a client process that misbehaves', () => badClientProcess(setup, malformed));
    describe('connect', () => dialling(setup));
    describe('random bytes', () => randomBytesFirst(setup));
  });
}
