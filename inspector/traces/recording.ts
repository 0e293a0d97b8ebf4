/** Trace records as a recording: what `--trace` shows, and what processes send that are inspected while they run. */
import type { RoleCharts } from '../charts/handshake.ts';
import type {
  ArrayState,
  Coverage,
  Lifeline,
  MachineState,
  Moment,
  Recording,
  RecordingEntry,
  Scene,
  SessionRow,
} from '../contract.ts';
import { fits, type SessionFilter, type Source, Watchers } from '../recordings/source.ts';
import { RecordColumns, type RecordKind, type SessionColumn } from './columns.ts';
import { connectionsOf } from './connections.ts';
import { lifelines, momentOf, namedOf, type RecordedFrame } from './words.ts';

/** Other sessions in a scene, and how far back they are looked for. */
const OTHERS = 7;
const LOOK_BACK = 2_000;

export class TraceRecording implements Source {
  readonly entry: RecordingEntry;
  readonly columns = new RecordColumns();
  /** Frames by the record that they belong to. */
  readonly frames = new Map<number, RecordedFrame[]>();
  progress: Recording['progress'] = { state: 'reading', done: 0 };
  problem: string | undefined;
  array: ArrayState | undefined;
  /** Whether there is something to see already: files that are merged are seen when all of them were read. */
  shown = true;
  readonly #charts: RoleCharts;
  readonly #watchers = new Watchers();
  readonly #transitions = new Map<number, readonly string[]>();

  constructor(entry: RecordingEntry, charts: RoleCharts) {
    this.entry = entry;
    this.#charts = charts;
  }

  get size(): number {
    return this.shown ? this.columns.size : 0;
  }

