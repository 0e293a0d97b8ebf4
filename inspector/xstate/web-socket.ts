/**
 * A WebSocket (RFC 6455) that says texts and listens to nothing: what a browser or a tool needs to be told of events. Whatever the other side says
 * is read and forgotten; a ping is answered, a close too.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** The text that section 1.3 adds to a key. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
/** Bytes that wait to be sent; whoever reads so slowly is told to go. */
const MOST_WAITING = 16 << 20;
/** Nobody has anything to say here that is longer. */
const MOST_HEARD = 64 * 1024;

const opcodes = { text: 1, close: 8, ping: 9, pong: 10 } as const;
const codes = { goingAway: 1001, protocolError: 1002, tooBig: 1009, tryAgainLater: 1013 } as const;

export class TextSocket {
  readonly #socket: Duplex;
  readonly #closed: Promise<void>;
  #heard = Buffer.alloc(0);
  #isOpen = true;

  private constructor(socket: Duplex) {
    this.#socket = socket;
    this.#closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('data', (bytes: Buffer) => this.#hear(bytes));
    socket.on('end', () => this.#end());
    socket.on('error', () => this.#end());
    socket.on('close', () => this.#end());
  }

  /** Answers the request to open one; undefined where it is none. */
  static accept({ headers }: IncomingMessage, socket: Duplex): TextSocket | undefined {
    const { 'sec-websocket-key': key, 'sec-websocket-version': version, upgrade } = headers;
    if (typeof key !== 'string' || version !== '13' || upgrade?.toLowerCase() !== 'websocket') return undefined;
    const accepted = createHash('sha1').update(`${key}${GUID}`).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accepted}\r\n\r\n`,
    );
    return new TextSocket(socket);
  }

  /** Resolves when the connection is gone. */
  get closed(): Promise<void> {
    return this.#closed;
  }

  send(text: string): void {
    if (!this.#isOpen) return;
    if (this.#socket.writableLength > MOST_WAITING) this.close(codes.tryAgainLater);
    else this.#write(opcodes.text, Buffer.from(text));
  }

  close(code: number = codes.goingAway): void {
    if (!this.#isOpen) return;
    const reason = Buffer.alloc(2);
    reason.writeUInt16BE(code);
    this.#write(opcodes.close, reason);
    this.#end();
  }

  #end(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#socket.end();
  }

  #write(opcode: number, payload: Buffer): void {
    const { length } = payload;
    const header = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
    header[0] = 0x80 | opcode;
    header[1] = length < 126 ? length : length < 65_536 ? 126 : 127;
    if (header.length === 4) header.writeUInt16BE(length, 2);
    if (header.length === 10) header.writeBigUInt64BE(BigInt(length), 2);
    this.#socket.write(Buffer.concat([header, payload]));
  }

  #hear(bytes: Buffer): void {
    this.#heard = Buffer.concat([this.#heard, bytes]);
    for (let frame = this.#next(); frame !== undefined && this.#isOpen; frame = this.#next()) {
      if (frame.opcode === opcodes.close) this.close();
      if (frame.opcode === opcodes.ping) this.#write(opcodes.pong, frame.payload);
    }
  }

  /** The next whole frame, unmasked; one that is too large, or not masked as a client has to, ends the connection. */
  #next(): { readonly opcode: number; readonly payload: Buffer } | undefined {
    const heard = this.#heard;
    if (heard.length < 2) return undefined;
    const [first = 0, second = 0] = heard;
    const short = second & 0x7f;
    const at = short < 126 ? 2 : 4;
    if ((second & 0x80) === 0) this.close(codes.protocolError);
    else if (short === 127) this.close(codes.tooBig);
    if (!this.#isOpen || heard.length < at + 4) return undefined;
    const length = short < 126 ? short : heard.readUInt16BE(2);
    if (length > MOST_HEARD) this.close(codes.tooBig);
    if (!this.#isOpen || heard.length < at + 4 + length) return undefined;
    const mask = heard.subarray(at, at + 4);
    const payload = Buffer.from(heard.subarray(at + 4, at + 4 + length).map((byte, place) => byte ^ (mask[place % 4] ?? 0)));
    this.#heard = heard.subarray(at + 4 + length);
    return { opcode: first & 0x0f, payload };
  }
}
