/** The server process: it dials, and may fall back from storage to network mode (docs/protocol.md, section 5). */

import type { FailureCode } from './errors.ts';
import { isHandshaking, type LimitName } from './limits.ts';
import type { ReasonName } from './reasons.ts';
import { type Action, type ConnectionEvent, connectionEvents, type Machine, type Row, type Rows } from './table.ts';

export const serverStates = [
  'handshaking.connectingFirst',
  'handshaking.network.awaitingDescriptor',
  'handshaking.network.connectingSecond',
  'handshaking.network.awaitingReady.both',
  'handshaking.network.awaitingReady.first',
  'handshaking.network.awaitingReady.second',
  'handshaking.storage.awaitingPort',
  'handshaking.storage.connectingArray',
  'handshaking.storage.awaitingReady',
  'handshaking.storage.awaitingVerdict',
  'handshaking.storage.attachingGroup',
  'established',
  'closed',
  'failed',
] as const;

export type ServerState = (typeof serverStates)[number];

const localEvents = [
  'first.connected',
  'first.refused',
  'second.connected',
  'second.refused',
  'array.connected',
  'array.refused',
  'group.attached',
  'group.unknown',
  'group.refused',
  'group.full',
  'close',
  'abort',
  'timeout',
] as const;

export type ServerEventType = ConnectionEvent<'first' | 'second' | 'array'> | (typeof localEvents)[number];

export const serverEvents: readonly ServerEventType[] = [
  ...connectionEvents('first'),
  ...connectionEvents('second'),
  ...connectionEvents('array'),
  ...localEvents,
];

export const serverActions = [
  'dialFirst',
  'sendHello',
  'dialSecond',
  'sendDescriptor',
  'dialArray',
  'sendGroup',
  'attachGroup',
  'closeFirst',
  'sendDecline',
  'startFallback',
  'reportEstablished',
  'reportFailed',
  'releaseAll',
] as const;

export type ServerActionType = (typeof serverActions)[number];

type ServerRow = Row<ServerState, ServerActionType>;
type ServerRows = Rows<ServerState, ServerEventType, ServerActionType>;

const act = (type: ServerActionType): Action<ServerActionType> => ({ type });
const decline = (reason: ReasonName): Action<ServerActionType> => ({ type: 'sendDecline', reason });

function fail(code: FailureCode, reason?: ReasonName): ServerRow {
  const told = reason === undefined ? [] : [decline(reason)];
  return { next: 'failed', actions: [...told, { type: 'reportFailed', code }, act('releaseAll')] };
}

function failAfter(limits: readonly LimitName[]): ServerRow[] {
  return limits.map((limit) => ({ when: { limit }, ...fail(limit, 'timedOut') }));
}

/** Everything is closed and a new attempt begins, in network mode. */
const fallBack: ServerRow = {
  next: 'handshaking.connectingFirst',
  actions: [act('startFallback'), act('dialFirst')],
  becomes: { mode: 'network' },
};

const whileHandshaking: ServerRows = {
  'first.ended': [fail('connectionEnded')],
  'first.reset': [fail('connectionReset')],
  'first.garbage': [fail('frameMalformed')],
  'first.decline': [{ when: { tag: 'right', fallsBack: true, mode: 'storage', fallback: true }, ...fallBack }, fail('declined')],
  'array.garbage': [fail('frameMalformed', 'protocolViolation')],
  'array.decline': [fail('declined')],
  abort: [fail('aborted', 'closing')],
};

const established: ServerRow = { next: 'established', actions: [act('reportEstablished')] };

/** The client process may be established already: nothing is said on `first`, which stands no longer, and releaseAll resets. */
const untilReady: ServerRows = {
  'first.decline': [fail('declined')],
  'second.decline': [fail('declined')],
  abort: [fail('aborted')],
  timeout: [
    { when: { limit: 'readyTimeout' }, ...fail('readyTimeout') },
    { when: { limit: 'handshakeTimeout' }, ...fail('handshakeTimeout') },
  ],
};

