/**
 * The slot of one attachment in an array: taking it, beating, finding that it was taken back, and giving back what is held, also where somebody was stopped
 * while he held the lock. What is held, its user knows.
 */
import type { ArrayClock, Ticker } from './clock.ts';
import { ArrayError } from './errors.ts';
import type { Owner } from './hosts.ts';
import { Reaper, type ReapingTimes } from './reaping.ts';
import { type Tables, takeBack } from './tables.ts';

/** What is told to whoever uses the slot. */
export interface MemberEvents {
  /** The slot is not ours any more: so is nothing that belongs to it. */
  lost(why: string): void;
  /** Somebody was stopped in the critical section: what he held cannot be taken back, but whoever waits for him can be told. */
  lookForSilent(silent: (owner: Owner) => boolean): void;
}

/** How long calls that may be made up for later wait for the lock, in milliseconds. */
const BRIEFLY = 10;

export class Membership {
  readonly owner: Owner;
  readonly #tables: Tables;
  readonly #host: string;
  readonly #clock: ArrayClock;
  readonly #reaper: Reaper;
  readonly #events: MemberEvents;
  readonly #heartbeat: Ticker;
  /** What could not be given back yet. */
  readonly #owed: (() => void)[] = [];
  #closed = false;
  #lost = false;

  /** Takes a slot. Throws hostsExhausted, noBuffers. */
  constructor(tables: Tables, host: string, clock: ArrayClock, times: ReapingTimes, events: MemberEvents) {
    this.#tables = tables;
    this.#host = host;
    this.#clock = clock;
    this.#events = events;
    this.#reaper = new Reaper(tables, times, clock.now());
    this.owner = tables.lock.run(() => {
      this.#reaper.reap(undefined, clock.now());
      return tables.hosts.take(host, clock.now(), tables.me.identity);
    });
    this.#heartbeat = clock.every(times.heartbeatInterval, () => this.beat());
  }

  /** Whether the slot is ours and stands. */
  get stands(): boolean {
    return !this.#closed && this.#tables.hosts.alive(this.owner);
  }

  /** Gives everything back. Any number of times. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#events.lost('this attachment was closed');
    this.#giveBack();
    this.#rest();
  }

  /** Looks whether the slot still stands, and acts when it does not. */
  check(): boolean {
    if (this.#closed || this.#lost) return false;
    if (this.#tables.hosts.alive(this.owner)) return true;
    this.#lost = true;
    this.#events.lost('this attachment was taken back, its heartbeat had stopped');
    // From here on nobody writes to what it had, and it can be given to others.
    this.#giveBack();
    return false;
  }

  /** Writes the heartbeat, gives back what is owed, takes back what others held who are gone. */
  beat(): void {
    const now = this.#clock.now();
    this.#reaper.beat(now);
    if (this.check()) this.#tables.hosts.beat(this.owner, now);
    const had = this.#tables.lock.attempt(() => {
      for (const section of this.#owed.splice(0)) section();
      if (this.stands) this.#reaper.reap(this.owner, now);
    }, BRIEFLY);
    if (!had) this.#events.lookForSilent((owner) => this.#reaper.silent(owner, now));
    this.#rest();
  }

  /** Takes back what others held who are gone; gives the names of their hosts. Under the lock. */
  reap(): string[] {
    return this.#reaper.reap(this.owner, this.#clock.now());
  }

  /** Runs under the lock, if the slot still stands. Throws detached, noBuffers. */
  locked<T>(call: string, section: () => T): T {
    return this.#tables.lock.run(() => {
      if (this.stands) return section();
      const { name } = this.#tables.config;
      throw new ArrayError('detached', `${call}: host ${this.#host} is not attached to array ${name} any more`);
    });
  }

  /** Runs a section that gives something back: under the lock, now or with a later beat. */
  eventually(section: () => void): void {
    if (this.#owed.length > 0 || !this.#tables.lock.attempt(section, BRIEFLY)) this.#owed.push(section);
  }

  #giveBack(): void {
    this.eventually(() => {
      if (this.#tables.hosts.there(this.owner)) takeBack(this.#tables, this.owner);
    });
  }

  /** The beating is over when the slot is, and nothing is owed any more. */
  #rest(): void {
    if (this.#owed.length === 0 && !this.stands) this.#heartbeat.cancel();
  }
}
