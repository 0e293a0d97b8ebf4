/**
 * A channel of a session in every short sequence of what its user and its peer can do, over a simulated connection: what both see of it is
 * compared with a model of a few lines.
 */
import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { StpConnectError } from '../../../impl/protocol/errors.ts';
import { ChannelStream } from '../../../impl/session/channel-stream.ts';
import { type Socket, SocketError } from '../../../impl/sockets/sockets.ts';
import { realRig } from '../../drive/rigs.ts';
import { SimulatedNetwork } from '../../drive/simulated-sockets.ts';

import { attempt } from '../../page/judge-codec.ts';

const moves = ['write', 'end', 'destroy', 'destroy with an error', 'release', 'peer writes', 'peer ends', 'peer resets'] as const;
type Move = (typeof moves)[number];

/** At most so many moves are made one after the other. */
const LONGEST = 4;
/** After each move so many turns of the event loop. */
const TURNS = 4;

/** What the channel begins with: bytes behind the last frame of the handshake, and a read that is under way. */
const beginnings = [
  { leftover: '', reading: false },
  { leftover: 'left over ', reading: false },
  { leftover: 'left over ', reading: true },
] as const;

/** What can be seen of a channel from its two ends. */
interface Sight {
  readonly peerRead: string;
  readonly peerSaw: 'nothing' | 'end' | 'reset';
  readonly userRead: string;
  /** What becomes of a last write of the peer: behind an end that it was told, only this shows that the connection was reset. */
  readonly peerWrite: 'taken' | 'reset' | 'not tried';
  /** The events of the stream, and the code and the state of its error. */
  readonly userSaw: readonly string[];
}

/** The model: what is seen, and what may still be done. */
interface Channel extends Omit<Sight, 'peerWrite'> {
  readonly ended: boolean;
  /** The peer says nothing more. */
  readonly peerEnded: boolean;
  readonly isReset: boolean;
  /** Nothing more comes of it. */
  readonly over: boolean;
  readonly writes: number;
}

/** What a move leads to; undefined where it cannot be made. */
function after(channel: Channel, move: Move): Channel | undefined {
  const { ended, peerEnded, over, userSaw, writes } = channel;
  const close = (changed: Partial<Channel>): Channel => ({
    ...channel,
    ...changed,
    over: true,
    userSaw: [...(changed.userSaw ?? userSaw), 'close'],
  });
  const reset = [...userSaw, 'error connectionReset in established'];
  switch (move) {
    case 'write':
      return over || ended ? undefined : { ...channel, writes: writes + 1, peerRead: `${channel.peerRead}<${writes}>` };
    case 'end':
      if (over || ended) return undefined;
      return peerEnded ? close({ ended: true, peerSaw: 'end' }) : { ...channel, ended: true, peerSaw: 'end' };
    case 'destroy':
      return over ? undefined : close(ended ? {} : { peerSaw: 'reset', isReset: true });
    case 'destroy with an error':
      return over
        ? undefined
        : close({ ...(ended ? {} : { peerSaw: 'reset' }), isReset: true, userSaw: [...userSaw, 'error of the user'] });
    case 'release':
      return over ? channel : close({ peerSaw: 'end' });
    case 'peer writes':
      return over || peerEnded ? undefined : { ...channel, writes: writes + 1, userRead: `${channel.userRead}<${writes}>` };
    case 'peer ends':
      if (over || peerEnded) return undefined;
      return ended
        ? close({ peerEnded: true, userSaw: [...userSaw, 'end'] })
        : { ...channel, peerEnded: true, userSaw: [...userSaw, 'end'] };
    case 'peer resets':
      // Behind its own end a peer has nothing to reset that the channel still reads.
      return over || peerEnded ? undefined : close({ peerSaw: 'reset', peerEnded: true, userSaw: reset });
  }
}

/** What the model says is seen. */
function sightOf({ peerRead, peerSaw, userRead, userSaw, peerEnded, isReset, over }: Channel): Sight {
  const peerWrite = peerEnded ? 'not tried' : isReset ? 'reset' : 'taken';
  const last = peerEnded || over ? '' : 'a last write';
  return { peerRead, peerSaw, userRead: userRead + last, peerWrite, userSaw };
}

/** Every sequence of moves up to a length, with what the model says that comes of it. */
function* sequences(from: Channel, length: number): Generator<{ readonly path: readonly Move[]; readonly expected: Channel }> {
  yield { path: [], expected: from };
  if (length === 0) return;
  for (const move of moves) {
    const next = after(from, move);
    if (next === undefined) continue;
    for (const { path, expected } of sequences(next, length - 1)) yield { path: [move, ...path], expected };
  }
}

