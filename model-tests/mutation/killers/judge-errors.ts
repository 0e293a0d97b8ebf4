/**
 * One role against a puppet, and what its errors say on every path that ends in a failure: where it happened, what was expected there, and
 * what was behind it.
 */
import { clientMachine } from '../../../impl/protocol/client.ts';
import { attemptFailures, StpConnectError } from '../../../impl/protocol/errors.ts';
import { serverMachine } from '../../../impl/protocol/server.ts';
import type { StateNote } from '../../../impl/protocol/table.ts';
import { simulatedRig } from '../../drive/rigs.ts';
import { driveRolePath } from '../../drive/role/drive.ts';
import { OwnClient } from '../../drive/role/own-client.ts';
import { OwnServer } from '../../drive/role/own-server.ts';
import type { Role, RoleInput, RolePath } from '../../drive/role/path.ts';
import { coverRole } from '../../drive/role/paths.ts';
import { testSecret } from '../../drive/role/verify-own.ts';
import { observerComplaint, recordsComplaint, sessionComplaint, signalComplaint } from './judge-records.ts';
import { type PathChoice, rolePathsOf } from './prepared.ts';

const notes: Readonly<Record<Role, Readonly<Record<string, StateNote>>>> = {
  client: clientMachine.notes,
  server: serverMachine.notes,
};

/** Events behind which something else has thrown. */
const hasCause = /\.(reset|garbage|refused|full|exhausted)$|^(port|group)\.(unavailable|unknown)$|^abort$/;
/** A frame that came on a connection. */
const frame = /^(first|second|array)\.(hello|descriptor|port|group|ready|decline)$/;

/** One role over simulated sockets, errors included. Returns how many paths were driven. */
export async function* complaintsAboutRoleAndErrors(
  role: Role,
  choice: PathChoice | 'without an array',
): AsyncGenerator<string, number> {
  const rig = simulatedRig();
  const modes = choice === 'without an array' ? (['network'] as const) : undefined;
  const subject = role === 'client' ? new OwnClient(rig, 1, modes) : new OwnServer(rig, 1);
  const nonces = new Set<string>();
  const paths = choice === 'without an array' ? coverRole(role, subject.capabilities).paths : rolePathsOf(role, choice);
  try {
    for (const [place, path] of paths.entries()) {
      const wrong = await driveRolePath(path, { subject, secret: testSecret, nonces, seed: place, limits: {} });
      if (wrong !== undefined)
        yield `${path.name}, ${wrong.input}: ${wrong.what}: expected ${wrong.expected}, seen ${wrong.seen}`;
      const complaint =
        recordsComplaint(role, subject.records) ??
        observerComplaint(path, subject.records, subject.looked) ??
        sessionComplaint(path, subject.sessions[setsUp(path)]) ??
        (subject instanceof OwnServer ? signalComplaint(subject.signal, path) : undefined);
      if (complaint !== undefined) yield `${path.name}: ${complaint}`;
      const failure = failureOn(path);
      if (failure === undefined) continue;
      const errors = subject.errors.filter((error) => error instanceof StpConnectError && error.code === failure.code);
      const complaints = errors.map((error) => complaintAbout(error as StpConnectError, failure, role, modes === undefined));
      if (!complaints.includes(undefined))
        yield `${path.name}, ${failure.input.type} in ${failure.state}: ${complaints[0] ?? 'no error'}`;
    }
    return paths.length;
  } finally {
    await subject.close();
    await rig.close();
  }
}

/** How many sessions there were before that of the path: one that fills the listener. */
const setsUp = ({ steps }: RolePath) => (steps.some(({ input }) => input['capacity'] === 'full') ? 1 : 0);

interface ExpectedFailure {
  readonly code: keyof typeof attemptFailures;
  readonly state: string;
  readonly input: RoleInput;
}

/** The step of a path that reports a failure; undefined where none does. */
function failureOn({ steps }: RolePath): ExpectedFailure | undefined {
  for (const [at, { input, expect }] of steps.entries()) {
    for (const output of expect) {
      if (output.type === 'failed')
        return { code: output.code as ExpectedFailure['code'], state: steps[at - 1]?.state ?? '', input };
    }
  }
  return undefined;
}

/** What is wrong with an error; undefined when nothing is. */
function complaintAbout(
  error: StpConnectError,
  { code, state, input }: ExpectedFailure,
  role: Role,
  isAttached: boolean,
): string | undefined {
  const { expects, step } = notes[role][state] ?? {};
  const [, connection, name = ''] = frame.exec(input.type) ?? [];
  const details: string[] = [];
  // Without an array there is nobody who could have thrown.
  const isCaused = hasCause.test(input.type) && (isAttached || input.type !== 'port.unavailable');
  if (code === 'declined') details.push(`Its reason: ${error.reason}.`);
  if (code === 'protocolViolation') details.push(`It was ${name.toUpperCase()} on the ${connection} connection.`);
  const where = `State: ${state}${step === undefined ? '' : ` (step ${step})`}; expected ${expects}.`;
  if (error.state !== state || error.step !== step) return `it says ${error.state}, step ${error.step}`;
  if (code === 'declined' && error.reason !== (input['reason'] ?? 'portsExhausted')) return `it gives the reason ${error.reason}`;
  if (code !== 'declined' && error.reason !== undefined) return `it gives the reason ${error.reason}, though nobody declined`;
  if (isCaused !== (error.cause !== undefined)) return `its cause is ${String(error.cause)}`;
  const because = error.cause instanceof Error ? [sentence(error.cause.message)] : details.filter((detail) => detail !== '');
  const said = [attemptFailures[code].sentence, ...because, where].join(' ');
  return error.message === said ? undefined : `it says "${error.message}", not "${said}"`;
}

const sentence = (text: string) => (text.endsWith('.') ? text : `${text}.`);
