/**
 * What the inspector's server and its page say to each other: JSON over HTTP on the loopback. Types only, nothing of Node's and nothing of
 * the browser's, so that both sides, and a recording in a single file, use the same ones.
 *
 * A *recording* is one thing to look at: a model that is driven by hand, a trace, a path, a live session. It is charts, and a list of
 * *moments*; the *scene* is how everything stands behind one moment. Recordings can be large (a trace of a million records), so the page
 * never gets all of one: it asks for windows of moments, for the scene behind the moment that it shows, and for windows of sessions.
 *
 * Every text in here may come from a peer, a trace or a user's chart: it is data, and the page puts it on the screen as text, never as markup.
 *
 * | request | answer |
 * | --- | --- |
 * | `GET /api/recordings` | `RecordingEntry[]` |
 * | `GET /api/recording?recording=ID` | `Recording` |
 * | `GET /api/moments?recording=ID&from=N&count=M[&session=S][&around=INDEX]` | `MomentWindow` |
 * | `GET /api/scene?recording=ID&at=INDEX` | `Scene`; `at=-1` is before the first moment |
 * | `GET /api/sessions?recording=ID&from=N&count=M[&state=…][&mode=…][&code=…][&role=…][&text=…]` | `SessionWindow` |
 * | `GET /api/coverage?recording=ID` | `Coverage` |
 * | `GET /api/moves?recording=ID` | `Moves` |
 * | `GET /api/excerpt?recording=ID&from=N&count=M[&session=S]` | `Excerpt`, at most `Limits.excerpt` moments: what a single HTML file holds |
 * | `GET /api/events[?recording=ID]` | server-sent events: see `LiveEvent` |
 * | `GET /api/xstate?recording=ID` as a WebSocket | XState's inspection events, in the form of @statelyai/inspect: what its receivers take |
 * | `POST /api/act` with `Act` as JSON and the token | `ActAnswer` |
 * | `POST /api/attach` with the token | what `connect --inspect` and `listen --inspect` send, as long as they run: NDJSON, see `live/lines.ts` |
 *
 * Ids of recordings, charts, lifelines, sessions and moves are opaque; in addresses they are percent-encoded. An error is answered with its
 * HTTP status and `Problem`. What acts needs the token in the header `x-stpconnect-token`; the page finds it in the fragment of the
 * address that the command printed (`#token=…`), keeps it in sessionStorage and takes it out of the address. Without one everything can be
 * looked at and nothing done: the page says so.
 */
import type { Chart, Lifeline } from './contract/chart.ts';
import type { Moment } from './contract/moment.ts';
import type { Scene } from './contract/scene.ts';

export type * from './contract/chart.ts';
export type * from './contract/moment.ts';
export type * from './contract/scene.ts';

/** What a request may ask for at once. The server answers with at most so many, whatever is asked for: 500 and 5,000. */
export interface Limits {
  /** Moments, or sessions, in one window. */
  readonly window: number;
  /** Moments in one excerpt. */
  readonly excerpt: number;
}

/** What went wrong, in one sentence; for an unknown id with a list of those that there are. */
export interface Problem {
  readonly error: string;
}

/** Where a recording comes from. */
export type RecordingKind =
  /** A composition of the charts, driven by hand. */
  | 'model'
  /** The implementation, driven by hand along a composition. */
  | 'implementation'
  | 'trace'
  /** A generated path, a run that exploring has found, a driven path that was saved. */
  | 'path'
  | 'live'
  /** A machine or a system of a user's own, driven by hand. */
  | 'machine'
  /** What a suite covered. */
  | 'report';

/** A recording that can be opened. The first of the list is the one to begin with. */
export interface RecordingEntry {
  /** Stays the same from run to run of the server where its source does, so that addresses go on working. */
  readonly id: string;
  readonly kind: RecordingKind;
  readonly title: string;
  readonly description?: string;
}

/** A recording as it is now, without its moments. */
export interface Recording extends RecordingEntry {
  readonly charts: readonly Chart[];
  /** From left to right, as a sequence diagram has them. */
  readonly lifelines: readonly Lifeline[];
  /** How many moments there are now. */
  readonly moments: number;
  /** How many sessions there are now; 0 where the source knows no sessions. */
  readonly sessions: number;
  /** Every mode, state and failure code that some session has, for filters. */
  readonly sessionFacts: {
    readonly modes: readonly string[];
    readonly states: readonly string[];
    readonly codes: readonly string[];
  };
  /** `reading`: a file is still being read. `live`: more may come. `whole`: no more will come (but a driven one grows with each move). */
  readonly progress: { readonly state: 'reading' | 'live' | 'whole'; readonly done?: number; readonly total?: number };
  /** What stopped the reading, naming file and line; what was read before it can be looked at. */
  readonly problem?: string;
  /** Whether `Act`s of this recording mean something: the page then shows its moves. */
  readonly canDrive: boolean;
  /** For a run that goes on for ever: behind the last moment comes this one again. */
  readonly loopFrom?: number;
  /** What a found run shows. */
  readonly conclusion?: { readonly text: string; readonly fault: boolean };
  /** Names the moves made so far, so that the same can be reached again: `model/ID?run=CODE`. Only where `canDrive`, or for a path. */
  readonly run?: string;
}

