/** A recording as the server holds it: answers windows, never hands out all of it. What may be asked at once is bounded here. */
import type {
  Act,
  Coverage,
  Excerpt,
  Limits,
  Moment,
  MomentWindow,
  Moves,
  Recording,
  RecordingEntry,
  Scene,
  SessionRow,
  SessionWindow,
} from '../contract.ts';

/** What one answer holds at most. */
export const LIMITS: Limits = { window: 500, excerpt: 5_000 };

/** Which sessions of a list: those that have all that is named. */
export interface SessionFilter {
  readonly role?: string | undefined;
  readonly state?: string | undefined;
  readonly mode?: string | undefined;
  readonly code?: string | undefined;
  /** A part of its id. */
  readonly text?: string | undefined;
}

/** Which moments: from a place on, or around an index; with `session` places count that session's moments. */
export interface MomentQuery {
  readonly from: number;
  readonly count: number;
  readonly session?: string | undefined;
  readonly around?: number | undefined;
}

/** What became of an act, beside what has changed. */
export interface Acted {
  readonly file?: { readonly name: string; readonly type: string; readonly text: string };
  readonly failure?: string;
}

/** A recording that can be driven. */
export interface Driver {
  moves(): Moves;
  /**
   * Makes a move, takes one back, begins again, saves. One at a time.
   *
   * @throws ActError where it cannot be done
   */
  act(act: Act): Promise<Acted>;
}

/** One thing to look at. Places and counts are whole numbers from 0; what lies outside is answered as if it were at the border. */
export interface Source {
  readonly entry: RecordingEntry;
  describe(): Recording;
  /** How many moments there are now, without their being made. */
  readonly size: number;
  moment(index: number): Moment;
  /** The indices of the moments of one session, ascending; undefined where there is no such session. */
  indicesOf(session: string): ArrayLike<number> | undefined;
  /** How everything stands behind a moment; -1: before the first. */
  scene(at: number): Scene;
  sessions(filter: SessionFilter): readonly SessionRow[];
  coverage(): Coverage;
  readonly driver?: Driver;
  /** Calls `changed` from now on when there is more, or less, to see; the answer stops that. */
  watch(changed: () => void): () => void;
  close?(): Promise<void> | void;
}

/** An act that cannot be done: the move is none of this state, or somebody else was faster. */
export class ActError extends Error {
  override readonly name = 'ActError';
}

/** What the sessions of a recording are told apart by: each mode, state and code that some session has, sorted. */
export function sessionFactsOf(sessions: readonly SessionRow[]): Recording['sessionFacts'] {
  const known = (facts: readonly (string | undefined)[]) => [...new Set(facts)].filter((fact) => fact !== undefined).sort();
  return {
    modes: known(sessions.map(({ mode }) => mode)),
    states: known(sessions.map(({ state }) => state)),
    codes: known(sessions.map(({ code }) => code)),
  };
}

/** A window of moments. */
export function momentWindow(source: Source, { from, count, session, around }: MomentQuery): MomentWindow {
  const indices = session === undefined ? undefined : (source.indicesOf(session) ?? []);
  const total = indices?.length ?? source.size;
  const size = clamp(count, 1, LIMITS.window);
  const centre = around === undefined ? undefined : placeOf(indices, around);
  const first = clamp(centre === undefined ? from : centre - Math.floor(size / 2), 0, Math.max(0, total - 1));
  const moments: Moment[] = [];
  for (let place = first; place < Math.min(total, first + size); place += 1) {
    moments.push(source.moment(indices === undefined ? place : (indices[place] as number)));
  }
  return { from: first, total, moments };
}

/** The last place whose index is not behind `index`. */
function placeOf(indices: ArrayLike<number> | undefined, index: number): number {
  if (indices === undefined) return index;
  let [low, high] = [0, indices.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((indices[middle] as number) <= index) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** A window of the sessions that a filter leaves. */
export function sessionWindow(source: Source, filter: SessionFilter, from: number, count: number): SessionWindow {
  const sessions = source.sessions(filter);
  const first = clamp(from, 0, Math.max(0, sessions.length - 1));
  return { from: first, total: sessions.length, sessions: sessions.slice(first, first + clamp(count, 1, LIMITS.window)) };
}

/** A part that can be looked at without a server. */
export function excerpt(source: Source, from: number, count: number, session: string | undefined): Excerpt {
  const indices = session === undefined ? undefined : (source.indicesOf(session) ?? []);
  const total = indices?.length ?? source.size;
  const first = clamp(from, 0, total);
  const size = clamp(count, 0, Math.min(LIMITS.excerpt, total - first));
  const chosen = Array.from({ length: size }, (_, place) =>
    indices === undefined ? first + place : (indices[first + place] as number),
  );
  const moments = chosen.map((index) => source.moment(index));
  const names = new Set(moments.flatMap(({ session: name }) => name ?? []));
  return {
    recording: source.describe(),
    moments,
    scenes: [source.scene((chosen[0] ?? 0) - 1), ...chosen.map((index) => source.scene(index))],
    sessions: source.sessions({}).filter(({ id }) => names.has(id)),
    coverage: source.coverage(),
  };
}

/** Which of these sessions a filter leaves. */
export function fits(row: SessionRow, { role, state, mode, code, text }: SessionFilter): boolean {
  return (
    (role === undefined || row.role === role) &&
    (state === undefined || row.state === state) &&
    (mode === undefined || row.mode === mode) &&
    (code === undefined || row.code === code) &&
    (text === undefined || row.id.includes(text))
  );
}

export function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}

/** Whoever wants to know that something has changed. */
export class Watchers {
  readonly #all = new Set<() => void>();

  add(changed: () => void): () => void {
    this.#all.add(changed);
    return () => this.#all.delete(changed);
  }

  tell(): void {
    for (const changed of this.#all) changed();
  }
}
