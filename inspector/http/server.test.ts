/** Who may ask the server, and what. Requests are made by hand, so that each header is what it says. */
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Moment, Recording } from '../contract.ts';
import { Catalogue } from '../recordings/catalogue.ts';
import { ActError, type Source } from '../recordings/source.ts';
import { type Inspector, PortError, startServer } from './server.ts';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

const hostile = '<img src=x onerror=alert(1)>"\'</script>';
let inspector: Inspector;
let moves: string[] = [];

/** A recording that says what somebody hostile says, and whose only move does nothing but be counted. */
function source(id: string): Source {
  const entry = { id, kind: 'model', title: hostile } as const;
  return {
    entry,
    size: 3,
    describe: () => ({ ...entry, moments: 3, sessions: 0, progress: { state: 'whole' } }) as Recording,
    moment: (index) => ({ index, text: hostile }) as Moment,
    indicesOf: (session) => (session === 'odd' ? [1] : undefined),
    scene: (at) => ({ at, machines: [], others: 0, connections: [], facts: [] }),
    sessions: () => [],
    coverage: () => ({ charts: [] }),
    watch: () => () => {},
    driver: {
      moves: () => ({ at: 3, moves: [], canUndo: false }),
      act: async (act) => {
        if (act.do === 'move' && act.move === 'none') throw new ActError('there is no such move');
        moves.push(act.do);
        return {};
      },
    },
  };
}

beforeAll(async () => {
  const catalogue = new Catalogue([{ entry: source('one').entry, open: () => source('one') }]);
  const body = Buffer.from('<!doctype html>');
  const assets = new Map([['/', { body, type: 'text/html; charset=utf-8', tag: '"1"' }]]);
  inspector = await startServer({ catalogue, assets, port: 0 });
});
afterAll(() => inspector.close());

