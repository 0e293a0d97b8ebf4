/** What became of a call on a real socket, in the words of the chart. */
import { type Socket, SocketError } from '../../../impl/index.ts';
import type { SocketEvent, SocketResult } from '../../../machines/index.ts';

/** The result of a call, and what it gave. A code that the chart does not know is a result too: it matches nothing there. */
export interface Outcome {
  readonly result: SocketResult | SocketError['code'];
  readonly bytes?: Uint8Array;
  readonly socket?: Socket;
}

/** A call that was made and may be pending; its promise never rejects with a SocketError. */
export interface Call {
  readonly name: string;
  readonly outcome: Promise<Outcome>;
  settled: boolean;
}

/** Makes a call: `act` may answer at once, later, or by throwing. */
export function begin(name: SocketEvent['type'], act: () => unknown): Call {
  const call: Call = { name, outcome: outcomeOf(act), settled: false };
  const settle = () => {
    call.settled = true;
  };
  call.outcome.then(settle, settle);
  return call;
}

/** Whether a value is a socket that accept gave. */
const isSocket = (value: unknown): value is Socket => typeof value === 'object' && value !== null && 'descriptor' in value;

/** What became of `act`; throws what is no SocketError. */
export async function outcomeOf(act: () => unknown): Promise<Outcome> {
  try {
    const value = await act();
    if (value === null) return { result: 'end' };
    if (value instanceof Uint8Array) return { result: 'bytes', bytes: value };
    return isSocket(value) ? { result: 'ok', socket: value } : { result: 'ok' };
  } catch (error) {
    if (error instanceof SocketError) return { result: error.code };
    throw error;
  }
}
