/** Performs what the table of the client process decides for one accepted connection (docs/protocol.md, section 4). */

import { type ClientActionType, type ClientEventType, type ClientState, clientMachine } from '../protocol/client.ts';
import type { StpConnectError } from '../protocol/errors.ts';
import { CONNECTIONS, NONCE_BYTES } from '../protocol/layout.ts';
import type { Frame, Mode } from '../protocol/message.ts';
import type { Pairing } from '../protocol/pairing.ts';
import { type ReasonName, reasons } from '../protocol/reasons.ts';
import type { Action, Facts } from '../protocol/table.ts';
import { isAllZero } from '../protocol/transcript.ts';
import type { ArrayAddress, GroupChannels, Socket } from '../sockets/sockets.ts';
import { ChannelStream } from './channel-stream.ts';
import { Driver, type Occasion } from './driver.ts';
import type { Environment } from './environment.ts';
import { attachFailure, failureOf, socketCode } from './failure.ts';
import { type Closable, Closings, Holdings } from './holdings.ts';
import { type ByteSource, type FrameWatch, Link, type LinkEvents, sourcesOf } from './link.ts';
import { present } from './present.ts';
import { makeSession, type OwnedSession, type Session } from './session.ts';
import type { SeenFrame } from './trace.ts';

/** At most this many connections wait on the dynamic port (step 166); one at a time is looked at. */
const ARRAY_BACKLOG = 4;

/** The listener, as its attempts see it. */
export interface ClientHost {
  readonly environment: Environment;
  readonly pairing: Pairing<ClientAttempt>;
  /** Whether there is room for one more session. */
  capacity(): 'free' | 'full';
  established(session: Session): void;
  /** The session counts no more; what it held may still be on its way out. Called more than once. */
  ended(session: Session): void;
  failed(error: StpConnectError): void;
}

type ClientOccasion = Occasion<ClientState, ClientEventType>;
type ArrayLink = { readonly link: Link; refused: Uint8Array[] };

export class ClientAttempt {
  readonly #host: ClientHost;
  readonly #driver: Driver<ClientState, ClientEventType, ClientActionType>;
  readonly #closings = new Closings();
  readonly #held = new Holdings(this.#closings);
  readonly #first: Link;
  readonly #transcript: Uint8Array[] = [];
  #mode: Mode = 'network';
  #second: Link | undefined;
  #joins: ClientAttempt | undefined;
  #port: Socket | undefined;
  #array: ArrayLink | undefined;
  #group = '';
  #channels: GroupChannels | undefined;
  /** The data and the error channel of the session, as they are held. */
  #streams: readonly Closable[] = [];
  #owned: OwnedSession | undefined;

