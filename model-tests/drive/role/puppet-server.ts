/** The puppet that plays the server process: it dials the client process under test. */
import { fields, headerBytes, hello, nonceBytes, readPort } from '../build-frames.ts';
import { type WireFrame, withOtherTag } from '../wire.ts';
import type { ConnectionName, RoleInput } from './path.ts';
import { Puppet } from './puppet.ts';
import type { ArrayPort } from './subject.ts';

/** A descriptor that nobody was given. */
const unknownDescriptor = 0xff_ff_ff_f1;

/** Another attempt, in network mode, that has its descriptor and waits. */
interface OtherAttempt {
  readonly transcript: Buffer[];
  descriptor: number;
}

export class ServerPuppet extends Puppet {
  protected readonly subjectRole = 'client';
  #descriptor = 0;
  #port: ArrayPort | undefined;
  #other: OtherAttempt | undefined;

  async perform(input: RoleInput, state: string, waited: number): Promise<void> {
    const { subject } = this.parts;
    switch (input.type) {
      case 'start':
        this.hold(await subject.connect('wkp'), 'first');
        return;
      case 'first.hello':
        if (input['mode'] !== undefined) return this.#sayHello(input);
        break;
      case 'first.descriptor':
        if (input['pairing'] !== undefined) return this.#claim(String(input['pairing']));
        break;
      case 'second.joined': {
        this.hold(await subject.connect('wkp'), 'second');
        const frame = this.seal('descriptor', fields.descriptor(this.#descriptor));
        this.transcript.push(frame);
        return this.send('second', frame);
      }
      case 'array.accepted': {
        if (this.#port === undefined) throw new Error('no PORT came');
        this.hold(await subject.connect(this.#port), 'array').alone = [];
        return;
      }
      case 'array.group':
        return this.#sayGroup(input['tag'] === 'right');
    }
    if (!(await this.performCommon(input, state, waited))) throw new Error(`a server process cannot bring about ${input.type}`);
  }

  protected override async send(name: ConnectionName, bytes: Buffer): Promise<void> {
    // A frame that is refused on an array connection is all that the answer is tagged with.
    const held = this.connection(name);
    if (name === 'array' && held.alone !== undefined) held.alone = [bytes];
    await super.send(name, bytes);
  }

  async #sayHello(input: RoleInput): Promise<void> {
    const mode = input['mode'] === 'storage' ? 'storage' : 'network';
    const frame = hello(mode, input['connections'] === 'other' ? 3 : 2, this.freshNonce());
    this.transcript = [frame];
    await this.send('first', frame);
  }

  async #sayGroup(right: boolean): Promise<void> {
    const frame = this.seal('group', fields.group('STG0'));
    await this.send('array', right ? frame : withOtherTag(frame));
    if (!right) return;
    this.transcript.push(frame);
    this.connection('array').alone = undefined;
  }

  /** DESCRIPTOR as the first frame of a connection: it claims to be the second one of another attempt. */
  async #claim(pairing: string): Promise<void> {
    if (pairing === 'unknown') {
      const frame = this.seal('descriptor', fields.descriptor(unknownDescriptor));
      this.connection('first').alone = [frame];
      return this.send('first', frame);
    }
    const other = await this.#beginOther();
    const right = this.seal('descriptor', fields.descriptor(other.descriptor), other.transcript);
    const frame = pairing === 'joined' ? right : withOtherTag(right);
    if (pairing === 'joined') other.transcript.push(frame);
    else this.connection('first').alone = [frame];
    await this.send('first', frame);
  }

  /** HELLO on a connection of its own, up to the DESCRIPTOR that answers it. */
  async #beginOther(): Promise<OtherAttempt> {
    const { subject } = this.parts;
    const frame = hello('network', 2, this.freshNonce());
    const other: OtherAttempt = { transcript: [frame], descriptor: -1 };
    this.#other = other;
    const number = await subject.connect('wkp');
    this.hold(number, 'other');
    await subject.send(number, frame);
    const length = headerBytes + 4 + 2 * nonceBytes;
    const has = (bytes: number) => bytes >= length;
    const seen = await subject.observe((all) =>
      has(all.reduce((sum, event) => sum + (event.type === 'bytes' && event.connection === number ? event.bytes.length : 0), 0)),
    );
    const outputs = this.read(seen, []);
    if (outputs.length !== 1 || other.descriptor < 0)
      throw new Error(`another attempt did not get its DESCRIPTOR: ${JSON.stringify(outputs)}`);
    return other;
  }

  protected received(held: ReturnType<Puppet['connection']>, frame: WireFrame): string[] {
    const other = this.#other;
    const belongsToOther = held.name === 'other' || (held.name === 'first' && this.transcript.length === 0 && !held.alone);
    const transcript = belongsToOther && other !== undefined ? other.transcript : this.transcript;
    switch (frame.name) {
      case 'descriptor': {
        if (held.name === 'other' && other !== undefined) other.descriptor = frame.descriptor ?? -1;
        else this.#descriptor = frame.descriptor ?? 0;
        const at = headerBytes + 4;
        return this.#counted(transcript, frame, frame.bytes.subarray(at, at + nonceBytes));
      }
      case 'port': {
        this.#port = readPort(frame.bytes);
        const at = headerBytes + 1 + (frame.bytes[headerBytes] ?? 0) + 8;
        return this.#counted(transcript, frame, frame.bytes.subarray(at, at + nonceBytes));
      }
      case 'ready':
        held.isChannel = held.name !== 'array';
        return this.tagErrors(frame, transcript);
      case 'decline':
        return this.tagErrors(frame, held.alone ?? transcript);
      default:
        return [];
    }
  }

  #counted(transcript: Buffer[], frame: WireFrame, nonce: Buffer): string[] {
    const errors = [...this.tagErrors(frame, transcript), ...this.nonceErrors(nonce)];
    transcript.push(frame.bytes);
    return errors;
  }
}
