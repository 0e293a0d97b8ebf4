/** Replays a recorded session on a statechart and finds the first record that the chart would not have written. Takes any machine. */
import type { AnyStateMachine } from 'xstate';
import { ChartSource, type Dialect } from './chart-source.ts';
import { Follower } from './follow.ts';
import { checkShape, type TraceVerdict } from './record.ts';

/**
 * Replays the records of one session, from record 0 on. The session may end anywhere: a recorder can be cut off.
 * Never throws for what the records say.
 */
export function replay(machine: AnyStateMachine, records: readonly unknown[], dialect: Dialect = {}): TraceVerdict {
  const session = new Follower(new ChartSource(machine, dialect));
  for (const [index, unchecked] of records.entries()) {
    const record = checkShape(unchecked, false);
    const misfit = typeof record === 'string' ? { problem: record, fitting: [] } : session.take(record);
    if (misfit !== undefined) return { ok: false, index, ...misfit };
  }
  return { ok: true, missing: 0 };
}
