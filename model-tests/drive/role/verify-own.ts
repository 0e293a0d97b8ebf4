/** The implementation's roles one by one: our client process against a puppet server process, and the other way round. */
import type { CriterionRequest } from '../../generate/criterion.ts';
import { criterionSuite, criterionText } from '../criteria/role-suite.ts';
import { type Rig, realRig, simulatedRig } from '../rigs.ts';
import { OwnClient } from './own-client.ts';
import { OwnServer } from './own-server.ts';
import type { Role } from './path.ts';
import { coverRole, everything } from './paths.ts';
import { type RoleEvent, verifyRole } from './verify-role.ts';
import { verifyTables } from './verify-tables.ts';

/** What to drive. */
export interface OwnRoleOptions {
  readonly role: Role;
  /** What the WKP is made of; `protocol`: the role's transition table alone, without sockets. */
  readonly wkp: Rig['name'] | 'protocol';
  /** Only this mode; default both. */
  readonly mode?: 'network' | 'storage' | undefined;
  /** Decides how deliveries are split, and what a malformed frame looks like. Default 1. */
  readonly seed?: number | undefined;
  /** Only the path with this name, as a failure prints it, for example `client.42`. */
  readonly path?: string | undefined;
  /** What to generate instead of a transition cover. */
  readonly generate?: CriterionRequest | undefined;
  /** Tell before the row what was run of the chart, and how long each path took. Default false. */
  readonly detail?: boolean | undefined;
}

/** The secret of the tester and of whatever it configures. */
export const testSecret = Buffer.from('a secret of the generated tests');

/** Drives one role of the implementation along the paths of its chart, over one kind of WKP. */
export async function* verifyOwnRole(options: OwnRoleOptions): AsyncGenerator<RoleEvent, void> {
  const { role, wkp, mode, seed = 1, path, generate, detail } = options;
  const modes = mode === undefined ? undefined : [mode];
  const suite = generate ? criterionSuite(role, generate, everything, modes) : coverRole(role, everything, modes);
  const command = `stpconnect verify --role ${role} --wkp ${wkp}${mode === undefined ? '' : ` --mode ${mode}`}${criterionText(generate)}`;
  if (wkp === 'protocol') {
    yield* verifyTables({ role, suite, seed, path, detail, command });
    return;
  }
  const rig = wkp === 'simulated' ? simulatedRig() : await realRig(wkp);
  const subject = role === 'client' ? new OwnClient(rig, seed) : new OwnServer(rig, seed);
  try {
    yield* verifyRole({
      name: wkp,
      subject,
      suite,
      secret: testSecret,
      seed,
      path,
      detail,
      limitsOf: (_path, trial) => (trial === 0 ? {} : undefined),
      command,
    });
  } finally {
    await subject.close();
    await rig.close();
  }
}
