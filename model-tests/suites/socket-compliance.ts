/**
 * What every address family promises, as one suite that each family runs: `socketCompliance(name, setup)`.
 * What may live here: tests that only use the socket port. Nothing may know TCP or the array.
 */
import { afterEach, beforeEach, describe } from 'vitest';
import type { Address, Sockets } from '../../impl/sockets/sockets.ts';
import { calls } from './socket-compliance-calls.ts';
import { endings } from './socket-compliance-endings.ts';
import { listening } from './socket-compliance-listening.ts';
import { transfers } from './socket-compliance-transfers.ts';

/** Two sides of one family, made anew for each test. */
export interface ComplianceSides {
  readonly family: Address['family'];
  /** Each side has a descriptor table of its own in which nothing is taken. */
  readonly client: Sockets;
  readonly server: Sockets;
  /** An address to bind to, port 0. */
  address(): Address;
  /** An address at which nobody listens. */
  deadAddress(): Promise<Address>;
  /** What both sides and whatever is below them still hold: descriptors, ports, connections. 0 when nothing is left over. */
  held(): Promise<number>;
  teardown(): Promise<void>;
}

/** Gives the sides of the running test. */
export type Sides = () => ComplianceSides;

/** Registers the suite for one family. */
export function socketCompliance(name: string, setup: () => Promise<ComplianceSides>): void {
  describe(`sockets of ${name}`, () => {
    let current: ComplianceSides | undefined;
    beforeEach(async () => {
      current = await setup();
    });
    afterEach(async () => {
      await current?.teardown();
      current = undefined;
    });
    const sides: Sides = () => {
      if (!current) throw new Error('the sides exist only while a test runs');
      return current;
    };
    calls(sides);
    listening(sides);
    endings(sides);
    transfers(sides);
  });
}
