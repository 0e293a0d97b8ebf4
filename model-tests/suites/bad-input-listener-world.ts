/** A listener of ours, and a server process that dials it and knows how to behave until it does not. */
import { expect } from 'vitest';
import { type Address, type ArrayAddress, type Listener, listen, type Mode } from '../../impl/index.ts';
import { tagIsRight } from '../drive/wire.ts';
import { fields, hello, readPort, sealed, secret } from './bad-input-frames.ts';
import { addressOf, type RawConnection } from './bad-input-peer.ts';
import { echo, goodSession, type Setup, World } from './bad-input-world.ts';

/** A handshake up to the answer to HELLO. */
export interface Begun {
  readonly first: RawConnection;
  readonly transcript: Buffer[];
  /** The client process's descriptor; network mode. */
  readonly descriptor: number;
  /** The dynamic port; storage mode. */
  readonly port: ArrayAddress;
}

export class ListenerWorld extends World {
  #listener: Listener | undefined;

  get wkp(): string {
    return this.#listener?.address ?? '';
  }

  async open(maxPending?: number): Promise<void> {
    const { tcp, array } = this.rig.client;
    this.#listener = await listen({
      wkp: this.rig.wkp,
      secret,
      maxPending,
      ports: { clock: this.clock, tcp, array },
      trace: (record) => this.trace.push(record),
      onFailure: (error) => this.failures.push(error),
      onSession: (session) => {
        this.sessions.push(session);
        echo(session);
      },
    });
  }

  async close(): Promise<void> {
    await this.#listener?.close({ sessions: true });
  }

  /** A connection to the WKP; `from` is an own port in the array, where the rig's dynamic ones are too few. */
  async dial(from?: number): Promise<RawConnection> {
    const address = addressOf(this.wkp);
    const family = address.family === 'tcp' ? this.rig.server.tcp : this.rig.server.array;
    const socket = this.own(family.socket());
    if (address.family === 'array' && from !== undefined) await socket.bind({ ...address, port: from });
    await socket.connect(address);
    return this.hold(socket);
  }

  async dialArray(port: Address): Promise<RawConnection> {
    const socket = this.own(this.rig.server.array.socket());
    await socket.connect(port);
    return this.hold(socket);
  }

  /** HELLO, and DESCRIPTOR or PORT that comes back. */
  async begin(mode: Mode): Promise<Begun> {
    const first = await this.dial();
    const sent = hello(mode);
    first.send(sent);
    const { bytes, descriptor = 0 } = await first.frame(mode === 'network' ? 'descriptor' : 'port');
    expect(tagIsRight(bytes, [sent], 'client', secret)).toBe(true);
    const port: ArrayAddress =
      mode === 'storage' ? { family: 'array', ...readPort(bytes) } : { family: 'array', array: '', port: 0 };
    return { first, transcript: [sent, bytes], descriptor, port };
  }

  /** Step 100. */
  descriptorFrame({ descriptor, transcript }: Begun, nonce?: Buffer): Buffer {
    return sealed('descriptor', fields.descriptor(descriptor, nonce), transcript, 'server');
  }

  /** Step 236. */
  groupFrame({ transcript }: Begun, group: string): Buffer {
    return sealed('group', fields.group(group), transcript, 'server');
  }

  /** Joins with the right DESCRIPTOR and sees READY on both connections. */
  async joinNetwork(
    begun: Begun,
  ): Promise<{ readonly second: RawConnection; readonly descriptor: Buffer; readonly ready: Buffer }> {
    const second = await this.dial();
    const descriptor = this.descriptorFrame(begun);
    second.send(descriptor);
    const ready = await second.frame('ready');
    expect(tagIsRight(ready.bytes, [...begun.transcript, descriptor], 'client', secret)).toBe(true);
    expect((await begun.first.frame('ready')).bytes).toEqual(ready.bytes);
    return { second, descriptor, ready: ready.bytes };
  }

  /** Joins through the dynamic port with the right GROUP and sees READY. */
  async joinStorage(
    begun: Begun,
    group: string,
  ): Promise<{ readonly array: RawConnection; readonly group: Buffer; readonly ready: Buffer }> {
    const array = await this.dialArray(begun.port);
    const frame = this.groupFrame(begun, group);
    array.send(frame);
    const ready = await array.frame('ready');
    expect(tagIsRight(ready.bytes, [...begun.transcript, frame], 'client', secret)).toBe(true);
    return { array, group: frame, ready: ready.bytes };
  }
}

/** Runs `body` against a listener; then everything that came of it is released, and the listener serves good sessions of both modes. */
export async function withListener(
  setup: Setup,
  body: (world: ListenerWorld) => Promise<void>,
  maxPending?: number,
): Promise<void> {
  const rig = await setup();
  const world = new ListenerWorld(rig);
  try {
    await world.open(maxPending);
    const listening = rig.held();
    await body(world);
    const { length } = world.failures;
    await world.letGo();
    await world.expectReleased(listening);
    for (const mode of ['network', 'storage'] as const) await goodSession(rig, world.wkp, mode);
    await world.letGo();
    await world.expectReleased(listening);
    expect(world.failures.slice(length)).toEqual([]);
    world.expectSecretKept();
    await world.close();
    await world.expectReleased([]);
  } finally {
    await world.letGo();
    await world.close();
    await rig.close();
  }
}
