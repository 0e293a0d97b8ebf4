/** All that an attempt has of the outside. impl/session acts: it performs what impl/protocol decides, on sockets and timers that it is given. */

import type { Limits } from '../protocol/limits.ts';
import type { Tagger } from '../protocol/transcript.ts';
import type { Address, ArrayFamily, Socket } from '../sockets/sockets.ts';
import type { Clock } from './clock.ts';
import type { SeenFrame, TraceSink } from './trace.ts';

/** The layer that sends each socket call to its address family (STPConnect). */
export interface SocketLayer {
  socket(family: Address['family']): Socket;
  /** Absent where this process is attached to no storage array. */
  readonly array?: ArrayFamily | undefined;
}

export interface Environment {
  readonly layer: SocketLayer;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly tagger: Tagger;
  /** `size` bytes that nobody can foresee. */
  random(size: number): Uint8Array;
  newSessionId(): string;
  /** Never throws. */
  readonly trace: TraceSink;
  /** Never throws; absent where nobody looks on. */
  readonly seen?: ((frame: SeenFrame) => void) | undefined;
}
