/**
 * The table of attachments: each thread or process that is attached has one, with the name of its host, a heartbeat, and a bell that others
 * ring when there is something for it to look at. Several attachments may carry the name of one host.
 * An attachment is named by its slot and an id that is never given twice: an id that is not in its slot any more is a dead one.
 * All but ring, beat and alive are called under the lock.
 */
import { randomBytes } from 'node:crypto';
import { ArrayError } from './errors.ts';
import { ATTACHMENT, HEADER, type Layout } from './layout.ts';
import type { Identity } from './liveness.ts';
import type { Signal } from './memory/memory.ts';
import type { Words } from './memory/words.ts';

/** What a bell is: only a ringer of one that sleeps has to wake anybody. */
const HUSHED = 0;
const RUNG = 1;
const ASLEEP = 2;

const STANDING = 0;
const EXPELLED = 1;

/** Milliseconds by which the clocks of two attachments may differ. */
const FAR_AHEAD = 60_000;

/** One attachment as others name it. */
export interface Owner {
  readonly slot: number;
  readonly id: number;
  /** Known to the attachment itself only: memory that was made anew under it counts the same ids again. */
  readonly nonce?: number;
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
  take(host: string, now: number, identity: Identity): Owner {
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
    this.#words.store(at + ATTACHMENT.STANDING, STANDING);
    this.#words.store(at + ATTACHMENT.PROCESS, identity.process);
    this.#words.store(at + ATTACHMENT.THREAD, identity.thread);
    this.#words.store(at + ATTACHMENT.START, identity.start);
    this.#words.store(at + ATTACHMENT.BOOT, identity.boot);
    this.#words.store(at + ATTACHMENT.SPACE, identity.space);
    const nonce = randomBytes(4).readUInt32LE();
    this.#words.store(at + ATTACHMENT.NONCE, nonce);
    const id = freshNumber(this.#words, HEADER.ATTACHMENT);
    this.#words.store(at + ATTACHMENT.ID, id);
    return { slot, id, nonce };
  }

  release(owner: Owner): void {
    if (this.there(owner)) this.#words.store(this.#at(owner.slot) + ATTACHMENT.ID, 0);
  }

  /** Whether the attachment has its slot, expelled or not. */
  there(owner: Owner): boolean {
    if (owner.slot >= this.#slots || owner.id === 0) return false;
    const at = this.#at(owner.slot);
    if (this.#words.load(at + ATTACHMENT.ID) !== owner.id) return false;
    return owner.nonce === undefined || this.#words.load(at + ATTACHMENT.NONCE) === owner.nonce;
  }

  /** Whether the attachment stands. */
  alive(owner: Owner): boolean {
    return this.there(owner) && this.#words.load(this.#at(owner.slot) + ATTACHMENT.STANDING) === STANDING;
  }

  /** The attachment does not stand any more, and keeps its slot until it is released. */
  expel(owner: Owner): void {
    if (this.there(owner)) this.#words.store(this.#at(owner.slot) + ATTACHMENT.STANDING, EXPELLED);
  }

  identity(owner: Owner): Identity {
    const at = this.#at(owner.slot);
    return {
      process: this.#words.load(at + ATTACHMENT.PROCESS),
      thread: this.#words.load(at + ATTACHMENT.THREAD),
      start: this.#words.load(at + ATTACHMENT.START),
      boot: this.#words.load(at + ATTACHMENT.BOOT),
      space: this.#words.load(at + ATTACHMENT.SPACE),
    };
  }

  /** Writes the heartbeat of an attachment. */
  beat(owner: Owner, now: number): void {
    this.#words.store(this.#at(owner.slot) + ATTACHMENT.HEARTBEAT, now);
  }

  /**
   * Milliseconds since the last heartbeat; times are kept modulo 2^32. One that lies a little ahead is no age, one that lies far ahead is from
   * before the machine was started, or spoilt, and as old as can be.
   */
  age(owner: Owner, now: number): number {
    const age = (now - this.#words.load(this.#at(owner.slot) + ATTACHMENT.HEARTBEAT)) | 0;
    if (age < -FAR_AHEAD) return Number.POSITIVE_INFINITY;
    return Math.max(0, age);
  }

  /** The name of the host of an attachment; undefined when it is gone or spoilt. */
  name(owner: Owner): string | undefined {
    if (!this.there(owner)) return undefined;
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