/** READY is still to come on this connection; once it has, the connection is a channel and no event comes from it. */
function untilReadyOn(connection: 'first' | 'second', next: ServerState): ServerRows {
  const ready: ServerRow = next === 'established' ? established : { next, actions: [] };
  return {
    [`${connection}.ready`]: [
      { when: { tag: 'right' }, ...ready },
      { when: { tag: 'wrong' }, ...fail('tagWrong') },
    ],
    [`${connection}.ended`]: [fail('connectionEnded')],
    [`${connection}.reset`]: [fail('connectionReset')],
    [`${connection}.garbage`]: [fail('frameMalformed')],
  };
}

/** Rows that hide those of every handshaking state, and keep a frame from being a violation. */
function ignoring(connection: 'first'): ServerRows {
  const rows: Partial<Record<ServerEventType, readonly ServerRow[]>> = {};
  for (const type of connectionEvents(connection)) rows[type] = [{ actions: [] }];
  return rows;
}

const table: Readonly<Record<ServerState, ServerRows>> = {
  'handshaking.connectingFirst': {
    ...whileHandshaking,
    'first.connected': [
      { when: { mode: 'network' }, next: 'handshaking.network.awaitingDescriptor', actions: [act('sendHello')] },
      { when: { mode: 'storage' }, next: 'handshaking.storage.awaitingPort', actions: [act('sendHello')] },
    ],
    'first.refused': [fail('connectionRefused')],
    // There is nobody to tell yet.
    abort: [fail('aborted')],
    timeout: [
      { when: { limit: 'connectTimeout' }, ...fail('connectTimeout') },
      { when: { limit: 'handshakeTimeout' }, ...fail('handshakeTimeout') },
    ],
  },
  'handshaking.network.awaitingDescriptor': {
    ...whileHandshaking,
    'first.descriptor': [
      // Steps 94, 96, 98.
      { when: { tag: 'right' }, next: 'handshaking.network.connectingSecond', actions: [act('dialSecond')] },
      { when: { tag: 'wrong' }, ...fail('tagWrong', 'tagWrong') },
    ],
    timeout: failAfter(['replyTimeout', 'handshakeTimeout']),
  },
  'handshaking.network.connectingSecond': {
    ...whileHandshaking,
    // Step 100.
    'second.connected': [{ next: 'handshaking.network.awaitingReady.both', actions: [act('sendDescriptor')] }],
    'second.refused': [fail('connectionRefused', 'connectionLost')],
    timeout: failAfter(['connectTimeout', 'handshakeTimeout']),
  },
  'handshaking.network.awaitingReady.both': {
    ...untilReady,
    ...untilReadyOn('first', 'handshaking.network.awaitingReady.second'),
    ...untilReadyOn('second', 'handshaking.network.awaitingReady.first'),
  },
  'handshaking.network.awaitingReady.first': { ...untilReady, ...untilReadyOn('first', 'established') },
  'handshaking.network.awaitingReady.second': { ...untilReady, ...untilReadyOn('second', 'established') },
  'handshaking.storage.awaitingPort': {
    ...whileHandshaking,
    'first.port': [
      { when: { tag: 'wrong' }, ...fail('tagWrong', 'tagWrong') },
      // Steps 140, 142/228, 144, 234.
      { when: { tag: 'right', array: 'known' }, next: 'handshaking.storage.connectingArray', actions: [act('dialArray')] },
      {
        when: { tag: 'right', array: 'unknown', fallback: true },
        ...fallBack,
        actions: [decline('arrayUnknown'), ...fallBack.actions],
      },
      { when: { tag: 'right', array: 'unknown' }, ...fail('arrayUnknown', 'arrayUnknown') },
    ],
    timeout: failAfter(['replyTimeout', 'handshakeTimeout']),
  },
  'handshaking.storage.connectingArray': {
    ...whileHandshaking,
    // Step 236.
    'array.connected': [{ next: 'handshaking.storage.awaitingReady', actions: [act('sendGroup')] }],
    'array.refused': [fail('connectionRefused', 'connectionLost')],
    timeout: failAfter(['connectTimeout', 'handshakeTimeout']),
  },
  'handshaking.storage.awaitingReady': {
    ...whileHandshaking,
    'array.ready': [
      { when: { tag: 'right' }, next: 'handshaking.storage.attachingGroup', actions: [act('attachGroup')] },
      { when: { tag: 'wrong' }, ...fail('tagWrong', 'tagWrong') },
    ],
    // Not the last word: the reason may still be on its way on `first`.
    'array.ended': [{ next: 'handshaking.storage.awaitingVerdict', actions: [] }],
    'array.reset': [{ next: 'handshaking.storage.awaitingVerdict', actions: [] }],
    timeout: failAfter(['readyTimeout', 'handshakeTimeout']),
  },
  'handshaking.storage.awaitingVerdict': {
    ...whileHandshaking,
    timeout: failAfter(['readyTimeout', 'handshakeTimeout']),
  },
  'handshaking.storage.attachingGroup': {
    ...whileHandshaking,
    // READY has come, so the client process is established: nothing that comes on `first` matters any more.
    ...ignoring('first'),
    'array.ended': [fail('connectionEnded', 'connectionLost')],
    'array.reset': [fail('connectionReset', 'connectionLost')],
    'group.attached': [{ next: 'established', actions: [act('closeFirst'), act('reportEstablished')] }],
    'group.unknown': [fail('groupUnknown', 'connectionLost')],
    'group.refused': [fail('groupRefused', 'connectionLost')],
    'group.full': [fail('groupFull', 'connectionLost')],
    timeout: failAfter(['handshakeTimeout']),
  },
  established: { close: [{ next: 'closed', actions: [act('releaseAll')] }] },
  closed: {},
  failed: {},
};