/** A part of the list of moments. With `session`, places count the moments of that session only. */
export interface MomentWindow {
  /** The place of the first one. */
  readonly from: number;
  /** How many there are in all: in the recording, or in the session. */
  readonly total: number;
  readonly moments: readonly Moment[];
}

/** One session of a list. */
export interface SessionRow {
  readonly id: string;
  /** `session` in moments is the same; a session of the other side has another one. */
  readonly lifeline: string;
  readonly role?: 'client' | 'server';
  readonly mode?: string;
  /** Where it is now. */
  readonly state: string;
  /** Whether it is established, has failed, or neither yet. */
  readonly outcome: 'under way' | 'established' | 'failed' | 'over';
  /** The failure code. */
  readonly code?: string;
  readonly moments: number;
  /** Indices of its first and its last moment. */
  readonly first: number;
  readonly last: number;
}

/** A part of the list of sessions that a filter leaves. */
export interface SessionWindow {
  readonly from: number;
  readonly total: number;
  readonly sessions: readonly SessionRow[];
}

/** How often each transition was taken, by chart. */
export interface Coverage {
  readonly charts: readonly {
    readonly chart: string;
    /** Every transition of the chart, those never taken with 0. */
    readonly counts: { readonly [transition: string]: number };
    /** Why a transition cannot be taken, where somebody knows. */
    readonly excused: { readonly [transition: string]: string };
  }[];
}

/** What may be done next. */
export interface Moves {
  /** How many moments there are: an `Act` names it, so that a stale button does nothing. */
  readonly at: number;
  readonly moves: readonly DriveMove[];
  readonly canUndo: boolean;
  /** Why nothing can be done any more. */
  readonly over?: string;
}

/** A button. */
export interface DriveMove {
  /** Means this move in this state only. */
  readonly id: string;
  readonly text: string;
  readonly group: 'deliver' | 'connection' | 'call' | 'timeout' | 'user' | 'fault' | 'intruder' | 'event';
  readonly fault: boolean;
  /** Where a button may stand: at a lifeline or at a connection. */
  readonly lifeline?: string;
  readonly connection?: string;
}

/** What a user does. */
export type Act =
  | { readonly recording: string; readonly at: number; readonly do: 'move'; readonly move: string }
  | { readonly recording: string; readonly at: number; readonly do: 'undo' }
  | { readonly recording: string; readonly at: number; readonly do: 'restart' }
  /** To the moves that a `run` of `Recording` names. */
  | { readonly recording: string; readonly at: number; readonly do: 'goto'; readonly run: string }
  /** Answers with a file: the path as a test that `stpconnect replay --file` and a suite can run. */
  | { readonly recording: string; readonly at: number; readonly do: 'save'; readonly title?: string };

/** What became of it. */
export interface ActAnswer {
  readonly recording: Recording;
  readonly moves: Moves;
  /** Of `save`: a file to download. */
  readonly file?: { readonly name: string; readonly type: string; readonly text: string };
  /** The implementation did something else than its chart: what was expected and what was seen. */
  readonly failure?: string;
}

/** All of a recording, or a part: what can be looked at without a server. */
export interface Excerpt {
  readonly recording: Recording;
  readonly moments: readonly Moment[];
  /** The scene before the first of the moments, and one behind each of them. */
  readonly scenes: readonly Scene[];
  readonly sessions: readonly SessionRow[];
  readonly coverage: Coverage;
}

/**
 * A server-sent event; `event:` is its `type` and `data:` the whole of it as JSON. The page asks again for what it shows. At most some ten a
 * second, however much happens.
 */
export type LiveEvent =
  /** There is another recording, or one less. */
  | { readonly type: 'recordings' }
  /** The recording has changed: it has so many moments now. A smaller number than before: moves were undone. */
  | {
      readonly type: 'changed';
      readonly recording: string;
      readonly moments: number;
      readonly sessions: number;
      readonly progress: Recording['progress'];
    };
