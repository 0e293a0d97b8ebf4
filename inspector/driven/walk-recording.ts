/** A walk through a system as a recording: a path that somebody has found, or one that grows as it is driven. */

import type { SlotValues } from '../../model-tests/compose/as-transition-system.ts';
import { codeOf } from '../../model-tests/explore/run-code.ts';
import { type Choice, choicesIn, type Walk } from '../../model-tests/explore/walk.ts';
import type { Coverage, Moment, Recording, RecordingEntry, Scene, SessionRow } from '../contract.ts';
import { clamp, type Driver, fits, type SessionFilter, type Source, sessionFactsOf, Watchers } from '../recordings/source.ts';
import type { View } from './view.ts';

/** What a path shows beside its moves. */
export interface WalkWords {
  readonly conclusion?: { readonly text: string; readonly fault: boolean };
}

export class WalkRecording<Move> implements Source {
  readonly entry: RecordingEntry;
  driver?: Driver;
  readonly #view: View<Move>;
  readonly #words: WalkWords;
  readonly #watchers = new Watchers();
  #walk: Walk<Move>;
  #code: { readonly walk: Walk<Move>; readonly text: string } | undefined;
  #moments: (Moment | undefined)[] = [];
  readonly #choices = new WeakMap<SlotValues, readonly Choice<Move>[]>();

  constructor(entry: RecordingEntry, view: View<Move>, walk: Walk<Move>, words: WalkWords = {}) {
    this.entry = entry;
    this.#view = view;
    this.#walk = walk;
    this.#words = words;
  }

  get view(): View<Move> {
    return this.#view;
  }

  get walk(): Walk<Move> {
    return this.#walk;
  }

  /** Goes another way; moments that both walks begin with stay what they were. */
  set walk(walk: Walk<Move>) {
    const same = walk.choices.findIndex((choice, index) => choice !== this.#walk.choices[index]);
    this.#moments.length = Math.min(this.#moments.length, same < 0 ? walk.choices.length : same);
    this.#walk = walk;
    this.#watchers.tell();
  }

  /** Everything that may happen in a state; it is found out once. */
  choicesOf(state: SlotValues): readonly Choice<Move>[] {
    const known = this.#choices.get(state);
    if (known !== undefined) return known;
    const choices = choicesIn(this.#view.system, state);
    this.#choices.set(state, choices);
    return choices;
  }

  /** What moments look like has changed: they are made anew. */
  forget(): void {
    this.#moments = [];
  }

  get size(): number {
    return this.#walk.choices.length;
  }

  describe(): Recording {
    const sessions = this.#view.sessions(this.#all());
    const { loopFrom } = this.#walk;
    return {
      ...this.entry,
      charts: this.#view.charts,
      lifelines: this.#view.lifelines,
      moments: this.size,
      sessions: sessions.length,
      sessionFacts: sessionFactsOf(sessions),
      progress: { state: 'whole' },
      canDrive: this.driver !== undefined,
      run: this.#codeNow(),
      ...(loopFrom === undefined ? {} : { loopFrom }),
      ...this.#words,
    };
  }

  moment(index: number): Moment {
    const known = this.#moments[index];
    if (known !== undefined) return known;
    const made = this.#view.moment(this.#walk, index);
    this.#moments[index] = made;
    return made;
  }

  indicesOf(session: string): number[] | undefined {
    const indices = [...this.#walk.choices.keys()].filter((index) =>
      this.moment(index).reactions.some((reaction) => reaction.session === session),
    );
    return indices.length === 0 ? undefined : indices;
  }

  scene(at: number): Scene {
    return this.#view.scene(this.#walk, clamp(at, -1, this.size - 1));
  }

  sessions(filter: SessionFilter): readonly SessionRow[] {
    return this.#view.sessions(this.#all()).filter((row) => fits(row, filter));
  }

  coverage(): Coverage {
    const counts = new Map(this.#view.charts.map(({ id, transitions }) => [id, new Map(transitions.map((row) => [row.id, 0]))]));
    const chartOf = new Map(this.#view.lifelines.map(({ id, chart }) => [id, chart ?? '']));
    for (const index of this.#walk.choices.keys()) {
      for (const { lifeline, transitions } of this.moment(index).reactions) {
        const chart = counts.get(chartOf.get(lifeline) ?? '');
        for (const id of transitions) chart?.set(id, (chart.get(id) ?? 0) + 1);
      }
    }
    return { charts: [...counts].map(([chart, taken]) => ({ chart, counts: Object.fromEntries(taken), excused: {} })) };
  }

  watch(changed: () => void): () => void {
    return this.#watchers.add(changed);
  }

  #all(): Moment[] {
    return [...this.#walk.choices.keys()].map((index) => this.moment(index));
  }

  #codeNow(): string {
    if (this.#code?.walk !== this.#walk) {
      this.#code = { walk: this.#walk, text: codeOf(this.#view.system, this.#walk, (state) => this.choicesOf(state)) };
    }
    return this.#code.text;
  }
}
