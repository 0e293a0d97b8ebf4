/** What a composition of the described handshake is made of. */
import type { Mode } from '../../../../../machines/index.ts';

export interface DescribedOptions {
  readonly mode: Mode;
  /** How many server processes dial. */
  readonly servers: number;
  /** How many connections somebody makes who knows nothing. Default 0. */
  readonly intruder?: number;
  /** How many processes are killed in one run. Default 0. */
  readonly crash?: number;
  /**
   * How often a client process that was killed is started again in one run. The charts have no limits, so this is how a set of connections
   * that is never completed is given up: somebody loses patience and starts the process anew. Default 0.
   */
  readonly restart?: number;
}
