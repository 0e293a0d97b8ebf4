/**
 * The only door to the implementation: `listen` is the client process, `connect` the server process.
 * @module
 */

import { randomBytes, randomUUID } from 'node:crypto';
import type { StorageArray } from './array/storage-array.ts';
import { StpConnectError } from './protocol/errors.ts';
import type { Limits } from './protocol/limits.ts';
import type { Mode } from './protocol/message.ts';
import { Tagger } from './protocol/transcript.ts';
import { systemClock } from './session/clock.ts';
import { type CommonConfig, type Ports, parseConnectOptions, parseListenOptions } from './session/config.ts';
import { dialSession } from './session/dial.ts';
import type { Environment } from './session/environment.ts';
import { hmacSha256 } from './session/hmac.ts';
import { type Listener, openListener } from './session/listener.ts';
import type { Session } from './session/session.ts';
import type { Observer, TraceSink } from './session/trace.ts';
import { ArraySockets } from './sockets/array-sockets.ts';
import { DescriptorTable } from './sockets/descriptors.ts';
import { StpConnect } from './sockets/stp-connect.ts';
import { TcpSockets } from './sockets/tcp-sockets.ts';

export type { ArrayClock, Ticker } from './array/clock.ts';
export type { ArrayOptions, GroupOptions } from './array/config.ts';
export type { DirectChannel, DirectOptions } from './array/direct-channel.ts';
export { ArrayError, type ArrayErrorCode } from './array/errors.ts';
export type { GroupInfo } from './array/groups.ts';
export type { ArrayInfo, HostInfo, RingInfo, SessionInfo } from './array/inspect.ts';
export { ArrayInspector, type Repaired } from './array/inspector.ts';
export type { Life } from './array/liveness.ts';
export type { RecordHandler, RecordOptions, RecordReader, RecordWriter } from './array/records.ts';
export { createRing, openRing, type RingMemory } from './array/ring.ts';
export { type AttachOptions, StorageArray } from './array/storage-array.ts';
export type { ArrayFile, ArrayMemory } from './array/tables.ts';
export type { Spin } from './array/waiting.ts';
export {
  attemptFailures,
  callFailures,
  type ErrorCode,
  type ErrorFacts,
  type FailureCode,
  type FailureEntry,
  type FailureKind,
  failureCodes,
  StpConnectError,
} from './protocol/errors.ts';
export { defaultLimits, type LimitName, type Limits, limitNames } from './protocol/limits.ts';
export { type Mode, modes } from './protocol/message.ts';
export type { PairingVerdict } from './protocol/pairing.ts';
export { type Reason, type ReasonName, reasonNames, reasons } from './protocol/reasons.ts';
export type { Action, Facts } from './protocol/table.ts';
export type { Role } from './protocol/transcript.ts';
export { type Clock, systemClock, type Timer } from './session/clock.ts';
export type { Ports } from './session/config.ts';
export type { Listener } from './session/listener.ts';
export type { Session } from './session/session.ts';
export type { Observer, SeenFrame, TraceRecord, TraceSink } from './session/trace.ts';
export { ArraySockets } from './sockets/array-sockets.ts';
export { DescriptorTable, type DescriptorTableOptions } from './sockets/descriptors.ts';
export {
  type Address,
  type ArrayAddress,
  type ArrayFamily,
  type GroupChannels,
  type Socket,
  SocketError,
  type SocketErrorCode,
  type SocketState,
  type Sockets,
  type TcpAddress,
} from './sockets/sockets.ts';
export { StpConnect, type StpConnectOptions } from './sockets/stp-connect.ts';
export { TcpSockets } from './sockets/tcp-sockets.ts';
export type { SocketClock, SocketOptions, SocketTimer } from './sockets/transport.ts';

/** The options that both roles have. */
export interface CommonOptions {
  /** The well-known port: `tcp://host:port`, an IPv6 address in brackets, or `array://name/port`. */
  readonly wkp: string;
  /** What both sides know and nobody else: text (taken as UTF-8) or bytes, best 32 random ones. Default empty: then anyone can join. */
  readonly secret?: string | Uint8Array | undefined;
  /** The storage array that this process is attached to. */
  readonly array?: StorageArray | undefined;
  /** Time limits in milliseconds; those left out have their defaults. */
  readonly limits?: Partial<Limits> | undefined;
  /** Gets a record for each event of each attempt. What it throws is reported and stops nothing. */
  readonly trace?: TraceSink | undefined;
  /** Looks on: gets records and frames as they happen, for `inspector()` of `stpconnect/inspector`. What it throws is reported and stops nothing. */
  readonly inspect?: Observer | undefined;
  /** Replaces clock, chance and sockets, for simulation and for tests. `ports.array` goes before `array`. */
  readonly ports?: Partial<Ports> | undefined;
}

