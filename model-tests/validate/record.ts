/** Trace records as somebody else wrote them (docs/protocol.md, section 9): nothing is believed before it was looked at. */
import { z } from 'zod';
import { quoted } from './words.ts';

/** A record whose shape was checked. Facts and parameters are still whatever the recorder says; what it does not say is not compared. */
export type CheckedRecord = z.infer<typeof partialSchema>;

/** A record that would have fitted. */
export interface FittingRecord {
  readonly state: string;
  readonly event: { readonly type: string; readonly [fact: string]: unknown };
  readonly actions: readonly { readonly type: string; readonly [param: string]: unknown }[];
  readonly next: string;
}

/** Why a record fits no run. */
export interface Misfit {
  /** What the record has, and what was expected. */
  readonly problem: string;
  /** The records that would have fitted there: those of the same event where it may happen there, otherwise all; empty where none would. */
  readonly fitting: readonly FittingRecord[];
}

/**
 * What became of a trace. `missing`: how many records were bridged, as far as gaps in `seq` tell. `index` counts the records from 0 and
 * is that of the first one that fits no run.
 */
export type TraceVerdict =
  | { readonly ok: true; readonly missing: number }
  | ({ readonly ok: false; readonly index: number } & Misfit);

const typed = z.object({ type: z.string().min(1) }).catchall(z.json().optional());

const wholeSchema = z.strictObject({
  session: z.string().min(1),
  seq: z.int().nonnegative(),
  role: z.string(),
  time: z.number(),
  state: z.string(),
  event: typed,
  actions: z.array(typed),
  next: z.string(),
});

const partialSchema = wholeSchema.partial({ seq: true, time: true, state: true, actions: true, next: true });

/** The record, or what is wrong with its shape. A partial one may lack everything but session, role and event. */
export function checkShape(record: unknown, partial: boolean): CheckedRecord | string {
  const parsed = (partial ? partialSchema : wholeSchema).safeParse(record);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.length ? `field ${issue.path.join('.')}: ` : '';
  return `not a trace record: ${field}${issue?.message ?? 'it has another shape'}`;
}

/** `session 7, record 3`. */
export function nameOf({ session, seq }: CheckedRecord): string {
  const name = /^[\w-]+$/.test(session) ? session : quoted(session);
  return seq === undefined ? `session ${name}` : `session ${name}, record ${seq}`;
}
