/** What each side of a trace sent and received, connection by connection (docs/protocol.md, sections 2 and 8). */
import type { CheckedRecord } from './record.ts';

/** A frame that one side sent or received: its name, with the mode of a HELLO and the reason of a DECLINE. */
interface Frame {
  readonly name: string;
  /** Where the record stands in the trace. */
  readonly index: number;
}

/** A frame that was received. */
interface Received extends Frame {
  /** Its tag was right, so somebody who knows the secret sent it. */
  readonly genuine: boolean;
  /** It is the HELLO that an attempt began with. It has no tag, but the tags of all that follows vouch for it. */
  readonly begins: boolean;
}

/** One side's end of one connection. */
export interface End {
  readonly sent: Frame[];
  readonly received: Received[];
}

/** The end of a connection that there is not. */
export const nothing: End = { sent: [], received: [] };

/** One try of a server process: a fall back begins another one. */
export interface DialledTry {
  readonly mode: unknown;
  readonly first: End;
  readonly second: End;
  readonly array: End;
}

/** One connection that the client process accepted on the WKP, and what it became. */
export interface AcceptedAttempt {
  readonly first: End;
  /** Each connection that was accepted on the dynamic port. */
  readonly arrays: End[];
  /** The attempt whose second connection this one became, or the other way round. */
  joinedTo: AcceptedAttempt | undefined;
  joinedBy: AcceptedAttempt | undefined;
}

/** Both sides of a trace. */
export interface Conversations {
  readonly tries: readonly DialledTry[];
  readonly attempts: readonly AcceptedAttempt[];
  /** The first `second.joined` with no connection that was let in, if there is one. */
  readonly joinedByNobody: number | undefined;
}

/** Reads records that fit. */
export function conversationsOf(records: readonly CheckedRecord[]): Conversations {
  const servers = new Map<string, DialledTry[]>();
  const clients = new Map<string, AcceptedAttempt>();
  /** Connections that were let in, and that no attempt has taken yet: the attempt that was named does so at once. */
  const letIn: AcceptedAttempt[] = [];
  let joinedByNobody: number | undefined;
  for (const [index, record] of records.entries()) {
    if (record.role === 'server') {
      readServer(servers, record, index);
      continue;
    }
    const attempt = clients.get(record.session) ?? newAttempt();
    clients.set(record.session, attempt);
    if (record.event.type === 'second.joined') {
      attempt.joinedBy = letIn.pop();
      if (attempt.joinedBy === undefined) joinedByNobody ??= index;
      else attempt.joinedBy.joinedTo = attempt;
    }
    readClient(attempt, record, index);
    if (record.event['pairing'] === 'joined') letIn.push(attempt);
  }
  return { tries: [...servers.values()].flat(), attempts: [...clients.values()], joinedByNobody };
}

function readServer(servers: Map<string, DialledTry[]>, { session, event, actions = [] }: CheckedRecord, index: number): void {
  const tries = servers.get(session) ?? [newTry(event['mode'])];
  servers.set(session, tries);
  const current = tries.at(-1) as DialledTry;
  const [connection = '', what = ''] = event.type.split('.');
  const end = connection === 'first' || connection === 'second' || connection === 'array' ? current[connection] : undefined;
  if (end !== undefined) receive(end, what, event, index);
  for (const { type, reason } of actions) {
    // Behind DESCRIPTOR on the second connection `first` does not stand: nothing is said there.
    if (type === 'sendDecline' && current.second.sent.length === 0) current.first.sent.push({ name: `decline ${reason}`, index });
    else if (type === 'sendDescriptor') current.second.sent.push({ name: 'descriptor', index });
    else if (type === 'sendGroup') current.array.sent.push({ name: 'group', index });
    else if (type === 'startFallback') tries.push(newTry('network'));
    else if (type === 'sendHello') current.first.sent.push({ name: `hello ${current.mode}`, index });
  }
}

function readClient(attempt: AcceptedAttempt, { event, actions = [] }: CheckedRecord, index: number): void {
  const [connection = '', what = ''] = event.type.split('.');
  if (event.type === 'array.accepted') attempt.arrays.push(newEnd());
  const array = attempt.arrays.at(-1);
  const end = connection === 'first' ? attempt.first : connection === 'array' ? array : undefined;
  if (end !== undefined) receive(end, what, event, index);
  for (const { type, reason } of actions) {
    if (type === 'sendDescriptor') attempt.first.sent.push({ name: 'descriptor', index });
    else if (type === 'sendPort') attempt.first.sent.push({ name: 'port', index });
    else if (type === 'sendDecline') attempt.first.sent.push({ name: `decline ${reason}`, index });
    else if (type === 'refuseArray' && reason !== undefined) array?.sent.push({ name: `decline ${reason}`, index });
    else if (type === 'sendReady')
      for (const one of array === undefined ? [attempt.joinedBy?.first, attempt.first] : [array])
        one?.sent.push({ name: 'ready', index });
  }
}

const frameNames = ['hello', 'descriptor', 'port', 'group', 'ready', 'decline'];

function receive(end: End, what: string, event: CheckedRecord['event'], index: number): void {
  if (!frameNames.includes(what)) return;
  const content = { hello: event['mode'], decline: event['reason'] }[what];
  const name = content === undefined ? what : `${what} ${content}`;
  const genuine = event['tag'] === 'right' || event['pairing'] === 'joined';
  end.received.push({ name, index, genuine, begins: event['mode'] !== undefined });
}

function newEnd(): End {
  return { sent: [], received: [] };
}

function newTry(mode: unknown): DialledTry {
  return { mode, first: newEnd(), second: newEnd(), array: newEnd() };
}

function newAttempt(): AcceptedAttempt {
  return { first: newEnd(), arrays: [], joinedTo: undefined, joinedBy: undefined };
}
