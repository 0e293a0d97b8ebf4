/** Reads the frames of a run off the wire, checks every tag against what its sender has sent and read, and names them as the model does. */
import { type End, opposite } from '../../compose/connection.ts';
import { readFrames, tagIsRight, type WireFrame } from '../wire.ts';
import type { LinkName } from './world.ts';

/** A link as far as the ledger has to know it. */
export interface LedgerLink {
  readonly index: number;
  readonly name: LinkName;
  readonly server: number;
  /** The first link of the attempt that this link belongs to. */
  readonly attempt: number;
}

type Party = 'client' | 'server';

/** What was sent to one end and not delivered yet, as the model spells it. */
interface Waiting {
  readonly sent: { readonly name: string; readonly frame: WireFrame }[];
}

export class Ledger {
  readonly #secret: Uint8Array;
  readonly #transcripts = new Map<string, Buffer[]>();
  readonly #waiting = new Map<string, Waiting>();
  readonly #refused = new Map<number, Buffer>();
  readonly #descriptors = new Map<number, number>();
  readonly #nonces = new Set<string>();

  constructor(secret: Uint8Array) {
    this.#secret = secret;
  }

  /** The owner of `from` has written these bytes: names their frames. */
  sent(link: LedgerLink, from: End, bytes: Buffer): readonly string[] {
    const sender = from === 'dialer' ? 'server' : 'client';
    const named = readFrames(bytes).frames.map((frame) => ({ name: this.#name(link, sender, frame), frame }));
    this.#at(link, opposite(from)).sent.push(...named);
    return named.map(({ name }) => name);
  }

  /** Names all that waits at an end of a link, of which `bytes` are what has arrived and was not delivered. */
  look(link: LedgerLink, to: End, bytes: Buffer): readonly string[] {
    const { sent } = this.#at(link, to);
    const { frames, rest } = readFrames(bytes);
    const names = frames.map((frame, index) =>
      sent[index]?.frame.bytes.equals(frame.bytes) ? sent[index].name : `${frame.name} that nobody sent`,
    );
    return rest.length === 0 ? names : [...names, rest.toString('latin1')];
  }

  /** The oldest whole frame that waits at an end. */
  head(link: LedgerLink, to: End): WireFrame | undefined {
    return this.#at(link, to).sent[0]?.frame;
  }

  /** The oldest frame is being delivered, perhaps with other bytes; whether the receiver accepted it decides about its transcript. */
  delivered(link: LedgerLink, to: End, bytes: Buffer, accepted: boolean): void {
    const sent = this.#at(link, to).sent.shift();
    if (accepted && !isTwin(link, sent?.frame)) this.#transcript(link.attempt, to === 'dialer' ? 'server' : 'client').push(bytes);
    else if (!accepted) this.#refused.set(link.index, bytes);
  }

  /** A frame that nobody of the composition sent is being delivered. */
  forged(link: LedgerLink, to: End, bytes: Buffer, accepted: boolean): void {
    if (accepted) this.#transcript(link.attempt, to === 'dialer' ? 'server' : 'client').push(bytes);
    else this.#refused.set(link.index, bytes);
  }

  /** The descriptor number that the client process has told on this link (step 122). */
  descriptorOf(link: number): number {
    for (const [descriptor, owner] of this.#descriptors) if (owner === link) return descriptor;
    throw new RangeError(`no descriptor of link ${link} was sent`);
  }

  /** Everything that waited at this end is lost. */
  forget(link: LedgerLink, to: End): void {
    this.#waiting.delete(keyOf(link, to));
  }

  #at(link: LedgerLink, to: End): Waiting {
    const key = keyOf(link, to);
    const known = this.#waiting.get(key);
    if (known !== undefined) return known;
    const waiting: Waiting = { sent: [] };
    this.#waiting.set(key, waiting);
    return waiting;
  }

  #transcript(attempt: number, party: Party): Buffer[] {
    const key = `${attempt} ${party}`;
    const known = this.#transcripts.get(key);
    if (known !== undefined) return known;
    const transcript: Buffer[] = [];
    this.#transcripts.set(key, transcript);
    return transcript;
  }

  #name(link: LedgerLink, sender: Party, frame: WireFrame): string {
    const transcript = this.#transcript(link.attempt, sender);
    // A refusal on a connection that belongs to no attempt stands alone with what it refuses.
    const standsAlone = frame.name === 'decline' && sender === 'client' && (link.name === 'array' || this.#joins(link));
    const refused = this.#refused.get(link.index);
    const before = standsAlone ? (refused === undefined ? [] : [refused]) : transcript;
    const tag = frame.name === 'hello' || tagIsRight(frame.bytes, before, sender, this.#secret) ? '' : ', tag wrong';
    if (!isTwin(link, frame) && !standsAlone) transcript.push(frame.bytes);
    const said = `${tag}${this.#isRepeated(sender, frame) ? ', nonce used before' : ''}`;
    switch (frame.name) {
      case 'hello':
        return `hello(${frame.mode}${said})`;
      case 'descriptor':
        return `descriptor(${this.#describeDescriptor(link, sender, frame.descriptor ?? -1)}${said})`;
      case 'decline':
        return `decline(${frame.reason}${said})`;
      default:
        return `${frame.name}(${said.slice(2)})`;
    }
  }

  /** Whether a frame has a nonce that somebody has used before: a HELLO, a DESCRIPTOR of the client process, a PORT. */
  #isRepeated(sender: Party, { name, nonce }: WireFrame): boolean {
    if (nonce === undefined || (name === 'descriptor' && sender === 'server')) return false;
    const text = nonce.toString('hex');
    const isRepeated = this.#nonces.has(text);
    this.#nonces.add(text);
    return isRepeated;
  }

  /** Whether this link came as somebody's second connection, or claims to. */
  #joins(link: LedgerLink): boolean {
    return link.name === 'second' || this.#transcript(link.attempt, 'client').length === 0;
  }

  #describeDescriptor(link: LedgerLink, sender: Party, descriptor: number): string {
    if (sender === 'client') this.#descriptors.set(descriptor, link.index);
    const owner = this.#descriptors.get(descriptor);
    return owner === undefined ? 'of nobody' : `of link ${owner}`;
  }
}

/** In network mode READY is sent twice, and neither is part of the other's transcript; nothing comes behind them. */
const isTwin = (link: LedgerLink, frame: WireFrame | undefined) => frame?.name === 'ready' && link.name !== 'array';

const keyOf = (link: LedgerLink, to: End) => `${link.index} ${to}`;
