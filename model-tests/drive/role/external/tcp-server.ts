/** A server process that speaks TCP: the tester listens, and waits for it to dial. It has to dial again whenever an attempt or a session is over. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { headerBytes, types } from '../../build-frames.ts';
import { CannotRunError, type Capabilities, SubjectError } from '../subject.ts';
import type { Patience } from './adapter-subject.ts';
import { placeText, type TcpPlace, TcpSubject, tcpCapabilities } from './tcp-ends.ts';

/** A connection that nobody has looked at yet, with what came on it. */
interface Arrival {
  readonly socket: Socket;
  readonly bytes: Buffer[];
  over: boolean;
}

export class TcpServerProcess extends TcpSubject {
  readonly capabilities: Capabilities;
  readonly #listener: Server;
  /** Where the tester listens, with its real port. */
  readonly place: TcpPlace;
  /** While a path is begun connections are looked at; on a path each one is the role's. */
  #arrivals: Arrival[] = [];
  #beginning = true;
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

  /** Waits for an attempt that begins: the connections of the one before do not say HELLO. */
  async start(): Promise<void> {
    this.drop();
    this.#beginning = true;
    const deadline = Date.now() + this.patience.patience;
    for (;;) {
      const begun = this.#arrivals.find(saysHello);
      for (const other of this.#arrivals.filter((one) => one !== begun && (begun !== undefined || saysOther(one))))
        other.socket.destroy();
      this.#arrivals = this.#arrivals.filter((one) => one !== begun && begun === undefined && !saysOther(one));
      if (begun !== undefined) {
        this.#beginning = false;
        this.#take(begun);
        return;
      }
      const left = deadline - Date.now();
      if (left <= 0)
        throw new SubjectError(`nobody dialled ${placeText(this.place)} and said HELLO within ${this.patience.patience} ms`);
      await this.#change(left);
    }
  }

  connect(): Promise<number> {
    throw new Error('a server process dials itself');
  }

  override async close(): Promise<void> {
    await super.close();
    for (const { socket } of this.#arrivals) socket.destroy();
    this.#listener.close();
  }

  #arrived(socket: Socket): void {
    const arrival: Arrival = { socket, bytes: [], over: false };
    if (!this.#beginning) {
      this.#take(arrival);
      return;
    }
    this.#arrivals.push(arrival);
    socket.on('data', (bytes: Buffer) => {
      arrival.bytes.push(bytes);
      this.#changed();
    });
    for (const event of ['end', 'error', 'close']) {
      socket.on(event, () => {
        arrival.over = true;
        this.#changed();
      });
    }
    this.#changed();
  }

  #take({ socket, bytes }: Arrival): void {
    socket.removeAllListeners();
    // What came with the connection is told behind it.
    const connection = this.hold(socket);
    this.see({ type: 'dials', connection, to: 'wkp' });
    for (const piece of bytes) this.see({ type: 'bytes', connection, bytes: piece });
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

const typeOf = ({ bytes }: Arrival) => Buffer.concat(bytes)[5];

/** A first connection: its first frame is a HELLO. */
const saysHello = (arrival: Arrival) => Buffer.concat(arrival.bytes).length >= headerBytes && typeOf(arrival) === types.hello;

/** Something else: left over from an attempt before. */
const saysOther = (arrival: Arrival) =>
  arrival.over || (Buffer.concat(arrival.bytes).length >= headerBytes && !saysHello(arrival));