  describe(): Recording {
    const { columns } = this;
    const states = columns.kinds.flatMap(({ next }, kind) => ((columns.lasts[kind] ?? 0) > 0 ? [next] : []));
    return {
      ...this.entry,
      charts: [this.#charts.server.chart, this.#charts.client.chart],
      lifelines: traceLifelines(this.#charts),
      moments: this.size,
      sessions: this.shown ? columns.sessions.length : 0,
      sessionFacts: { modes: [...columns.modes].sort(), states: [...new Set(states)].sort(), codes: [...columns.codes].sort() },
      progress: this.progress,
      ...(this.problem === undefined ? {} : { problem: this.problem }),
      canDrive: false,
    };
  }

  /** The sessions that were asked for last. */
  #listed: { readonly asked: string; readonly rows: readonly SessionRow[] } | undefined;

  moment(index: number): Moment {
    const [kind, session] = [this.columns.kind(index), this.columns.session(index)];
    const both = this.columns.roles.size > 1;
    const time = this.columns.time(index);
    return {
      index,
      ...(Number.isNaN(time) ? {} : { time }),
      ...momentOf(kind, session.id, { both, frames: this.frames.get(index) ?? [] }),
      reactions: [
        {
          machine: machineId(session),
          lifeline: lifelines[kind.role],
          session: session.id,
          event: namedOf(kind.event),
          from: kind.state === '' ? [] : [kind.state],
          to: kind.next === '' ? [] : [kind.next],
          transitions: this.#transitionsOf(this.columns.kindNumber(index)),
          actions: kind.actions.map(namedOf),
        },
      ],
    };
  }

  indicesOf(session: string): ArrayLike<number> | undefined {
    const columns = this.columns.numbersOf(session).map((number) => this.columns.indicesOf(number));
    if (columns.length < 2) return columns[0];
    const all = new Uint32Array(columns.reduce((sum, { length }) => sum + length, 0));
    let place = 0;
    for (const column of columns) {
      all.set(column, place);
      place += column.length;
    }
    return all.sort();
  }

  scene(at: number): Scene {
    const index = Math.min(at, this.size - 1);
    if (index < 0) return { at: -1, machines: [], others: 0, connections: [], facts: [] };
    const last = this.#lastOf(index);
    const machines = [...last].map(([session, record]) => this.#machine(this.columns.sessions[session] as SessionColumn, record));
    const own = this.columns.sessionNumber(index);
    return {
      at: index,
      machines,
      others: Math.max(0, this.columns.sessions.length - machines.length),
      connections: connectionsOf(this.columns.session(index).id, this.#recordsUpTo(own, index)),
      ...(this.array === undefined ? {} : { array: this.array }),
      facts: [],
    };
  }

  sessions(filter: SessionFilter): readonly SessionRow[] {
    if (!this.shown) return [];
    // A list is read window by window, and to look at every session of a large trace for each takes a second.
    const asked = `${JSON.stringify(filter)} ${this.size} ${this.columns.sessions.length}`;
    if (this.#listed?.asked !== asked) {
      const rows = this.columns.sessions.map((session) => this.#row(session)).filter((row) => fits(row, filter));
      this.#listed = { asked, rows };
    }
    return this.#listed.rows;
  }

  coverage(): Coverage {
    return {
      charts: [this.#charts.server, this.#charts.client].map(({ chart }) => {
        const counts: Record<string, number> = Object.fromEntries(chart.transitions.map(({ id }) => [id, 0]));
        for (const [kind, { role }] of this.columns.kinds.entries()) {
          if (this.#charts[role].chart !== chart) continue;
          for (const id of this.#transitionsOf(kind)) counts[id] = (counts[id] ?? 0) + (this.columns.counts[kind] ?? 0);
        }
        return { chart: chart.id, counts, excused: {} };
      }),
    };
  }

  watch(changed: () => void): () => void {
    return this.#watchers.add(changed);
  }

  /** There is more to see. */
  changed(): void {
    this.#watchers.tell();
  }

  /** The last record of each session at a moment: of the moment's own, and of those that did something not long before. */
  #lastOf(index: number): Map<number, number> {
    const last = new Map<number, number>();
    const end = Math.max(0, index - LOOK_BACK);
    for (let record = index; record >= end && last.size <= OTHERS; record -= 1) {
      const session = this.columns.sessionNumber(record);
      if (!last.has(session)) last.set(session, record);
    }
    return last;
  }

  #machine(session: SessionColumn, record: number): MachineState {
    const { next, state } = this.columns.kind(record);
    const path = next === '' ? state : next;
    const { steps, chart } = this.#charts[session.role];
    return {
      id: machineId(session),
      lifeline: lifelines[session.role],
      chart: chart.id,
      label: session.id,
      session: session.id,
      active: path === '' ? [] : [path],
      limits: steps.limitsIn(path),
      status: steps.isFinal(path) ? 'over' : 'running',
    };
  }

  *#recordsUpTo(session: number, index: number): Generator<RecordKind> {
    for (const record of this.columns.indicesOf(session)) {
      if (record > index) return;
      yield this.columns.kind(record);
    }
  }

  #row(session: SessionColumn): SessionRow {
    const state = this.columns.kinds[session.kind]?.next ?? '';
    const ended = state === 'failed' ? 'failed' : state === 'closed' || state === 'joined' ? 'over' : undefined;
    return {
      id: session.id,
      lifeline: lifelines[session.role],
      role: session.role,
      ...(session.mode === undefined ? {} : { mode: session.mode }),
      state,
      outcome: ended ?? (session.established ? 'established' : 'under way'),
      ...(session.code === undefined ? {} : { code: session.code }),
      moments: session.count,
      first: session.first,
      last: session.last,
    };
  }

  /** Of all records of one kind. */
  #transitionsOf(number: number): readonly string[] {
    const known = this.#transitions.get(number);
    if (known !== undefined) return known;
    const { role, state, event, next, actions } = this.columns.kinds[number] as RecordKind;
    const step = { from: state, to: next, actions: actions.map(({ type }) => type) };
    const transitions = state === '' ? [] : this.#charts[role].steps.taken(step, [event]);
    this.#transitions.set(number, transitions);
    return transitions;
  }
}

function traceLifelines({ server, client }: RoleCharts): Lifeline[] {
  return [
    { id: lifelines.server, name: lifelines.server, chart: server.chart.id, role: 'server' },
    { id: lifelines.client, name: lifelines.client, chart: client.chart.id, role: 'client' },
  ];
}

const machineId = ({ role, id }: SessionColumn) => `${role} ${id}`;