/** The options of `listen`. */
export interface ListenOptions extends CommonOptions {
  /**
   * Gets each established session; from then on it is yours to close. If it throws or rejects, the session is closed and `onFailure`
   * gets an error with code `callbackFailed`.
   */
  readonly onSession: (session: Session) => unknown;
  /** Gets one error for each attempt that failed, and what callbacks threw. What it throws itself becomes a warning of the process. */
  readonly onFailure?: ((error: StpConnectError) => void) | undefined;
  /** At most this many handshakes at a time; further connections are closed at once. Default 128. */
  readonly maxPending?: number | undefined;
  /** HELLO is declined with `busy` while there are this many sessions. Handshakes under way are not counted. Default 1,024. */
  readonly maxSessions?: number | undefined;
}

/** The options of `connect`. */
export interface ConnectOptions extends CommonOptions {
  /** Default `network`. `storage` needs `group` and `array`. */
  readonly mode?: Mode | undefined;
  /** The STG group that the session shall travel through. */
  readonly group?: string | undefined;
  /** Whether to begin again in network mode where storage mode is not to be had. */
  readonly fallback?: 'network' | undefined;
  /** Ends the attempt with code `aborted`. It has no effect on an established session. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The client process: listens on the WKP and gives a session to `onSession` for each server process that joins.
 *
 * @throws StpConnectError `configInvalid`, `addressInUse`, `addressUnavailable`, `listenFailed`.
 * @example
 * const listener = await listen({ wkp: 'tcp://0.0.0.0:7070', secret, onSession: (session) => void restore(session.data) });
 * await listener.close();
 */
export async function listen(options: ListenOptions): Promise<Listener> {
  const config = parseListenOptions(options);
  const report = reporter(options.onFailure);
  return openListener({
    environment: environmentOf(config, options.array, report),
    wkp: config.wkp,
    maxPending: config.maxPending,
    maxSessions: config.maxSessions,
    onSession: options.onSession,
    onFailure: report,
  });
}

/**
 * The server process: dials the WKP and resolves with the session once it is established on this side.
 *
 * @throws StpConnectError `configInvalid`, or a failure code of docs/protocol.md, section 8; `declined` has the peer's `reason`.
 * @example
 * await using session = await connect({ wkp: 'tcp://database:7070', mode: 'storage', group: 'STG0', fallback: 'network', secret, array });
 * await pipeline(session.data, file);
 */
export async function connect(options: ConnectOptions): Promise<Session> {
  const config = parseConnectOptions(options);
  return await dialSession({
    environment: environmentOf(config, options.array, reporter(undefined)),
    wkp: config.wkp,
    mode: config.mode,
    fallback: config.fallback,
    group: config.group,
    signal: config.signal,
  });
}

function environmentOf(
  { secret, limits, trace, inspect, ports }: CommonConfig,
  attachment: StorageArray | undefined,
  report: (error: StpConnectError) => void,
): Environment {
  const descriptors = new DescriptorTable();
  const array = ports.array ?? (attachment && new ArraySockets(attachment, descriptors));
  return {
    layer: new StpConnect({ tcp: ports.tcp ?? new TcpSockets(descriptors), array }),
    clock: ports.clock ?? systemClock,
    limits,
    tagger: new Tagger(hmacSha256, secret),
    random: ports.random ?? ((size) => randomBytes(size)),
    newSessionId: ports.newSessionId ?? randomUUID,
    trace: (record) => {
      guarded(report, 'trace', () => trace?.(record));
      if (inspect !== undefined) guarded(report, 'inspect', () => inspect.record(record));
    },
    ...(inspect?.frame === undefined ? {} : { seen: (frame) => guarded(report, 'inspect', () => inspect.frame?.(frame)) }),
  };
}

/** Calls somebody who only looks on. */
function guarded(report: (error: StpConnectError) => void, name: string, call: () => void): void {
  try {
    call();
  } catch (cause) {
    report(new StpConnectError('callbackFailed', { detail: `It was ${name}.`, cause }));
  }
}

/** Calls back without ever throwing; with nobody to call, only what would be lost otherwise becomes a warning of the process. */
function reporter(onFailure: ListenOptions['onFailure']): (error: StpConnectError) => void {
  return (error) => {
    if (onFailure === undefined) {
      if (error.code === 'callbackFailed') process.emitWarning(error);
      return;
    }
    try {
      onFailure(error);
    } catch (thrown) {
      process.emitWarning(thrown instanceof Error ? thrown : String(thrown));
    }
  };
}
