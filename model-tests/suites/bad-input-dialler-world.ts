/** A `connect` of ours, and a client process that it dials, which knows how to behave until it does not. */
import { expect } from 'vitest';
import { type Address, connect, type Listener, listen, type Mode, type Socket, type StpConnectError } from '../../impl/index.ts';
import { groups, type Rig } from '../drive/rigs.ts';
import { tagIsRight } from '../drive/wire.ts';
import { fields, sealed, secret } from './bad-input-frames.ts';
import { addressOf, type RawConnection, textOf } from './bad-input-peer.ts';
import { echo, goodSession, type Setup, World } from './bad-input-world.ts';

/** A handshake up to some point of it. */
export interface Dialled {
  readonly first: RawConnection;
  /** The other connection, once there is one. */
  readonly other: RawConnection;
  readonly transcript: readonly Buffer[];
}

/** Where `connect` dials, if not here; and whether it may fall back. */
export interface DialOptions {
  readonly wkp?: string;
  readonly fallback?: 'network';
}

export class DiallerWorld extends World {
  #wkp: Socket;
  readonly #abort = new AbortController();

  constructor(rig: Rig) {
    super(rig);
    this.#wkp = this.own(familyOf(rig).socket());
  }

  get wkp(): string {
    return textOf(this.#wkp.getsockname());
  }

  async open(): Promise<void> {
    await this.#wkp.bind(addressOf(this.rig.wkp));
    await this.#wkp.listen(8);
  }

  /** Nobody listens any more. */
  async closeWkp(): Promise<void> {
    await this.#wkp.close();
  }

  /** Tells our side to stop. */
  abort(): void {
    this.#abort.abort();
  }

  /** Begins `connect`; what becomes of it is in `failures` or in `sessions`. */
  connect(mode: Mode, { wkp = this.wkp, fallback }: DialOptions = {}): void {
    const { tcp, array } = this.rig.server;
    connect({
      wkp,
      secret,
      mode,
      fallback,
      group: groups.attached,
      ports: { clock: this.clock, tcp, array },
      signal: this.#abort.signal,
      trace: (record) => this.trace.push(record),
    }).then(
      (session) => this.sessions.push(session),
      (error: StpConnectError) => this.failures.push(error),
    );
  }

  async accept(): Promise<RawConnection> {
    return this.hold(await this.#wkp.accept());
  }

  /** HELLO has come. */
  async greeted(
    mode: Mode,
    options?: DialOptions,
  ): Promise<{ readonly first: RawConnection; readonly transcript: readonly Buffer[] }> {
    this.connect(mode, options);
    const first = await this.accept();
    const hello = await first.frame('hello');
    expect(hello.mode).toBe(mode);
    return { first, transcript: [hello.bytes] };
  }

  /** Our DESCRIPTOR was answered on `second` (step 100); READY is awaited on both. */
  async described(): Promise<Dialled> {
    const { first, transcript } = await this.greeted('network');
    const descriptor = sealed('descriptor', fields.descriptor(7, Buffer.alloc(32, 9)), transcript, 'client');
    first.send(descriptor);
    const other = await this.accept();
    const answer = await other.frame('descriptor');
    expect(answer.descriptor).toBe(7);
    expect(tagIsRight(answer.bytes, [...transcript, descriptor], 'server', secret)).toBe(true);
    return { first, other, transcript: [...transcript, descriptor, answer.bytes] };
  }

  /** A dynamic port that listens. */
  async dynamicPort(): Promise<{ readonly socket: Socket; readonly frame: (before: readonly Buffer[]) => Buffer }> {
    const socket = this.own(this.rig.client.array.socket());
    await socket.bind({ family: 'array', array: this.rig.client.array.array, port: 0 });
    await socket.listen(4);
    const address = socket.getsockname();
    return { socket, frame: (before) => portFrame(address, before) };
  }

  /** Our PORT was answered by GROUP on `array` (step 236); READY is awaited. */
  async grouped(options?: DialOptions): Promise<Dialled> {
    const { first, transcript } = await this.greeted('storage', options);
    const { socket, frame } = await this.dynamicPort();
    const port = frame(transcript);
    first.send(port);
    const other = this.hold(await socket.accept());
    const group = await other.frame('group');
    expect(tagIsRight(group.bytes, [...transcript, port], 'server', secret)).toBe(true);
    return { first, other, transcript: [...transcript, port, group.bytes] };
  }
}

const familyOf = (rig: Rig) => (rig.wkp.startsWith('tcp:') ? rig.client.tcp : rig.client.array);

/** Step 170, for an address in the array. */
export function portFrame(address: Address, before: readonly Buffer[]): Buffer {
  const { array, port, generation = 0 } = address.family === 'array' ? address : { array: 'none', port: 0 };
  return sealed('port', fields.port(array, port, generation), before, 'client');
}

/** Runs `body` against a `connect`; then everything that came of it is released, and the next `connect` to somebody good succeeds. */
export async function withDialler(setup: Setup, body: (world: DiallerWorld) => Promise<void>): Promise<void> {
  const rig = await setup();
  const world = new DiallerWorld(rig);
  let listener: Listener | undefined;
  try {
    await world.open();
    await body(world);
    await world.letGo();
    await world.expectReleased([]);
    const { tcp, array } = rig.client;
    listener = await listen({ wkp: rig.wkp, secret, ports: { tcp, array }, onSession: echo });
    for (const mode of ['network', 'storage'] as const) await goodSession(rig, listener.address, mode);
    await listener.close({ sessions: true });
    await world.expectReleased([]);
    world.expectSecretKept();
  } finally {
    await world.letGo();
    await listener?.close({ sessions: true });
    await rig.close();
  }
}
