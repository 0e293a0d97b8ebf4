/**
 * The peer of a role under test: a puppet that says what a path says, in bytes of its own (docs/protocol.md), and judges with these eyes
 * what comes back. What both roles' puppets share is here.
 */
import { randomBytes } from 'node:crypto';
import type { DeclineReason } from '../../../machines/index.ts';
import { fields, nonceBytes, type Sender, sealed, type TypeName } from '../build-frames.ts';
import { forgedFrame, frameNames, readFrames, reasonNames, tagIsRight, type WireFrame, withOtherTag } from '../wire.ts';
import { formErrors, malformedBytes } from './malformed.ts';
import type { ConnectionName, Role, RoleInput, RoleOutput } from './path.ts';
import { wishOf } from './paths.ts';
import type { CallOutcome, Seen, Subject } from './subject.ts';

/** What a puppet is given. */
export interface PuppetParts {
  readonly subject: Subject;
  readonly secret: Buffer;
  /** Nonces that the subject has sent, in hex: none may come twice. Shared by all paths of a run. */
  readonly nonces: Set<string>;
  /** Chooses among malformed frames and numbers. */
  readonly seed: number;
}

/** A connection as the puppet holds it. */
interface Held {
  readonly number: number;
  readonly name: ConnectionName;
  /** Bytes that are no whole frame yet. */
  rest: Buffer;
  /** The subject may send session data on it; once it is established, it may on those that end as channels. */
  isChannel: boolean;
  endsAsChannel: boolean;
  /** What a DECLINE on it is tagged with, where that is not the attempt's transcript. */
  alone: readonly Buffer[] | undefined;
  /** It was made: a dial was accepted. */
  made: boolean;
  /** Nothing more is seen of it. */
  ended: boolean;
  /** This side has said its last. */
  finished: boolean;
}

export abstract class Puppet {
  readonly parts: PuppetParts;
  /** The frames of the attempt that count (section 3). */
  transcript: Buffer[] = [];
  protected readonly held = new Map<number, Held>();

  constructor(parts: PuppetParts) {
    this.parts = parts;
  }

  protected abstract readonly subjectRole: Role;

  /** Brings an input about. `state` is where the subject is by then, `waited` how long that takes for an input that is a timeout. */
  abstract perform(input: RoleInput, state: string, waited: number): Promise<void>;

  /** What the subject has to be judged by when it sends this frame: the frames before it. Also takes note of the frame. */
  protected abstract received(held: Held, frame: WireFrame): string[];