/** The server process's side, a fall back included. Its context: `mode` and `fallback`. */
export const serverMachine: Machine<ServerState, ServerEventType, ServerActionType> = {
  role: 'server',
  states: serverStates,
  events: serverEvents,
  actions: serverActions,
  initial: 'handshaking.connectingFirst',
  start: [act('dialFirst')],
  final: ['closed', 'failed'],
  notes: {
    'handshaking.connectingFirst': { expects: 'a connection to the well-known port' },
    'handshaking.network.awaitingDescriptor': { expects: 'DESCRIPTOR', step: '122' },
    'handshaking.network.connectingSecond': { expects: 'a second connection to the well-known port', step: '94, 96, 98' },
    'handshaking.network.awaitingReady.both': { expects: 'READY on both connections', step: '100' },
    'handshaking.network.awaitingReady.first': { expects: 'READY on the first connection', step: '100' },
    'handshaking.network.awaitingReady.second': { expects: 'READY on the second connection', step: '100' },
    'handshaking.storage.awaitingPort': { expects: 'PORT', step: '140' },
    'handshaking.storage.connectingArray': { expects: 'a connection to the dynamic port', step: '142/228, 144, 234' },
    'handshaking.storage.awaitingReady': { expects: 'READY', step: '236' },
    'handshaking.storage.awaitingVerdict': { expects: "the client process's reason" },
    'handshaking.storage.attachingGroup': { expects: 'segments of the group' },
    established: { expects: 'session data' },
    closed: { expects: 'nothing' },
    failed: { expects: 'nothing' },
  },
  table,
  violation(state) {
    if (mayBeEstablishedThere(state)) return fail('protocolViolation');
    return isHandshaking(state) ? fail('protocolViolation', 'protocolViolation') : undefined;
  },
};

/**
 * Whether the client process may be established while this process still handshakes (section 5, network mode): then `first` stands no
 * longer, and giving up resets both connections, since their end would be taken for the end of the session's data.
 */
export function mayBeEstablishedThere(state: ServerState): boolean {
  return state.startsWith('handshaking.network.awaitingReady.');
}
