/**
 * Waiting for the bell of an attachment, the only wait there is, however many connections stand: looks around, then looks at the bell for a while where
 * that has been worth it, then sleeps until somebody rings.
 */
import { setImmediate as turn } from 'node:timers/promises';
import type { HostTable, Owner } from './hosts.ts';
import { type Spin, Spinner } from './waiting.ts';

/** Rounds without sleep behind which the event loop turns, so that timers fire and other sockets are served. */
const ROUNDS_A_TURN = 32;

/** What an attachment does when its bell rang. */
export interface Attendant {
  /** False: this attachment is closed, or has found that it was taken back. */
  stands(): boolean;
  look(): void;
  /** Undefined while it has anything that somebody might ring for; else what resolves when it has. Nobody waits on shared memory for nothing. */
  idle(): Promise<void> | undefined;
}

/** Attends to the bell of `owner` as long as the attachment stands. */
export async function attend(hosts: HostTable, owner: Owner, spin: Spin | undefined, attendant: Attendant): Promise<void> {
  const spinner = new Spinner(spin);
  const rung = () => hosts.rung(owner);
  for (let rounds = 0; attendant.stands(); rounds += 1) {
    await attendant.idle();
    hosts.hush(owner);
    attendant.look();
    if (spinner.spin(rung)) {
      if (rounds % ROUNDS_A_TURN === 0) await turn();
      // Those who were told just now act in microtasks.
      else await undefined;
      continue;
    }
    const before = performance.now();
    await hosts.listen(owner);
    spinner.slept(performance.now() - before);
  }
}
