/** What is recorded of an attempt, and what its session says of itself, on every path of a role. */
import { getEventListeners } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import type { SeenFrame, Session, TraceRecord } from '../../../impl/index.ts';
import type { Role, RolePath } from '../../drive/role/path.ts';
import { readFrames } from '../../drive/wire.ts';
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

/** What somebody who looks on is told otherwise than it is; undefined when nothing. */
export function observerComplaint(
  path: RolePath,
  records: readonly TraceRecord[],
  looked: readonly (TraceRecord | SeenFrame)[],
): string | undefined {
  if (!isDeepStrictEqual(looked.filter(isRecord), records)) return 'who looks on is told of other records than a trace has';
  const session = records[0]?.session;
  const own = looked.filter((one) => one.session === session);
  for (const [at, one] of own.entries()) {
    if (isRecord(one) || one.way === 'sent') continue;
    const event = own.slice(at + 1).find(isRecord)?.event.type;
    if (event !== undefined && event !== nameOf(one).replace(' ', '.'))
      return `${nameOf(one)} is received, and recorded as ${event}`;
  }
  // Another attempt that the path needs has frames of its own, and behind the path a HELLO or a DECLINE may still be sent.
  const sends = path.steps.flatMap(({ expect }) => expect.flatMap((output) => (output.type === 'sends' ? [output] : [])));
  if (
    sends.some(({ connection }) => connection === 'other') ||
    path.steps.some(({ input }) => 'pairing' in input || input['capacity'] === 'full')
  )
    return undefined;
  const left = own.flatMap((one) => (isRecord(one) || one.way !== 'sent' ? [] : [nameOf(one)]));
  for (const { connection, frame } of sends) {
    const at = left.indexOf(`${connection} ${frame}`);
    if (at < 0) return `nobody is told that ${frame} is sent on ${connection}`;
    left.splice(at, 1);
  }
  const more = left.filter((name) => !/ (hello|decline)$/.test(name));
  return more.length === 0 ? undefined : `somebody is told of ${more.join(', ')}, which nobody has sent`;
}

const isRecord = (one: TraceRecord | SeenFrame): one is TraceRecord => 'seq' in one;
const nameOf = ({ channel, bytes }: SeenFrame) => `${channel} ${readFrames(Buffer.from(bytes)).frames[0]?.name}`;

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
