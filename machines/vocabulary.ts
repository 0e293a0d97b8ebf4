/**
 * The words that the charts share: events, facts, reasons and codes, each with its step of the source text
 * (US patent 7,398,286). The charts spell their own names; a test compares them with the implementation's.
 */

/** Network mode: two connections on the WKP. Storage mode: the WKP starts things, the array carries the session. */
export type Mode = 'network' | 'storage';

/** The connections of one attempt: `first` and `second` on the WKP, `array` on the dynamic port. */
export type Connection = 'first' | 'second' | 'array';

/** Why an attempt was declined, as DECLINE says it. */
export type DeclineReason =
  | 'busy'
  | 'modeUnavailable'
  | 'connectionsMismatch'
  | 'portsExhausted'
  | 'arrayUnknown'
  | 'groupUnknown'
  | 'groupRefused'
  | 'groupFull'
  | 'descriptorUnknown'
  | 'tagWrong'
  | 'protocolViolation'
  | 'timedOut'
  | 'closing'
  | 'connectionLost';

/** The reasons that allow a fall back from storage to network mode: the network would serve where the array cannot. */
export const fallbackReasons: readonly DeclineReason[] = [
  'modeUnavailable',
  'portsExhausted',
  'arrayUnknown',
  'groupUnknown',
  'groupRefused',
  'groupFull',
];

/** Why a handshake failed, as its own side reports it. A limit's name means that the limit expired. */
export type FailureCode =
  | ClientLimit
  | ServerLimit
  | Exclude<DeclineReason, 'timedOut' | 'closing' | 'connectionLost'>
  | 'declined'
  | 'connectionRefused'
  | 'connectionEnded'
  | 'connectionReset'
  | 'frameMalformed'
  | 'aborted'
  | 'closed';

/** The time limits of the client process. */
export type ClientLimit =
  | 'firstFrameTimeout'
  | 'secondTimeout'
  | 'arrayTimeout'
  | 'groupTimeout'
  | 'lingerTimeout'
  | 'handshakeTimeout';

/** The time limits of the server process. */
export type ServerLimit = 'connectTimeout' | 'replyTimeout' | 'readyTimeout' | 'handshakeTimeout';

/** Defaults in milliseconds. In the model a limit may expire at any moment; in the implementation they are configured. */
export const defaultLimits: Readonly<Record<ClientLimit | ServerLimit, number>> = {
  firstFrameTimeout: 3_000,
  secondTimeout: 5_000,
  arrayTimeout: 5_000,
  groupTimeout: 2_000,
  lingerTimeout: 2_000,
  connectTimeout: 5_000,
  replyTimeout: 5_000,
  readyTimeout: 5_000,
  handshakeTimeout: 15_000,
};

/** Whether a frame's tag is right for the receiver's transcript. */
export type Tag = 'right' | 'wrong';

/** A DECLINE, on whichever connection. */
export interface Decline<C extends Connection> {
  readonly type: `${C}.decline`;
  readonly tag: Tag;
  readonly reason: DeclineReason;
}

/** What can happen to a connection apart from its frames: its orderly end, a reset, a malformed frame. */
export type Loss<C extends Connection> =
  | { readonly type: `${C}.ended` }
  | { readonly type: `${C}.reset` }
  | { readonly type: `${C}.garbage` };

/** Outcomes of attachGroup. */
export type GroupOutcome =
  | { readonly type: 'group.attached' }
  | { readonly type: 'group.unknown' }
  | { readonly type: 'group.refused' }
  | { readonly type: 'group.full' };

/** What the client process can see happen. */
export type ClientEvent =
  | {
      readonly type: 'first.hello';
      readonly mode: Mode;
      readonly connections: 'same' | 'other';
      readonly capacity: 'free' | 'full';
    }
  | { readonly type: 'first.descriptor'; readonly pairing: 'joined' | 'unknown' | 'tagWrong' }
  | { readonly type: 'first.port' }
  | { readonly type: 'first.group' }
  | { readonly type: 'first.ready' }
  | Decline<'first'>
  | Loss<'first'>
  | { readonly type: 'second.joined' }
  | { readonly type: 'port.opened' }
  | { readonly type: 'port.exhausted' }
  | { readonly type: 'port.unavailable' }
  | { readonly type: 'array.accepted' }
  | { readonly type: 'array.group'; readonly tag: Tag }
  | { readonly type: 'array.hello' }
  | { readonly type: 'array.descriptor' }
  | { readonly type: 'array.port' }
  | { readonly type: 'array.ready' }
  | Decline<'array'>
  | Loss<'array'>
  | GroupOutcome
  | { readonly type: 'close' };

/** What the server process can see happen. */
export type ServerEvent =
  | { readonly type: 'first.connected' }
  | { readonly type: 'first.refused' }
  | { readonly type: 'first.descriptor'; readonly tag: Tag }
  | { readonly type: 'first.port'; readonly tag: Tag; readonly array: 'known' | 'unknown' }
  | { readonly type: 'first.ready'; readonly tag: Tag }
  | { readonly type: 'first.hello' }
  | { readonly type: 'first.group' }
  | Decline<'first'>
  | Loss<'first'>
  | { readonly type: 'second.connected' }
  | { readonly type: 'second.refused' }
  | { readonly type: 'second.ready'; readonly tag: Tag }
  | { readonly type: `second.${'hello' | 'descriptor' | 'port' | 'group'}` }
  | Decline<'second'>
  | Loss<'second'>
  | { readonly type: 'array.connected' }
  | { readonly type: 'array.refused' }
  | { readonly type: 'array.ready'; readonly tag: Tag }
  | { readonly type: `array.${'hello' | 'descriptor' | 'port' | 'group'}` }
  | Decline<'array'>
  | Loss<'array'>
  | GroupOutcome
  | { readonly type: 'close' }
  | { readonly type: 'abort' };
