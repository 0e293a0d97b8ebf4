/** Performs what the table of the server process decides, a fall back included (docs/protocol.md, section 5). */

import { encode } from '../protocol/codec.ts';
import type { StpConnectError } from '../protocol/errors.ts';
import { CONNECTIONS, NONCE_BYTES } from '../protocol/layout.ts';
import type { Frame, Mode, PortMessage } from '../protocol/message.ts';
import { type ReasonName, reasons } from '../protocol/reasons.ts';
import {
  mayBeEstablishedThere,
  type ServerActionType,
  type ServerEventType,
  type ServerState,
  serverMachine,
} from '../protocol/server.ts';
import type { Action, Facts } from '../protocol/table.ts';
import type { Address, GroupChannels, Socket } from '../sockets/sockets.ts';
import { ChannelStream } from './channel-stream.ts';
import { Driver, type Occasion } from './driver.ts';
import type { Environment } from './environment.ts';
import { attachFailure, failureOf } from './failure.ts';
import { Closings, Holdings } from './holdings.ts';
import { type ByteSource, Link, sourcesOf } from './link.ts';
import { present } from './present.ts';
import { makeSession, type OwnedSession, type Session } from './session.ts';

export interface ServerParts {
  readonly environment: Environment;
  readonly wkp: Address;
  readonly mode: Mode;
  readonly fallback: boolean;
  /** The STG group; storage mode only. */
  readonly group: string;
  established(session: Session): void;
  failed(error: StpConnectError): void;
}

type ServerOccasion = Occasion<ServerState, ServerEventType>;
type Connection = 'first' | 'second' | 'array';

/** What one try holds; a fall back begins with a new one. */
interface Try {
  readonly held: Holdings;
  readonly transcript: Uint8Array[];
  readonly links: Partial<Record<Connection, Link>>;
  /** What was sent on a connection besides `first`: a DECLINE on it is tagged with that only. */
  readonly sent: Partial<Record<Connection, Uint8Array>>;
  descriptor: number;
  port: PortMessage | undefined;
  channels: GroupChannels | undefined;
}

export class ServerAttempt {
  readonly #parts: ServerParts;
  readonly #driver: Driver<ServerState, ServerEventType, ServerActionType>;
  readonly #closings = new Closings();
  #try: Try;
  #mode: Mode;
  #fallbackReason: ReasonName | undefined;
  #owned: OwnedSession | undefined;

