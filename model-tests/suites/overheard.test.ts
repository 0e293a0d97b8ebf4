/**
 * What the tags do not promise (docs/protocol.md, section 3), shown with the implementation: somebody on the way, who does not know the
 * secret, delivers the server process's last word first. Exploring with `relay` finds it; here it happens over TCP.
 */
import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { connect, listen, type Session } from '../../impl/index.ts';
import { readFrames } from '../drive/wire.ts';

const secret = Buffer.alloc(32, 7);
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

const portOf = (address: string) => Number(new URL(address).port);

function dial(port: number): Socket {
  const socket = net.connect(port, '127.0.0.1').on('error', () => {});
  cleanups.push(() => socket.destroy());
  return socket;
}

/** The first whole frame that comes on a socket, and what comes with it. */
async function firstFrame(socket: Socket): Promise<Buffer> {
  let bytes = Buffer.alloc(0);
  while (readFrames(bytes).frames.length === 0) bytes = Buffer.concat([bytes, ...((await once(socket, 'data')) as Buffer[])]);
  return bytes;
}

/** Stands between a server process and the WKP: passes the first connection on, and keeps the second one back. */
async function standOnTheWay(wkp: number): Promise<{ readonly port: number; readonly second: Promise<Socket> }> {
  let arrived: (socket: Socket) => void = () => {};
  const second = new Promise<Socket>((resolve) => {
    arrived = resolve;
  });
  let connections = 0;
  const server = net.createServer((socket) => {
    cleanups.push(() => socket.destroy());
    socket.on('error', () => {});
    connections += 1;
    if (connections === 2) return arrived(socket);
    const onward = dial(wkp);
    socket.pipe(onward).pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => server.close());
  return { port: (server.address() as AddressInfo).port, second };
}

test('who delivers the descriptor of somebody else first has the error channel, and the server process has no session', async () => {
  let welcome: (session: Session) => void = () => {};
  const welcomed = new Promise<Session>((resolve) => {
    welcome = resolve;
  });
  const listener = await listen({ wkp: 'tcp://127.0.0.1:0', secret, onSession: (session) => welcome(session) });
  cleanups.push(() => listener.close());
  const way = await standOnTheWay(portOf(listener.address));
  const session = connect({ wkp: `tcp://127.0.0.1:${way.port}`, secret });
  const failure = session.then(
    () => undefined,
    (error: unknown) => error,
  );

  const second = await way.second;
  const descriptor = await firstFrame(second);
  const stranger = dial(portOf(listener.address));
  stranger.write(descriptor);
  expect(readFrames(await firstFrame(stranger)).frames[0]?.name).toBe('ready');
  const established = await welcomed;
  cleanups.push(() => established.close());
  stranger.write('from a stranger');
  expect(String((await once(established.error, 'data'))[0])).toBe('from a stranger');

  const onward = dial(portOf(listener.address));
  onward.write(descriptor);
  second.pipe(onward).pipe(second);
  expect(await failure).toMatchObject({ code: 'declined', reason: 'descriptorUnknown' });
});
