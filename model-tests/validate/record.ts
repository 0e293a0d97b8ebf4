/** Trace records as somebody else wrote them (docs/protocol.md, section 9): nothing is believed before it was looked at. */
import { z } from 'zod';

/** A record whose shape was checked. Facts and parameters are still whatever the recorder says. */
export type CheckedRecord = z.infer<typeof recordSchema>;

/** What became of a trace. `index` counts the records from 0; the problem says what the record has and what was expected. */
export type TraceVerdict = { readonly ok: true } | { readonly ok: false; readonly index: number; readonly problem: string };

const typed = z.object({ type: z.string().min(1) }).catchall(z.json().optional());

const recordSchema = z.strictObject({
  session: z.string().min(1),
  seq: z.int().nonnegative(),
  role: z.string(),
  time: z.number(),
  state: z.string(),
  event: typed,
  actions: z.array(typed),
  next: z.string(),
});

/** The record, or what is wrong with its shape. */
export function checkShape(record: unknown): CheckedRecord | string {
  const parsed = recordSchema.safeParse(record);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.length ? `field ${issue.path.join('.')}: ` : '';
  return `not a trace record: ${field}${issue?.message ?? 'it has another shape'}`;
}
