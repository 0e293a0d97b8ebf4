/** The implementation's roles one by one: our client process against a puppet server process, and the other way round. */

import type { Criterion, CriterionOptions } from '../../generate/criterion.ts';
import { type Rig, realRig, simulatedRig } from '../rigs.ts';
import { everything } from './capabilities.ts';
import { OwnClient } from './own-client.ts';
import { OwnServer } from './own-server.ts';
import type { Role } from './path.ts';
import { suiteOfRole } from './suites.ts';
import { type RoleEvent, verifyRole } from './verify-role.ts';

/** What to drive. */
export interface OwnRoleOptions {
  readonly role: Role;
  /** What the WKP is made of. */
  readonly wkp: Rig['name'];
  /** Only this mode; default both. */
  readonly mode?: 'network' | 'storage' | undefined;
  /** What the paths are to take; default `transitions`. */
  readonly criterion?: Criterion | undefined;
  readonly options?: CriterionOptions | undefined;
  /** The words of the command line that say the same: a failure prints them. */
  readonly words?: string | undefined;
  /** Decides how deliveries are split, and what a malformed frame looks like. Default 1. */
  readonly seed?: number | undefined;
  /** Only the path with this name, as a failure prints it, for example `client.42`. */
  readonly path?: string | undefined;
}

/** The secret of the tester and of whatever it configures. */
export const testSecret = Buffer.from('a secret of the generated tests');

/** Drives one role of the implementation along a transition cover of its chart, over one kind of WKP. */
export async function* verifyOwnRole(own: OwnRoleOptions): AsyncGenerator<RoleEvent, void> {
  const { role, wkp, mode, criterion = 'transitions', options = {}, words = '', seed = 1, path } = own;
  const rig = wkp === 'simulated' ? simulatedRig() : await realRig(wkp);
  const subject = role === 'client' ? new OwnClient(rig, seed) : new OwnServer(rig, seed);
  try {
    yield* verifyRole({
      name: wkp,
      subject,
      suite: suiteOfRole(role, criterion, options, everything, mode === undefined ? undefined : [mode]),
      secret: testSecret,
      seed,
      path,
      limitsOf: (_path, trial) => (trial === 0 ? {} : undefined),
      command: `stpconnect verify --role ${role} --wkp ${wkp}${mode === undefined ? '' : ` --mode ${mode}`}${words}`,
    });
  } finally {
    await subject.close();
    await rig.close();
  }
}
