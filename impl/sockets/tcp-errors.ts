/** The system's error codes in the words of the socket port. */
import { SocketError, type SocketErrorCode } from './sockets.ts';

const codes: Readonly<Record<string, SocketErrorCode>> = {
  EADDRINUSE: 'addressInUse',
  EADDRNOTAVAIL: 'addressUnavailable',
  EACCES: 'addressUnavailable',
  EPERM: 'addressUnavailable',
  EINVAL: 'addressUnavailable',
  EAFNOSUPPORT: 'addressUnavailable',
  ENOTFOUND: 'addressUnavailable',
  EAI_AGAIN: 'addressUnavailable',
  EAI_FAIL: 'addressUnavailable',
  EHOSTUNREACH: 'addressUnavailable',
  ENETUNREACH: 'addressUnavailable',
  EHOSTDOWN: 'addressUnavailable',
  ENETDOWN: 'addressUnavailable',
  ERR_SOCKET_BAD_PORT: 'addressUnavailable',
  ERR_INVALID_ARG_TYPE: 'addressUnavailable',
  ERR_INVALID_IP_ADDRESS: 'addressUnavailable',
  ECONNREFUSED: 'connectionRefused',
  ETIMEDOUT: 'timedOut',
  ERR_SOCKET_CONNECTION_TIMEOUT: 'timedOut',
  EMFILE: 'noBuffers',
  ENFILE: 'noBuffers',
  ENOBUFS: 'noBuffers',
  ENOMEM: 'noBuffers',
};

function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/**
 * The failure of `call` as a SocketError with the system's error as its cause. On a connection that stood ('connection') whatever went
 * wrong means that bytes may be lost, so there each code is a reset: also ETIMEDOUT, by which the system says that the peer died.
 */
export function explainTcp(error: unknown, call: string): Error {
  if (error instanceof SocketError) return error;
  const system = systemCode(error);
  const code = call === 'connection' ? 'reset' : (codes[system ?? ''] ?? 'reset');
  const message = error instanceof Error && error.message ? error.message : String(system ?? error);
  return new SocketError(code, call, `${call} over TCP failed: ${message}`, { cause: error });
}
