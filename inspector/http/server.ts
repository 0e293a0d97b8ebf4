/** The inspector's server: HTTP on the loopback, for one page. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Problem } from '../contract.ts';
import { type Catalogue, UnknownRecordingError } from '../recordings/catalogue.ts';
import { feedXstate } from '../xstate/feed.ts';
import { TextSocket } from '../xstate/web-socket.ts';
import { type Asset, placeholder } from './assets.ts';
import { EventStreams } from './events.ts';
import { newToken, type Refusal, refuseActing, refuseForeign, SECURITY_HEADERS } from './guard.ts';
import { RequestError, recordingOf } from './requests.ts';
import { act, read } from './routes.ts';

/** Takes what a process sends that is being inspected: the body of one request, as long as that process runs. */
export type Receiver = (request: IncomingMessage) => Promise<void>;

export interface ServerParts {
  readonly catalogue: Catalogue;
  readonly assets: ReadonlyMap<string, Asset>;
  /** 0 for any free one. */
  readonly port: number;
  readonly receive?: Receiver;
}

/** A server that runs. */
export interface Inspector {
  readonly port: number;
  readonly token: string;
  /** `http://127.0.0.1:PORT/` */
  readonly origin: string;
  /** The address to open: it has the token in its fragment, which browsers send to nobody. */
  readonly address: string;
  close(): Promise<void>;
}

/** The port is taken, or may not be listened on. */
export class PortError extends Error {
  override readonly name = 'PortError';
}

/**
 * Starts the server on 127.0.0.1.
 *
 * @throws PortError
 */
export async function startServer(parts: ServerParts): Promise<Inspector> {
  const token = newToken();
  const streams = new EventStreams();
  const sockets = new Set<TextSocket>();
  const server = createServer((request, response) => {
    handle({ ...parts, token, streams }, request, response).catch((error: unknown) => fail(response, error));
  });
  // Who sends without end wants to know first whether it may.
  server.on('checkContinue', (request, response) => server.emit('request', request, response));
  server.on('upgrade', (request, socket) => {
    const refusal = refuseForeign(request.headers, request.socket.localPort ?? 0);
    const refused = (status: string) => socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\n\r\n`);
    if (refusal !== undefined) refused('403 Forbidden');
    else feed(request, socket, parts.catalogue, sockets).catch(() => refused('404 Not Found'));
  });
  // Whoever sends headers for ever is told to leave; a body, which is a whole session, may take as long as it likes.
  server.headersTimeout = 10_000;
  server.requestTimeout = 0;
  await listening(server, parts.port);
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}/`;
  const close = async () => {
    streams.close();
    for (const socket of sockets) socket.close();
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
    await parts.catalogue.close();
  };
  return { port, token, origin, address: `${origin}#token=${token}`, close };
}

/** Events of XState's own form, over a WebSocket. */
async function feed(request: IncomingMessage, socket: Duplex, catalogue: Catalogue, sockets: Set<TextSocket>): Promise<void> {
  const { pathname, searchParams } = targetOf(request.url ?? '/');
  if (pathname !== '/api/xstate') throw new RequestError(404, `there is no ${pathname}`);
  const source = await catalogue.open(recordingOf(searchParams));
  const accepted = TextSocket.accept(request, socket);
  if (accepted === undefined) throw new RequestError(400, 'expected a WebSocket');
  sockets.add(accepted);
  void accepted.closed.then(() => sockets.delete(accepted));
  feedXstate(source, accepted);
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(portError(error, port)));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => resolve());
  });
}

function portError(error: NodeJS.ErrnoException, port: number): PortError {
  const why =
    error.code === 'EADDRINUSE'
      ? 'somebody listens there already, perhaps another inspector; --port 0 takes any free one'
      : error.code === 'EACCES'
        ? 'permission denied'
        : error.message;
  return new PortError(`port ${port} of 127.0.0.1 cannot be listened on: ${why}`, { cause: error });
}

interface Running extends ServerParts {
  readonly token: string;
  readonly streams: EventStreams;
}

async function handle(running: Running, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { catalogue, token } = running;
  const foreign = refuseForeign(request.headers, request.socket.localPort ?? 0);
  if (foreign !== undefined) return refuse(request, response, foreign);
  const { pathname, searchParams } = targetOf(request.url ?? '/');
  if (request.method === 'POST') {
    const isSession = pathname === '/api/attach';
    const refusal = refuseActing(request.headers, token, [isSession ? 'application/x-ndjson' : 'application/json']);
    if (refusal !== undefined) return refuse(request, response, refusal);
    if (pathname === '/api/act') return answer(response, await act(request, catalogue));
    if (isSession && running.receive !== undefined) {
      if (request.headers.expect !== undefined) response.writeContinue();
      await running.receive(request);
      return answer(response, {});
    }
    throw new RequestError(404, isSession ? 'nobody can attach: start stpconnect inspect --attach' : `there is no ${pathname}`);
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') throw new RequestError(405, 'GET and POST are understood');
  if (pathname === '/api/events') {
    const id = searchParams.get('recording');
    return running.streams.open(response, SECURITY_HEADERS, id === null ? undefined : await catalogue.open(id));
  }
  const found = await read(pathname, searchParams, catalogue);
  if (found !== undefined) return answer(response, found);
  return serve(running, pathname, request, response);
}

/** The path as it was sent: nothing is decoded, so nothing hides in it. */
function targetOf(url: string): { readonly pathname: string; readonly searchParams: URLSearchParams } {
  const at = url.indexOf('?');
  return { pathname: at < 0 ? url : url.slice(0, at), searchParams: new URLSearchParams(at < 0 ? '' : url.slice(at)) };
}

function serve({ assets }: Running, path: string, request: IncomingMessage, response: ServerResponse): void {
  const asset = assets.get(path) ?? (path === '/' ? placeholder() : undefined);
  if (asset === undefined) throw new RequestError(404, `there is no ${path}`);
  const headers = { ...SECURITY_HEADERS, 'content-type': asset.type, 'cache-control': 'no-cache', etag: asset.tag };
  if (request.headers['if-none-match'] === asset.tag) {
    response.writeHead(304, headers).end();
    return;
  }
  response.writeHead(200, { ...headers, 'content-length': asset.body.length });
  response.end(request.method === 'HEAD' ? undefined : asset.body);
}

function answer(response: ServerResponse, value: unknown, status = 200): void {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, {
    ...SECURITY_HEADERS,
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'content-length': body.length,
  });
  response.end(body);
}

function refuse(request: IncomingMessage, response: ServerResponse, { status, error }: Refusal): void {
  // What comes behind it is not read: the connection ends with the answer.
  response.setHeader('connection', 'close');
  answer(response, { error }, status);
  request.resume();
}

function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const status = error instanceof RequestError ? error.status : error instanceof UnknownRecordingError ? 404 : 500;
  const problem: Problem = { error: error instanceof Error ? error.message : String(error) };
  answer(response, problem, status);
}
