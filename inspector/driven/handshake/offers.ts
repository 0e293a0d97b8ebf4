/** Compositions of the handshake, and runs of them, as recordings. */

import { oneServer, twoServers } from '../../../model-tests/drive/handshake/explored/compositions.ts';
import { describedCompositions } from '../../../model-tests/drive/handshake/explored/described/compositions.ts';
import type { HandshakeComposition } from '../../../model-tests/drive/handshake/explored/index.ts';
import type { ExploredMove } from '../../../model-tests/drive/handshake/explored/moves.ts';
import { isDrivable } from '../../../model-tests/drive/handshake/explored/translate.ts';
import { realRig } from '../../../model-tests/drive/rigs.ts';
import type { Walk } from '../../../model-tests/explore/walk.ts';
import { initialState } from '../../../model-tests/explore/walk.ts';
import type { HandshakeCharts } from '../../charts/handshake.ts';
import { type Offer, UnknownRecordingError } from '../../recordings/catalogue.ts';
import { HandDriver } from '../drive.ts';
import { saveRun } from '../save.ts';
import { WalkRecording } from '../walk-recording.ts';
import { ImplementationDrive } from './implementation.ts';
import { ImplementationView } from './implementation-view.ts';
import { HandshakeView } from './view.ts';

/** Finds a composition by its name, with its system. */
export type FindComposition = (id: string) => HandshakeComposition | undefined;

/** What there is to be driven, by name: systems are made when somebody wants to see them. */
export const drivable: readonly Pick<HandshakeComposition, 'id' | 'title'>[] = [
  ...[...oneServer, ...twoServers].map(({ id, title }) => ({ id: `hardened.${id}`, title })),
  ...describedCompositions.map(({ id, title }) => ({ id: `described.${id}`, title })),
];

/** Those that somebody has implemented. */
export const implemented = drivable.filter(({ id }) => id.startsWith('hardened.'));

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

/** The implementation over TCP, to be driven by hand. */
export function implementationOffer(
  { id, title }: Pick<HandshakeComposition, 'id' | 'title'>,
  find: FindComposition,
  charts: HandshakeCharts,
): Offer {
  const entry = {
    id: `implementation/${id}`,
    kind: 'implementation',
    title: `implementation: ${id}`,
    description: `${title}; the real implementation, its well-known port over TCP`,
  } as const;
  return {
    entry,
    async open() {
      const composition = find(id);
      const explored = composition?.hardened;
      if (composition === undefined || explored === undefined) {
        throw new UnknownRecordingError(`there is no composition ${id} that somebody has implemented`);
      }
      const drive = new ImplementationDrive(explored, () => realRig('tcp'));
      const view = new ImplementationView(new HandshakeView(composition, charts), drive.frames);
      const start = { states: [initialState(composition.system)], choices: [] };
      const recording = new WalkRecording(entry, view, start);
      const follow = async (walk: Walk<ExploredMove>) => {
        const failure = await drive.follow(walk);
        recording.forget();
        return failure;
      };
      recording.driver = new HandDriver<ExploredMove>(recording, saveRun(composition), follow, isDrivable);
      await follow(start);
      return Object.assign(recording, { close: () => drive.close() });
    },
  };
}
