/**
 * The table of attachments: each thread or process that is attached has one, with the name of its host, a heartbeat, and a bell that others
 * ring when there is something for it to look at. Several attachments may carry the name of one host.
 * An attachment is named by its slot and an id that is never given twice: an id that is not in its slot any more is a dead one.
 * All but ring, beat and alive are called under the lock.
 */
import { ArrayError } from './errors.ts';
import { ATTACHMENT, HEADER, type Layout } from './layout.ts';
import type { Signal } from './memory/memory.ts';
import type { Words } from './memory/words.ts';

/** What a bell is: only a ringer of one that sleeps has to wake anybody. */
const HUSHED = 0;
const RUNG = 1;
const ASLEEP = 2;

/** One attachment as others name it. */
export interface Owner {
  readonly slot: number;
  readonly id: number;
}

export class HostTable {
  readonly #words: Words;
  readonly #signal: Signal;
  readonly #layout: Layout;
  readonly #slots: number;

  constructor(words: Words, signal: Signal, layout: Layout, slots: number) {
    this.#words = words;
    this.#signal = signal;
    this.#layout = layout;
    this.#slots = slots;
  }

  /** Takes a slot for `host`. Throws hostsExhausted. */
  take(host: string, now: number): Owner {
    const slot = this.#range().find((each) => this.#words.load(this.#at(each)) === 0);
    if (slot === undefined) {
      throw new ArrayError('hostsExhausted', `attach ${host}: all ${this.#slots} attachments of this array are taken`);
    }
    const at = this.#at(slot);
    const name = new TextEncoder().encode(host);
    this.#words.bytes.set(name, (at + ATTACHMENT.NAME) * 4);
    this.#words.store(at + ATTACHMENT.NAME_LENGTH, name.length);
    this.#words.store(at + ATTACHMENT.BELL, RUNG);
    this.#words.store(at + ATTACHMENT.HEARTBEAT, now);
    const id = freshNumber(this.#words, HEADER.ATTACHMENT);
    this.#words.store(at + ATTACHMENT.ID, id);
    return { slot, id };
  }

  release(owner: Owner): void {
    if (this.alive(owner)) this.#words.store(this.#at(owner.slot) + ATTACHMENT.ID, 0);
  }

  alive(owner: Owner): boolean {
    return owner.slot < this.#slots && owner.id !== 0 && this.#words.load(this.#at(owner.slot) + ATTACHMENT.ID) === owner.id;
  }

  /** Writes the heartbeat of an attachment. */
  beat(owner: Owner, now: number): void {
    this.#words.store(this.#at(owner.slot) + ATTACHMENT.HEARTBEAT, now);
  }

  /** Milliseconds since the last heartbeat; times are kept modulo 2^32, and one that lies ahead is no age. */
  age(owner: Owner, now: number): number {
    return Math.max(0, (now - this.#words.load(this.#at(owner.slot) + ATTACHMENT.HEARTBEAT)) | 0);
  }

  /** The name of the host of an attachment; undefined when it is gone or spoilt. */
  name(owner: Owner): string | undefined {
    if (!this.alive(owner)) return undefined;
    const at = this.#at(owner.slot);
    const length = Math.min(255, this.#words.load(at + ATTACHMENT.NAME_LENGTH));
    const from = (at + ATTACHMENT.NAME) * 4;
    return new TextDecoder().decode(this.#words.bytes.slice(from, from + length));
  }

  /** Every attachment that there is now. */
  all(): Owner[] {
    return this.#range()
      .map((slot) => ({ slot, id: this.#words.load(this.#at(slot) + ATTACHMENT.ID) }))
      .filter(({ id }) => id !== 0);
  }

  /** Wakes an attachment. Cheap when it is awake or its bell has been rung already. */
  ring(owner: Owner): void {
    if (owner.slot >= this.#slots) return;
    const bell = this.#at(owner.slot) + ATTACHMENT.BELL;
    if (this.#words.exchange(bell, RUNG) === ASLEEP) this.#signal.notify(bell);
  }

  /** To be done before looking around: a ring from now on makes listen() return at once. */
  hush(owner: Owner): void {
    this.#words.store(this.#at(owner.slot) + ATTACHMENT.BELL, HUSHED);
  }

  /** Whether the bell has been rung since hush(). */
  rung(owner: Owner): boolean {
    return this.#words.load(this.#at(owner.slot) + ATTACHMENT.BELL) !== HUSHED;
  }

  /** Resolves when the bell has been rung since hush(). */
  async listen(owner: Owner): Promise<void> {
    const bell = this.#at(owner.slot) + ATTACHMENT.BELL;
    if (this.#words.compareExchange(bell, HUSHED, ASLEEP) === HUSHED) await this.#signal.wait(bell, ASLEEP);
  }

  #at(slot: number): number {
    return this.#layout.attachmentsAt + slot * ATTACHMENT.WORDS;
  }

  #range(): number[] {
    return Array.from({ length: this.#slots }, (_, slot) => slot);
  }
}

/** The next number of a counter in the header, never 0. */
export function freshNumber(words: Words, counter: number): number {
  let number = (words.add(counter, 1) + 1) >>> 0;
  if (number === 0) number = (words.add(counter, 1) + 1) >>> 0;
  return number;
}
