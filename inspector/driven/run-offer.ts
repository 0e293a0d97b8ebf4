/** A run that was found, or saved, as a recording. */
import { isReached, type NamedComposition, type NamedRun } from '../../model-tests/explore/named-runs.ts';
import type { Offer } from '../recordings/catalogue.ts';
import type { View } from './view.ts';
import { WalkRecording } from './walk-recording.ts';

/** Looks at the systems of a family. */
export type ViewOf = (composition: NamedComposition<unknown>) => View<unknown>;

/** The run, with what it shows. */
export function runOffer({ id, composition, property, walk }: NamedRun<unknown>, viewOf: ViewOf): Offer {
  const reached = isReached(property.kind);
  const title = `${composition.id}: ${property.id}`;
  const entry = { id: `run/${id}`, kind: 'path', title, description: composition.title } as const;
  const text = `${property.id} is ${reached ? 'reached' : 'violated'}: ${property.description}`;
  const conclusion = { text, fault: !reached };
  return { entry, open: () => new WalkRecording(entry, viewOf(composition), walk, { conclusion }) };
}
