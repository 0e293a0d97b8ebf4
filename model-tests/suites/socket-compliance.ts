/**
 * What every address family promises, as one suite that each family runs: `socketCompliance(name, setup)`.
 * What may live here: tests that only use the socket port. Nothing may know TCP or the array.
 */
import { afterEach, beforeEach, describe } from 'vitest';
import { calls } from './socket-compliance-calls.ts';
import { endings } from './socket-compliance-endings.ts';
import { listening } from './socket-compliance-listening.ts';
import type { ComplianceSides, Sides } from './socket-compliance-support.ts';
import { transfers } from './socket-compliance-transfers.ts';

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