  /** Takes a socket that was accepted on the WKP. */
  constructor(socket: Socket, host: ClientHost) {
    this.#host = host;
    this.#held.add(socket);
    this.#first = new Link(
      socket,
      this.#eventsOf('first', (frame) => this.#firstFacts(frame)),
      this.#watchOf('first'),
    );
    this.#driver = new Driver({
      machine: clientMachine,
      context: {},
      environment: host.environment,
      perform: (action, occasion) => this.#actions[action.type](action, occasion),
    });
  }

  /** Whether there is a session, or one that is being closed. */
  get established(): boolean {
    const { state } = this.#driver;
    return state.startsWith('established.') || state === 'closing';
  }

  /** Whether this attempt is on its way to a session: neither established nor over. */
  get pending(): boolean {
    return !this.#driver.over && !this.established;
  }

  begin(): void {
    this.#driver.begin();
    this.#first.start();
  }

  /** While handshaking: the listener stops. Afterwards: the session is closed. */
  close(): void {
    this.#driver.feed({ type: 'close' });
  }

  /** Resolves when everything that is being closed has been. */
  settled(): Promise<void> {
    return this.#closings.settled();
  }

  readonly #actions: Record<ClientActionType, (action: Action, occasion: ClientOccasion) => void> = {
    sendDescriptor: () => this.#sendDescriptor(),
    sendPort: () => this.#sendPort(),
    sendReady: () => this.#sendReady(),
    sendDecline: ({ reason }) => this.#decline(this.#first, this.#transcript, reason),
    openPort: () => void this.#openPort(),
    acceptArray: () => void this.#acceptArray(),
    refuseArray: ({ reason }) => this.#refuseArray(reason),
    attachGroup: () => void this.#attachGroup(),
    closePort: () => this.#closePort(),
    closeFirst: () => {
      this.#first.hold();
      this.#first.fall();
      this.#held.close(this.#first.socket);
    },
    closeChannels: () => {
      for (const stream of this.#streams) this.#held.close(stream);
      this.#host.ended(present(this.#owned).session);
    },
    handOver: () => this.#handOver(),
    reportEstablished: () => this.#reportEstablished(),
    reportFailed: ({ code = 'closed' }, occasion) => this.#host.failed(failureOf(clientMachine, code, occasion)),
    releaseAll: () => {
      this.#host.pairing.forget(this.#first.socket.descriptor, this);
      this.#held.release();
      if (this.#owned === undefined) return;
      this.#owned.ended();
      this.#host.ended(this.#owned.session);
    },
  };

  #eventsOf(connection: 'first' | 'array', facts: (frame: Frame) => Facts): LinkEvents {
    return {
      frame: (frame) => this.#driver.feed({ type: `${connection}.${frame.message.name}`, ...facts(frame) }),
      ended: () => this.#driver.feed({ type: `${connection}.ended` }),
      reset: (cause) => this.#driver.feed({ type: `${connection}.reset` }, cause),
      garbage: (cause) => this.#driver.feed({ type: `${connection}.garbage` }, cause),
    };
  }

  /** Tells who looks on, if anybody does. */
  #watchOf(channel: SeenFrame['channel']): FrameWatch | undefined {
    const { seen } = this.#host.environment;
    return seen && ((way, bytes) => seen({ session: this.#driver.session, way, channel, bytes }));
  }

  #isRight(raw: Uint8Array): boolean {
    return this.#host.environment.tagger.isRight('server', this.#transcript, raw);
  }

  #firstFacts({ message, raw }: Frame): Facts {
    if (message.name === 'decline') return { tag: this.#isRight(raw) ? 'right' : 'wrong', reason: message.reason };
    if (this.#driver.state !== 'awaitingFirstFrame') return {};
    if (message.name === 'hello') {
      this.#transcript.push(raw);
      this.#mode = message.mode;
      const connections = message.connections === CONNECTIONS ? 'same' : 'other';
      return { mode: message.mode, connections, capacity: this.#host.capacity() };
    }
    if (message.name !== 'descriptor') return {};
    const judged = this.#host.pairing.judge(message.descriptor, (attempt) => isAllZero(message.nonce) && attempt.#isRight(raw));
    if (judged.verdict === 'joined') {
      this.#joins = judged.attempt;
      judged.attempt.#transcript.push(raw);
    } else {
      // The answer is tagged with this frame only: the connection belongs to no attempt.
      this.#transcript.push(raw);
    }
    return { pairing: judged.verdict };
  }

  #arrayFacts(array: ArrayLink, { message, raw }: Frame): Facts {
    const waiting = this.#driver.state === 'handshaking.storage.awaitingGroup';
    if (waiting) array.refused = [raw];
    if (message.name === 'decline') return { tag: this.#isRight(raw) ? 'right' : 'wrong', reason: message.reason };
    if (message.name !== 'group' || !waiting) return {};
    if (!this.#isRight(raw)) return { tag: 'wrong' };
    array.refused = [];
    this.#transcript.push(raw);
    this.#group = message.group;
    return { tag: 'right' };
  }

  /** Step 122. */
  #sendDescriptor(): void {
    const { random, tagger } = this.#host.environment;
    const { descriptor } = this.#first.socket;
    const raw = tagger.seal('client', this.#transcript, { name: 'descriptor', descriptor, nonce: random(NONCE_BYTES) });
    this.#transcript.push(raw);
    this.#host.pairing.wait(descriptor, this);
    this.#first.send(raw);
  }

  /** Step 170. */
  #sendPort(): void {
    const address = present(this.#port).getsockname() as ArrayAddress;
    const { random, tagger } = this.#host.environment;
    const raw = tagger.seal('client', this.#transcript, {
      name: 'port',
      array: address.array,
      port: address.port,
      generation: address.generation ?? 0,
      nonce: random(NONCE_BYTES),
    });
    this.#transcript.push(raw);
    this.#first.send(raw);
  }

  /** In network mode the same bytes on each connection: neither is part of the other's transcript. */
  #sendReady(): void {
    const raw = this.#host.environment.tagger.seal('client', this.#transcript, { name: 'ready' });
    const links = this.#mode === 'network' ? [present(this.#second), this.#first] : [present(this.#array).link];
    for (const link of links) link.send(raw);
  }

  #decline(link: Link, before: readonly Uint8Array[], reason: ReasonName | undefined): void {
    if (reason === undefined || !link.stands) return;
    const text = reasons[reason].meaning;
    link.send(this.#host.environment.tagger.seal('client', before, { name: 'decline', reason, text }));
  }

  /** Steps 162, 164, 166, 168. */
  async #openPort(): Promise<void> {
    const { array } = this.#host.environment.layer;
    if (array === undefined) {
      this.#driver.feed({ type: 'port.unavailable' });
      return;
    }
    try {
      const port = this.#held.add(array.socket());
      this.#port = port;
      await port.bind({ family: 'array', array: array.array, port: 0 });
      if (this.#held.released) return;
      await port.listen(ARRAY_BACKLOG);
    } catch (cause) {
      const gone = socketCode(cause) === 'addressUnavailable';
      this.#driver.feed({ type: gone ? 'port.unavailable' : 'port.exhausted' }, cause);
      return;
    }
    this.#driver.feed({ type: 'port.opened' });
  }

  /** Step 198. */
  async #acceptArray(): Promise<void> {
    try {
      const socket = this.#held.add(await present(this.#port).accept());
      if (this.#held.released) return;
      const events = this.#eventsOf('array', (frame) => this.#arrayFacts(array, frame));
      const array: ArrayLink = { link: new Link(socket, events, this.#watchOf('array')), refused: [] };
      this.#array = array;
      array.link.start();
      this.#driver.feed({ type: 'array.accepted' });
    } catch {
      // Nobody will come: arrayTimeout ends the wait, unless the port was closed here.
    }
  }

  #refuseArray(reason: ReasonName | undefined): void {
    const array = present(this.#array);
    this.#array = undefined;
    this.#decline(array.link, array.refused, reason);
    array.link.hold();
    this.#held.close(array.link.socket);
  }

  async #attachGroup(): Promise<void> {
    const array = present(this.#host.environment.layer.array);
    try {
      const channels = await array.attachGroup(present(this.#array).link.socket, this.#group);
      this.#held.add(channels.data);
      this.#held.add(channels.error);
      this.#channels = channels;
      this.#driver.feed({ type: 'group.attached' });
    } catch (cause) {
      this.#driver.feed({ type: attachFailure(cause) }, cause);
    }
  }

  #closePort(): void {
    this.#held.close(present(this.#port));
  }

  /** Steps 124 and 126: this connection is the second one of another attempt. */
  #handOver(): void {
    const attempt = present(this.#joins);
    this.#first.hold();
    this.#held.drop(this.#first.socket);
    attempt.#held.add(this.#first.socket);
    attempt.#second = this.#first;
    this.#first.retell(attempt.#watchOf('second'));
    attempt.#driver.feed({ type: 'second.joined' });
  }

  #reportEstablished(): void {
    this.#array?.link.hold();
    const { data, error } = this.#channelSources();
    this.#owned = makeSession({
      id: this.#driver.session,
      mode: this.#mode,
      data: this.#channelOf(data),
      error: this.#channelOf(error),
      ...(this.#mode === 'network' ? { descriptor: this.#first.socket.descriptor } : { group: this.#group }),
      closings: this.#closings,
      close: () => this.close(),
    });
    this.#host.established(this.#owned.session);
  }

  #channelOf(source: ByteSource): ChannelStream {
    const stream = new ChannelStream(source);
    this.#held.drop(source.socket);
    this.#streams = [...this.#streams, this.#held.add({ close: () => stream.release() })];
    return stream;
  }

  #channelSources(): Record<'data' | 'error', ByteSource> {
    if (this.#channels !== undefined) return sourcesOf(this.#channels);
    return { data: this.#first.takeOver(), error: present(this.#second).takeOver() };
  }
}
