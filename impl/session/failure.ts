/** The error that an attempt's failure is told with. */

import { type FailureCode, StpConnectError } from '../protocol/errors.ts';
import { isFrameEvent, type Machine } from '../protocol/table.ts';
import { SocketError, type SocketErrorCode } from '../sockets/sockets.ts';
import type { Occasion } from './driver.ts';

/** The error for `reportFailed {code}`: where it happened, what was expected there, and the error behind it. */
export function failureOf<State extends string, EventType extends string, ActionType extends string>(
  machine: Machine<State, EventType, ActionType>,
  code: FailureCode,
  { from, event, cause }: Occasion<State, EventType>,
): StpConnectError {
  const note = machine.notes[from];
  return new StpConnectError(code, {
    state: from,
    step: note.step,
    expected: note.expects,
    reason: code === 'declined' ? event?.reason : undefined,
    detail: detailOf(event?.type, code, cause),
    cause,
  });
}

function detailOf(event: string | undefined, code: FailureCode, cause: unknown): string | undefined {
  if (cause instanceof Error) return cause.message.endsWith('.') ? cause.message : `${cause.message}.`;
  if (event !== undefined && code === 'protocolViolation' && isFrameEvent(event)) {
    const [connection, name] = event.split('.');
    return `It was ${name?.toUpperCase()} on the ${connection} connection.`;
  }
  return undefined;
}

/** The code of a failed socket call, or undefined where something else threw. */
export function socketCode(error: unknown): SocketErrorCode | undefined {
  return error instanceof SocketError ? error.code : undefined;
}

/** The outcome of attachGroup that a failed one is. */
export function attachFailure(cause: unknown): 'group.unknown' | 'group.full' | 'group.refused' | 'array.reset' {
  switch (socketCode(cause)) {
    case 'groupUnknown':
      return 'group.unknown';
    case 'groupFull':
    case 'noBuffers':
      return 'group.full';
    case 'reset':
    case 'notConnected':
    case 'closed':
      return 'array.reset';
    default:
      return 'group.refused';
  }
}
