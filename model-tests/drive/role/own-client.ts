/** The implementation's client process as a subject: the puppet dials it. */
import { type Address, type Listener, listen } from '../../../impl/index.ts';
import { HeldEnd } from '../held-end.ts';
import type { HeldProcess } from '../held-sockets.ts';
import type { Rig } from '../rigs.ts';
import { OwnSubject } from './own.ts';
import { everything } from './paths.ts';
import { type ArrayPort, type Capabilities, type Setup, SubjectError, type Wish } from './subject.ts';

/** The owner of the listening socket; what attempts open has another one. */
const wholeProcess = -1;

export class OwnClient extends OwnSubject {
  override readonly capabilities: Capabilities;
  protected readonly puppetSide = 'dialer';
  #listener: Listener | undefined;
  #process: HeldProcess = { role: 'client', index: 0, owner: wholeProcess };

  /** `modes`: with network mode only it has no storage array. */
  constructor(rig: Rig, seed: number, modes: Capabilities['modes'] = everything.modes) {
    super(rig, seed);
    this.capabilities = { ...everything, modes };
  }

  protected async begin({ secret, full, limits }: Setup): Promise<void> {
    this.#process = { role: 'client', index: 0, owner: wholeProcess };
    this.#listener = await listen({
      wkp: this.rig.wkp,
      secret,
      limits,
      ...(full ? { maxSessions: 1 } : {}),
      onSession: (session) => {
        this.sessions.push(session);
        this.reports.push({ type: 'established', mode: session.mode });
      },
      onFailure: (error) => {
        this.reports.push({ type: 'failed', code: error.code });
        this.errors.push(error);
      },
      trace: (record) => this.records.push(record),
      inspect: this.observer,
      ports: {
        clock: this.clock,
        tcp: this.keeper.family(this.#process, this.rig.client.tcp),
        ...(this.capabilities.modes.includes('storage')
          ? { array: this.keeper.arrayFamily(this.#process, this.rig.client.array) }
          : {}),
      },
    });
    this.#process.owner = 0;
  }

  protected async finish(): Promise<void> {
    await this.#listener?.close({ sessions: true });
  }

  protected async leave(): Promise<void> {}

  async connect(to: 'wkp' | ArrayPort): Promise<number> {
    const address: Address = to === 'wkp' ? this.#wkp() : { family: 'array', ...to };
    const { tcp, array } = this.rig.server;
    const socket = (address.family === 'tcp' ? tcp : array).socket();
    const accept = this.keeper.takeAccept(({ owner }) => (owner === wholeProcess) === (to === 'wkp'));
    if (accept === undefined)
      throw new SubjectError(to === 'wkp' ? 'it does not accept' : 'it does not accept on its dynamic port');
    const link = this.keeper.addLink(address, undefined);
    const dialling = socket.connect(address);
    await this.keeper.completeAccept(accept, link);
    await dialling;
    link.dialer = new HeldEnd(socket);
    return link.index;
  }

  accept(): Promise<void> {
    throw new Error('a client process does not dial');
  }

  refuse(): Promise<void> {
    throw new Error('a client process does not dial');
  }

  arrayPort(): Promise<ArrayPort> {
    throw new Error('a client process has a port of its own');
  }

  async wish(wish: Wish): Promise<void> {
    if (wish === 'stop') void this.#listener?.close();
    else if (wish === 'close') {
      const session = this.sessions.at(-1);
      if (session === undefined) throw new SubjectError('there is no session to close');
      void session.close();
    } else throw new Error(`a client process cannot be made to ${wish}`);
  }

  #wkp(): Address {
    const url = new URL(this.#listener?.address ?? '');
    if (url.protocol === 'tcp:') return { family: 'tcp', host: url.hostname, port: Number(url.port) };
    return { family: 'array', array: url.hostname, port: Number(url.pathname.slice(1)) };
  }
}
