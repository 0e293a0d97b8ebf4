/**
 * The table of connection records: two ends and a ring in each direction. End 0 is the one that connected, end 1 the one that accepts.
 * A record is free again when neither end is open. All calls but those that only look are made under the lock.
 */
import { clearRing } from './byte-ring.ts';
import { ArrayError } from './errors.ts';
import { freshNumber, type Owner } from './hosts.ts';
import { END, HEADER, type Layout, RECORD } from './layout.ts';
import type { Words } from './memory/words.ts';

const FREE = 0;
const WAITING = 1;
const ESTABLISHED = 2;

/**
 * Of an end. `closed`: in order. `aborted`: out of order, or its owner is gone. `reserved`: kept for its owner, who has not taken it yet.
 * `lost`: aborted for the peer, while its owner may still be about to write to the rings, which is why they cannot be given to others yet.
 */
export type EndState = 'none' | 'open' | 'closed' | 'aborted' | 'reserved' | 'lost';
const endStates: readonly EndState[] = ['none', 'open', 'closed', 'aborted', 'reserved', 'lost'];
const holding: ReadonlySet<EndState> = new Set(['open', 'reserved', 'lost']);

export type Side = 0 | 1;

/** One of the two ends of a record in one of its lives. */
export interface EndName {
  readonly record: number;
  readonly generation: number;
  readonly side: Side;
}

/** Who holds an end, and from which port. */
export interface EndHolder {
  readonly owner: Owner;
  readonly port: number;
  readonly state: EndState;
}

export class ConnectionTable {
  readonly #words: Words;
  readonly #layout: Layout;

  constructor(words: Words, layout: Layout) {
    this.#words = words;
    this.#layout = layout;
  }

  /** A free record in [from, to). */
  free(from: number, to: number): number | undefined {
    for (let record = from; record < to; record += 1) if (this.isFree(record)) return record;
    return undefined;
  }

  isFree(record: number): boolean {
    return this.#load(record, RECORD.STATE) === FREE;
  }

  /** Begins a new life of a free record. With a `listener` (a port's place in its table) it waits to be accepted there. Gives its generation. */
  take(record: number, ends: readonly [EndHolder, EndHolder], listener: number | undefined): number {
    for (const place of this.#layout.rings[record] ?? []) clearRing(this.#words, place);
    const generation = freshNumber(this.#words, HEADER.GENERATION);
    this.#store(record, RECORD.GENERATION, generation);
    this.#store(record, RECORD.SEQUENCE, freshNumber(this.#words, HEADER.SEQUENCE));
    this.#store(record, RECORD.LISTENER, listener ?? 0);
    this.#store(record, RECORD.LINK, 0);
    for (const side of [0, 1] as const) {
      this.#storeEnd(record, side, END.SLOT, ends[side].owner.slot);
      this.#storeEnd(record, side, END.ID, ends[side].owner.id);
      this.#storeEnd(record, side, END.PORT, ends[side].port);
      this.#storeEnd(record, side, END.STATE, endStates.indexOf(ends[side].state));
    }
    this.#store(record, RECORD.STATE, listener === undefined ? ESTABLISHED : WAITING);
    return generation;
  }

  /** The records that wait to be accepted at a port's place, the longest waiting first. */
  waiting(listener: number, connections: number): number[] {
    const found: { record: number; sequence: number }[] = [];
    for (let record = 0; record < connections; record += 1) {
      if (this.#load(record, RECORD.STATE) === WAITING && this.#load(record, RECORD.LISTENER) === listener) {
        found.push({ record, sequence: this.#load(record, RECORD.SEQUENCE) });
      }
    }
    return found.sort((one, other) => (one.sequence - other.sequence) | 0).map(({ record }) => record);
  }

  establish(record: number): void {
    this.#store(record, RECORD.STATE, ESTABLISHED);
  }

  generation(record: number): number {
    return this.#load(record, RECORD.GENERATION);
  }

  /** Whether the end is still this one, in this life, and open. */
  holds(end: EndName, owner: Owner): boolean {
    return (
      this.generation(end.record) === end.generation &&
      this.endState(end.record, end.side) === 'open' &&
      this.#loadEnd(end.record, end.side, END.ID) === owner.id
    );
  }

  holder(record: number, side: Side): EndHolder {
    return {
      owner: { slot: this.#loadEnd(record, side, END.SLOT), id: this.#loadEnd(record, side, END.ID) },
      port: this.#loadEnd(record, side, END.PORT),
      state: this.endState(record, side),
    };
  }

  /** A number that is no state counts as aborted: the record was spoilt. */
  endState(record: number, side: Side): EndState {
    return endStates[this.#loadEnd(record, side, END.STATE)] ?? 'aborted';
  }

  setEnd(record: number, side: Side, state: EndState): void {
    this.#storeEnd(record, side, END.STATE, endStates.indexOf(state));
    this.#freeIfLeft(record);
  }

  /** Frees what was left by both ends without being freed: whoever was about to died in between. Gives how many there were. */
  sweep(): number {
    let swept = 0;
    for (let record = 0; record < this.#layout.records; record += 1) {
      if (!this.isFree(record) && this.#freeIfLeft(record)) swept += 1;
    }
    return swept;
  }

  #freeIfLeft(record: number): boolean {
    if (holding.has(this.endState(record, 0)) || holding.has(this.endState(record, 1))) return false;
    this.#store(record, RECORD.STATE, FREE);
    return true;
  }

  /** The first of the two records whose rings carry the channels that were attached through this connection. */
  link(record: number): number | undefined {
    const link = this.#load(record, RECORD.LINK);
    return link === 0 || link + 1 > this.#layout.records ? undefined : link - 1;
  }

  setLink(record: number, channels: number): void {
    this.#store(record, RECORD.LINK, channels + 1);
  }

  /** The ends that an attachment holds or that are reserved for it. */
  endsOf(owner: Owner): { record: number; side: Side; state: EndState }[] {
    const found: { record: number; side: Side; state: EndState }[] = [];
    for (let record = 0; record < this.#layout.records; record += 1) {
      if (this.isFree(record)) continue;
      for (const side of [0, 1] as const) {
        const holder = this.holder(record, side);
        if (holder.owner.id === owner.id && holding.has(holder.state)) {
          found.push({ record, side, state: holder.state });
        }
      }
    }
    return found;
  }

  /** How many records in [from, to) are taken. */
  used(from: number, to: number): number {
    let used = 0;
    for (let record = from; record < to; record += 1) if (!this.isFree(record)) used += 1;
    return used;
  }

  /** A free record below `connections`. Throws noBuffers. */
  takeable(connections: number): number {
    const record = this.free(0, connections);
    if (record === undefined) throw new ArrayError('noBuffers', `connect: all ${connections} connections of this array stand`);
    return record;
  }

  #load(record: number, field: number): number {
    return this.#words.load(this.#layout.recordsAt + record * RECORD.WORDS + field);
  }

  #store(record: number, field: number, value: number): void {
    this.#words.store(this.#layout.recordsAt + record * RECORD.WORDS + field, value);
  }

  #loadEnd(record: number, side: Side, field: number): number {
    return this.#load(record, RECORD.ENDS + side * END.WORDS + field);
  }

  #storeEnd(record: number, side: Side, field: number, value: number): void {
    this.#store(record, RECORD.ENDS + side * END.WORDS + field, value);
  }
}
