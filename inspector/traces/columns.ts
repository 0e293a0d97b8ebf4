/**
 * Trace records in columns: of a record its time, its session and its kind are kept, and records that say the same share one kind. A trace of a
 * million records takes some 20 bytes for each, and nothing of the file has to be read twice.
 */
import type { CheckedRecord } from '../../model-tests/validate/record.ts';

/** What records that say the same say. */
export interface RecordKind {
  readonly role: 'client' | 'server';
  readonly state: string;
  readonly event: CheckedRecord['event'];
  readonly actions: NonNullable<CheckedRecord['actions']>;
  readonly next: string;
  /** What it tells of its session. */
  readonly mode: string | undefined;
  readonly code: string | undefined;
  readonly establishes: boolean;
}

/** A session, as far as its records go. */
export interface SessionColumn {
  readonly id: string;
  readonly role: 'client' | 'server';
  mode: string | undefined;
  code: string | undefined;
  established: boolean;
  /** The number of the kind of its last record. */
  kind: number;
  count: number;
  first: number;
  last: number;
}

const FIRST_CAPACITY = 4_096;

/** A column that grows. */
class Column<Numbers extends Uint32Array<ArrayBuffer> | Float64Array<ArrayBuffer>> {
  values: Numbers;
  readonly #make: (length: number) => Numbers;

  constructor(make: (length: number) => Numbers) {
    this.#make = make;
    this.values = make(FIRST_CAPACITY);
  }

  put(index: number, value: number): void {
    if (index === this.values.length) {
      const larger = this.#make(this.values.length * 2);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[index] = value;
  }
}

export class RecordColumns {
  readonly kinds: RecordKind[] = [];
  /** How many records there are of each kind. */
  readonly counts: number[] = [];
  readonly sessions: SessionColumn[] = [];
  /** Modes and failure codes that some record tells of. */
  readonly modes = new Set<string>();
  readonly codes = new Set<string>();
  /** Of how many sessions a record of each kind is the last one. */
  readonly lasts: number[] = [];
  /** The roles that have a session. */
  readonly roles = new Set<string>();
  size = 0;
  readonly #kindOf = new Map<string, number>();
  readonly #sessionOf = new Map<string, number>();
  readonly #session = new Column((length) => new Uint32Array(length));
  readonly #kind = new Column((length) => new Uint32Array(length));
  readonly #time = new Column((length) => new Float64Array(length));
  #indices: { readonly session: number; readonly size: number; readonly values: Uint32Array } | undefined;

  /** The number of the kind that is called `key`, which `make` makes where it is the first of its kind. */
  kindOf(key: string, make: () => RecordKind): number {
    const known = this.#kindOf.get(key);
    if (known !== undefined) return known;
    const number = this.kinds.push(make()) - 1;
    this.counts.push(0);
    this.lasts.push(0);
    this.#kindOf.set(unshared(key), number);
    return number;
  }

  /** Adds a record; NaN for a time that nobody knows. */
  add(id: string, kind: number, time: number): void {
    const { role } = this.kinds[kind] as RecordKind;
    const session = this.#sessionNumber(id, role);
    const index = this.size;
    this.#session.put(index, session);
    this.#kind.put(index, kind);
    this.#time.put(index, time);
    this.size += 1;
    this.#count(index, session, kind);
  }

  kind(index: number): RecordKind {
    return this.kinds[this.kindNumber(index)] as RecordKind;
  }

  kindNumber(index: number): number {
    return this.#kind.values[index] as number;
  }

  time(index: number): number {
    return this.#time.values[index] as number;
  }

  sessionNumber(index: number): number {
    return this.#session.values[index] as number;
  }

  session(index: number): SessionColumn {
    return this.sessions[this.sessionNumber(index)] as SessionColumn;
  }

  /** The sessions of this name: one, or one of each role. */
  numbersOf(id: string): number[] {
    return ['client', 'server'].flatMap((role) => this.#sessionOf.get(`${role} ${id}`) ?? []);
  }

  /** The indices of a session's records, ascending. */
  indicesOf(session: number): Uint32Array {
    if (this.#indices?.session === session && this.#indices.size === this.size) return this.#indices.values;
    const { count, first } = this.sessions[session] as SessionColumn;
    const values = new Uint32Array(count);
    const column = this.#session.values;
    for (let index = first, found = 0; found < count; index += 1) {
      if (column[index] !== session) continue;
      values[found] = index;
      found += 1;
    }
    this.#indices = { session, size: this.size, values };
    return values;
  }

  /** Puts records of several files into the order of their times, each file's own order kept. `starts` are the places where files begin. */
  merge(starts: readonly number[]): void {
    const ends = [...starts.slice(1), this.size];
    const next = [...starts];
    const [sessions, kinds, times] = [this.#session.values.slice(), this.#kind.values.slice(), this.#time.values.slice()];
    for (const session of this.sessions) session.count = 0;
    this.counts.fill(0);
    this.lasts.fill(0);
    for (let index = 0; index < this.size; index += 1) {
      let file = -1;
      for (let other = 0; other < next.length; other += 1) {
        if ((next[other] as number) >= (ends[other] as number)) continue;
        if (file < 0 || (times[next[other] as number] as number) < (times[next[file] as number] as number)) file = other;
      }
      const from = next[file] as number;
      next[file] = from + 1;
      const [session, kind] = [sessions[from] as number, kinds[from] as number];
      this.#session.values[index] = session;
      this.#kind.values[index] = kind;
      this.#time.values[index] = times[from] as number;
      this.#count(index, session, kind);
    }
    this.#indices = undefined;
  }

  #sessionNumber(id: string, role: 'client' | 'server'): number {
    const key = `${role} ${id}`;
    const known = this.#sessionOf.get(key);
    if (known !== undefined) return known;
    const session: SessionColumn = {
      id: unshared(id),
      role,
      mode: undefined,
      code: undefined,
      established: false,
      kind: 0,
      count: 0,
      first: 0,
      last: 0,
    };
    const number = this.sessions.push(session) - 1;
    this.#sessionOf.set(unshared(key), number);
    this.roles.add(role);
    return number;
  }

  #count(index: number, session: number, kind: number): void {
    const known = this.sessions[session] as SessionColumn;
    const { mode, code, establishes } = this.kinds[kind] as RecordKind;
    if (known.count === 0) known.first = index;
    else this.lasts[known.kind] = (this.lasts[known.kind] as number) - 1;
    this.lasts[kind] = (this.lasts[kind] as number) + 1;
    known.count += 1;
    known.last = index;
    known.kind = kind;
    known.mode = mode ?? known.mode;
    known.code = code ?? known.code;
    known.established ||= establishes;
    if (mode !== undefined) this.modes.add(mode);
    if (code !== undefined) this.codes.add(code);
    this.counts[kind] = (this.counts[kind] as number) + 1;
  }
}

/** The text on its own: one that was cut out of a larger one would keep all of that in memory. */
function unshared(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}
