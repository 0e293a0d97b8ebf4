/** What is recorded of an attempt, and what its session says of itself, on every path of a role. */
import { getEventListeners } from 'node:events';
import type { Session, TraceRecord } from '../../../impl/index.ts';
import type { Role, RolePath } from '../../drive/role/path.ts';
import { clientAlphabet, serverAlphabet } from '../../validate/alphabet.ts';
import { validateTrace } from '../../validate/validate-trace.ts';

const alphabets = { client: clientAlphabet, server: serverAlphabet } as const;

/** What is wrong with the records of a path; undefined when nothing is. */
export function recordsComplaint(role: Role, records: readonly TraceRecord[]): string | undefined {
  const verdict = validateTrace(records);
  if (!verdict.ok) return `the trace fits no run: ${verdict.problem}`;
  for (const { event, state } of records) {
    // A frame where none is allowed has facts only where they could be found out.
    const facts = Object.keys(alphabets[role][event.type] ?? {});
    const missing = facts.filter((fact) => !(fact in event));
    const isDecline = event.type.endsWith('.decline');
    if (missing.length > 0 && (isDecline || missing.length < facts.length))
      return `${event.type} in ${state} is recorded without ${missing.join()}`;
  }
  return undefined;
}

/** What a session says of itself otherwise than its path has it; undefined when nothing. */
export function sessionComplaint({ role, steps }: RolePath, session: Session | undefined): string | undefined {
  const established = steps.flatMap(({ expect }) => expect).find((output) => output.type === 'established');
  if (established === undefined || !('mode' in established)) return undefined;
  if (session === undefined) return 'there is no session';
  const { mode, id, descriptor, group, fallbackReason } = session;
  const wanted = steps[0]?.input['mode'];
  const reasons = steps.flatMap(({ input, expect }) => [
    ...(input.type === 'first.decline' && input['tag'] === 'right' ? [input['reason']] : []),
    ...expect.flatMap((output) => (output.type === 'sends' && output.frame === 'decline' ? [output.reason] : [])),
  ]);
  const expected = {
    mode: established.mode,
    descriptor: mode === 'network' ? 'number' : 'undefined',
    group: mode === 'network' ? undefined : 'STG0',
    fallbackReason: role === 'server' && wanted === 'storage' && mode === 'network' ? reasons[0] : undefined,
  };
  const seen = { mode, descriptor: typeof descriptor, group, fallbackReason };
  if (JSON.stringify(seen) !== JSON.stringify(expected))
    return `the session says ${JSON.stringify(seen)}, not ${JSON.stringify(expected)}`;
  return id.length > 0 ? undefined : 'the session has no name';
}

/** Nobody listens any more to a signal that has nothing more to stop. */
export function signalComplaint(signal: AbortSignal, path: RolePath): string | undefined {
  const isOver = path.steps.some(({ expect }) => expect.some(({ type }) => type === 'established' || type === 'failed'));
  return isOver && getEventListeners(signal, 'abort').length > 0 ? 'somebody still listens to the signal' : undefined;
}
