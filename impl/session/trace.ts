/** What a driver writes about an attempt: one record for each event (docs/protocol.md, section 9). */

import type { Action, Facts } from '../protocol/table.ts';
import type { Role } from '../protocol/transcript.ts';

/** One record. As a line of NDJSON it is `JSON.stringify(record)`. Nothing in it is secret. */
export interface TraceRecord {
  /** The attempt that the record belongs to. */
  readonly session: string;
  /** Counts from 0 in each session. */
  readonly seq: number;
  readonly role: Role;
  /** Milliseconds of the recorder's clock. */
  readonly time: number;
  /** The state before; empty in record 0. */
  readonly state: string;
  /** What happened, with its facts; `start` in record 0. */
  readonly event: { readonly type: string } & Facts;
  readonly actions: readonly Action[];
  /** The state after. */
  readonly next: string;
}

/** Takes each record as it is made, before its actions are performed. */
export type TraceSink = (record: TraceRecord) => void;
