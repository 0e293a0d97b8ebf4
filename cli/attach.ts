/**
 * Attaching to the array in a file, for the verbs that join a session.
 */
import { hostname } from 'node:os';
import { ArrayError, StorageArray } from '../impl/index.ts';
import type { AttachArguments } from './array-options.ts';
import { couldNotRun, explain } from './outcome.ts';

/** Missed heartbeats after which a stopped process counts as gone. */
const STALE_BEATS = 5;

/** Attaches as the options say; undefined when they name no array. Throws VerbError. */
export function attachArray({ array, host, heartbeat = 1_000 }: AttachArguments): StorageArray | undefined {
  if (array === undefined) {
    if (host !== undefined) throw couldNotRun(`--host ${host} means something with --array only`);
    return undefined;
  }
  try {
    return StorageArray.attach(
      { file: array },
      { host: host ?? hostname(), heartbeatInterval: heartbeat, staleAfter: STALE_BEATS * heartbeat },
    );
  } catch (error) {
    if (error instanceof ArrayError) throw couldNotRun(`--array ${array}: ${explain(error)}`, error);
    throw error;
  }
}