/** Sequences on which the user or the peer sees something else. */
export async function* complaintsAboutChannels(): AsyncGenerator<string, number> {
  let tried = 0;
  for (const { leftover, reading } of beginnings) {
    const fresh: Channel = {
      peerRead: '',
      peerSaw: 'nothing',
      userRead: leftover,
      userSaw: [],
      ended: false,
      peerEnded: false,
      isReset: false,
      over: false,
      writes: 0,
    };
    for (const { path, expected } of sequences(fresh, LONGEST)) {
      tried += 1;
      const run = await ChannelRun.begin(leftover, reading);
      for (const move of path) await run.make(move);
      const seen = await run.sight(!expected.peerEnded);
      if (!isDeepStrictEqual(seen, sightOf(expected))) yield `a channel, ${path.join(', ')}: ${JSON.stringify(seen)}`;
      const held = await run.finish();
      if (held.length > 0) yield `a channel, ${path.join(', ')}: still held: ${held.join(', ')}`;
    }
  }
  tried += yield* complaintsAtOnce();
  tried += yield* complaintsAboutFailures();
  yield* complaintsAboutDirect();
  return tried;
}

/** What was written still reaches the peer when the channel is closed in order right behind it; destroyed, it is not taken for the whole. */
async function* complaintsAtOnce(): AsyncGenerator<string, number> {
  for (const last of ['end', 'release', 'destroy'] as const) {
    for (const writes of [1, 2, 5]) {
      const run = await ChannelRun.begin('', false);
      for (let write = 0; write < writes; write += 1) run.start('write');
      run.start(last);
      await settle();
      const { peerRead, peerSaw } = await run.sight(false);
      const all = Array.from({ length: writes }, (_, at) => `<${at}>`).join('');
      const isRight =
        last === 'destroy' ? peerSaw === 'reset' && all.startsWith(peerRead) : peerSaw === 'end' && peerRead === all;
      if (!isRight) yield `${writes} writes and ${last} at once: the peer read ${peerRead} and saw ${peerSaw}`;
      const held = await run.finish();
      if (held.length > 0) yield `${writes} writes and ${last} at once: still held: ${held.join(', ')}`;
    }
  }
  return 9;
}

/** A call on the socket below fails: the stream says which one, with the socket's error as its cause. */
async function* complaintsAboutFailures(): AsyncGenerator<string, number> {
  const calls = ['read', 'write', 'shutdown'] as const;
  const codes = ['reset', 'closed', 'timedOut'] as const;
  for (const call of calls) {
    for (const code of codes) {
      const cause = new SocketError(code, call, `${call}: ${code}`);
      const never = new Promise<never>(() => undefined);
      const socket = {
        read: () => never,
        write: async () => undefined,
        shutdown: async () => undefined,
        close: async () => undefined,
        abort: () => undefined,
        [call]: () => Promise.reject(cause),
      };
      const stream = new ChannelStream({ socket: socket as unknown as Socket, leftover: new Uint8Array(0), pending: undefined });
      const errors: StpConnectError[] = [];
      stream.on('error', (error: StpConnectError) => errors.push(error));
      stream.resume();
      if (call === 'write') stream.write('x');
      if (call === 'shutdown') stream.end();
      await settle();
      const [error] = errors;
      const isRight =
        error?.code === (code === 'closed' ? 'closed' : 'connectionReset') &&
        error.cause === cause &&
        error.state === 'established';
      if (!isRight || errors.length !== 1 || !error.message.includes(`The ${call} on a channel failed.`))
        yield `a ${call} that fails with ${code} gives ${String(error)}`;
      if (!stream.destroyed) yield `a ${call} that fails with ${code} leaves the channel open`;
    }
  }
  return calls.length * codes.length;
}

/** Direct access to a channel: only before it is used, only where there are rings, and its endings are those of the channel. */
async function* complaintsAboutDirect(): AsyncGenerator<string> {
  const simulated = await ChannelRun.begin('', false);
  const used = attempt(() => simulated.stream.direct());
  if (!(used instanceof RangeError) || !used.message.includes('used as a stream'))
    yield `a channel that is used gives ${String(used)}`;
  await simulated.finish();
  const rig = await realRig('array');
  try {
    for (const [how, saw] of [
      ['close', 'end'],
      ['abort', 'reset'],
    ] as const) {
      const [near, far] = [rig.client.array, rig.server.array];
      const [listener, dialer] = [far.socket(), near.socket()];
      await listener.bind({ family: 'array', array: far.array, port: 40 });
      await listener.listen(1);
      await dialer.connect(listener.getsockname());
      const peer = await listener.accept();
      const stream = new ChannelStream({ socket: dialer, leftover: new Uint8Array(0), pending: undefined });
      const direct = stream.direct();
      if (direct === undefined) yield 'a channel of the array gives no direct access';
      direct?.[how]();
      const seen = await peer.read().then(
        (bytes) => (bytes === null ? 'end' : 'bytes'),
        (error: SocketError) => error.code,
      );
      if (seen !== saw) yield `${how} of a direct channel: the peer sees ${seen}`;
      await Promise.all([stream.release(), peer.close(), listener.close()]);
    }
    const plain = new ChannelStream({ socket: rig.client.tcp.socket(), leftover: new Uint8Array(0), pending: undefined });
    if (plain.direct() !== undefined) yield 'a channel without rings gives direct access';
    await plain.release();
  } finally {
    await rig.close();
  }
}

