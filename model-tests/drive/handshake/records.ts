/** Trace records as both sides of the comparison spell them, grouped by process. */
import type { TraceRecord } from '../../../impl/index.ts';
import { fallbackReasons } from '../../../machines/index.ts';
import type { ChartStep } from './stage.ts';

/** What one process did, in order: `event -> state: actions`. */
export type RecordsByProcess = Readonly<Record<string, readonly string[]>>;

/** What the charts say the processes did. */
export function expectedRecords(steps: readonly ChartStep[]): RecordsByProcess {
  const records: Record<string, string[]> = {};
  for (const { who, event, step } of steps) {
    const key = `${who.role} ${who.index}`;
    const line = describeRecord(event, step.outputs, step.next.path);
    records[key] = [...(records[key] ?? []), line];
  }
  return records;
}

/** What the implementation's trace says the processes did. */
export function seenRecords(records: readonly (readonly [process: string, record: TraceRecord])[]): RecordsByProcess {
  const byProcess: Record<string, string[]> = {};
  for (const [key, { event, next, actions }] of records) {
    if (event.type === 'start') continue;
    const line = describeRecord({ ...event }, actions, next);
    byProcess[key] = [...(byProcess[key] ?? []), line];
  }
  return byProcess;
}

type Action = { readonly type: string; readonly params?: unknown };

function describeRecord(
  event: { readonly type: string; readonly [fact: string]: unknown },
  actions: readonly Action[],
  next: string,
): string {
  const told = describeActions(actions);
  // A frame that is not allowed, or that nobody minds, is recorded by its name alone.
  const minded = told !== '' && !told.includes('protocolViolation');
  return `${minded ? describeEvent(event) : event.type} -> ${next}: ${told}`;
}

function describeEvent(event: { readonly type: string; readonly [fact: string]: unknown }): string {
  const facts = Object.entries(event)
    .filter(([name]) => name !== 'type' && !(name === 'tag' && isIndifferent(event)))
    .map(([name, value]) => `${name} ${String(value)}`)
    .sort();
  return [event.type, ...facts].join(' ');
}

/** The tag of a DECLINE decides about nothing but a fall back; when frames cross, it may be wrong without anybody lying. */
function isIndifferent(event: { readonly type: string; readonly [fact: string]: unknown }): boolean {
  return event.type.endsWith('.decline') && !fallbackReasons.some((reason) => reason === event['reason']);
}

/** Without sendDecline: whether there is somebody to tell is seen on the wire, and so is what was said. */
function describeActions(actions: readonly Action[]): string {
  return actions
    .filter(({ type }) => type !== 'sendDecline')
    .map(describeAction)
    .join(', ');
}

function describeAction(action: Action): string {
  const params =
    'params' in action ? action.params : Object.fromEntries(Object.entries(action).filter(([name]) => name !== 'type'));
  const texts = Object.values((params ?? {}) as Record<string, unknown>).map(String);
  return [action.type, ...texts].join(' ');
}
