/** Which call is legal in which state, the same for each family: one table, no behaviour. */
import type { SocketErrorCode, SocketState } from './sockets.ts';

export type Call = 'bind' | 'listen' | 'accept' | 'connect' | 'getsockname' | 'getpeername' | 'read' | 'write' | 'shutdown';

const connectedStates: readonly SocketState[] = ['connected', 'halfClosedLocal', 'halfClosedRemote'];

const legalStates: Readonly<Record<Call, readonly SocketState[]>> = {
  bind: ['created'],
  listen: ['bound'],
  accept: ['listening'],
  connect: ['created', 'bound'],
  // From bind or connect on; a socket that has no address all the same (not bound, and not connected yet) says so itself.
  getsockname: ['bound', 'listening', 'connecting', ...connectedStates, 'closed'],
  getpeername: connectedStates,
  read: connectedStates,
  write: ['connected', 'halfClosedRemote'],
  shutdown: ['connected', 'halfClosedRemote'],
};

/** Calls that need a connection: without one they fail with notConnected rather than illegalCall. */
const connectionCalls: ReadonlySet<Call> = new Set(['getpeername', 'read', 'write', 'shutdown']);

/** The code that `call` fails with in `state`, undefined when it is legal. `connected`: the socket has, or had, a connection. */
export function refusal(call: Call, state: SocketState, connected: boolean): SocketErrorCode | undefined {
  if (legalStates[call].includes(state)) return undefined;
  if (!connectionCalls.has(call)) return 'illegalCall';
  if (!connected) return 'notConnected';
  if (call === 'write') return 'endOfStream';
  // Both directions have ended: the end stays readable and the peer's name known until close().
  return call === 'shutdown' ? 'illegalCall' : undefined;
}

/** The states in which `call` is legal, for an error's sentence. */
export function expectedStates(call: Call): string {
  return legalStates[call].join(' or ');
}
