/**
 * Judges traces by the implementation's hand-written tables, without a look at the charts: what one of them would not have written fits no
 * run. Slow and simple, for comparison.
 */
import { isDeepStrictEqual } from 'node:util';
import { clientMachine } from '../../impl/protocol/client.ts';
import { limitsOf } from '../../impl/protocol/limits.ts';
import { serverMachine } from '../../impl/protocol/server.ts';
import { step } from '../../impl/protocol/step.ts';
import { type Facts, isFrameEvent, type Machine } from '../../impl/protocol/table.ts';
import { type Alphabet, clientAlphabet, combinations, eventsOf, type FactValues, serverAlphabet } from '../validate/alphabet.ts';

/** A record that may say anything. */
export interface LooseRecord extends Record<string, unknown> {
  session: string;
  seq: number;
  role: string;
  state: string;
  event: Record<string, unknown> & { type: string };
  actions: (Record<string, unknown> & { type: string })[];
  next: string;
}

const tables: Readonly<Record<string, { readonly table: Machine<string, string, string>; readonly alphabet: Alphabet }>> = {
  client: { table: clientMachine as Machine<string, string, string>, alphabet: clientAlphabet },
  server: { table: serverMachine as Machine<string, string, string>, alphabet: serverAlphabet },
};

/** What a session has come to. */
interface Position {
  readonly seq: number;
  readonly state: string;
  readonly context: Facts;
}

type Happened = Record<string, unknown> & { type: string };

/** The index of the first record that the tables would not have written. */
export function firstWrong(records: readonly LooseRecord[]): number | undefined {
  const sessions = new Map<string, Position>();
  const wrong = records.findIndex((record) => {
    const key = `${record.role} ${record.session}`;
    const at = sessions.get(key);
    if (record.seq !== (at?.seq ?? 0)) return true;
    const after = goOn(record, at);
    if (after !== undefined) sessions.set(key, after);
    return after === undefined;
  });
  return wrong < 0 ? undefined : wrong;
}

/** Whether the last record fits behind the others of its session, one record being missing between: each one is tried. */
export function fitsBehindAnyOne(before: readonly LooseRecord[], record: LooseRecord): boolean {
  const at = before.reduce<Position | undefined>((position, one) => goOn(one, position), undefined);
  const known = tables[record.role];
  if (known === undefined) return false;
  const { table, alphabet } = known;
  if (at === undefined) {
    const contexts: Facts[] =
      record.role === 'client' ? [{}] : combinations({ mode: ['network', 'storage'], fallback: [true, false] });
    return contexts.some((context) => goOn(record, { seq: 1, state: table.initial, context }) !== undefined);
  }
  const timeouts = limitsOf(at.state).map(({ limit }) => ({ type: 'timeout', limit }));
  return [...eventsOf(alphabet), ...timeouts].some((event) => {
    const happened = outcome(table, at, event as Happened);
    const between = happened && { seq: at.seq + 1, state: happened.next, context: happened.context };
    return between !== undefined && goOn(record, between) !== undefined;
  });
}

/** Where the record leads, or undefined where the tables would not have written it there. */
function goOn({ role, state, event, actions, next }: LooseRecord, at: Position | undefined): Position | undefined {
  const known = tables[role];
  if (known === undefined) return undefined;
  const { table, alphabet } = known;
  const { type, ...facts } = event;
  if (at === undefined) {
    const isInput =
      role === 'client'
        ? isDeepStrictEqual(facts, {})
        : isLegal(facts, { mode: ['network', 'storage'], fallback: [true, false] });
    const fits = type === 'start' && isInput && state === '' && next === table.initial && isDeepStrictEqual(actions, table.start);
    return fits ? { seq: 1, state: next, context: facts } : undefined;
  }
  const values: FactValues | undefined =
    type === 'timeout' ? { limit: limitsOf(at.state).map(({ limit }) => limit) } : alphabet[type];
  if (state !== at.state || values === undefined || !isLegal(facts, values, type !== 'timeout')) return undefined;
  const missing = Object.fromEntries(Object.entries(values).filter(([fact]) => facts[fact] === undefined));
  const [happened, ...others] = combinations(missing).map((added) => outcome(table, at, { ...event, ...added }));
  if (happened === undefined || others.some((other) => !isDeepStrictEqual(other, happened))) return undefined;
  // Only the server process may have nobody to decline to; what it says all the same has to be what the table says.
  const isLeftOut = role === 'server' && declinesToNobody(state) && !actions.some((action) => action.type === 'sendDecline');
  const expected = happened.actions.filter((action) => !(isLeftOut && action.type === 'sendDecline'));
  const fits = next === happened.next && isDeepStrictEqual(actions, expected);
  return fits ? { seq: at.seq + 1, state: next, context: happened.context } : undefined;
}

/** What the table does; undefined for what cannot happen there or has no row. */
function outcome(table: Machine<string, string, string>, { state, context }: Position, event: Happened) {
  if (table.final.includes(state) || (isOfConnection(event.type) && !isThere(table.role, state, event.type))) return undefined;
  const hasRow = table.table[state]?.[event.type] !== undefined;
  const isFrame = isFrameEvent(event.type);
  // A frame without a row is a violation while handshaking; behind that, only `first` is still read, and frames on it are ignored.
  if (!hasRow && !isFrame) return undefined;
  const { next, actions, context: after } = step(table, state, event, context);
  return { next, actions, context: after };
}

const isOfConnection = (type: string) => isFrameEvent(type) || /\.(ended|reset|garbage)$/.test(type);

/** Which connections are there and no channels yet, by the names of the states. */
function isThere(role: string, state: string, type: string): boolean {
  const [connection = ''] = type.split('.');
  if (connection === 'array')
    return role === 'client' ? /Group$/.test(state) : /storage\.(awaitingReady|attachingGroup)$/.test(state);
  if (connection === 'second') return role === 'server' && /awaitingReady\.(both|second)$/.test(state);
  return role === 'client'
    ? /^(awaitingFirstFrame|handshaking\..*|.*lingering|closing)$/.test(state)
    : /^handshaking\./.test(state) && !/connectingFirst$|awaitingReady\.second$/.test(state);
}

/** Where `first` of the server process may not stand, so that DECLINE may be said to nobody. */
function declinesToNobody(state: string): boolean {
  return (
    state === 'handshaking.connectingFirst' || /awaitingReady\.\w+$/.test(state) || state === 'handshaking.storage.attachingGroup'
  );
}

function isLegal(facts: Readonly<Record<string, unknown>>, values: FactValues, mayLack = false): boolean {
  const areKnown = Object.entries(facts).every(([fact, value]) => value === undefined || values[fact]?.includes(value as string));
  return areKnown && (mayLack || Object.keys(values).every((fact) => facts[fact] !== undefined));
}