class ChannelRun {
  readonly #network: SimulatedNetwork;
  readonly stream: ChannelStream;
  readonly #peer: Socket;
  readonly #userSaw: string[] = [];
  #peerRead = '';
  #peerSaw: Sight['peerSaw'] = 'nothing';
  #userRead = '';
  #writes = 0;

  private constructor(network: SimulatedNetwork, stream: ChannelStream, peer: Socket) {
    this.#network = network;
    this.stream = stream;
    this.#peer = peer;
    void this.#readPeer();
    stream.on('data', (chunk: Buffer) => {
      this.#userRead += chunk.toString();
    });
    stream.on('end', () => this.#userSaw.push('end'));
    stream.on('close', () => this.#userSaw.push('close'));
    stream.on('error', (error: Error & { code?: string; state?: string }) =>
      this.#userSaw.push(error.code === undefined ? 'error of the user' : `error ${error.code} in ${error.state}`),
    );
  }

  static async begin(leftover: string, reading: boolean): Promise<ChannelRun> {
    const network = new SimulatedNetwork({
      array: 'sym0',
      dynamicPorts: { first: 1, last: 2 },
      groups: { known: [], refused: [], full: [] },
    });
    const [here, there] = [network.families().tcp, network.families().tcp];
    const [listener, dialer] = [there.socket(), here.socket()];
    await listener.bind({ family: 'tcp', host: 'simulated', port: 1 });
    await listener.listen(1);
    await dialer.connect({ family: 'tcp', host: 'simulated', port: 1 });
    const peer = await listener.accept();
    await listener.close();
    const pending = reading ? dialer.read() : undefined;
    const run = new ChannelRun(network, new ChannelStream({ socket: dialer, leftover: Buffer.from(leftover), pending }), peer);
    await settle();
    return run;
  }

  async make(move: Move): Promise<void> {
    this.start(move);
    await settle();
  }

  start(move: Move): void {
    const bytes = Buffer.from(`<${this.#writes}>`);
    if (move.endsWith('write') || move.endsWith('writes')) this.#writes += 1;
    switch (move) {
      case 'write':
        this.stream.write(bytes);
        break;
      case 'end':
        this.stream.end();
        break;
      case 'destroy':
        this.stream.destroy();
        break;
      case 'destroy with an error':
        this.stream.destroy(new Error('the user’s own'));
        break;
      case 'release':
        void this.stream.release();
        break;
      case 'peer writes':
        void this.#peer.write(bytes);
        break;
      case 'peer ends':
        void this.#peer.shutdown();
        break;
      case 'peer resets':
        this.#peerSaw = 'reset';
        this.#peer.abort();
        break;
    }
  }

  /** Everything that is seen by now, and what becomes of a last write if the peer can still make one. */
  async sight(tryToWrite: boolean): Promise<Sight> {
    let peerWrite: Sight['peerWrite'] = 'not tried';
    if (tryToWrite) {
      peerWrite = await this.#peer.write(Buffer.from('a last write')).then(
        () => 'taken' as const,
        () => 'reset' as const,
      );
      await settle();
    }
    return { peerRead: this.#peerRead, peerSaw: this.#peerSaw, userRead: this.#userRead, peerWrite, userSaw: [...this.#userSaw] };
  }

  /** Lets go of both ends; what is still held then. */
  async finish(): Promise<string[]> {
    let isReleased = false;
    void this.stream.release().then(() => {
      isReleased = true;
    });
    await settle();
    this.#peer.abort();
    const twice = this.#userSaw.filter((event) => event === 'close').length;
    return [
      ...this.#network.held(),
      ...(isReleased ? [] : ['what release waits for']),
      ...(twice === 1 ? [] : [`${twice} closes`]),
    ];
  }

  async #readPeer(): Promise<void> {
    try {
      for (;;) {
        const bytes = await this.#peer.read();
        if (bytes === null) break;
        this.#peerRead += Buffer.from(bytes).toString();
      }
      this.#peerSaw = 'end';
    } catch (error) {
      if (error instanceof SocketError && error.code === 'reset') this.#peerSaw = 'reset';
    }
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await setImmediate();
}
