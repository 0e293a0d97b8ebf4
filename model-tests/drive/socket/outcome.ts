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
  const call: Call = { name, outcome: outcomeOf(name, act), settled: false };
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

/** What an error of a socket's own says: the call, the family, the socket, its state, and more than that. */
const ownWords = /^(?<call>\w+) on (tcp|array) socket \d+, which is [a-zA-Z]+: .{12,}$/s;

/** What the error of a call does not say although it should; undefined when it says everything. */
function formError(name: string, error: SocketError): string | undefined {
  const own = ownWords.exec(error.message)?.groups?.['call'];
  const isPeers = name.includes(' ');
  // A pending call is ended by another one, or by what becomes of the connection.
  const callsThatEnd = [name, 'close', 'abort', 'connection'];
  if (error.name !== 'SocketError') return `its name is ${error.name}`;
  if (!isPeers && !callsThatEnd.includes(error.call)) return `it says that ${error.call} failed`;
  if (own !== undefined) return own === error.call ? undefined : `it speaks of ${own}`;
  const about = error.message.startsWith(`${error.call}: `) ? error.message.slice(error.call.length + 2) : error.message;
  if (/ on \w+ socket /.test(about)) return ownWords.test(about) ? undefined : `it says ${error.message}`;
  return about.length >= 15 ? undefined : `it says ${error.message}`;
}

/** What became of `act`; throws what is no SocketError, or one that says too little. */
async function outcomeOf(name: string, act: () => unknown): Promise<Outcome> {
  try {
    const value = await act();
    if (value === null) return { result: 'end' };
    if (value instanceof Uint8Array) return { result: 'bytes', bytes: value };
    return isSocket(value) ? { result: 'ok', socket: value } : { result: 'ok' };
  } catch (error) {
    if (!(error instanceof SocketError)) throw error;
    const wrong = formError(name, error);
    if (wrong !== undefined) throw new Error(`the error of ${name} (${error.code}) says too little: ${wrong}`);
    return { result: error.code };
  }
}
