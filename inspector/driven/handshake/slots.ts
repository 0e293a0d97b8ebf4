/** What the slots of a handshake composition hold, as both variants of it can be read: processes, connections, and what else there is. */
import type { Item } from '../../../model-tests/compose/connection.ts';
import type { Frame } from '../../../model-tests/drive/handshake/world.ts';
import type { ArrayState, ConnectionState, Field, MachineState } from '../../contract.ts';

/** A process of the composition. `index` is that of `Who`. */
export interface ProcessNow {
  readonly index: number;
  /** The path that it is in; undefined where it is there no more, and its slot does not say where it ended. */
  readonly path: string | undefined;
  readonly limits: readonly string[];
  readonly status: MachineState['status'];
}

/** A connection that is there, by its number in the composition. */
export interface LinkNow {
  readonly index: number;
  readonly phase: ConnectionState['phase'];
  /** `first` and `second` on the WKP, `array` to a dynamic port. */
  readonly channel: string;
  readonly toDialer: readonly Item<Frame>[];
  readonly toAcceptor: readonly Item<Frame>[];
}

/** A link of the composition. */
export interface LinkPlan {
  /** -1: the intruder's. */
  readonly server: number;
  readonly label: string;
}

/** How everything stands in one state. */
export interface StandNow {
  readonly servers: readonly ProcessNow[];
  /** Instances of the client process that are there; of the described one there is one, with number -1. */
  readonly clients: readonly ProcessNow[];
  readonly links: readonly LinkNow[];
  /** The array without its rings: those are its connections. */
  readonly array: Omit<ArrayState, 'rings'> | undefined;
  readonly facts: readonly Field[];
}