function ask(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET', body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: inspector.port, path, method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

const move = JSON.stringify({ recording: 'one', at: 3, do: 'move', move: 'some' });
const acting = (more: Readonly<Record<string, string>> = {}) => ({
  'content-type': 'application/json',
  'x-stpconnect-token': inspector.token,
  ...more,
});
const act = (headers: Readonly<Record<string, string>>, body = move) => {
  moves = [];
  return ask('/api/act', headers, 'POST', body);
};

describe('who may ask', () => {
  test.each(['127.0.0.1', 'localhost', '[::1]'])('a request for %s is answered', async (host) => {
    expect(await ask('/api/recordings', { host: `${host}:${inspector.port}` })).toMatchObject({ status: 200 });
  });

  test.each(['evil.example', 'evil.example:80', 'localhost', 'localhost.evil.example', '127.0.0.1:1', '0.0.0.0'])(
    'a name that somebody has bound to this machine is refused: Host %s',
    async (host) => {
      expect(await ask('/api/recordings', { host })).toMatchObject({ status: 421 });
    },
  );

  test.each(['http://evil.example', 'null', 'https://127.0.0.1', 'http://127.0.0.1:1', 'http://localhost'])(
    'a page of another origin is refused: %s',
    async (origin) => {
      expect(await ask('/api/recordings', { origin })).toMatchObject({ status: 403 });
      expect(await act(acting({ origin }))).toMatchObject({ status: 403 });
      expect(moves).toEqual([]);
    },
  );

  test('a page of its own is answered', async () => {
    const origin = `http://127.0.0.1:${inspector.port}`;
    expect(await ask('/api/recordings', { origin, 'sec-fetch-site': 'same-origin' })).toMatchObject({ status: 200 });
  });

  test('a picture or a script of another site cannot make it work, a link to it can be followed', async () => {
    const fetched = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' };
    expect(await ask('/api/recordings', fetched)).toMatchObject({ status: 403 });
    const visit = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    expect(await ask('/', visit)).toMatchObject({ status: 200 });
  });
});

describe('who may act', () => {
  test('with the token', async () => {
    expect(await act(acting())).toMatchObject({ status: 200 });
    expect(moves).toEqual(['move']);
  });

  test.each([
    ['no token', { 'content-type': 'application/json' }, 401],
    ['another token', { 'content-type': 'application/json', 'x-stpconnect-token': 'x'.repeat(43) }, 401],
    ['an empty token', { 'content-type': 'application/json', 'x-stpconnect-token': '' }, 401],
  ])('not with %s', async (_what, headers, status) => {
    expect(await act(headers)).toMatchObject({ status });
    expect(moves).toEqual([]);
  });

  test('not with a body that a form of another page can send', async () => {
    expect(await act(acting({ 'content-type': 'text/plain' }))).toMatchObject({ status: 415 });
    expect(moves).toEqual([]);
  });

  test('not by GET', async () => {
    moves = [];
    expect(await ask('/api/act', acting())).toMatchObject({ status: 404 });
    expect(moves).toEqual([]);
  });

  test('a token says nothing in an address', async () => {
    moves = [];
    const headers = { 'content-type': 'application/json' };
    expect(await ask(`/api/act?token=${inspector.token}`, headers, 'POST', move)).toMatchObject({ status: 401 });
    expect(moves).toEqual([]);
  });

  test('nobody attaches where nothing is attached', async () => {
    const headers = { 'content-type': 'application/x-ndjson', 'x-stpconnect-token': inspector.token };
    expect(await ask('/api/attach', headers, 'POST', '{}')).toMatchObject({ status: 404 });
  });
});

describe('what is understood', () => {
  test.each([
    ['no JSON', '{', 400],
    ['no act', '{"do":"format"}', 400],
    ['more than an act has', JSON.stringify({ recording: 'one', at: 3, do: 'undo', more: 1 }), 400],
    ['a body without end', `"${'x'.repeat(70_000)}"`, 413],
    ['another number of moments', JSON.stringify({ recording: 'one', at: 2, do: 'undo' }), 409],
    ['a move that is not there', JSON.stringify({ recording: 'one', at: 3, do: 'move', move: 'none' }), 409],
    ['another recording', JSON.stringify({ recording: 'two', at: 3, do: 'undo' }), 404],
  ])('an act with %s is refused', async (_what, body, status) => {
    expect(await act(acting(), body)).toMatchObject({ status });
    expect(moves).toEqual([]);
  });

  test('an unknown recording is answered with those that there are', async () => {
    const { status, text } = await ask(`/api/recording?recording=${encodeURIComponent(hostile)}`);
    expect(status).toBe(404);
    expect(JSON.parse(text)).toEqual({ error: `there is no recording ${hostile}; there are one` });
  });

  test.each(['?from=x', '?from=-2', '?from=1e9', '?count=99999999999999'])(
    'a parameter that is no whole number is refused: %s',
    async (query) => {
      expect(await ask(`/api/moments${query}&recording=one`)).toMatchObject({ status: 400 });
    },
  );

  test('a window begins where there is something, and has no more than that', async () => {
    const window = async (query: string) => JSON.parse((await ask(`/api/moments?recording=one&${query}`)).text);
    expect(await window('from=99&count=5')).toMatchObject({ from: 2, total: 3, moments: [{ index: 2 }] });
    expect(await window('from=0&count=5&session=odd')).toMatchObject({ from: 0, total: 1, moments: [{ index: 1 }] });
    expect(await window('from=0&count=5&session=nobody')).toMatchObject({ total: 0, moments: [] });
    expect(await window('around=2&count=1')).toMatchObject({ from: 2, moments: [{ index: 2 }] });
  });

  test.each([
    '/../package.json',
    '/..%2fpackage.json',
    '/%2e%2e/package.json',
    '//evil.example/',
    '/constructor',
    '/api/constructor',
  ])('nothing but the files of the page is served: %s', async (path) => {
    expect(await ask(path)).toMatchObject({ status: 404 });
  });

  test('another method is refused', async () => {
    expect(await ask('/', {}, 'DELETE')).toMatchObject({ status: 405 });
  });
});

describe('how it is answered', () => {
  test('data is JSON, never a page, and says what somebody hostile said as data', async () => {
    const { headers, text } = await ask('/api/moments?recording=one');
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(JSON.parse(text).moments[0].text).toBe(hostile);
  });

  test('data is not kept, and files of the page are asked for again', async () => {
    expect((await ask('/api/recordings')).headers['cache-control']).toBe('no-store');
    expect((await ask('/')).headers['cache-control']).toBe('no-cache');
    expect(await ask('/', { 'if-none-match': '"1"' })).toMatchObject({ status: 304, text: '' });
  });

  test('the page loads nothing from elsewhere, sends nothing elsewhere, and stands in nobody’s frame', async () => {
    const policy = String((await ask('/')).headers['content-security-policy']);
    expect(policy).toMatch(/default-src 'none'/);
    expect(policy).toMatch(/connect-src 'self'/);
    expect(policy).toMatch(/frame-ancestors 'none'/);
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
  });

  test('nobody is told that other origins may read', async () => {
    const { headers } = await ask('/api/recordings', { origin: `http://localhost:${inspector.port}` });
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

test('a port that is taken is said to be, with a way out', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;
  const started = startServer({ catalogue: new Catalogue([]), assets: new Map(), port });
  await expect(started).rejects.toThrow(PortError);
  await expect(started).rejects.toThrow(`port ${port} of 127.0.0.1 cannot be listened on: somebody listens there already`);
  taken.close();
});

test('a recording that cannot be opened is tried again when it is asked for again', async () => {
  let tries = 0;
  const open = () => {
    tries += 1;
    if (tries === 1) throw new Error('not yet');
    return source('late');
  };
  const catalogue = new Catalogue([{ entry: source('late').entry, open }]);
  await expect(catalogue.open('late')).rejects.toThrow('not yet');
  expect((await catalogue.open('late')).entry.id).toBe('late');
});
