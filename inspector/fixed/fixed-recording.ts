/** A recording that is all there from the beginning. */
import type { Chart, Coverage, Lifeline, Moment, Recording, RecordingEntry, Scene, SessionRow } from '../contract.ts';
import { clamp, fits, type SessionFilter, type Source, sessionFactsOf } from '../recordings/source.ts';

/** What there is. */
export interface FixedParts {
  readonly charts: readonly Chart[];
  readonly lifelines: readonly Lifeline[];
  readonly moments: readonly Moment[];
  /** How everything stands behind a moment that there is, or before the first (-1). */
  readonly sceneAt: (at: number) => Scene;
  readonly sessions: readonly SessionRow[];
  readonly coverage: Coverage;
  readonly conclusion?: Recording['conclusion'];
}

export class FixedRecording implements Source {
  readonly entry: RecordingEntry;
  readonly #parts: FixedParts;

  constructor(entry: RecordingEntry, parts: FixedParts) {
    this.entry = entry;
    this.#parts = parts;
  }

  get size(): number {
    return this.#parts.moments.length;
  }

  describe(): Recording {
    const { charts, lifelines, moments, sessions, conclusion } = this.#parts;
    return {
      ...this.entry,
      charts,
      lifelines,
      moments: moments.length,
      sessions: sessions.length,
      sessionFacts: sessionFactsOf(sessions),
      progress: { state: 'whole' },
      canDrive: false,
      ...(conclusion === undefined ? {} : { conclusion }),
    };
  }

  moment(index: number): Moment {
    const moment = this.#parts.moments[index];
    if (moment === undefined) throw new RangeError(`there is no moment ${index}: there are ${this.size}`);
    return moment;
  }

  indicesOf(session: string): number[] | undefined {
    const indices = this.#parts.moments.flatMap((moment) => (moment.session === session ? [moment.index] : []));
    return indices.length === 0 ? undefined : indices;
  }

  scene(at: number): Scene {
    return this.#parts.sceneAt(clamp(at, -1, this.size - 1));
  }

  sessions(filter: SessionFilter): readonly SessionRow[] {
    return this.#parts.sessions.filter((row) => fits(row, filter));
  }

  coverage(): Coverage {
    return this.#parts.coverage;
  }

  /** Nothing ever changes. */
  watch(): () => void {
    return () => {};
  }
}
