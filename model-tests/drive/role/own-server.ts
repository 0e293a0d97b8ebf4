/** The implementation's server process as a subject: it dials the puppet. */
import { type Address, type ConnectOptions, connect, type Socket, StpConnectError } from '../../../impl/index.ts';
import { HeldEnd } from '../held-end.ts';
import type { HeldCall, HeldProcess } from '../held-sockets.ts';
import { OwnSubject } from './own.ts';
import { type ArrayPort, type Setup, SubjectError, type Wish } from './subject.ts';

export class OwnServer extends OwnSubject {
  protected readonly puppetSide = 'acceptor';
  #abort = new AbortController();
  #settled: Promise<void> = Promise.resolve();
  /** Where the puppet listens: the WKP, and dynamic ports. */
  #listeners: Socket[] = [];
  /** The puppet's ends of channels that were attached. */
  #channels: Socket[] = [];

  protected async begin({ mode, fallback, secret, group, limits }: Setup): Promise<void> {
    const process: HeldProcess = { role: 'server', index: 0, owner: 0 };
    const { tcp, array } = this.rig.server;
    this.#abort = new AbortController();
    const listening = await this.#listen(addressOf(this.rig.wkp));
    const options: ConnectOptions = {
      wkp: textOf(listening),
      mode,
      group,
      ...(fallback ? { fallback: 'network' } : {}),
      secret,
      limits,
      signal: this.#abort.signal,
      trace: (record) => this.records.push(record),
      inspect: this.observer,
      ports: {
        clock: this.clock,
        tcp: this.keeper.family(process, tcp),
        array: this.keeper.arrayFamily(process, array),
      },
    };
    this.#settled = connect(options).then(
      (session) => {
        this.sessions.push(session);
        this.reports.push({ type: 'established', mode: session.mode });
      },
      (error: unknown) => {
        this.reports.push({ type: 'failed', code: error instanceof StpConnectError ? error.code : String(error) });
        this.errors.push(error instanceof Error ? error : new Error(String(error)));
      },
    );
  }

  /** What tells it to stop. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  protected async finish(): Promise<void> {
    this.#abort.abort();
    await this.#settled;
    await Promise.all(this.sessions.map((session) => session.close()));
  }

  protected async leave(): Promise<void> {
    for (const channel of this.#channels.splice(0)) channel.abort();
    await Promise.all(this.#listeners.splice(0).map((socket) => socket.close()));
  }

  connect(): Promise<number> {
    throw new Error('a server process dials itself');
  }

  async accept(connection: number): Promise<void> {
    const link = this.link(connection);
    const listener = this.#listeners.find((socket) => isAt(socket.getsockname(), link.address));
    if (link.dial === undefined || listener === undefined)
      throw new SubjectError(`connection ${connection} is not being dialled`);
    const dialling = link.dial();
    link.acceptor = new HeldEnd(await listener.accept());
    await dialling;
  }

  async refuse(connection: number): Promise<void> {
    const link = this.link(connection);
    if (link.dial === undefined) throw new SubjectError(`connection ${connection} is not being dialled`);
    const isDynamic = link.address.family === 'array' && link.address.generation !== undefined;
    await link.dial(isDynamic ? this.rig.deadPort : this.rig.dead);
  }

  async arrayPort(): Promise<ArrayPort> {
    const { array } = this.rig.client;
    const address = await this.#listen({ family: 'array', array: array.array, port: 0 });
    if (address.family !== 'array') throw new Error('a port of the array is no TCP address');
    return { array: address.array, port: address.port, generation: address.generation ?? 0 };
  }

  async wish(wish: Wish): Promise<void> {
    if (wish === 'abort') this.#abort.abort();
    else if (wish === 'close') {
      const session = this.sessions.at(-1);
      if (session === undefined) throw new SubjectError('there is no session to close');
      void session.close();
    } else throw new Error(`a server process cannot be made to ${wish}`);
  }

  /** The accepting side attaches first: the puppet's. */
  protected override async letAttach(call: HeldCall): Promise<void> {
    const array = this.keeper.links.find(({ address }) => address.family === 'array' && address.generation !== undefined);
    if (array?.acceptor !== undefined) {
      const { data, error } = await this.rig.client.array.attachGroup(array.acceptor.real, 'STG0');
      this.#channels.push(data, error);
    }
    await call.go();
  }

  async #listen(address: Address): Promise<Address> {
    const { tcp, array } = this.rig.client;
    const socket = (address.family === 'tcp' ? tcp : array).socket();
    this.#listeners.push(socket);
    await socket.bind(address);
    await socket.listen(4);
    return socket.getsockname();
  }
}

function isAt(here: Address, dialled: Address): boolean {
  return textOf(here) === textOf(dialled);
}

function addressOf(wkp: string): Address {
  const url = new URL(wkp);
  if (url.protocol === 'tcp:') return { family: 'tcp', host: url.hostname, port: Number(url.port) };
  return { family: 'array', array: url.hostname, port: Number(url.pathname.slice(1)) };
}

function textOf(address: Address): string {
  return address.family === 'tcp' ? `tcp://${address.host}:${address.port}` : `array://${address.array}/${address.port}`;
}
