/** Compositions that programs in a guide make and check: the programs are run as they stand there, and what they make is kept. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as xstate from 'xstate';
import type { Composed } from '../compose/composed.ts';
import type { Description } from '../compose/description.ts';
import type { ComposedMove } from '../compose/moves.ts';
import type { Property } from '../compose/system.ts';
import * as library from '../index.ts';
import { root } from './repository.test-support.ts';

/** A system that a program has checked. */
export interface Checked {
  readonly description: Description;
  readonly system: Composed;
  readonly properties: readonly Property<ComposedMove>[];
}

type Program = (modules: Readonly<Record<string, unknown>>, console: unknown) => Promise<void>;
const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (...source: string[]) => Program;

/** What the program `name` on this page checks, in order. */
export async function checkedBy(page: string, name: string): Promise<Checked[]> {
  const block = new RegExp(`\`\`\`js ${name.replaceAll('.', '\\.')}\n(.*?)\`\`\``, 's');
  const program = block.exec(await readFile(join(root, page), 'utf8'))?.[1];
  if (program === undefined) throw new Error(`${page} has no program ${name}`);
  // A function's body takes no imports and exports.
  const body = program
    .replace(/^import (.*) from ('[^']+');$/gm, 'const $1 = modules[$2];')
    .replace(/^export (?=const|function)/gm, '');
  const descriptions = new Map<Composed, Description>();
  const checked: Checked[] = [];
  const compose = (description: Description) => {
    const system = library.compose(description);
    descriptions.set(system, description);
    return system;
  };
  const check: typeof library.check = (system, properties = [], options = {}) => {
    const composed = system as unknown as Composed;
    const description = descriptions.get(composed);
    if (description === undefined) throw new Error(`${name} checks a system that it has not composed`);
    checked.push({ description, system: composed, properties: properties as unknown as Checked['properties'] });
    return library.check(system, properties, options);
  };
  const modules = { 'stpconnect/model-tests': { ...library, compose, check }, xstate };
  await new AsyncFunction('modules', 'console', body)(modules, { log() {} });
  return checked;
}
