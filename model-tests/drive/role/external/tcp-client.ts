/** A client process that speaks TCP: it listens, and the tester dials it. */
import { createConnection, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { CannotRunError, type Capabilities, SubjectError } from '../subject.ts';
import type { Patience } from './adapter-subject.ts';
import { connected, placeText, type TcpPlace, TcpSubject, tcpCapabilities } from './tcp-ends.ts';

/** So many milliseconds between two looks whether somebody listens. */
const AGAIN = 50;

export class TcpClientProcess extends TcpSubject {
  readonly capabilities: Capabilities;
  readonly #place: TcpPlace;

  private constructor(place: TcpPlace, limits: readonly string[], patience: Patience) {
    super(patience);
    this.#place = place;
    this.capabilities = tcpCapabilities('client', limits);
  }

  /** Waits for somebody to listen there, at most for the patience. Throws CannotRunError. */
  static async open(place: TcpPlace, limits: readonly string[], patience: Patience): Promise<TcpClientProcess> {
    const subject = new TcpClientProcess(place, limits, patience);
    const deadline = Date.now() + patience.patience;
    for (;;) {
      try {
        (await subject.#dial()).destroy();
        return subject;
      } catch (error) {
        if (Date.now() + AGAIN > deadline)
          throw new CannotRunError(
            `no client process listens on ${placeText(place)} within ${patience.patience} ms: ${messageOf(error)}`,
          );
      }
      await sleep(AGAIN);
    }
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
