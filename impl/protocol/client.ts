/** The client process: it listens, and runs one attempt for each connection that it accepts (docs/protocol.md, section 4). */

import type { FailureCode } from './errors.ts';
import { isHandshaking, type LimitName } from './limits.ts';
import type { ReasonName } from './reasons.ts';
import { type Action, type ConnectionEvent, connectionEvents, type Machine, type Row, type Rows } from './table.ts';

export const clientStates = [
  'awaitingFirstFrame',
  'handshaking.network.awaitingSecond',
  'handshaking.storage.openingPort',
  'handshaking.storage.awaitingConnection',
  'handshaking.storage.awaitingGroup',
  'handshaking.storage.attachingGroup',
  'established.lingering',
  'established.open',
  'closing',
  'joined',
  'closed',
  'failed',
] as const;

export type ClientState = (typeof clientStates)[number];

const localEvents = [
  'second.joined',
  'port.opened',
  'port.exhausted',
  'port.unavailable',
  'array.accepted',
  'group.attached',
  'group.unknown',
  'group.refused',
  'group.full',
  'close',
  'timeout',
] as const;

export type ClientEventType = ConnectionEvent<'first' | 'array'> | (typeof localEvents)[number];

export const clientEvents: readonly ClientEventType[] = [
  ...connectionEvents('first'),
  ...connectionEvents('array'),
  ...localEvents,
];

export const clientActions = [
  'sendDescriptor',
  'sendPort',
  'sendReady',
  'sendDecline',
  'openPort',
  'acceptArray',
  'refuseArray',
  'attachGroup',
  'closePort',
  'closeFirst',
  'closeChannels',
  'handOver',
  'reportEstablished',
  'reportFailed',
  'releaseAll',
] as const;

export type ClientActionType = (typeof clientActions)[number];

type ClientRow = Row<ClientState, ClientActionType>;
type ClientRows = Rows<ClientState, ClientEventType, ClientActionType>;

const act = (type: ClientActionType): Action<ClientActionType> => ({ type });

/** Section 4.4: DECLINE where there is a reason to give, then everything is closed. */
function fail(code: FailureCode, reason?: ReasonName): ClientRow {
  const told = reason === undefined ? [] : [{ type: 'sendDecline', reason } as const];
  return { next: 'failed', actions: [...told, { type: 'reportFailed', code }, act('releaseAll')] };
}

function failAfter(limits: readonly LimitName[]): ClientRow[] {
  return limits.map((limit) => ({ when: { limit }, ...fail(limit, 'timedOut') }));
}

const whileHandshaking: ClientRows = {
  'first.ended': [fail('connectionEnded')],
  'first.reset': [fail('connectionReset')],
  'first.garbage': [fail('frameMalformed')],
  'first.decline': [fail('declined')],
  close: [fail('closed', 'closing')],
  timeout: failAfter(['handshakeTimeout']),
};

/** Section 4.3: this array connection is nobody; the next one may be the right one. */
function refuse(reason?: ReasonName): ClientRow {
  return {
    next: 'handshaking.storage.awaitingConnection',
    actions: [reason === undefined ? act('refuseArray') : { type: 'refuseArray', reason }, act('acceptArray')],
  };
}

const closeFirst: ClientRow = { next: 'established.open', actions: [act('closeFirst')] };
const closeSession: ClientRow = { next: 'closed', actions: [act('releaseAll')] };

