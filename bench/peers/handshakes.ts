/** What the handshake is compared with: `handshakes.ts pair|ws IN_FLIGHT COUNT`: two connections of node:net that exchange a token, and WebSockets. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { begin, given, startProcess } from '../contenders/other-side.ts';

interface Task {
  readonly how: 'pair' | 'ws';
}

/** Sends a token on a first connection, takes it back on a second one, and says so. */
function servePairs(): void {
  const waiting = new Map<string, Socket>();
  let count = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (bytes) => {
      const text = String(bytes);
      if (text === 'new') {
        count += 1;
        const token = `token ${count}`;
        waiting.set(token, socket);
        socket.write(token);
      } else {
        waiting.get(text)?.end();
        waiting.delete(text);
        socket.end('ready');
      }
    });
  }).listen(0, '127.0.0.1', 1_024, () => begin((server.address() as AddressInfo).port));
}

async function pair(port: number): Promise<void> {
  const open = async (text: string) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.write(text);
    const [bytes] = await once(socket, 'data');
    return { socket, answer: String(bytes) };
  };
  const one = await open('new');
  const two = await open(one.answer);
  for (const { socket } of [one, two]) socket.end();
  await Promise.all([one, two].map(({ socket }) => socket.closed || once(socket, 'close')));
}

function serveWs(): void {
  const server: WebSocketServer = new WebSocketServer({ port: 0, host: '127.0.0.1' }, () =>
    begin((server.address() as AddressInfo).port),
  );
  server.on('connection', (socket) => socket.close());
}

async function webSocket(port: number): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`);
  await once(socket, 'close');
}

async function first([how = '', inFlight = '1', count = '500']: readonly string[]): Promise<void> {
  const port = Number(await startProcess(import.meta.url, { how }));
  const dial = how === 'ws' ? webSocket : pair;
  const some = async (times: number) => {
    let left = times;
    const one = async () => {
      while (left > 0) {
        left -= 1;
        await dial(port);
      }
    };
    await Promise.all(Array.from({ length: Number(inFlight) }, one));
  };
  await some(Number(count) >> 2);
  const before = performance.now();
  await some(Number(count));
  process.stdout.write(`${JSON.stringify({ handshakes: Number(count) / ((performance.now() - before) / 1e3) })}\n`);
  process.exit(0);
}

const task = given<Task>();
if (!task) await first(process.argv.slice(2));
else if (task.how === 'ws') serveWs();
else servePairs();
