/** The two ways in which both roles give up, as serialisable actions. */
import type { DeclineReason, FailureCode } from './vocabulary.ts';

/** Report the failure and say nothing: there is nobody to tell. */
export const failWith = (code: FailureCode) => ({ type: 'reportFailed', params: { code } }) as const;

/** Tell the peer why on the first connection, if it stands, then report the failure. */
export const giveUp = (reason: DeclineReason, code: FailureCode) =>
  [{ type: 'sendDecline', params: { reason } }, failWith(code)] as const;
