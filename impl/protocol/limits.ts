/** The time limits and where they run (docs/protocol.md, section 7). */

/** Defaults in milliseconds. */
export const defaultLimits = {
  firstFrameTimeout: 3_000,
  secondTimeout: 5_000,
  arrayTimeout: 5_000,
  groupTimeout: 2_000,
  lingerTimeout: 2_000,
  connectTimeout: 5_000,
  replyTimeout: 5_000,
  readyTimeout: 5_000,
  handshakeTimeout: 15_000,
} as const satisfies Record<string, number>;

/** The name of a time limit; also the failure code when it expires. */
export type LimitName = keyof typeof defaultLimits;

/** A number of milliseconds for each limit. */
export type Limits = Readonly<Record<LimitName, number>>;

/** Each LimitName, in the order of the page. */
export const limitNames = Object.keys(defaultLimits) as readonly LimitName[];

const HANDSHAKING = 'handshaking.';
const AWAITING_READY = 'handshaking.network.awaitingReady.';

/** A limit that runs in a state. It goes on in another state that names the same limit and scope, and starts anew in any other. */
export interface RunningLimit {
  readonly limit: LimitName;
  /** The state, or the compound state, that the limit belongs to. */
  readonly scope: string;
}

const limitsOfStates: Readonly<Record<string, LimitName>> = {
  awaitingFirstFrame: 'firstFrameTimeout',
  'handshaking.network.awaitingSecond': 'secondTimeout',
  'handshaking.storage.awaitingConnection': 'arrayTimeout',
  'handshaking.storage.awaitingGroup': 'groupTimeout',
  'established.lingering': 'lingerTimeout',
  closing: 'lingerTimeout',
  'handshaking.connectingFirst': 'connectTimeout',
  'handshaking.network.connectingSecond': 'connectTimeout',
  'handshaking.storage.connectingArray': 'connectTimeout',
  'handshaking.network.awaitingDescriptor': 'replyTimeout',
  'handshaking.storage.awaitingPort': 'replyTimeout',
  'handshaking.network.awaitingReady.both': 'readyTimeout',
  'handshaking.network.awaitingReady.first': 'readyTimeout',
  'handshaking.network.awaitingReady.second': 'readyTimeout',
  'handshaking.storage.awaitingReady': 'readyTimeout',
  'handshaking.storage.awaitingVerdict': 'readyTimeout',
};

/** The limits that run in a state of either role. */
export function limitsOf(state: string): readonly RunningLimit[] {
  const running: RunningLimit[] = [];
  const own = limitsOfStates[state];
  if (own !== undefined) running.push({ limit: own, scope: state.startsWith(AWAITING_READY) ? AWAITING_READY : state });
  if (isHandshaking(state)) running.push({ limit: 'handshakeTimeout', scope: HANDSHAKING });
  return running;
}

/** Whether a state of either role lies below `handshaking`. */
export function isHandshaking(state: string): boolean {
  return state.startsWith(HANDSHAKING);
}
