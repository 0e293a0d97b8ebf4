/**
 * Who may ask. The server listens on the loopback only, but whatever runs in a browser on this machine can send requests there: a page of
 * somebody else's, or a name that was bound anew to 127.0.0.1. So a request needs the right Host, no foreign Origin, and what acts needs a
 * token that only the command that was started here has printed.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Why a request is refused, with its status. */
export interface Refusal {
  readonly status: 401 | 403 | 415 | 421;
  readonly error: string;
}

/** The header that carries the token, as Node spells it. */
export const TOKEN_HEADER = 'x-stpconnect-token';

/** A token that nobody can guess: 32 random bytes. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** Whether the request is meant for this server, and comes from a page of its own or from no page at all. */
export function refuseForeign(headers: IncomingHttpHeaders, port: number): Refusal | undefined {
  const hosts = ['127.0.0.1', 'localhost', '[::1]'].map((host) => `${host}:${port}`);
  if (headers.host === undefined || !hosts.includes(headers.host)) {
    return { status: 421, error: `this server answers for ${hosts.join(', ')} only` };
  }
  const { origin } = headers;
  if (origin !== undefined && !hosts.some((host) => origin === `http://${host}`)) {
    return { status: 403, error: 'a page of another origin may not ask' };
  }
  if (headers['sec-fetch-site'] === 'cross-site' || headers['sec-fetch-site'] === 'same-site') {
    const isVisit = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
    if (!isVisit) return { status: 403, error: 'another site may not ask' };
  }
  return undefined;
}

/** Whether the request may act: it has the token, and is of a type that no form of another page can send. */
export function refuseActing(headers: IncomingHttpHeaders, token: string, types: readonly string[]): Refusal | undefined {
  const given = headers[TOKEN_HEADER];
  if (typeof given !== 'string' || !isSame(given, token)) {
    return {
      status: 401,
      error: `what acts needs the token in the header ${TOKEN_HEADER}: open the address that the command printed`,
    };
  }
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type === undefined || !types.includes(type)) return { status: 415, error: `expected a body of type ${types.join(' or ')}` };
  return undefined;
}

function isSame(given: string, token: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(token)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** Headers of every answer: nothing is loaded from elsewhere, nothing is framed, nothing is guessed, nothing is kept. */
export const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; worker-src 'self' blob:; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;
