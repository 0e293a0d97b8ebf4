/** Drives the implementation along a run that exploring has found. */
import type { Walk } from '../explore/walk.ts';
import type { ExploredMove } from './handshake/explored/moves.ts';
import type { ExploredSystem } from './handshake/explored/system.ts';
import { translate } from './handshake/explored/translate.ts';
import { type PathFailure, runPath } from './handshake/run-path.ts';
import { realRig, simulatedRig } from './rigs.ts';
import type { WkpKind } from './verify-row.ts';

/** What became of it. */
export interface DrivenRun {
  /** How many moves of the run were made: all of them, unless `stoppedAt` or `failure` says why not. */
  readonly moves: number;
  /** The first move that nobody can make the implementation's surroundings do, counted from 0, and why. What comes behind it was not driven. */
  readonly stoppedAt?: { readonly move: number; readonly text: string; readonly why: string };
  /** Where the implementation did something else than the model. */
  readonly failure?: PathFailure;
}

/** How it is driven. */
export interface DriveOptions {
  /** What the WKP is over. */
  readonly wkp: WkpKind;
  /** Decides what is left to chance: how deliveries are split. */
  readonly seed: number;
}

/**
 * Makes each move of the run with the implementation, and compares what can be seen behind it with what the charts say.
 *
 * @throws Error where the explored composition and the driven one disagree about the run
 */
export async function driveRun(
  system: ExploredSystem,
  walk: Walk<ExploredMove>,
  { wkp, seed }: DriveOptions,
): Promise<DrivenRun> {
  const { system: driven, path, stoppedAt } = translate(system, walk);
  const rig = wkp === 'simulated' ? simulatedRig() : await realRig(wkp);
  try {
    const failure = await runPath(driven, rig, path, seed);
    return {
      moves: stoppedAt?.move ?? walk.choices.length,
      ...(stoppedAt === undefined ? {} : { stoppedAt }),
      ...(failure === undefined ? {} : { failure }),
    };
  } finally {
    await rig.close();
  }
}
