/** What has to be so before a path begins, because the implementation learns of it from its configuration. */
import { groups } from '../rigs.ts';
import type { Move, Outcome } from './world.ts';

/** The arrangement of one run. */
export interface Arrangement {
  /** A session is established before the path begins, and the listener serves one. */
  readonly isFull: boolean;
  /** The server process is attached to an array of another name. */
  readonly hasOtherArray: boolean;
  /** The group that the server process asks for. */
  readonly group: string;
}

const groupOf: Partial<Record<Outcome, string>> = {
  'group.unknown': groups.unknown,
  'group.refused': groups.refused,
  'group.full': groups.full,
};

/** Reads the moves of a path ahead. */
export function arrange(moves: readonly Move[]): Arrangement {
  const outcome = moves.flatMap((move) =>
    move.kind === 'outcome' && move.who.role === 'client' && groupOf[move.outcome] !== undefined ? [groupOf[move.outcome]] : [],
  )[0];
  return {
    isFull: moves.some((move) => move.kind === 'deliver' && move.tampering === 'capacity'),
    hasOtherArray: moves.some((move) => move.kind === 'deliver' && move.tampering === 'array'),
    group: outcome ?? groups.attached,
  };
}
