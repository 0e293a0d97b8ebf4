/** The two ways in which both roles give up, as serialisable transitions. */
import type { DeclineReason, FailureCode } from './vocabulary.ts';

const reportFailed = (code: FailureCode) => ({ type: 'reportFailed', params: { code } }) as const;

/** Report the failure and say nothing: there is nobody to tell. */
export const failWith = <const Target extends string>(target: Target, code: FailureCode, description: string) =>
  ({ target, actions: reportFailed(code), description }) as const;

/** Tell the peer why on the first connection, if it stands, then report the failure. */
export const giveUp = <const Target extends string>(
  target: Target,
  reason: DeclineReason,
  code: FailureCode,
  description: string,
) => ({ target, actions: [{ type: 'sendDecline', params: { reason } }, reportFailed(code)], description }) as const;
