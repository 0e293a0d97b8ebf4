/** A client process that speaks TCP: it listens, and the tester dials it. */
import { createConnection, type Socket } from 'node:net';
import { CannotRunError, type Capabilities, SubjectError } from '../subject.ts';
import type { Patience } from './adapter-subject.ts';
import { connected, placeText, type TcpPlace, TcpSubject, tcpCapabilities } from './tcp-ends.ts';

export class TcpClientProcess extends TcpSubject {
  readonly capabilities: Capabilities;
  readonly #place: TcpPlace;

  private constructor(place: TcpPlace, limits: readonly string[], patience: Patience) {
    super(patience);
    this.#place = place;
    this.capabilities = tcpCapabilities('client', limits);
  }

  /** Looks whether anybody listens there. Throws CannotRunError. */
  static async open(place: TcpPlace, limits: readonly string[], patience: Patience): Promise<TcpClientProcess> {
    const subject = new TcpClientProcess(place, limits, patience);
    try {
      (await subject.#dial()).destroy();
    } catch (error) {
      throw new CannotRunError(`no client process listens on ${placeText(place)}: ${messageOf(error)}`);
    }
    return subject;
  }

  async start(): Promise<void> {
    this.drop();
  }

  async connect(): Promise<number> {
    try {
      return this.hold(await this.#dial());
    } catch (error) {
      throw new SubjectError(`it does not accept on ${placeText(this.#place)}: ${messageOf(error)}`);
    }
  }

  async #dial(): Promise<Socket> {
    const socket = createConnection({ ...this.#place, allowHalfOpen: true });
    await connected(socket, this.patience.patience);
    return socket;
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
