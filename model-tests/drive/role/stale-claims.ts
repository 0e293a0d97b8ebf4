/** Descriptors that were good once (docs/protocol.md, section 4.2): used up, or of an attempt that has ended. Neither is accepted again. */
import { fields, headerBytes, hello, nonceBytes, sealed } from '../build-frames.ts';
import { readFrames, tagIsRight } from '../wire.ts';
import { type Seen, type Subject, SubjectError } from './subject.ts';

/** What a descriptor has behind it. */
const histories = ['used up', 'of an attempt that has ended'] as const;
type History = (typeof histories)[number];

/** Claims a descriptor of each history with the very frame that was right for it. Throws SubjectError when one is not declined. */
export async function claimStaleDescriptors(subject: Subject, secret: Buffer, freshNonce: () => Buffer): Promise<void> {
  for (const history of histories) await new StaleClaim(subject, secret).make(history, freshNonce());
}

class StaleClaim {
  readonly #subject: Subject;
  readonly #secret: Buffer;

  constructor(subject: Subject, secret: Buffer) {
    this.#subject = subject;
    this.#secret = secret;
  }

  async make(history: History, nonce: Buffer): Promise<void> {
    const subject = this.#subject;
    const greeting = hello('network', 2, nonce);
    const first = await subject.connect('wkp');
    await subject.send(first, greeting);
    const [answer] = await this.#frames(first, 1);
    if (answer?.descriptor === undefined) throw new SubjectError('a HELLO before the path was not answered with DESCRIPTOR');
    const claim = sealed('descriptor', fields.descriptor(answer.descriptor), [greeting, answer.bytes], 'server', this.#secret);
    if (history === 'used up') {
      const second = await subject.connect('wkp');
      await subject.send(second, claim);
      await this.#observe((seen) => this.#told(seen, 'established') && bytesOn(seen, second).length >= headerBytes);
    } else {
      await subject.end(first);
      await this.#observe((seen) => this.#told(seen, 'failed') && endedOn(seen, first));
    }
    await this.#expectRefusal(claim, history);
  }

  async #expectRefusal(claim: Buffer, history: History): Promise<void> {
    const late = await this.#subject.connect('wkp');
    await this.#subject.send(late, claim);
    const seen = await this.#observe((all) => this.#told(all, 'failed') && endedOn(all, late));
    const { frames, rest } = readFrames(bytesOn(seen, late));
    const [decline] = frames;
    const right =
      frames.length === 1 &&
      rest.length === 0 &&
      decline?.reason === 'descriptorUnknown' &&
      tagIsRight(decline.bytes, [claim], 'client', this.#secret) &&
      endedOn(seen, late);
    if (right) return;
    const names = frames.map(({ name, reason }) => [name.toUpperCase(), reason].filter(Boolean).join(' ')).join(', ');
    throw new SubjectError(
      `a DESCRIPTOR ${history} has to be answered with DECLINE descriptorUnknown and the end, not with ${names || 'nothing'}`,
    );
  }

  async #frames(connection: number, count: number) {
    const length = headerBytes + 4 + 2 * nonceBytes;
    const seen = await this.#observe((all) => bytesOn(all, connection).length >= count * length);
    return readFrames(bytesOn(seen, connection)).frames;
  }

  #observe(enough: (seen: readonly Seen[]) => boolean): Promise<Seen[]> {
    return this.#subject.observe(enough);
  }

  /** Whether the user was told, where that can be known. */
  #told(seen: readonly Seen[], type: 'established' | 'failed'): boolean {
    return this.#subject.capabilities.reports === 'none' || seen.some((event) => event.type === type);
  }
}

function bytesOn(seen: readonly Seen[], connection: number): Buffer {
  return Buffer.concat(seen.flatMap((event) => (event.type === 'bytes' && event.connection === connection ? [event.bytes] : [])));
}

function endedOn(seen: readonly Seen[], connection: number): boolean {
  return seen.some((event) => event.type === 'ended' && event.connection === connection);
}
