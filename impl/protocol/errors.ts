/** Every code that an error of this package can have: one table. */

import type { ReasonName } from './reasons.ts';

/** `usage`: local misuse, configuration or wish; `peer`: what the other side did; `transport`: what lies between; `timeout`: a limit expired. */
export type FailureKind = 'usage' | 'peer' | 'transport' | 'timeout';

/** What the table says of a code. */
export interface FailureEntry {
  readonly kind: FailureKind;
  /** One sentence for people. */
  readonly sentence: string;
}

/** The codes that an attempt can fail with (docs/protocol.md, section 8). */
export const attemptFailures = {
  firstFrameTimeout: { kind: 'timeout', sentence: 'No first frame came in time.' },
  secondTimeout: { kind: 'timeout', sentence: 'No second connection joined in time.' },
  arrayTimeout: { kind: 'timeout', sentence: 'No connection came to the dynamic port in time.' },
  groupTimeout: { kind: 'timeout', sentence: 'No GROUP came in time.' },
  lingerTimeout: { kind: 'timeout', sentence: 'The server process did not end the first connection in time.' },
  connectTimeout: { kind: 'timeout', sentence: 'The connection was not made in time.' },
  replyTimeout: { kind: 'timeout', sentence: 'The client process did not answer HELLO in time.' },
  readyTimeout: { kind: 'timeout', sentence: 'READY did not come in time.' },
  handshakeTimeout: { kind: 'timeout', sentence: 'The handshake took longer than all of it may take.' },
  declined: { kind: 'peer', sentence: 'The peer declined.' },
  connectionRefused: { kind: 'transport', sentence: 'A connection could not be made.' },
  connectionEnded: { kind: 'transport', sentence: 'The peer ended a connection.' },
  connectionReset: { kind: 'transport', sentence: 'A connection was reset; bytes may be lost.' },
  frameMalformed: { kind: 'peer', sentence: 'The peer sent bytes that are not a frame.' },
  protocolViolation: { kind: 'peer', sentence: 'The peer sent a frame that is not allowed here.' },
  tagWrong: { kind: 'peer', sentence: 'The tag of a frame is not right: another secret, a stale number or an intruder.' },
  descriptorUnknown: { kind: 'peer', sentence: 'No attempt was waiting for the descriptor that a second connection named.' },
  busy: { kind: 'usage', sentence: 'There are as many sessions as the configuration allows.' },
  connectionsMismatch: { kind: 'peer', sentence: 'The peer expects another number of connections.' },
  modeUnavailable: { kind: 'usage', sentence: 'Storage mode was asked for, and this process has no storage array.' },
  portsExhausted: { kind: 'transport', sentence: 'The storage array has no free dynamic port.' },
  arrayUnknown: { kind: 'usage', sentence: 'This process is not attached to the array that the peer named.' },
  groupUnknown: { kind: 'usage', sentence: 'The array has no group of that name.' },
  groupRefused: {
    kind: 'usage',
    sentence: 'The group could not be attached: its list does not name both hosts, or the array refused.',
  },
  groupFull: { kind: 'transport', sentence: 'The group has no free segments.' },
  aborted: { kind: 'usage', sentence: 'The attempt was told to stop.' },
  closed: { kind: 'usage', sentence: 'It was closed here.' },
} as const satisfies Record<string, FailureEntry>;

/** The codes of errors that no attempt fails with: they come from the calls of the public interface. */
export const callFailures = {
  configInvalid: { kind: 'usage', sentence: 'The options are not valid.' },
  addressInUse: { kind: 'usage', sentence: 'Somebody else listens on this address.' },
  addressUnavailable: { kind: 'usage', sentence: 'This process does not have that address.' },
  listenFailed: { kind: 'transport', sentence: 'The well-known port could not be opened.' },
  acceptFailed: { kind: 'transport', sentence: 'Accepting a connection failed; the listener goes on.' },
  callbackFailed: { kind: 'usage', sentence: 'A callback that was passed in threw.' },
} as const satisfies Record<string, FailureEntry>;

/** A code that an attempt can fail with. */
export type FailureCode = keyof typeof attemptFailures;

/** Every code that a StpConnectError can have. */
export type ErrorCode = FailureCode | keyof typeof callFailures;

/** Each FailureCode, in the order of the table. */
export const failureCodes = Object.keys(attemptFailures) as readonly FailureCode[];

/** What an error says besides its code. */
export interface ErrorFacts {
  /** The state that it happened in. */
  readonly state?: string | undefined;
  /** The step or steps of the source text that the state stands for. */
  readonly step?: string | undefined;
  /** The peer's reason, with the code `declined`. */
  readonly reason?: ReasonName | undefined;
  /** What was expected in that state, as a noun phrase. */
  readonly expected?: string | undefined;
  /** More about what happened: a sentence. Never holds a secret. */
  readonly detail?: string | undefined;
  readonly cause?: unknown;
}

/** The only class of error that the public interface throws, rejects with and reports. */
export class StpConnectError extends Error {
  override readonly name = 'StpConnectError';
  readonly kind: FailureKind;
  readonly state: string | undefined;
  readonly step: string | undefined;
  readonly reason: ReasonName | undefined;

  constructor(
    readonly code: ErrorCode,
    facts: ErrorFacts = {},
  ) {
    super(describe(code, facts), facts.cause === undefined ? undefined : { cause: facts.cause });
    this.kind = entryOf(code).kind;
    this.state = facts.state;
    this.step = facts.step;
    this.reason = facts.reason;
  }
}

function entryOf(code: ErrorCode): FailureEntry {
  return { ...attemptFailures, ...callFailures }[code];
}

function describe(code: ErrorCode, { state, step, reason, expected, detail }: ErrorFacts): string {
  const parts = [entryOf(code).sentence];
  if (reason !== undefined) parts.push(`Its reason: ${reason}.`);
  if (detail !== undefined) parts.push(detail);
  if (state !== undefined) {
    const where = step === undefined ? state : `${state} (step ${step})`;
    parts.push(expected === undefined ? `State: ${where}.` : `State: ${where}; expected ${expected}.`);
  }
  return parts.join(' ');
}
