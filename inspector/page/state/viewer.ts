/** What the page shows, and everything that changes it. The parts of the page read `state` and call methods; nothing else is shared. */
import type {
  Act,
  ActAnswer,
  Coverage,
  Frame,
  LiveEvent,
  Moment,
  Moves,
  Recording,
  RecordingEntry,
  Scene,
} from '../../contract.ts';
import type { Source } from '../source/source.ts';
import type { Shown } from './address.ts';
import { Cache } from './cache.ts';
import { Layouts } from './layouts.ts';
import { MomentPages } from './moment-pages.ts';

export interface ViewerState extends Shown {
  readonly entries: readonly RecordingEntry[];
  readonly opened?: Recording | undefined;
  /** The moment that is shown; -1 before the first one. */
  readonly now: number;
  /** Its place among the moments of the session that is filtered for, or `now`; and how many there are. */
  readonly place: number;
  readonly total: number;
  /** Those of `now`, or of a moment before while they are asked for. */
  readonly scene?: Scene | undefined;
  readonly moment?: Moment | undefined;
  readonly playing: boolean;
  /** Moments a second. */
  readonly speed: number;
  /** A frame that somebody has picked, to be read field by field. */
  readonly frame?: Frame | undefined;
  readonly moves?: Moves | undefined;
  readonly counts?: Coverage | undefined;
  readonly busy: boolean;
  readonly notice?: { readonly text: string; readonly fault: boolean } | undefined;
}

export class Viewer {
  readonly source: Source;
  readonly layouts: Layouts;
  pages: MomentPages;
  state: ViewerState;
  readonly #scenes = new Cache<Scene>(200);
  readonly #told = new Set<() => void>();
  #stopListening = () => {};
  #wanted = 0;

  constructor(source: Source, shown: Shown) {
    this.source = source;
    this.layouts = new Layouts(source);
    this.pages = new MomentPages(source, '', undefined);
    this.state = { ...shown, entries: [], now: -1, place: -1, total: 0, playing: false, speed: 2, busy: false };
  }

  subscribe(told: () => void): () => void {
    this.#told.add(told);
    return () => this.#told.delete(told);
  }

