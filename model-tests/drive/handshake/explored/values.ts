/** What the slots hold: the records of the composition, with names for local states and one value for all that is over. */
import type { Value } from '../../../compose/system.ts';
import type { ClientSlot, Link, ServerSlot } from '../world.ts';

/**
 * What the slot of the client process says. `deaf`: it was told to stop listening; `broken`: it stopped by itself, which only a weakness
 * does; `dying`: it was killed, and what belongs to these server processes, or to the intruder (-1), is still to be closed.
 */
export type ProcessState = 'listening' | 'deaf' | 'broken' | 'down' | 'stopped' | { readonly dying: readonly number[] };

/** A link's slot; null for one that is not there. What never changes is in the plan. */
export type LinkValue = Pick<Link, 'client' | 'port' | 'portOf' | 'connection'> | null;

/**
 * `over`: it has ended for good, `stopped`: it never does anything again, `down`: it was killed and may be started again, and the number
 * is that of its next attempt.
 */
export type ServerEnd = 'over' | 'stopped' | { readonly down: number };

/** A server process's slot. */
export type ServerValue = (Omit<ServerSlot, 'state'> & { readonly state: string }) | ServerEnd;

/** An instance's slot; null for one that is not there. */
export type ClientValue = (Omit<ClientSlot, 'state'> & { readonly state: string }) | null;

export function linkValue({ client, port, portOf, connection }: Link): LinkValue {
  return connection.phase === 'gone' ? null : { client, port, portOf, connection };
}

/** Whether a server process runs. */
export const isRunning = (value: ServerValue): value is Exclude<ServerValue, ServerEnd> =>
  typeof value === 'object' && 'state' in value;

/** Records of this module are plain data, which their types alone do not say. */
export const asValue = (record: LinkValue | ServerValue | ClientValue | ProcessState | ServerEnd): Value =>
  record as unknown as Value;
