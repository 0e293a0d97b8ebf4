/** Waits until a run in one process is quiet. */

import { setImmediate } from 'node:timers/promises';
import type { Gatekeeper } from './held-sockets.ts';
import { patient } from './patience.ts';

/** Longest time in milliseconds that the outside may take to become quiet; loopback takes far below one. */
const patience = patient(10_000);

/** Resolves when nothing is on its way and nobody reacts any more. Throws when that takes too long. */
export async function settled(keeper: Gatekeeper): Promise<void> {
  const deadline = Date.now() + patience;
  for (let quiet = 0; quiet < 2; quiet = keeper.isQuiet() ? quiet + 1 : 0) {
    if (Date.now() > deadline) throw new Error(`the outside did not become quiet in ${patience} ms: ${keeper.describe()}`);
    await setImmediate();
  }
}
