/** Mutants of the implementation that do what the implementation does, each with the reason. They do not count; one that is killed has no place here. */

/** A mutant, by the code that it changes, and why nobody can tell it from the implementation. */
export interface Equivalent {
  readonly file: string;
  /** The line that it stands in, where the same change is made in several. */
  readonly line?: string;
  readonly original: string;
  readonly mutated: string;
  readonly because: string;
}

/** All that are known. */
export const equivalents: readonly Equivalent[] = [];
