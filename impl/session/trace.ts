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

/** A frame of the handshake as it crosses the wire. */
export interface SeenFrame {
  /** The attempt that sends or receives it. */
  readonly session: string;
  readonly way: 'sent' | 'received';
  /** The connection, as the role that sends or receives calls it. */
  readonly channel: 'first' | 'second' | 'array';
  /** Header and payload; nonce and tag are among them. Not to be written to. */
  readonly bytes: Uint8Array;
}

/** Somebody who looks on while attempts are made. A frame that is received comes before the record of its event, one that is sent behind it. */
export interface Observer {
  /** Gets each record, as a trace does. */
  record(record: TraceRecord): void;
  /** Gets each frame of the handshake. */
  frame?(frame: SeenFrame): void;
}
