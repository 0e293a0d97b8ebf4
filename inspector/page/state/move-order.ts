import type { DriveMove } from '../../contract.ts';

/** Groups of moves in the order in which they stand, with what is written above them. */
export const moveGroups: readonly (readonly [DriveMove['group'], string])[] = [
  ['deliver', 'Deliver'],
  ['connection', 'Connections'],
  ['call', 'Outcomes of calls'],
  ['timeout', 'Time limits'],
  ['user', 'Users'],
  ['event', 'Events'],
  ['fault', 'Faults'],
  ['intruder', 'Intruder'],
];

/** Every move in the order of its number. */
export function inOrder(moves: readonly DriveMove[]): readonly DriveMove[] {
  return moveGroups.flatMap(([group]) => moves.filter((move) => move.group === group));
}
