/** One line of a trace into the columns. Lines as the implementation writes them are not parsed as JSON more than once for each kind. */
import { type CheckedRecord, checkShape } from '../../model-tests/validate/record.ts';
import type { RecordColumns, RecordKind } from './columns.ts';

/** A line that is no record; the message says what is wrong with it, not where it stands. */
export class TraceLineError extends Error {
  override readonly name = 'TraceLineError';
}

/** `{"session":"…","seq":0,"role":"client","time":0,"state":…`, as JSON.stringify writes a TraceRecord. */
const usual = /^\{"session":"([^"\\]+)","seq":\d+,"role":"(client|server)","time":(\d+(?:\.\d+)?),(?="state":)/;

/**
 * Adds the record of a line.
 *
 * @throws TraceLineError for what is no record.
 */
export function addLine(columns: RecordColumns, line: string): void {
  const match = usual.exec(line);
  if (match === null) {
    addRecord(columns, checkRecord(jsonOf(line)));
    return;
  }
  const [head, session = '', role = '', time = ''] = match;
  const rest = line.slice(head.length);
  const kind = columns.kindOf(`${role[0]}${rest}`, () => kindOf(checkRecord({ session, role, ...objectOf(`{${rest}`) })));
  columns.add(session, kind, Number(time));
}

/** Adds a record that was checked. */
export function addRecord(columns: RecordColumns, record: CheckedRecord): void {
  const { session, role, time, state, event, actions, next } = record;
  const key = JSON.stringify([role, state, event, actions, next]);
  columns.add(
    session,
    columns.kindOf(key, () => kindOf(record)),
    time ?? Number.NaN,
  );
}

/**
 * A record that somebody has parsed.
 *
 * @throws TraceLineError for what is none.
 */
export function checkRecord(value: unknown): CheckedRecord {
  const record = checkShape(value, true);
  if (typeof record === 'string') throw new TraceLineError(`JSON, but ${record}`);
  if (record.role !== 'client' && record.role !== 'server') {
    throw new TraceLineError('JSON, but not a trace record: field role: expected client or server');
  }
  return record;
}

function objectOf(text: string): object {
  const value = jsonOf(text);
  return typeof value === 'object' && value !== null ? value : {};
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new TraceLineError('not JSON; expected one trace record');
  }
}

function kindOf({ role, state = '', event, actions = [], next = '' }: CheckedRecord): RecordKind {
  const failure = actions.find(({ type }) => type === 'reportFailed');
  const isStart = event.type === 'start' || event.type === 'first.hello';
  return {
    role: role as RecordKind['role'],
    state,
    event,
    actions,
    next,
    mode:
      isStart && typeof event['mode'] === 'string'
        ? event['mode']
        : actions.some(({ type }) => type === 'startFallback')
          ? 'network'
          : undefined,
    code: typeof failure?.['code'] === 'string' ? failure['code'] : undefined,
    establishes: actions.some(({ type }) => type === 'reportEstablished'),
  };
}
