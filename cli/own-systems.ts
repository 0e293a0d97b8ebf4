/**
 * `--machine FILE`: machines and systems of the user's own, beside those of the handshake.
 */
import { loadOwnSystems, MachineFileError, type OwnSystem } from '../inspector/serve.ts';
import type { Catalogue, NamedComposition } from '../model-tests/index.ts';
import { couldNotRun } from './outcome.ts';

/** What a file exports; nothing without a file. Throws VerbError. */
export async function readOwnSystems(file: string | undefined): Promise<readonly OwnSystem[]> {
  if (file === undefined) return [];
  try {
    return await loadOwnSystems(file);
  } catch (error) {
    if (error instanceof MachineFileError) throw couldNotRun(`--machine ${error.message}`, error);
    throw error;
  }
}

/** Systems of the user's own have names, too: runs of them can be saved and shown again. */
export function withOwn(systems: readonly OwnSystem[], { find, examples }: Catalogue<unknown>): Catalogue<unknown> {
  const own = (id: string) => systems.find((system) => system.id === id) as NamedComposition<unknown> | undefined;
  return { find: (id) => own(id) ?? find(id), examples: [...systems.map(({ id }) => id), ...examples] };
}