  set(change: Partial<ViewerState>): void {
    this.state = { ...this.state, ...change };
    for (const told of this.#told) told();
  }

  /** Reads the list of recordings and opens the one that the address names, or the first. */
  async start(): Promise<void> {
    await this.#try(async () => {
      const entries = await this.source.recordings();
      this.set({ entries });
      const id = this.state.recording ?? entries[0]?.id;
      if (id === undefined) this.set({ notice: { text: 'There is nothing to look at yet.', fault: false } });
      else await this.open(id, this.state);
    });
    if (this.state.opened === undefined) this.#stopListening = this.source.listen(undefined, () => void this.start());
  }

  /** Opens a recording at the moment that `shown` names, or behind its last one. */
  async open(id: string, shown: Shown = {}): Promise<void> {
    this.#stopListening();
    this.#scenes.clear();
    await this.#try(async () => {
      const opened = await this.source.recording(id);
      const { session, at } = shown;
      // What a suite covered is looked at as coverage, whatever else it has.
      const isReport = opened.kind === 'report';
      this.pages = new MomentPages(this.source, id, session);
      this.set({
        recording: id,
        opened,
        session,
        machines: shown.machines,
        coverage: shown.coverage ?? (isReport || this.state.coverage),
        tab: shown.tab ?? (isReport ? 'coverage' : this.state.tab),
        at,
        moves: undefined,
        counts: undefined,
        scene: undefined,
        moment: undefined,
        notice: undefined,
        playing: false,
      });
      this.#stopListening = this.source.listen(id, (event) => void this.#changed(event));
      await Promise.all([this.go(at ?? (beginsAtStart(opened) ? 0 : opened.moments - 1)), this.#moves(), this.#counts()]);
    });
  }

  /** Shows the moment with this index, or the nearest that there is. */
  async go(index: number): Promise<void> {
    const { opened } = this.state;
    if (opened === undefined) return;
    const now = Math.max(-1, Math.min(index, opened.moments - 1));
    const isLast = now === opened.moments - 1 && !beginsAtStart(opened);
    this.set({
      now,
      at: isLast ? undefined : now,
      frame: undefined,
      ...(this.state.session === undefined ? { place: now, total: opened.moments } : {}),
    });
    const ticket = ++this.#wanted;
    await this.#try(async () => {
      const [scene, { place, total, moment }] = await Promise.all([
        this.#scene(opened.id, now),
        this.pages.find(now, opened.moments),
      ]);
      if (ticket === this.#wanted) this.set({ scene, place, total, moment: now < 0 ? undefined : moment });
    });
  }

  /** Shows the moment at this place among those that the filter leaves. */
  async goPlace(place: number): Promise<void> {
    if (this.state.session === undefined || place < 0) return this.go(place);
    await this.#try(async () => {
      const moment = await this.pages.at(Math.min(place, this.state.total - 1));
      if (moment !== undefined) await this.go(moment.index);
    });
  }

  step(by: number): Promise<void> {
    this.set({ playing: false });
    return this.goPlace(Math.max(-1, this.state.place + by));
  }

  async filter(session: string | undefined): Promise<void> {
    const { opened, now } = this.state;
    if (opened === undefined) return;
    this.pages = new MomentPages(this.source, opened.id, session);
    this.set({ session });
    await this.go(now);
  }

  async play(): Promise<void> {
    if (this.state.place >= this.state.total - 1) await this.goPlace(-1);
    this.set({ playing: true });
    while (this.state.playing && this.state.place < this.state.total - 1) {
      const pause = new Promise((resolve) => setTimeout(resolve, 1000 / this.state.speed));
      await Promise.all([this.goPlace(this.state.place + 1), pause]);
    }
    this.set({ playing: false });
  }

  /** Does what a button says, and shows what became of it. */
  async act(act: ActionOf): Promise<ActAnswer | undefined> {
    const { opened, moves } = this.state;
    if (opened === undefined || this.state.busy) return undefined;
    this.set({ busy: true, notice: undefined });
    const answer = await this.#try(() =>
      this.source.act({ ...act, recording: opened.id, at: moves?.at ?? opened.moments } as Act),
    );
    this.set({ busy: false });
    if (answer === undefined) {
      await this.#moves();
      return undefined;
    }
    if (answer.failure !== undefined) this.set({ notice: { text: answer.failure, fault: true } });
    if (act.do !== 'save') await this.#take(answer.recording, answer.moves, act.do !== 'move');
    return answer;
  }

  /** What a part of the page could not do. */
  fail(error: unknown): void {
    this.set({ notice: { text: error instanceof Error ? error.message : String(error), fault: true } });
  }

  async #take(opened: Recording, moves: Moves | undefined, forget: boolean): Promise<void> {
    if (forget) {
      this.#scenes.clear();
      this.pages.clear();
    }
    this.pages.grow();
    this.set({ opened, ...(moves === undefined ? {} : { moves }) });
    await Promise.all([this.go(opened.moments - 1), this.#counts()]);
  }

  async #changed(event: LiveEvent): Promise<void> {
    const { opened, now } = this.state;
    if (event.type === 'recordings') {
      const entries = await this.source.recordings();
      this.set({ entries });
      return;
    }
    if (opened === undefined || event.recording !== opened.id || this.state.busy) return;
    if (event.moments === opened.moments && event.sessions === opened.sessions && event.progress.state === opened.progress.state)
      return;
    await this.#try(async () => {
      const fresh = await this.source.recording(opened.id);
      const follows = now >= opened.moments - 1 && !beginsAtStart(opened);
      if (fresh.moments < opened.moments || follows) {
        await this.#take(fresh, undefined, fresh.moments < opened.moments);
      } else {
        this.pages.grow();
        this.set({ opened: fresh });
        await this.go(now);
      }
      await this.#moves();
    });
  }

  #scene(recording: string, at: number): Promise<Scene> {
    return this.#scenes.get(`${recording} ${at}`, () => this.source.scene(recording, at));
  }

  async #moves(): Promise<void> {
    const { opened } = this.state;
    if (opened?.canDrive !== true) return;
    const moves = await this.#try(() => this.source.moves(opened.id));
    if (moves !== undefined) this.set({ moves });
  }

  async #counts(): Promise<void> {
    const { opened } = this.state;
    if (opened === undefined) return;
    const counts = await this.#try(() => this.source.coverage(opened.id));
    if (counts !== undefined) this.set({ counts });
  }

  async #try<Value>(attempt: () => Promise<Value>): Promise<Value | undefined> {
    try {
      return await attempt();
    } catch (error) {
      this.fail(error);
      return undefined;
    }
  }
}

/** A file is read from its beginning; everything else is shown as it is now. */
function beginsAtStart({ kind }: Recording): boolean {
  return kind === 'trace';
}

/** An act without what the viewer knows itself. */
export type ActionOf =
  | { readonly do: 'move'; readonly move: string }
  | { readonly do: 'undo' | 'restart' | 'save' }
  | { readonly do: 'goto'; readonly run: string };
