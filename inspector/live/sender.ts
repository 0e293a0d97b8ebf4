/**
 * Sends what a process does to an inspector that runs beside it. A session never waits for it: where the inspector is slow, lines are left out and
 * counted; where it is gone, nothing is sent any more. It keeps no process alive.
 */
import { type ClientRequest, request } from 'node:http';
import type { Observer, SeenFrame, StorageArray } from '../../impl/index.ts';
import { arrayStateOf } from './array-state.ts';
import type { AttachLine } from './lines.ts';
import { findInspector } from './meeting.ts';

/** How a process is inspected. */
export interface LiveOptions {
  /** Where the inspector is, with its token: what `stpconnect inspect --attach` prints. Default: the one that was started last on this machine by this user. */
  readonly address?: string | undefined;
  /** What the page calls this process. Default: its number. */
  readonly title?: string | undefined;
  /** The storage array that this process is attached to: the page shows its ports, groups and rings. */
  readonly array?: StorageArray | undefined;
}

/** An observer that an inspector listens to. */
export interface LiveInspector extends Observer {
  /** Gets each frame of the handshake. */
  frame(frame: SeenFrame): void;
  /** Resolves when the inspector has answered; rejects with an InspectorError where there is none, or it refuses. Need not be awaited. */
  readonly ready: Promise<void>;
  /** Sends what is left, and nothing more. Resolves when that is done, or cannot be. */
  close(): Promise<void>;
}

/** There is no inspector to send to, or it refuses. */
export class InspectorError extends Error {
  override readonly name = 'InspectorError';
}

/** Bytes that wait to be sent; what comes when there are more is left out. */
const MOST_WAITING = 8 << 20;
/** Milliseconds between two looks at the array. */
const ARRAY_INTERVAL = 200;
/** Milliseconds that `close` waits for an inspector that does not answer. */
const PATIENCE = 2_000;

/**
 * An observer for `connect({ inspect })` and `listen({ inspect })` that sends to the inspector.
 *
 * Never throws: where no inspector can be reached the process is warned once, and goes on.
 *
 * @example
 * const session = await connect({ wkp: 'tcp://database:7070', secret, inspect: inspector() });
 */
export function inspector(options: LiveOptions = {}): LiveInspector {
  const sender = new Sender(options);
  // Who does not await `ready` is warned; who does has the error.
  let isAwaited = false;
  sender.ready.catch((error: unknown) => {
    if (!isAwaited) process.emitWarning(error instanceof Error ? error : String(error));
  });
  return {
    record: (record) => sender.send({ type: 'record', record }),
    frame: ({ session, way, channel, bytes }) =>
      sender.send({ type: 'frame', session, way, channel, hex: Buffer.from(bytes).toString('hex') }),
    get ready() {
      isAwaited = true;
      sender.stayFor(sender.ready);
      return sender.ready;
    },
    close: () => sender.close(),
  };
}

class Sender {
  readonly ready: Promise<void>;
  readonly #request: ClientRequest | undefined;
  readonly #timer: NodeJS.Timeout | undefined;
  /** How many wait for the inspector: as long as somebody does, the connection keeps the process alive. */
  #waiting = 0;
  #lost = 0;
  #isOver = false;

  constructor({ address = findInspector(), title = `process ${process.pid}`, array }: LiveOptions) {
    const target = targetOf(address);
    if (target instanceof InspectorError) {
      this.#isOver = true;
      this.ready = Promise.reject(target);
      return;
    }
    const asked = request({
      host: '127.0.0.1',
      port: target.port,
      path: '/api/attach',
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/x-ndjson', 'x-stpconnect-token': target.token, expect: '100-continue' },
    });
    this.#request = asked;
    this.ready = new Promise((resolve, reject) => {
      asked.on('continue', resolve);
      asked.on('error', (error) =>
        reject(new InspectorError(`the inspector at ${target.origin} cannot be reached: ${error.message}`, { cause: error })),
      );
      asked.on('response', (response) => {
        response.resume();
        reject(new InspectorError(`the inspector at ${target.origin} refuses: status ${response.statusCode}`));
      });
    });
    asked.on('socket', (socket) => {
      if (this.#waiting === 0) socket.unref();
    });
    for (const end of ['error', 'response', 'close'] as const) asked.on(end, () => this.#end());
    asked.flushHeaders();
    this.send({ type: 'hello', version: 1, title, pid: process.pid });
    if (array !== undefined) this.#timer = this.#watchArray(array);
  }

  send(line: AttachLine): void {
    if (this.#isOver || this.#request === undefined) return;
    if (this.#request.writableLength > MOST_WAITING) {
      this.#lost += 1;
      return;
    }
    const lost = this.#lost === 0 ? '' : `${JSON.stringify({ type: 'lost', lines: this.#lost })}\n`;
    this.#lost = 0;
    this.#request.write(`${lost}${JSON.stringify(line)}\n`);
  }

  /** Keeps the process alive until this is settled. */
  stayFor(settled: Promise<unknown>): void {
    this.#waiting += 1;
    this.#request?.socket?.ref();
    const leave = () => {
      this.#waiting -= 1;
      if (this.#waiting === 0) this.#request?.socket?.unref();
    };
    settled.then(leave, leave);
  }

  async close(): Promise<void> {
    const asked = this.#request;
    if (this.#isOver || asked === undefined) return;
    const closed = new Promise<void>((resolve) => asked.once('close', () => resolve()));
    this.stayFor(closed);
    asked.end();
    const impatience = setTimeout(() => asked.destroy(), PATIENCE);
    await closed;
    clearTimeout(impatience);
  }

  #end(): void {
    this.#isOver = true;
    clearInterval(this.#timer);
  }

  /** Looks at the array every now and then, and tells what has changed. */
  #watchArray(array: StorageArray): NodeJS.Timeout {
    let last = '';
    const look = () => {
      if (!array.attached) return;
      const state = arrayStateOf(array.info());
      const text = JSON.stringify(state);
      if (text === last) return;
      last = text;
      this.send({ type: 'array', array: state });
    };
    look();
    const timer = setInterval(look, ARRAY_INTERVAL);
    timer.unref();
    return timer;
  }
}

interface Target {
  readonly origin: string;
  readonly port: number;
  readonly token: string;
}

/** What an address says. Only this machine is sent to: what is sent says what goes through the handshake. */
function targetOf(address: string | undefined): Target | InspectorError {
  if (address === undefined) {
    return new InspectorError(
      'no inspector runs here: start stpconnect inspect --attach, or give the address that it has printed',
    );
  }
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const token = /^#token=([\w-]+)$/.exec(url?.hash ?? '')?.[1];
  const isHere = url?.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  if (url === undefined || !isHere || url.port === '' || token === undefined) {
    return new InspectorError(
      'the address of an inspector is http://127.0.0.1:PORT/#token=TOKEN, as stpconnect inspect --attach prints it',
    );
  }
  return { origin: url.origin, port: Number(url.port), token };
}
