/** Data from the server that served the page. */
import type { Act, ActAnswer, LiveEvent, Problem } from '../../contract.ts';
import { type Source, SourceError } from './source.ts';

const HEADER = 'x-stpconnect-token';
const KEPT = 'stpconnect token';

/** The token, out of the address and into this tab's memory, so that a copied address has none. */
export function takeToken(): string | undefined {
  const found = /(?:^#|&)token=([^&]+)/.exec(location.hash)?.[1];
  if (found !== undefined) {
    sessionStorage.setItem(KEPT, decodeURIComponent(found));
    history.replaceState(null, '', location.pathname + location.search);
  }
  return sessionStorage.getItem(KEPT) ?? undefined;
}

/** @param token - without one everything can be looked at and nothing done */
export function httpSource(token: string | undefined): Source {
  return {
    canAct: token !== undefined,
    offline: false,
    recordings: () => get('recordings', {}),
    recording: (recording) => get('recording', { recording }),
    moments: (recording, query) => get('moments', { recording, ...query }),
    scene: (recording, at) => get('scene', { recording, at }),
    sessions: (recording, filter, from, count) => get('sessions', { recording, from, count, ...filter }),
    coverage: (recording) => get('coverage', { recording }),
    moves: (recording) => get('moves', { recording }),
    act: (act) => post(act, token),
    excerpt: (recording, from, count, session) => get('excerpt', { recording, from, count, session }),
    listen,
    geometry: () => undefined,
  };
}

type Values = Readonly<Record<string, string | number | undefined>>;

function addressOf(path: string, values: Values): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== '') query.set(name, String(value));
  }
  return `api/${path}?${query}`;
}

async function get<Answer>(path: string, values: Values): Promise<Answer> {
  return answerOf(() => fetch(addressOf(path, values)));
}

function post(act: Act, token: string | undefined): Promise<ActAnswer> {
  const headers = { 'content-type': 'application/json', ...(token === undefined ? {} : { [HEADER]: token }) };
  return answerOf(() => fetch('api/act', { method: 'POST', headers, body: JSON.stringify(act) }));
}

async function answerOf<Answer>(ask: () => Promise<Response>): Promise<Answer> {
  const response = await ask().catch((cause: unknown) => {
    throw new SourceError('The inspector does not answer: its command has ended, perhaps.', { cause });
  });
  if (response.ok) return (await response.json()) as Answer;
  const problem = (await response.json().catch(() => undefined)) as Problem | undefined;
  throw new SourceError(problem?.error ?? `the inspector answered ${response.status}`);
}

function listen(recording: string | undefined, onEvent: (event: LiveEvent) => void): () => void {
  const events = new EventSource(addressOf('events', { recording }));
  for (const type of ['recordings', 'changed']) {
    events.addEventListener(type, (event) => onEvent(JSON.parse((event as MessageEvent<string>).data) as LiveEvent));
  }
  return () => events.close();
}
