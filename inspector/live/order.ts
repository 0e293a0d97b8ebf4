/**
 * Puts what several processes send into one order. It arrives as their connections happen to be read, so it waits a moment: then records stand by
 * their times, and a frame that somebody has received behind the record of whoever sent it.
 */
import type { CheckedRecord } from '../../model-tests/validate/record.ts';
import type { RecordedFrame } from '../traces/words.ts';

/** A record that waits, with its frames. */
export interface Waiting {
  readonly record: CheckedRecord;
  /** Those that were received just before it, and those that were sent because of it. */
  readonly received: readonly RecordedFrame[];
  readonly sent: RecordedFrame[];
}

/**
 * The records in their order. `waiting` is in the order of arrival, in which the records of one session are right already.
 */
export function inOrder(waiting: readonly Waiting[]): Waiting[] {
  const byTime = waiting
    .map((one, place) => ({ one, place }))
    .sort((a, b) => (a.one.record.time ?? 0) - (b.one.record.time ?? 0) || a.place - b.place)
    .map(({ one }) => one);
  const before = new Map<Waiting, Waiting>();
  const lastOf = new Map<string, Waiting>();
  const senders = new Map<string, Waiting>();
  for (const one of waiting) {
    const session = `${one.record.role} ${one.record.session}`;
    const last = lastOf.get(session);
    if (last !== undefined) before.set(one, last);
    lastOf.set(session, one);
    for (const { frame } of one.sent) if (frame.hex !== undefined && !senders.has(frame.hex)) senders.set(frame.hex, one);
  }
  const causesOf = (one: Waiting) => [
    before.get(one),
    ...one.received.map(({ frame }) => (frame.hex === undefined ? undefined : senders.get(frame.hex))),
  ];
  return afterTheirCauses(byTime, causesOf);
}

/** Each behind what it was caused by, otherwise as they stand. Causes that go in a circle, which only a liar has, are left as they stand. */
function afterTheirCauses(all: readonly Waiting[], causesOf: (one: Waiting) => readonly (Waiting | undefined)[]): Waiting[] {
  const ordered = new Set<Waiting>();
  const seen = new Set<Waiting>();
  for (const first of all) {
    const stack = [first];
    for (let one = stack.at(-1); one !== undefined; one = stack.at(-1)) {
      const causes = seen.has(one) ? [] : causesOf(one).filter((cause) => cause !== undefined && !seen.has(cause));
      seen.add(one);
      if (causes.length > 0) {
        stack.push(...(causes as Waiting[]));
        continue;
      }
      ordered.add(one);
      stack.pop();
    }
  }
  return [...ordered];
}
