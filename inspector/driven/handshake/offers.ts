/** Compositions of the handshake, and runs of them, as recordings. */

import { oneServer, twoServers } from '../../../model-tests/drive/handshake/explored/compositions.ts';
import { describedCompositions } from '../../../model-tests/drive/handshake/explored/described/compositions.ts';
import type { HandshakeComposition } from '../../../model-tests/drive/handshake/explored/index.ts';
import type { ExploredMove } from '../../../model-tests/drive/handshake/explored/moves.ts';
import { isReached, type NamedRun } from '../../../model-tests/explore/named-runs.ts';
import { initialState } from '../../../model-tests/explore/walk.ts';
import type { HandshakeCharts } from '../../charts/handshake.ts';
import { type Offer, UnknownRecordingError } from '../../recordings/catalogue.ts';
import { HandDriver } from '../drive.ts';
import { saveRun } from '../save.ts';
import { WalkRecording } from '../walk-recording.ts';
import { HandshakeView } from './view.ts';

/** Finds a composition by its name, with its system. */
export type FindComposition = (id: string) => HandshakeComposition | undefined;

/** What there is to be driven, by name: systems are made when somebody wants to see them. */
export const drivable: readonly Pick<HandshakeComposition, 'id' | 'title'>[] = [
  ...[...oneServer, ...twoServers].map(({ id, title }) => ({ id: `hardened.${id}`, title })),
  ...describedCompositions.map(({ id, title }) => ({ id: `described.${id}`, title })),
];

/** The model, to be driven by hand. */
export function modelOffer(
  { id, title }: Pick<HandshakeComposition, 'id' | 'title'>,
  find: FindComposition,
  charts: HandshakeCharts,
): Offer {
  const entry = { id: `model/${id}`, kind: 'model', title: `model: ${id}`, description: title } as const;
  return {
    entry,
    open() {
      const composition = find(id);
      if (composition === undefined) throw new UnknownRecordingError(`there is no composition ${id}`);
      const view = new HandshakeView(composition, charts);
      const start = { states: [initialState(composition.system)], choices: [] };
      const recording = new WalkRecording(entry, view, start);
      recording.driver = new HandDriver<ExploredMove>(recording, saveRun(composition));
      return recording;
    },
  };
}

/** A run that was found, or saved. */
export function runOffer(run: NamedRun<unknown>, charts: HandshakeCharts): Offer {
  const { composition, property, walk } = run as unknown as NamedRun<ExploredMove> & {
    readonly composition: HandshakeComposition;
  };
  const reached = isReached(property.kind);
  const entry = {
    id: `run/${run.id}`,
    kind: 'path',
    title: `${composition.id}: ${property.id}`,
    description: composition.title,
  } as const;
  const conclusion = {
    text: `${property.id} is ${reached ? 'reached' : 'violated'}: ${property.description}`,
    fault: !reached,
  };
  return { entry, open: () => new WalkRecording(entry, new HandshakeView(composition, charts), walk, { conclusion }) };
}