const table: Readonly<Record<ClientState, ClientRows>> = {
  awaitingFirstFrame: {
    'first.hello': [
      { when: { connections: 'other' }, ...fail('connectionsMismatch', 'connectionsMismatch') },
      { when: { capacity: 'full' }, ...fail('busy', 'busy') },
      // Step 122.
      { when: { mode: 'network' }, next: 'handshaking.network.awaitingSecond', actions: [act('sendDescriptor')] },
      // Steps 162 to 168.
      { when: { mode: 'storage' }, next: 'handshaking.storage.openingPort', actions: [act('openPort')] },
    ],
    'first.descriptor': [
      // Steps 124 and 126.
      { when: { pairing: 'joined' }, next: 'joined', actions: [act('handOver')] },
      { when: { pairing: 'unknown' }, ...fail('descriptorUnknown', 'descriptorUnknown') },
      { when: { pairing: 'tagWrong' }, ...fail('tagWrong', 'tagWrong') },
    ],
    // A port scan gets no answer.
    'first.ended': [fail('connectionEnded')],
    'first.reset': [fail('connectionReset')],
    'first.garbage': [fail('frameMalformed')],
    close: [fail('closed')],
    timeout: [{ when: { limit: 'firstFrameTimeout' }, ...fail('firstFrameTimeout') }],
  },
  'handshaking.network.awaitingSecond': {
    ...whileHandshaking,
    'second.joined': [{ next: 'established.open', actions: [act('sendReady'), act('reportEstablished')] }],
    timeout: failAfter(['secondTimeout', 'handshakeTimeout']),
  },
  'handshaking.storage.openingPort': {
    ...whileHandshaking,
    // Step 170.
    'port.opened': [{ next: 'handshaking.storage.awaitingConnection', actions: [act('sendPort'), act('acceptArray')] }],
    'port.exhausted': [fail('portsExhausted', 'portsExhausted')],
    'port.unavailable': [fail('modeUnavailable', 'modeUnavailable')],
  },
  'handshaking.storage.awaitingConnection': {
    ...whileHandshaking,
    // Step 198.
    'array.accepted': [{ next: 'handshaking.storage.awaitingGroup', actions: [] }],
    timeout: failAfter(['arrayTimeout', 'handshakeTimeout']),
  },
  'handshaking.storage.awaitingGroup': {
    ...whileHandshaking,
    'array.group': [
      // Step 200.
      { when: { tag: 'right' }, next: 'handshaking.storage.attachingGroup', actions: [act('attachGroup')] },
      { when: { tag: 'wrong' }, ...refuse('tagWrong') },
    ],
    'array.hello': [refuse('protocolViolation')],
    'array.descriptor': [refuse('protocolViolation')],
    'array.port': [refuse('protocolViolation')],
    'array.ready': [refuse('protocolViolation')],
    'array.decline': [refuse('protocolViolation')],
    'array.ended': [refuse()],
    'array.reset': [refuse()],
    'array.garbage': [refuse()],
    timeout: [{ when: { limit: 'groupTimeout' }, ...refuse('timedOut') }, ...failAfter(['handshakeTimeout'])],
  },
  'handshaking.storage.attachingGroup': {
    ...whileHandshaking,
    'group.attached': [
      { next: 'established.lingering', actions: [act('sendReady'), act('closePort'), act('reportEstablished')] },
    ],
    'group.unknown': [fail('groupUnknown', 'groupUnknown')],
    'group.refused': [fail('groupRefused', 'groupRefused')],
    'group.full': [fail('groupFull', 'groupFull')],
    'array.ended': [fail('connectionEnded', 'connectionLost')],
    'array.reset': [fail('connectionReset', 'connectionLost')],
    'array.garbage': [fail('frameMalformed', 'protocolViolation')],
  },
  'established.lingering': {
    'first.ended': [closeFirst],
    'first.reset': [closeFirst],
    'first.garbage': [closeFirst],
    timeout: [{ when: { limit: 'lingerTimeout' }, ...closeFirst }],
    // The server process may not have read READY: the end of `first` would tell it that the handshake failed.
    close: [{ next: 'closing', actions: [act('closeChannels')] }],
  },
  'established.open': { close: [closeSession] },
  closing: {
    'first.ended': [closeSession],
    'first.reset': [closeSession],
    'first.garbage': [closeSession],
    timeout: [{ when: { limit: 'lingerTimeout' }, ...closeSession }],
  },
  joined: {},
  closed: {},
  failed: {},
};

/** The client process's side of one attempt. */
export const clientMachine: Machine<ClientState, ClientEventType, ClientActionType> = {
  role: 'client',
  states: clientStates,
  events: clientEvents,
  actions: clientActions,
  initial: 'awaitingFirstFrame',
  start: [],
  final: ['joined', 'closed', 'failed'],
  notes: {
    awaitingFirstFrame: { expects: 'HELLO or DESCRIPTOR' },
    'handshaking.network.awaitingSecond': { expects: 'a second connection with DESCRIPTOR', step: '124, 126' },
    'handshaking.storage.openingPort': { expects: 'a dynamic port', step: '162, 164, 166, 168' },
    'handshaking.storage.awaitingConnection': { expects: 'a connection on the dynamic port', step: '198' },
    'handshaking.storage.awaitingGroup': { expects: 'GROUP', step: '200' },
    'handshaking.storage.attachingGroup': { expects: 'segments of the group' },
    'established.lingering': { expects: 'the end of the first connection' },
    'established.open': { expects: 'session data' },
    closing: { expects: 'the end of the first connection' },
    joined: { expects: 'nothing' },
    closed: { expects: 'nothing' },
    failed: { expects: 'nothing' },
  },
  table,
  violation(state) {
    if (state === 'awaitingFirstFrame') return fail('protocolViolation');
    return isHandshaking(state) ? fail('protocolViolation', 'protocolViolation') : undefined;
  },
};