  constructor(parts: ServerParts) {
    this.#parts = parts;
    this.#mode = parts.mode;
    this.#try = newTry(this.#closings);
    this.#driver = new Driver({
      machine: serverMachine,
      context: { mode: parts.mode, fallback: parts.fallback },
      environment: parts.environment,
      perform: (action, occasion) => this.#actions[action.type](action, occasion),
    });
  }

  begin(): void {
    this.#driver.begin();
  }

  /** Told to stop while handshaking. */
  abort(cause: unknown): void {
    this.#driver.feed({ type: 'abort' }, cause);
  }

  readonly #actions: Record<ServerActionType, (action: Action, occasion: ServerOccasion) => void> = {
    dialFirst: () => void this.#dial('first', this.#parts.wkp),
    sendHello: () => this.#sendHello(),
    dialSecond: () => void this.#dial('second', this.#parts.wkp),
    sendDescriptor: () => this.#sendDescriptor(),
    dialArray: () => this.#dialArray(),
    sendGroup: () => this.#sendGroup(),
    attachGroup: () => void this.#attachGroup(),
    closeFirst: () => this.#closeFirst(),
    sendDecline: ({ reason }) => this.#decline(present(reason)),
    startFallback: (_action, { event }) => this.#startFallback(event?.reason ?? 'arrayUnknown'),
    reportEstablished: () => this.#reportEstablished(),
    reportFailed: ({ code = 'closed' }, occasion) => this.#parts.failed(failureOf(serverMachine, code, occasion)),
    releaseAll: (_action, { from }) => this.#releaseAll(from),
  };

  /** Steps 94 to 98 for `second`, 142/228, 144 and 234 for `array`. */
  async #dial(connection: Connection, address: Address, local?: Address): Promise<void> {
    const current = this.#try;
    const { held } = current;
    try {
      const socket = held.add(this.#parts.environment.layer.socket(address.family));
      if (local !== undefined) await socket.bind(local);
      if (held.released) return;
      await socket.connect(address);
      if (held.released) {
        held.close(socket);
        return;
      }
      const link = this.#linkOf(connection, socket, current);
      current.links[connection] = link;
      link.start();
    } catch (cause) {
      if (!held.released) this.#driver.feed({ type: `${connection}.refused` }, cause);
      return;
    }
    this.#driver.feed({ type: `${connection}.connected` });
  }

  #linkOf(connection: Connection, socket: Socket, current: Try): Link {
    const feed = (what: Frame['message']['name'] | 'ended' | 'reset' | 'garbage', facts: Facts, cause?: unknown): void => {
      // After a fall back the connections of the try before it say nothing any more.
      if (!current.held.released) this.#driver.feed({ type: `${connection}.${what}`, ...facts }, cause);
    };
    const { seen } = this.#parts.environment;
    const { session } = this.#driver;
    return new Link(
      socket,
      {
        frame: (frame) => feed(frame.message.name, this.#factsOf(connection, frame, current)),
        ended: () => feed('ended', {}),
        reset: (cause) => feed('reset', {}, cause),
        garbage: (cause) => feed('garbage', {}, cause),
      },
      seen && ((way, bytes) => seen({ session, way, channel: connection, bytes })),
    );
  }

  #factsOf(connection: Connection, { message, raw }: Frame, current: Try): Facts {
    const state = this.#driver.state;
    const { tagger, layer } = this.#parts.environment;
    const own = current.sent[connection];
    const before = message.name === 'decline' && own !== undefined ? [own] : current.transcript;
    const right = message.name !== 'hello' && tagger.isRight('client', before, raw);
    const tag = right ? 'right' : 'wrong';
    if (message.name === 'decline') return { tag, reason: message.reason };
    const rows = serverMachine.table[state][`${connection}.${message.name}`] ?? [];
    // A violation, or a frame that is ignored: it is no part of the transcript and nothing is taken from it.
    if (rows.every(({ next }) => next === undefined)) return {};
    if (message.name === 'descriptor' && right) {
      current.transcript.push(raw);
      current.descriptor = message.descriptor;
    } else if (message.name === 'port') {
      if (right) {
        current.transcript.push(raw);
        current.port = message;
      }
      return { tag, array: layer.array?.array === message.array ? 'known' : 'unknown' };
    } else if (message.name === 'ready' && right) {
      // In network mode READY comes twice, neither being part of the other's transcript, and behind it the connection is a channel.
      if (connection === 'array') current.transcript.push(raw);
      else present(current.links[connection]).hold();
    }
    return { tag };
  }

  #sendHello(): void {
    const nonce = this.#parts.environment.random(NONCE_BYTES);
    const raw = encode({ name: 'hello', mode: this.#mode, connections: CONNECTIONS, nonce });
    this.#try.transcript.push(raw);
    present(this.#try.links.first).send(raw);
  }

  /** Step 100. From here on nothing may be said on `first`: the client process may read it as session data. */
  #sendDescriptor(): void {
    const { descriptor } = this.#try;
    this.#send('second', { name: 'descriptor', descriptor, nonce: new Uint8Array(NONCE_BYTES) });
    present(this.#try.links.first).fall();
  }

  /** Step 236. */
  #sendGroup(): void {
    this.#send('array', { name: 'group', group: this.#parts.group });
  }

  #send(connection: 'second' | 'array', message: Parameters<Environment['tagger']['seal']>[2]): void {
    const { transcript, sent, links } = this.#try;
    const raw = this.#parts.environment.tagger.seal('server', transcript, message);
    transcript.push(raw);
    sent[connection] = raw;
    present(links[connection]).send(raw);
  }

  #decline(reason: ReasonName): void {
    const first = present(this.#try.links.first);
    if (!first.stands) return;
    const message = { name: 'decline', reason, text: reasons[reason].meaning } as const;
    first.send(this.#parts.environment.tagger.seal('server', this.#try.transcript, message));
  }

  #dialArray(): void {
    const { array, port, generation } = present(this.#try.port);
    const local: Address = { family: 'array', array, port: 0 };
    void this.#dial('array', { family: 'array', array, port, generation }, local);
  }

  async #attachGroup(): Promise<void> {
    const current = this.#try;
    const array = present(this.#parts.environment.layer.array);
    try {
      const channels = await array.attachGroup(present(current.links.array).socket, this.#parts.group);
      current.held.add(channels.data);
      current.held.add(channels.error);
      current.channels = channels;
    } catch (cause) {
      if (!current.held.released) this.#driver.feed({ type: attachFailure(cause) }, cause);
      return;
    }
    if (!current.held.released) this.#driver.feed({ type: 'group.attached' });
  }

  #closeFirst(): void {
    const { held, links } = this.#try;
    const first = present(links.first);
    first.hold();
    first.fall();
    held.close(first.socket);
  }

  #startFallback(reason: ReasonName): void {
    this.#fallbackReason = reason;
    this.#try.held.release();
    this.#try = newTry(this.#closings);
    this.#mode = 'network';
  }

  #releaseAll(from: ServerState): void {
    const { held, links } = this.#try;
    if (mayBeEstablishedThere(from)) {
      // An end would be taken for the end of the session's data.
      for (const { socket } of [present(links.first), present(links.second)]) {
        held.drop(socket);
        socket.abort();
      }
    }
    held.release();
    this.#owned?.ended();
  }

  #reportEstablished(): void {
    const current = this.#try;
    current.links.array?.hold();
    const { data, error } = channelSources(current);
    const channelOf = (source: ByteSource): ChannelStream => {
      const stream = new ChannelStream(source);
      current.held.drop(source.socket);
      current.held.add({ close: () => stream.release() });
      return stream;
    };
    this.#owned = makeSession({
      id: this.#driver.session,
      mode: this.#mode,
      data: channelOf(data),
      error: channelOf(error),
      ...(this.#mode === 'network' ? { descriptor: current.descriptor } : { group: this.#parts.group }),
      fallbackReason: this.#fallbackReason,
      closings: this.#closings,
      close: () => this.#driver.feed({ type: 'close' }),
    });
    this.#parts.established(this.#owned.session);
  }
}

function newTry(closings: Closings): Try {
  return {
    held: new Holdings(closings),
    transcript: [],
    links: {},
    sent: {},
    descriptor: 0,
    port: undefined,
    channels: undefined,
  };
}

function channelSources({ channels, links: { first, second } }: Try): Record<'data' | 'error', ByteSource> {
  if (channels !== undefined) return sourcesOf(channels);
  return { data: present(first).takeOver(), error: present(second).takeOver() };
}
