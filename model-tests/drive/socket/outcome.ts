/** What became of a call on a real socket, in the words of the chart. */
import { type Socket, SocketError } from '../../../impl/index.ts';
import type { SocketResult } from '../../../machines/index.ts';

/** The result of a call, and what it gave. A code that the chart does not know, and `pending`, are results too: they match nothing there. */
export interface Outcome {
  readonly result: SocketResult | SocketError['code'] | 'pending';
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
export function begin(name: string, act: () => unknown): Call {
  const call: Call = { name, outcome: outcomeOf(act), settled: false };
  const settle = () => {
    call.settled = true;
  };
  call.outcome.then(settle, settle);
  return call;
}

/** So many microtasks may pass before anything else is let happen: what is answered at once is answered within them. */
const AT_ONCE = 16;

/** So many rounds of bytes may go back and forth before a call counts as pending; what is to come takes a few. */
const PATIENCE = 200;

/** The outcome of a call that is to be answered by what has happened already: `pending` when it is not. `round`: bytes there and back. */
export async function soon(call: Call, round: () => Promise<void>): Promise<Outcome> {
  for (let turns = 0; turns < AT_ONCE && !call.settled; turns += 1) await undefined;
  for (let rounds = 0; rounds < PATIENCE && !call.settled; rounds += 1) await round();
  return call.settled ? await call.outcome : { result: 'pending' };
}

/** Whether a value is a socket that accept gave. */
const isSocket = (value: unknown): value is Socket => typeof value === 'object' && value !== null && 'descriptor' in value;

/** What became of `act`; throws what is no SocketError. */
async function outcomeOf(act: () => unknown): Promise<Outcome> {
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
