/** Validates traces of the handshake: both roles, as many sessions as there are, interleaved as they were recorded. */
import { bothSides } from './both-sides.ts';
import { Follower, type Patience } from './follow.ts';
import { handshakeSources } from './handshake-dialects.ts';
import { type CheckedRecord, checkShape, type Misfit, nameOf, type TraceVerdict } from './record.ts';
import { quoted } from './words.ts';

/** How a trace is judged. */
export interface TraceOptions {
  /**
   * Whether something may be missing: records (a gap in `seq`, or no `seq` at all), and of a record everything but `session`, `role` and
   * `event`. What is missing is searched for among everything that the charts allow. Default false.
   */
  readonly partial?: boolean | undefined;
  /** With `partial`: how many records may be missing in a row. Default: any number. */
  readonly maxMissing?: number | undefined;
  /**
   * Whether the trace has all sessions of both sides, wholly: then each frame whose tag was right has to have been sent by a session of the
   * other side. Not together with `partial`. Default false.
   */
  readonly bothSides?: boolean | undefined;
  /** With `bothSides`: whether the records of both sides stand in the order in which things happened, so that no frame comes before it was sent. Default false. */
  readonly inOrder?: boolean | undefined;
}

/**
 * Compares trace records (docs/protocol.md, section 9) with the statecharts of both roles and stops at the first record that fits no run.
 * What is not a record at all is a problem, too; nothing that a record says makes this throw.
 *
 * @throws RangeError for options that exclude each other.
 * @example
 * const verdict = validateTrace(lines.map((line) => JSON.parse(line)), { partial: true });
 * if (!verdict.ok) console.error(`record ${verdict.index}: ${verdict.problem}`);
 */
export function validateTrace(records: readonly unknown[], options: TraceOptions = {}): TraceVerdict {
  const { partial = false, maxMissing = Number.POSITIVE_INFINITY } = options;
  if (partial && options.bothSides) throw new RangeError('bothSides needs whole sessions: it does not go together with partial');
  const trace = new Trace({ partial, maxMissing: partial ? maxMissing : 0 });
  for (const [index, record] of records.entries()) {
    const misfit = trace.take(record);
    if (misfit !== undefined) return { ok: false, index, ...misfit };
  }
  const unsent = options.bothSides ? bothSides(trace.records, options.inOrder ?? false) : undefined;
  return unsent === undefined ? { ok: true, missing: trace.missing } : { ok: false, ...unsent };
}

/** All sessions of a trace, each followed on its own. */
class Trace {
  readonly records: CheckedRecord[] = [];
  readonly #patience: Patience;
  readonly #sessions = new Map<string, Follower>();

  constructor(patience: Patience) {
    this.#patience = patience;
  }

  get missing(): number {
    return [...this.#sessions.values()].reduce((sum, session) => sum + session.missing, 0);
  }

  take(unchecked: unknown): Misfit | undefined {
    const record = checkShape(unchecked, this.#patience.partial);
    if (typeof record === 'string') return { problem: record, fitting: [] };
    const { role, session } = record;
    if (role !== 'client' && role !== 'server')
      return { problem: `${nameOf(record)}: role is ${quoted(role)}; expected client or server`, fitting: [] };
    this.records.push(record);
    const key = `${role} ${session}`;
    const follower = this.#sessions.get(key) ?? new Follower(handshakeSources[role], this.#patience);
    this.#sessions.set(key, follower);
    const misfit = follower.take(record);
    return misfit && { ...misfit, problem: `${role} ${nameOf(record)}: ${misfit.problem}` };
  }
}
