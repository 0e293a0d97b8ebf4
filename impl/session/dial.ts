/** The server process's way to a session: one attempt, told to stop by an AbortSignal. */

import { StpConnectError } from '../protocol/errors.ts';
import { ServerAttempt, type ServerParts } from './server-attempt.ts';
import type { Session } from './session.ts';

export interface DialParts extends Omit<ServerParts, 'established' | 'failed'> {
  readonly signal: AbortSignal | undefined;
}

/** Rejects with StpConnectError; its code is a failure code of docs/protocol.md, section 8. */
export function dialSession({ signal, ...parts }: DialParts): Promise<Session> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(new StpConnectError('aborted', { cause: signal.reason }));
      return;
    }
    const abort = (): void => attempt.abort(signal?.reason);
    const attempt = new ServerAttempt({
      ...parts,
      established(session) {
        signal?.removeEventListener('abort', abort);
        resolve(session);
      },
      failed(error) {
        signal?.removeEventListener('abort', abort);
        reject(error);
      },
    });
    signal?.addEventListener('abort', abort, { once: true });
    attempt.begin();
  });
}
