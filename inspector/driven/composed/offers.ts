/** Machines and systems of a user's own as recordings. */
import type { Composed } from '../../../model-tests/compose/composed.ts';
import type { ComposedMove } from '../../../model-tests/compose/moves.ts';
import type { NamedComposition } from '../../../model-tests/explore/named-runs.ts';
import { initialState } from '../../../model-tests/explore/walk.ts';
import type { Offer } from '../../recordings/catalogue.ts';
import { HandDriver } from '../drive.ts';
import { saveRun } from '../save.ts';
import { WalkRecording } from '../walk-recording.ts';
import { ComposedView } from './view.ts';

/** A system of a user's own, with a name. */
export type OwnSystem = NamedComposition<ComposedMove> & { readonly system: Composed };

/** A system, to be driven by hand. */
export function ownOffer(composition: OwnSystem): Offer {
  const { id, title, system } = composition;
  const entry = { id: `machine/${id}`, kind: 'machine', title: id, description: title } as const;
  return {
    entry,
    open() {
      const start = { states: [initialState(system)], choices: [] };
      const recording = new WalkRecording(entry, new ComposedView(system), start);
      recording.driver = new HandDriver<ComposedMove>(recording, saveRun(composition));
      return recording;
    },
  };
}
