/**
 * Names of runs: `COMPOSITION.PROPERTY.CODE`. The composition names the system with everything that is not as it is by default, the
 * property what the run shows, and the code its moves, so that a run can be shown again without a file and without exploring again.
 */
import type { Property, System } from '../compose/system.ts';
import { shows } from './evidence.ts';
import { codeOf, RunCodeError, walkOf } from './run-code.ts';
import { type Run, runOf, type Walk, walksAlong } from './walk.ts';

/** A system with a name and what it is to fulfil. */
export interface NamedComposition<Move> {
  readonly id: string;
  /** One line. */
  readonly title: string;
  readonly system: System<Move>;
  readonly properties: readonly Property<Move>[];
}

/** No run, composition or property has this name; the message says which part of it is wrong, and what there is. */
export class RunNameError extends Error {
  override readonly name = 'RunNameError';
}

/** Where compositions are looked up by name. */
export interface Catalogue<Move> {
  /** The composition with this name, if there is one. */
  find(id: string): NamedComposition<Move> | undefined;
  /** Some of the names, for who has named none of them. */
  readonly examples: readonly string[];
}

/** A run of a composition that shows something of one of its properties. */
export interface NamedRun<Move> {
  readonly id: string;
  readonly composition: NamedComposition<Move>;
  readonly property: Property<Move>;
  readonly walk: Walk<Move>;
}

/** What a run shows that nobody has searched for: that it can happen. Every composition has it, beside its own properties. */
const driven: Property<unknown> = {
  id: 'driven',
  description: 'Somebody has driven it so far by hand.',
  kind: 'sometimes',
  holds: () => true,
};

/** Names a run that somebody has driven by hand. */
export function nameDriven<Move>(composition: NamedComposition<Move>, walk: Walk<Move>): NamedRun<Move> {
  const property = driven as Property<Move>;
  return { id: `${composition.id}.${driven.id}.${codeOf(composition.system, walk)}`, composition, property, walk };
}

/** A run as a file holds it: what `explore --save` and the inspector write, and `replay --file` reads. */
export function runFile<Move>({ id, composition, property, walk }: NamedRun<Move>): object {
  const run = runOf(walk);
  return {
    id,
    composition: composition.id,
    property: property.id,
    description: property.description,
    steps: run.moves.map((move) => composition.system.show(move).text),
    ...run,
  };
}

/**
 * Names a run that a search has found.
 *
 * @throws Error when the run cannot be followed, or does not show what it was found for: then the search is wrong.
 */
export function nameRun<Move>(composition: NamedComposition<Move>, property: Property<Move>, run: Run<Move>): NamedRun<Move> {
  const { system } = composition;
  for (const walk of walksAlong(system, run)) {
    if (shows(system, property, walk)) {
      return { id: `${composition.id}.${nameOf(property)}.${codeOf(system, walk)}`, composition, property, walk };
    }
  }
  throw new Error(`the run that was found for ${property.id} in ${composition.id} does not show it: the search is wrong`);
}

/**
 * Looks up a run by its name.
 *
 * @throws RunNameError when nothing has this name; it says which part is wrong, and what there is.
 */
export function findRun<Move>(id: string, catalogue: Catalogue<Move>): NamedRun<Move> {
  const [, compositionId, propertyName, code] = /^(.+)\.([^.]+)\.([^.]+)$/.exec(id) ?? [];
  if (compositionId === undefined || propertyName === undefined || code === undefined) {
    throw new RunNameError(`${id} is not the id of a run; expected COMPOSITION.PROPERTY.CODE, as explore prints it`);
  }
  const composition = findComposition(compositionId, catalogue);
  const { system } = composition;
  const property = findProperty(propertyName, composition);
  let walk: Walk<Move>;
  try {
    walk = walkOf(system, code);
  } catch (error) {
    if (error instanceof RunCodeError) {
      throw new RunNameError(`${code} is not the code of a run of ${compositionId}: ${error.message}`, { cause: error });
    }
    throw error;
  }
  if (!shows(system, property, walk)) {
    throw new RunNameError(
      `the run ${id} shows nothing of ${property.id}: the code is one of another property or of another version`,
    );
  }
  return { id: `${composition.id}.${nameOf(property)}.${codeOf(system, walk)}`, composition, property, walk };
}

/** @throws RunNameError when there is no such composition */
export function findComposition<Move>(id: string, { find, examples }: Catalogue<Move>): NamedComposition<Move> {
  const composition = find(id);
  if (composition === undefined) {
    throw new RunNameError(`there is no composition ${id}; expected one that explore names, for example ${examples.join(', ')}`);
  }
  return composition;
}

/** @throws RunNameError when the composition has no such property */
export function findProperty<Move>(name: string, { id, properties }: NamedComposition<Move>): Property<Move> {
  const all = [...properties, driven as Property<Move>];
  const property = all.find((known) => known.id === name || nameOf(known) === name);
  if (property === undefined) {
    throw new RunNameError(`${id} has no property ${name}; it has ${properties.map(nameOf).join(', ')}`);
  }
  return property;
}

/** A property's id as a part of a run's name: `no early data` is `no-early-data`. */
export function nameOf({ id }: { readonly id: string }): string {
  return id.replaceAll(/[^\p{L}\p{N}]+/gu, '-');
}

/** What a property is about: `pairing` for `pairing: server A`, which asks it of one part of the system. Those of one aspect stand together. */
export function aspectOf({ id }: { readonly id: string }): string {
  return id.split(': ', 1)[0] as string;
}

/** Whether a run that shows something of the property is good news: it is one that some run is to reach. */
export function isReached(kind: Property<unknown>['kind']): boolean {
  return kind === 'sometimes' || kind === 'sometimesMove';
}
