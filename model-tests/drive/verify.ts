/** The main job: every path of the compositions, through the implementation, over each kind of WKP, on two threads. */
import type { Mode } from '../../machines/index.ts';
import { PathSource, type RowOrders, type VerifyEvent, verifyRow, type WkpKind } from './verify-row.ts';
import { inThreads } from './verify-threads.ts';

/** Every kind, in the order in which they are driven. */
export const wkpKinds: readonly WkpKind[] = ['simulated', 'tcp', 'array'];

/** What to drive, and how. */
export interface VerifyOptions {
  /** Only this kind of WKP; default all. */
  readonly wkp?: WkpKind;
  /** Only this mode; default both. */
  readonly mode?: Mode;
  /** Decides how deliveries are split and which end a reset comes from. Default 1. */
  readonly seed?: number;
  /** Only the path with this name, as a failure prints it: `<composition>.<number>`. */
  readonly path?: string;
  /** Stop a row at its first failure. Default false. */
  readonly bail?: boolean;
  /** Tell before each row what was run of the charts, and how long each path took. Default false. */
  readonly detail?: boolean;
  /** How many threads the rows are given to. What is driven, and how, does not depend on it. Default 2. */
  readonly threads?: number;
}

/**
 * Generates the paths and drives them; yields progress and each failure as they come, and one row for each kind of WKP and mode, in a fixed
 * order.
 */
export async function* verify(options: VerifyOptions = {}): AsyncGenerator<VerifyEvent, void> {
  const { seed = 1, path, bail = false, detail = false, threads = 2 } = options;
  const modes = (['network', 'storage'] as const).filter((mode) => options.mode === undefined || mode === options.mode);
  const kinds = wkpKinds.filter((kind) => options.wkp === undefined || kind === options.wkp);
  const rows = kinds.flatMap((wkp) => modes.map((mode): RowOrders => ({ wkp, mode, seed, path, bail, detail })));
  if (threads > 1 && rows.length > 1) yield* inThreads(rows, threads);
  else {
    const source = new PathSource();
    for (const row of rows) yield* verifyRow(row, source);
  }
}
