/** A system as the inspector shows it: what each of its moves and states looks like. There is one view for each family of systems. */
import type { SlotValues } from '../../model-tests/compose/as-transition-system.ts';
import type { System } from '../../model-tests/compose/system.ts';
import type { Choice, Walk } from '../../model-tests/explore/walk.ts';
import type { Chart, DriveMove, Lifeline, Moment, Scene, SessionRow } from '../contract.ts';

/** A move before it is made. */
export type Offered = Omit<DriveMove, 'id'>;

export interface View<Move> {
  readonly system: System<Move>;
  readonly charts: readonly Chart[];
  readonly lifelines: readonly Lifeline[];
  /** The move with this number of a walk. */
  moment(walk: Walk<Move>, index: number): Moment;
  /** How everything stands behind that move; -1: before the first. */
  scene(walk: Walk<Move>, at: number): Scene;
  /** A move that is possible in a state. */
  offer(state: SlotValues, choice: Choice<Move>): Offered;
  /** The sessions that have begun in these moments of a walk, where the system has something of the kind. */
  sessions(moments: readonly Moment[]): readonly SessionRow[];
}
