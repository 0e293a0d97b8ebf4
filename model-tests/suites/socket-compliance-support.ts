/** Helpers of the compliance suite: pairs of sockets, and what became of a call. */
import { createHash } from 'node:crypto';
import { type Address, type Socket, SocketError, type Sockets } from '../../impl/sockets/sockets.ts';

/** Two sides of one family, made anew for each test. */
export interface ComplianceSides {
  readonly family: Address['family'];
  /** Each side has a descriptor table of its own in which nothing is taken. */
  readonly client: Sockets;
  readonly server: Sockets;
  /** An address to bind to, port 0. */
  address(): Address;
  /** An address at which nobody listens. */
  deadAddress(): Promise<Address>;
  /** What both sides and whatever is below them still hold: descriptors, ports, connections. 0 when nothing is left over. */
  held(): Promise<number>;
  teardown(): Promise<void>;
}

/** Gives the sides of the running test. */
export type Sides = () => ComplianceSides;

/** The code that a call failed with; throws what is no SocketError, and when the call did not fail. */
export async function codeOf(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (error) {
    if (error instanceof SocketError) return error.code;
    throw error;
  }
  throw new Error('the call succeeded, expected it to fail');
}

/** A socket of the server side that listens. */
export async function listener(sides: ComplianceSides, backlog = 8): Promise<Socket> {
  const socket = sides.server.socket();
  await socket.bind(sides.address());
  await socket.listen(backlog);
  return socket;
}

/** A connection: `client` dialled, `server` was accepted. */
export async function connected(sides: ComplianceSides): Promise<{ client: Socket; server: Socket; listener: Socket }> {
  const listening = await listener(sides);
  const client = sides.client.socket();
  const [server] = await Promise.all([listening.accept(), client.connect(listening.getsockname())]);
  return { client, server, listener: listening };
}

/** `size` bytes that differ from place to place, the same for the same seed. */
export function pattern(size: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = seed | 1;
  for (let at = 0; at < size; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Reads to the end. */
export async function readAll(socket: Socket, max?: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (let chunk = await socket.read(max); chunk; chunk = await socket.read(max)) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}

/** Reads exactly `size` bytes. */
export async function readExactly(socket: Socket, size: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (let left = size; left > 0; ) {
    const chunk = await socket.read(left);
    if (!chunk) throw new Error(`the stream ended ${left} bytes early`);
    chunks.push(chunk);
    left -= chunk.length;
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** How a dialled connection came to nothing: the code of connect, or else of its first read. Throws when it is usable. */
export async function unusable(socket: Socket, address: Address): Promise<string> {
  return await codeOf(async () => {
    await socket.connect(address);
    const read = await socket.read();
    throw new Error(`the connection gave ${read === null ? 'an end' : 'bytes'}, expected it to be refused or reset`);
  });
}

export const text = (bytes: Uint8Array | null) => (bytes ? Buffer.from(bytes).toString() : bytes);
export const bytes = (value: string) => new Uint8Array(Buffer.from(value));
