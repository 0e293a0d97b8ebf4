/** Generated paths as lines of JSON that a test runner in any language can read; docs/guides/criteria.md describes every field. */
import type { CompleteSuite } from '../../generate/complete.ts';
import type { GeneratedPath, PathSet } from './path-sets.ts';

/** The name and version of the format, in each header. */
export const pathFormat = { format: 'stpconnect-paths', version: 1 } as const;

/** What is said of a suite before its paths. */
export function headerOf(set: PathSet) {
  const { role, mode, composition, suite } = set;
  const { criterion, size, machine, coverage, assumptions } = suite;
  return {
    ...pathFormat,
    role,
    ...(mode === undefined ? {} : { mode }),
    ...(composition === undefined ? {} : { composition }),
    criterion,
    ...size,
    states: machine.states.length,
    inputs: machine.inputs.length,
    coverage,
    ...completenessOf(suite),
    assumptions,
  };
}

/** The parts of a header that only wp and hsi have. */
function completenessOf(suite: PathSet['suite']): Partial<Pick<CompleteSuite, 'k' | 'complete' | 'merged' | 'blind'>> {
  if (!isComplete(suite)) return {};
  const { k, complete, merged, blind } = suite;
  return { k, complete, merged, blind };
}

const isComplete = (suite: PathSet['suite']): suite is CompleteSuite => 'complete' in suite;

/** One path of a suite. */
export function lineOf({ role, suite }: PathSet, { name, steps }: GeneratedPath) {
  return { role, criterion: suite.criterion, name, steps };
}
