/** Random alterations of a trace: one record altered, removed, doubled or put somewhere else. */
import fc from 'fast-check';
import { clientMachine } from '../../impl/protocol/client.ts';
import { serverMachine } from '../../impl/protocol/server.ts';
import { clientAlphabet, serverAlphabet, serverInput } from '../validate/alphabet.ts';
import type { LooseRecord } from './table-judge.ts';

/** What an alteration gets beside the record: chance, as whole numbers. */
interface Chance {
  /** One of these, by chance; undefined where there is none. */
  pick<T>(among: readonly T[]): T | undefined;
}

/** Alters a copy of the records. Answers whether anything was altered, since not each record has what is altered. */
type Alter = (records: LooseRecord[], index: number, chance: Chance) => boolean;

/** What has to become of a trace: refused at that very record, whatever else; or judged by the tables. */
export type Expectation = 'refused there' | 'judged';

const machines = { client: clientMachine, server: serverMachine };
const roleOf = ({ role }: LooseRecord) => (role === 'client' ? 'client' : 'server');
const alphabetOf = (record: LooseRecord) => (roleOf(record) === 'client' ? clientAlphabet : serverAlphabet);
const at = (records: LooseRecord[], index: number) => records[index] as LooseRecord;
const others = <T>(all: readonly T[], one: T) => all.filter((other) => other !== one);

/** Sets a field to another of these values. */
function set(record: Record<string, unknown>, field: string, values: readonly unknown[], chance: Chance): boolean {
  const value = chance.pick(others(values, record[field]));
  if (value === undefined) return false;
  record[field] = value;
  return true;
}

function factsOf(record: LooseRecord) {
  const { event } = record;
  if (event.type === 'start') return record.role === 'server' ? serverInput : {};
  return alphabetOf(record)[event.type] ?? {};
}

/** Each kind of alteration, and what has to become of it. */
export const alterations: Readonly<Record<string, readonly [Expectation, Alter]>> = {
  'another seq': ['refused there', (records, index, chance) => set(at(records, index), 'seq', [0, 1, 2, 3, 5, 8, 1_000], chance)],
  'another role': [
    'refused there',
    (records, index, chance) => set(at(records, index), 'role', ['client', 'server', 'stranger'], chance),
  ],
  'another state before': [
    'refused there',
    (records, index, chance) =>
      set(at(records, index), 'state', ['', 'nowhere', ...machines[roleOf(at(records, index))].states], chance),
  ],
  'another state after': [
    'refused there',
    (records, index, chance) =>
      set(at(records, index), 'next', ['', 'nowhere', ...machines[roleOf(at(records, index))].states], chance),
  ],
  'another session': [
    'judged',
    (records, index, chance) => set(at(records, index), 'session', ['another', ...records.map(({ session }) => session)], chance),
  ],
  'another time': ['judged', (records, index, chance) => set(at(records, index), 'time', [-1, 0.5, 1e15], chance)],
  'another event': [
    'judged',
    (records, index, chance) =>
      set(at(records, index).event, 'type', ['start', ...machines[roleOf(at(records, index))].events], chance),
  ],
  'an unknown event': [
    'refused there',
    (records, index, chance) => set(at(records, index).event, 'type', ['first.gossip', 'first.*', 'xstate.stop'], chance),
  ],
  'another fact': [
    'judged',
    (records, index, chance) => {
      const [fact, values] = chance.pick(Object.entries(factsOf(at(records, index)))) ?? [];
      return fact !== undefined && set(at(records, index).event, fact, values ?? [], chance);
    },
  ],
  'an impossible fact': [
    'refused there',
    (records, index, chance) => {
      const fact = chance.pick(Object.keys(factsOf(at(records, index))));
      return fact !== undefined && set(at(records, index).event, fact, ['pigeon', 7, null], chance);
    },
  ],
  'a fact less': [
    'judged',
    (records, index, chance) => {
      const fact = chance.pick(Object.keys(at(records, index).event).filter((name) => name !== 'type'));
      return fact !== undefined && delete at(records, index).event[fact];
    },
  ],
  'a fact more': [
    'refused there',
    (records, index, chance) => set(at(records, index).event, chance.pick(['nonce', 'secret', 'port']) ?? '', [1, '00'], chance),
  ],
  'an action less': [
    'judged',
    (records, index, chance) => {
      const { actions } = at(records, index);
      const place = chance.pick([...actions.keys()]);
      return place !== undefined && actions.splice(place, 1).length > 0;
    },
  ],
  'an action more': [
    'refused there',
    (records, index, chance) => {
      const type = chance.pick([...machines[roleOf(at(records, index))].actions, 'praise']) ?? '';
      return at(records, index).actions.push({ type }) > 0;
    },
  ],
  'another action': [
    'refused there',
    (records, index, chance) => {
      const action = chance.pick(at(records, index).actions);
      return action !== undefined && set(action, 'type', [...machines[roleOf(at(records, index))].actions, 'praise'], chance);
    },
  ],
  'another parameter': [
    'refused there',
    (records, index, chance) => {
      const action = chance.pick(at(records, index).actions);
      const parameter = action && chance.pick(['reason', 'code']);
      return action !== undefined && set(action, parameter ?? '', ['busy', 'timedOut', 'closed', 'nothing'], chance);
    },
  ],
  'actions in another order': [
    'refused there',
    (records, index) => {
      const { actions } = at(records, index);
      actions.push(...actions.splice(0, 1));
      return actions.length > 1;
    },
  ],
  'a record less': ['judged', (records, index) => records.splice(index, 1).length > 0],
  'a record twice': [
    'judged',
    (records, index, chance) =>
      records.splice(chance.pick([...records.keys()]) ?? 0, 0, structuredClone(at(records, index))) !== undefined,
  ],
  'a record somewhere else': [
    'judged',
    (records, index, chance) =>
      records.splice(chance.pick([...records.keys()]) ?? 0, 0, ...records.splice(index, 1)) !== undefined,
  ],
  'two records exchanged': [
    'judged',
    (records, index, chance) => {
      const other = chance.pick(others([...records.keys()], index));
      if (other === undefined) return false;
      [records[index], records[other]] = [at(records, other), at(records, index)];
      return true;
    },
  ],
};

/** An altered trace. */
export interface Altered {
  readonly kind: string;
  readonly expectation: Expectation;
  /** The record that was altered, by its place in the trace as it was. */
  readonly index: number;
  readonly records: LooseRecord[];
}

/** Alterations of these kinds of any of these traces. */
export function altered(traces: readonly (readonly LooseRecord[])[], kinds: readonly string[]): fc.Arbitrary<Altered> {
  const draw = fc.record({
    trace: fc.nat(traces.length - 1),
    kind: fc.constantFrom(...kinds),
    place: fc.nat(10_000),
    chance: fc.infiniteStream(fc.nat(10_000)),
  });
  return draw
    .map(({ trace, kind, place, chance }): Altered | undefined => {
      const records = structuredClone(traces[trace] ?? []) as LooseRecord[];
      const [expectation, alter] = alterations[kind] ?? ['judged', () => false];
      const index = place % records.length;
      const pick = <T>(among: readonly T[]) => among[Number(chance.next().value) % among.length];
      return alter(records, index, { pick }) ? { kind, expectation, index, records } : undefined;
    })
    .filter((one) => one !== undefined);
}
