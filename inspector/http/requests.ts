/** What a request asks for: parameters and bodies, checked before anybody else sees them. */
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { Act } from '../contract.ts';
import type { MomentQuery, SessionFilter } from '../recordings/source.ts';

/** A request that cannot be answered; the message says why. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly status: 400 | 404 | 405 | 409 | 413;

  constructor(status: RequestError['status'], message: string) {
    super(message);
    this.status = status;
  }
}

/** An act is a few hundred bytes; a run's code at most some thousands. */
const MOST_BODY = 64 * 1024;

const place = { recording: z.string(), at: z.int().nonnegative() };
const act = z.discriminatedUnion('do', [
  z.strictObject({ ...place, do: z.literal('move'), move: z.string() }),
  z.strictObject({ ...place, do: z.literal('undo') }),
  z.strictObject({ ...place, do: z.literal('restart') }),
  z.strictObject({ ...place, do: z.literal('goto'), run: z.string() }),
  z.strictObject({ ...place, do: z.literal('save'), title: z.string().max(200).optional() }),
]);

/** The id of the recording that a request is about. */
export function recordingOf(query: URLSearchParams): string {
  const id = query.get('recording');
  if (id === null || id === '') throw new RequestError(400, 'the parameter recording is missing');
  return id;
}

/** Which moments. */
export function momentQueryOf(query: URLSearchParams): MomentQuery {
  return {
    from: wholeNumber(query, 'from', 0),
    count: wholeNumber(query, 'count', 100),
    session: query.get('session') ?? undefined,
    around: query.has('around') ? wholeNumber(query, 'around', 0) : undefined,
  };
}

/** Which sessions. */
export function sessionFilterOf(query: URLSearchParams): SessionFilter {
  const value = (name: string) => query.get(name) || undefined;
  return { role: value('role'), state: value('state'), mode: value('mode'), code: value('code'), text: value('text') };
}

/** A whole number; -1 is one, too. */
export function wholeNumber(query: URLSearchParams, name: string, otherwise: number): number {
  const text = query.get(name);
  if (text === null) return otherwise;
  if (!/^(-1|\d{1,9})$/.test(text)) throw new RequestError(400, `the parameter ${name} has to be a whole number`);
  return Number(text);
}

/** The act that a body asks for. */
export async function actOf(request: IncomingMessage): Promise<Act> {
  let text = '';
  request.setEncoding('utf8');
  for await (const chunk of request as AsyncIterable<string>) {
    text += chunk;
    if (text.length > MOST_BODY) throw new RequestError(413, `an act has at most ${MOST_BODY} characters`);
  }
  const parsed = act.safeParse(jsonOf(text));
  if (!parsed.success)
    throw new RequestError(400, `the body is no act: ${z.prettifyError(parsed.error).replaceAll(/\s+/g, ' ')}`);
  return parsed.data as Act;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RequestError(400, 'the body is not JSON');
  }
}
