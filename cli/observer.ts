/**
 * `--inspect` of the verbs that join a session: sends what the session does to an inspector that runs beside it.
 */
import type { StorageArray } from '../impl/index.ts';
import { InspectorError, inspector, type LiveInspector } from '../inspector/index.ts';
import { couldNotRun } from './outcome.ts';

/** Begins to send, if the option asks for it. Throws VerbError where there is no inspector. */
export async function openObserver(
  isAsked: boolean | undefined,
  title: string,
  array: StorageArray | undefined,
): Promise<LiveInspector | undefined> {
  if (isAsked !== true) return undefined;
  const observer = inspector({ title, array });
  try {
    await observer.ready;
    return observer;
  } catch (error) {
    if (error instanceof InspectorError) throw couldNotRun(`--inspect: ${error.message}`, error);
    throw error;
  }
}