  /** What was seen, in the words of a path. `expected` tells which connection a dial is for. */
  read(seen: readonly Seen[], expected: readonly RoleOutput[]): RoleOutput[] {
    // Nobody sends session data before its own side is established.
    if (expected.some(({ type }) => type === 'established'))
      for (const held of this.held.values()) held.isChannel ||= held.endsAsChannel;
    return [
      ...seen.flatMap((event) => this.#readOne(event, expected)),
      ...[...this.held.values()].flatMap((held): RoleOutput[] => this.#leftover(held)),
    ];
  }

  /** Whether as much was seen as is expected; what exactly it is, is not looked at. Changes nothing. */
  isEnough(seen: readonly Seen[], expected: readonly RoleOutput[]): boolean {
    const count = (...types: readonly string[]) => expected.filter(({ type }) => types.includes(type)).length;
    const saw = (...types: readonly string[]) => seen.filter(({ type }) => types.includes(type)).length;
    return (
      this.#framesIn(seen) >= count('sends') &&
      saw('ended', 'reset') >= count('closes', 'resets') &&
      saw('dials') >= count('dials') &&
      saw('asks') >= count('asks') &&
      saw('established') >= count('established') &&
      saw('failed') >= count('failed')
    );
  }

  /** Closes what this side still holds. */
  async leave(): Promise<void> {
    for (const held of this.held.values()) {
      if (!held.made || held.ended || held.finished) continue;
      held.finished = true;
      await this.parts.subject.end(held.number);
    }
  }

  /** The connection of this name, the latest. */
  protected connection(name: ConnectionName): Held {
    const found = [...this.held.values()].filter((held) => held.name === name).at(-1);
    if (found === undefined) throw new Error(`there is no connection ${name}`);
    return found;
  }

  protected hold(number: number, name: ConnectionName, made = true): Held {
    const held: Held = {
      number,
      name,
      rest: Buffer.alloc(0),
      isChannel: false,
      endsAsChannel: false,
      alone: undefined,
      made,
      ended: false,
      finished: false,
    };
    this.held.set(number, held);
    return held;
  }

  protected seal(name: TypeName, payload: Buffer, before: readonly Buffer[] = this.transcript): Buffer {
    return sealed(name, payload, before, this.subjectRole === 'client' ? 'server' : 'client', this.parts.secret);
  }

  protected async send(name: ConnectionName, bytes: Buffer): Promise<void> {
    await this.parts.subject.send(this.connection(name).number, bytes);
  }

  /** What a path says with frames that need no knowledge, with endings and with wishes; false for an input that is none of these. */
  protected async performCommon(input: RoleInput, state: string, waited: number): Promise<boolean> {
    const { subject, seed } = this.parts;
    const [name = '', what = ''] = input.type.split('.', 2);
    const wish = wishOf(this.subjectRole, input.type, state);
    if (wish !== undefined) await subject.wish(wish);
    else if (input.type === 'timeout') await subject.expire(String(input['limit']), waited);
    else if (name === 'port' || name === 'group') await subject.answer(input.type as CallOutcome);
    else if (what === 'ended') {
      const held = this.connection(name as ConnectionName);
      held.finished = true;
      await subject.end(held.number);
    } else if (what === 'reset') {
      const held = this.connection(name as ConnectionName);
      held.ended = true;
      await subject.abort(held.number);
    } else if (what === 'garbage') {
      await this.send(name as ConnectionName, malformedBytes[seed % malformedBytes.length] as Buffer);
    } else if (what === 'decline') await this.decline(name as ConnectionName, input);
    else if (isFrameName(what)) await this.send(name as ConnectionName, forgedFrame(what));
    else return false;
    return true;
  }

  /** DECLINE with the reason and the tag that the path wants; without facts, one that nobody meant. */
  protected async decline(name: ConnectionName, input: RoleInput): Promise<void> {
    if (input['reason'] === undefined) return this.send(name, forgedFrame('decline'));
    const reason = reasonNames.indexOf(input['reason'] as DeclineReason) + 1;
    const frame = this.seal('decline', fields.decline(reason), this.connection(name).alone);
    await this.send(name, input['tag'] === 'wrong' ? withOtherTag(frame) : frame);
  }

  protected tagErrors(frame: WireFrame, before: readonly Buffer[]): string[] {
    const right = tagIsRight(frame.bytes, before, this.subjectRole as Sender, this.parts.secret);
    return right ? [] : ['its tag is wrong'];
  }

  /** Takes note of a nonce of the subject, which has to be new. */
  protected nonceErrors(nonce: Buffer): string[] {
    const text = nonce.toString('hex');
    if (this.parts.nonces.has(text)) return ['its nonce was used before'];
    this.parts.nonces.add(text);
    return [];
  }

  protected freshNonce(): Buffer {
    return randomBytes(nonceBytes);
  }

  /** A dial of the subject, and which connection of the path it is. */
  protected dialled(_number: number, _to: 'wkp' | 'array', _expected: readonly RoleOutput[]): RoleOutput {
    throw new Error('a client process does not dial');
  }

  #framesIn(seen: readonly Seen[]): number {
    const bytes = new Map<number, Buffer>();
    for (const event of seen) {
      if (event.type !== 'bytes') continue;
      const before = bytes.get(event.connection) ?? this.held.get(event.connection)?.rest ?? Buffer.alloc(0);
      bytes.set(event.connection, Buffer.concat([before, event.bytes]));
    }
    return [...bytes.values()].reduce((sum, all) => sum + readFrames(all).frames.length, 0);
  }

  #readOne(event: Seen, expected: readonly RoleOutput[]): RoleOutput[] {
    switch (event.type) {
      case 'dials':
        return [this.dialled(event.connection, event.to, expected)];
      case 'asks':
      case 'established':
      case 'failed':
        return [event];
      case 'bytes':
        return this.#frames(event.connection, event.bytes);
      case 'ended':
      case 'reset': {
        const held = this.held.get(event.connection);
        if (held === undefined || held.ended) return [];
        held.ended = true;
        // A dial that nobody has answered may be given up as it likes.
        if (!held.made) return [];
        // A user whom we cannot make close a session may do so any time.
        if (event.type === 'ended' && held.isChannel && !this.parts.subject.capabilities.wishes.includes('close')) return [];
        return [{ type: event.type === 'ended' ? 'closes' : 'resets', connection: held.name }];
      }
    }
  }

  #frames(connection: number, bytes: Buffer): RoleOutput[] {
    const held = this.held.get(connection);
    if (held === undefined) return [];
    const outputs: RoleOutput[] = [];
    held.rest = Buffer.concat([held.rest, bytes]);
    while (!held.isChannel) {
      const [frame] = readFrames(held.rest).frames;
      if (frame === undefined) break;
      held.rest = held.rest.subarray(frame.bytes.length);
      const form = formErrors(frame);
      const wrong = [...form, ...(form.length > 0 ? [] : this.received(held, frame))];
      const { name, mode, reason } = frame;
      outputs.push({
        type: 'sends',
        connection: held.name,
        frame: name,
        ...(name === 'hello' && { mode }),
        ...(reason !== undefined && { reason }),
        ...(wrong.length > 0 && { wrong }),
      });
    }
    if (held.isChannel) held.rest = Buffer.alloc(0);
    return outputs;
  }

  #leftover(held: Held): RoleOutput[] {
    if (held.rest.length === 0) return [];
    const wrong = [`${held.rest.length} bytes that are no whole frame: ${held.rest.subarray(0, 16).toString('hex')}`];
    return [{ type: 'sends', connection: held.name, frame: 'bytes', wrong }];
  }
}

function isFrameName(text: string): text is WireFrame['name'] {
  return (frameNames as readonly string[]).includes(text);
}
