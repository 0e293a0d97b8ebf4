/**
 * A module of a user's own: every machine and every system that it exports. A machine alone is a system of one machine, whose user sends it its events.
 *
 * | export | what it is |
 * | --- | --- |
 * | a machine of XState 5 | shown and driven under the name of the export |
 * | what `compose` of `stpconnect/model-tests` gives | the same |
 * | `events` | the events that the user of each machine may send, with what they carry; default: each of its types, carrying nothing |
 * | `input` | the input of each machine |
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AnyStateMachine } from 'xstate';
import { CompileError } from '../../../model-tests/compile/compile-error.ts';
import { compose } from '../../../model-tests/compose/compose.ts';
import { ComposeError } from '../../../model-tests/compose/compose-error.ts';
import type { Composed } from '../../../model-tests/compose/composed.ts';
import type { MachineDescription } from '../../../model-tests/compose/description.ts';
import type { OwnSystem } from './offers.ts';

/** A file that cannot be loaded, or has nothing to show; the message names it. */
export class MachineFileError extends Error {
  override readonly name = 'MachineFileError';
}

type Exports = Readonly<Record<string, unknown>>;

/**
 * Loads the module and makes its systems. The module is run: it can do whatever a program of the user's can do.
 *
 * @throws MachineFileError
 */
export async function loadOwnSystems(path: string): Promise<OwnSystem[]> {
  const exported = await load(path);
  const { events, input } = exported;
  const systems = Object.entries(exported).flatMap(([name, value]): OwnSystem[] => {
    if (isComposed(value)) return [{ id: nameOf(name, 'system'), title: `${name} of ${path}`, system: value, properties: [] }];
    if (!isMachine(value)) return [];
    const id = nameOf(name, value.id);
    return [
      { id, title: `${value.root.description ?? id}, of ${path}`, system: alone(path, id, value, events, input), properties: [] },
    ];
  });
  if (systems.length === 0) {
    throw new MachineFileError(
      `${path} exports ${Object.keys(exported).join(', ') || 'nothing'}; expected a machine of XState 5, or a system that compose has made`,
    );
  }
  return systems;
}

/** A default export is called by what it is. */
const nameOf = (name: string, otherwise: string) => (name === 'default' ? otherwise : name);

/** A machine with nobody around it but its user. */
function alone(path: string, name: string, chart: AnyStateMachine, events: unknown, input: unknown): Composed {
  const known = chart.events.filter((type) => !type.includes('*') && !type.startsWith('xstate.'));
  try {
    return compose({
      machines: {
        [name]: {
          chart,
          ...(input === undefined ? {} : { input }),
          events: Array.isArray(events) ? (events as NonNullable<MachineDescription['events']>) : known,
        },
      },
    }) as unknown as Composed;
  } catch (error) {
    if (error instanceof CompileError || error instanceof ComposeError) {
      throw new MachineFileError(`${path}: ${name} cannot be shown: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

/** By what it has, not by its class: the user's XState may be another copy than ours. */
function isMachine(value: unknown): value is AnyStateMachine {
  const machine = value as Partial<AnyStateMachine> | null;
  return typeof value === 'object' && machine?.root !== undefined && typeof machine.getInitialSnapshot === 'function';
}

function isComposed(value: unknown): value is Composed {
  const system = value as Partial<Composed> | null;
  return typeof value === 'object' && Array.isArray(system?.rules) && Array.isArray(system?.machineNames);
}

/** Node strips types itself from 22.18 and 23.6 on; before, tsx does where the user's project has it. */
async function load(path: string): Promise<Exports> {
  const file = resolve(path);
  if (!existsSync(file)) throw new MachineFileError(`${path}: there is no such file`);
  const url = pathToFileURL(file).href;
  try {
    return (await import(url)) as Exports;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ERR_UNKNOWN_FILE_EXTENSION' && /\.[cm]?ts$/.test(file)) return loadWithTsx(path, file, url);
    throw new MachineFileError(`${path} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

async function loadWithTsx(path: string, file: string, url: string): Promise<Exports> {
  let tsx: string;
  try {
    tsx = createRequire(file).resolve('tsx/esm/api');
  } catch (cause) {
    throw new MachineFileError(
      `${path} is TypeScript, which Node ${process.versions.node} cannot load: Node 22.18 and newer can, or install tsx beside the file, or give its JavaScript`,
      { cause },
    );
  }
  const { tsImport } = (await import(pathToFileURL(tsx).href)) as {
    tsImport(specifier: string, parent: string): Promise<Exports>;
  };
  try {
    return await tsImport(url, import.meta.url);
  } catch (error) {
    throw new MachineFileError(`${path} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
