/** Every event that the handshake's charts know, with every fact that it can carry (docs/protocol.md, section 8). */
import type { AnyEventObject } from 'xstate';
import type { ClientEvent, DeclineReason, Mode, ServerContext, ServerEvent, Tag } from '../../machines/index.ts';

/** The facts of one event and the values that each can have. */
export type FactValues = Readonly<Record<string, readonly (string | boolean)[]>>;

/** What one role can see happen: event type → facts. */
export type Alphabet = Readonly<Record<string, FactValues>>;

/** The facts that the chart's own event type declares, no more and no fewer. */
type AlphabetOf<Event extends AnyEventObject> = {
  readonly [E in Event as E['type']]: { readonly [Fact in Exclude<keyof E, 'type'>]: readonly E[Fact][] };
};

const reasonsOnce: Readonly<Record<DeclineReason, true>> = {
  busy: true,
  modeUnavailable: true,
  connectionsMismatch: true,
  portsExhausted: true,
  arrayUnknown: true,
  groupUnknown: true,
  groupRefused: true,
  groupFull: true,
  descriptorUnknown: true,
  tagWrong: true,
  protocolViolation: true,
  timedOut: true,
  closing: true,
  connectionLost: true,
};

/** Each reason of a DECLINE. */
export const declineReasons = Object.keys(reasonsOnce) as readonly DeclineReason[];

const modes: readonly Mode[] = ['network', 'storage'];
const tags: readonly Tag[] = ['right', 'wrong'];
const decline = { tag: tags, reason: declineReasons };

/** The client process's alphabet. */
export const clientAlphabet: Alphabet = {
  'first.hello': { mode: modes, connections: ['same', 'other'], capacity: ['free', 'full'] },
  'first.descriptor': { pairing: ['joined', 'unknown', 'tagWrong'] },
  'first.port': {},
  'first.group': {},
  'first.ready': {},
  'first.decline': decline,
  'first.ended': {},
  'first.reset': {},
  'first.garbage': {},
  'second.joined': {},
  'port.opened': {},
  'port.exhausted': {},
  'port.unavailable': {},
  'array.accepted': {},
  'array.group': { tag: tags },
  'array.hello': {},
  'array.descriptor': {},
  'array.port': {},
  'array.ready': {},
  'array.decline': decline,
  'array.ended': {},
  'array.reset': {},
  'array.garbage': {},
  'group.attached': {},
  'group.unknown': {},
  'group.refused': {},
  'group.full': {},
  close: {},
} satisfies AlphabetOf<ClientEvent>;

/** The server process's alphabet. */
export const serverAlphabet: Alphabet = {
  'first.connected': {},
  'first.refused': {},
  'first.descriptor': { tag: tags },
  'first.port': { tag: tags, array: ['known', 'unknown'] },
  'first.ready': { tag: tags },
  'first.hello': {},
  'first.group': {},
  'first.decline': decline,
  'first.ended': {},
  'first.reset': {},
  'first.garbage': {},
  'second.connected': {},
  'second.refused': {},
  'second.ready': { tag: tags },
  'second.hello': {},
  'second.descriptor': {},
  'second.port': {},
  'second.group': {},
  'second.decline': decline,
  'second.ended': {},
  'second.reset': {},
  'second.garbage': {},
  'array.connected': {},
  'array.refused': {},
  'array.ready': { tag: tags },
  'array.hello': {},
  'array.descriptor': {},
  'array.port': {},
  'array.group': {},
  'array.decline': decline,
  'array.ended': {},
  'array.reset': {},
  'array.garbage': {},
  'group.attached': {},
  'group.unknown': {},
  'group.refused': {},
  'group.full': {},
  close: {},
  abort: {},
} satisfies AlphabetOf<ServerEvent>;

/** What record 0 of a server process says. */
export const serverInput: FactValues = {
  mode: modes,
  fallback: [true, false],
} satisfies { readonly [Fact in keyof ServerContext]: readonly ServerContext[Fact][] };

/** Every event of an alphabet: each type with each combination of its facts. */
export function eventsOf(alphabet: Alphabet): AnyEventObject[] {
  return Object.entries(alphabet).flatMap(([type, facts]) => combinations(facts).map((values) => ({ type, ...values })));
}

/** Every combination of values of some facts. */
export function combinations(facts: FactValues): Record<string, string | boolean>[] {
  return Object.entries(facts).reduce<Record<string, string | boolean>[]>(
    (all, [fact, values]) => all.flatMap((known) => values.map((value) => ({ ...known, [fact]: value }))),
    [{}],
  );
}
