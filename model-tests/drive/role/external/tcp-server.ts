/** A server process that speaks TCP: the tester listens, and waits for it to dial. It has to dial again whenever an attempt or a session is over. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { headerBytes, types } from '../../build-frames.ts';
import { CannotRunError, type Capabilities, type Seen, SubjectError } from '../subject.ts';
import type { Patience } from './adapter-subject.ts';
import { placeText, type TcpPlace, TcpSubject, tcpCapabilities } from './tcp-ends.ts';

/** A connection that has not said yet what it is. */
interface Arrival {
  readonly socket: Socket;
  bytes: Buffer;
  over: boolean;
  /** Nobody listens to it any more for what it is. */
  known: () => void;
}

export class TcpServerProcess extends TcpSubject {
  readonly capabilities: Capabilities;
  /** Where the tester listens, with its real port. */
  readonly place: TcpPlace;
  readonly #listener: Server;
  #arrivals: Arrival[] = [];
  /** A path has its first connection; another one that says HELLO belongs to the attempt behind it. */
  #begun = false;
  #changed: () => void = () => undefined;

  private constructor(listener: Server, place: TcpPlace, limits: readonly string[], patience: Patience) {
    super(patience);
    this.#listener = listener;
    this.place = place;
    this.capabilities = tcpCapabilities('server', limits);
    listener.on('connection', (socket: Socket) => this.#arrived(socket));
  }

  /** Listens. Throws CannotRunError. */
  static async open(place: TcpPlace, limits: readonly string[], patience: Patience): Promise<TcpServerProcess> {
    const listener = createServer({ allowHalfOpen: true });
    try {
      listener.listen(place);
      await once(listener, 'listening');
    } catch (error) {
      throw new CannotRunError(`cannot listen on ${placeText(place)}: ${error instanceof Error ? error.message : String(error)}`);
    }
    const address = listener.address();
    const port = typeof address === 'object' && address !== null ? address.port : place.port;
    return new TcpServerProcess(listener, { ...place, port }, limits, patience);
  }

  /** Waits for an attempt that begins. One that has begun already is ended first: nobody knows how long its limits have been running. */
  async start(): Promise<void> {
    for (let turn = 0; turn < 3; turn += 1) await setImmediate();
    this.drop();
    for (const { socket } of this.#arrivals.splice(0)) socket.destroy();
    this.#begun = false;
    const { patience } = this.patience;
    const deadline = Date.now() + patience;
    while (!this.#begun) {
      const left = deadline - Date.now();
      if (left <= 0) throw new SubjectError(`nobody dialled ${placeText(this.place)} and said HELLO within ${patience} ms`);
      await this.#change(left);
    }
  }

  connect(): Promise<number> {
    throw new Error('a server process dials itself');
  }

  override async observe(enough: (seen: readonly Seen[]) => boolean, within?: number): Promise<Seen[]> {
    const seen = await super.observe(enough, within);
    // Something is missing, and somebody has dialled who says nothing: that belongs together.
    if (!enough(seen))
      for (const arrival of this.#arrivals.filter(({ bytes, over }) => bytes.length === 0 && !over)) this.#take(arrival);
    return [...seen, ...this.takeSeen()];
  }

  override async close(): Promise<void> {
    await super.close();
    for (const { socket } of this.#arrivals) socket.destroy();
    this.#listener.close();
  }

  #arrived(socket: Socket): void {
    const arrival: Arrival = { socket, bytes: Buffer.alloc(0), over: false, known: () => undefined };
    const told = (bytes: Buffer) => {
      arrival.bytes = Buffer.concat([arrival.bytes, bytes]);
      this.#look(arrival);
    };
    const over = () => {
      arrival.over = true;
    };
    socket.on('data', told).on('end', over).on('error', over);
    arrival.known = () => void socket.off('data', told).off('end', over).off('error', over);
    this.#arrivals.push(arrival);
  }

  /** On a path what says HELLO is the next attempt's; before it, nothing else is looked for. */
  #look(arrival: Arrival): void {
    if (arrival.bytes.length < headerBytes) return;
    const saysHello = arrival.bytes[5] === types.hello;
    if (saysHello !== this.#begun) this.#take(arrival);
  }

  #take(arrival: Arrival): void {
    this.#arrivals = this.#arrivals.filter((other) => other !== arrival);
    arrival.known();
    const connection = this.hold(arrival.socket);
    this.see({ type: 'dials', connection, to: 'wkp' });
    if (arrival.bytes.length > 0) this.see({ type: 'bytes', connection, bytes: arrival.bytes });
    this.#begun = true;
    this.#changed();
  }

  async #change(milliseconds: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, milliseconds);
      this.#changed = resolve;
    });
    clearTimeout(timer);
    this.#changed = () => undefined;
  }
}
