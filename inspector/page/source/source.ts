/** Where the page has its data from: the server that it came from, or the file that it is in. */

import type { ChartGeometry } from '../../../model-tests/show/chart/geometry.ts';
import type {
  Act,
  ActAnswer,
  Coverage,
  Excerpt,
  LiveEvent,
  MomentWindow,
  Moves,
  Recording,
  RecordingEntry,
  Scene,
  SessionWindow,
} from '../../contract.ts';

/** Which moments: from a place on, or around an index; with `session` places count that session's moments. */
export interface MomentQuery {
  readonly from?: number;
  readonly count: number;
  readonly session?: string | undefined;
  readonly around?: number;
}

/** What sessions must have; an empty text means anything. */
export interface SessionFilter {
  readonly role: string;
  readonly state: string;
  readonly mode: string;
  readonly code: string;
  readonly text: string;
}

export interface Source {
  /** Whether acts are allowed at all: the page has the token. */
  readonly canAct: boolean;
  /** Whether this is a file that somebody saved. */
  readonly offline: boolean;
  recordings(): Promise<readonly RecordingEntry[]>;
  recording(id: string): Promise<Recording>;
  moments(recording: string, query: MomentQuery): Promise<MomentWindow>;
  scene(recording: string, at: number): Promise<Scene>;
  sessions(recording: string, filter: SessionFilter, from: number, count: number): Promise<SessionWindow>;
  coverage(recording: string): Promise<Coverage>;
  moves(recording: string): Promise<Moves>;
  act(act: Act): Promise<ActAnswer>;
  excerpt(recording: string, from: number, count: number, session?: string): Promise<Excerpt>;
  /** Calls back for each event, until the answer is called. */
  listen(recording: string | undefined, onEvent: (event: LiveEvent) => void): () => void;
  /** Layouts that came with the data, by fingerprints of charts. */
  geometry(fingerprint: string): ChartGeometry | undefined;
}

/** The server said no, or cannot be reached. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
}
