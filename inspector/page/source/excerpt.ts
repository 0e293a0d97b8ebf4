/** Data that is in the page itself: a recording that somebody saved as one file. */

import type { ChartGeometry } from '../../../model-tests/show/chart/geometry.ts';
import type { Excerpt, SessionRow } from '../../contract.ts';
import { type SessionFilter, type Source, SourceError } from './source.ts';

/** What such a file holds. */
export interface SavedExcerpt {
  readonly excerpt: Excerpt;
  /** Layouts by fingerprints of charts: ELK is not in the file. */
  readonly geometries: Readonly<Record<string, ChartGeometry>>;
}

/** Places in the file count from its first moment, whatever their indices were. */
export function excerptSource({ excerpt, geometries }: SavedExcerpt): Source {
  const { sessions, coverage, scenes } = excerpt;
  const moments = excerpt.moments.map((moment, index) => ({ ...moment, index }));
  const recording = { ...excerpt.recording, moments: moments.length, canDrive: false, sessions: sessions.length };
  const nothing = () => Promise.reject(new SourceError('This is a saved file: there is nobody to act.'));
  return {
    canAct: false,
    offline: true,
    recordings: async () => [recording],
    recording: async () => recording,
    moments: async (_, { from = 0, count, session, around }) => {
      const among = session === undefined ? moments : moments.filter((moment) => moment.session === session);
      const centre = around === undefined ? undefined : among.findLastIndex(({ index }) => index <= around);
      const first = Math.max(0, Math.min(centre === undefined ? from : centre - Math.floor(count / 2), among.length - 1));
      return { from: first, total: among.length, moments: among.slice(first, first + count) };
    },
    scene: async (_, at) => {
      const scene = scenes[Math.max(0, Math.min(at + 1, scenes.length - 1))];
      if (scene === undefined) throw new SourceError('This file has no moments.');
      return { ...scene, at };
    },
    sessions: async (_, filter, from, count) => {
      const rows = sessions.filter((row) => fits(row, filter)).map((row) => placed(row, moments));
      return { from, total: rows.length, sessions: rows.slice(from, from + count) };
    },
    coverage: async () => coverage,
    moves: nothing,
    act: nothing,
    excerpt: async () => excerpt,
    listen: () => () => {},
    geometry: (fingerprint) => geometries[fingerprint],
  };
}

function placed(row: SessionRow, moments: Excerpt['moments']): SessionRow {
  const own = moments.filter((moment) => moment.session === row.id);
  return { ...row, first: own[0]?.index ?? 0, last: own.at(-1)?.index ?? 0, moments: own.length };
}

function fits(row: SessionRow, { role, state, mode, code, text }: SessionFilter): boolean {
  const is = (wanted: string, has: string | undefined) => wanted === '' || wanted === has;
  return is(role, row.role) && is(state, row.state) && is(mode, row.mode) && is(code, row.code) && row.id.includes(text);
}
