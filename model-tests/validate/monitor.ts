/** The check of a trace, record by record as they are made: what a live session does is followed on its chart. */
import type { TraceRecord } from '../../impl/index.ts';
import { Follower } from './follow.ts';
import { handshakeSources } from './handshake-dialects.ts';
import { type CheckedRecord, type FittingRecord, nameOf } from './record.ts';

/**
 * A live session has done what its statechart would not have done. The message names the session, the record and what was expected.
 */
export class MonitorError extends Error {
  override readonly name = 'MonitorError';
  /** Stable, as the codes of StpConnectError are. */
  readonly code = 'traceViolated';

  constructor(
    /** What the record has, and what was expected. */
    readonly problem: string,
    /** The first record of the session that fits no run. */
    readonly record: TraceRecord,
    /** The records that would have fitted there. */
    readonly fitting: readonly FittingRecord[],
  ) {
    super(`The session does what its statechart does not: ${record.role} ${nameOf(checked(record))}: ${problem}`);
  }
}

/** The final states of both charts. */
const over: ReadonlySet<string> = new Set(['joined', 'closed', 'failed']);

/** Follows every session of one process. What it keeps of a session is let go when the session is over. */
export class Monitor {
  readonly #sessions = new Map<string, Follower | MonitorError>();

  /** Takes a record as it is made. Answers with an error for the first one of a session that fits no run; behind it nothing is compared. */
  take(record: TraceRecord): MonitorError | undefined {
    const session = this.#sessions.get(record.session) ?? this.#begin(record);
    if (over.has(record.next)) this.#sessions.delete(record.session);
    if (session instanceof MonitorError) return undefined;
    const misfit = session.take(checked(record));
    if (misfit === undefined) return undefined;
    const violation = new MonitorError(misfit.problem, record, misfit.fitting);
    if (!over.has(record.next)) this.#sessions.set(record.session, violation);
    return violation;
  }

  /** What a session that is not over has done wrong. */
  violationOf(session: string): MonitorError | undefined {
    const known = this.#sessions.get(session);
    return known instanceof MonitorError ? known : undefined;
  }

  #begin({ role, session }: TraceRecord): Follower {
    const follower = new Follower(handshakeSources[role]);
    this.#sessions.set(session, follower);
    return follower;
  }
}

/** The implementation's own record has the shape of one that was checked. */
function checked(record: TraceRecord): CheckedRecord {
  return record as unknown as CheckedRecord;
}
