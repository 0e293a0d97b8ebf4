/** Validates traces of the handshake: both roles, as many sessions as there are, interleaved as they were recorded. */
import { clientMachine, serverMachine } from '../../machines/index.ts';
import { clientAlphabet, serverAlphabet, serverInput } from './alphabet.ts';
import { checkShape, type TraceVerdict } from './record.ts';
import { ChartSource, type Dialect, quoted, Replay } from './replay.ts';

/** A DECLINE that cannot be sent is none: where `first` does not stand, to send it or not is the same. */
const optionalActions = ['sendDecline'];

/** What the records of a client process can say. */
export const clientDialect: Dialect = { alphabet: clientAlphabet, input: {}, optionalActions };

/** What the records of a server process can say. */
export const serverDialect: Dialect = { alphabet: serverAlphabet, input: serverInput, optionalActions };

/**
 * Compares trace records (docs/protocol.md, section 9) with the statecharts of both roles and stops at the first record that does not
 * fit. What is not a record at all is a problem, too; nothing that a record says makes this throw.
 * @example
 * const verdict = validateTrace(lines.map((line) => JSON.parse(line)));
 * if (!verdict.ok) console.error(`record ${verdict.index}: ${verdict.problem}`);
 */
export function validateTrace(records: readonly unknown[]): TraceVerdict {
  const sources = {
    client: new ChartSource(clientMachine, clientDialect),
    server: new ChartSource(serverMachine, serverDialect),
  };
  const sessions = new Map<string, Replay>();
  for (const [index, unchecked] of records.entries()) {
    const problem = take(sessions, sources, unchecked);
    if (problem !== undefined) return { ok: false, index, problem };
  }
  return { ok: true };
}

type Sources = Readonly<Record<'client' | 'server', ChartSource>>;

function take(sessions: Map<string, Replay>, sources: Sources, unchecked: unknown): string | undefined {
  const record = checkShape(unchecked);
  if (typeof record === 'string') return record;
  const { role, session, seq } = record;
  const name = /^[\w-]+$/.test(session) ? session : quoted(session);
  if (role !== 'client' && role !== 'server')
    return `session ${name}, record ${seq}: role is ${quoted(role)}; expected client or server`;
  const key = `${role} ${session}`;
  const replaying = sessions.get(key) ?? new Replay(sources[role]);
  sessions.set(key, replaying);
  const problem = replaying.take(record);
  return problem === undefined ? undefined : `${role} session ${name}, record ${seq}: ${problem}`;
}
