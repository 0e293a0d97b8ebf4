/**
 * What is to be generated, for every verb that generates.
 */
import { type Criterion, type CriterionRequest, parseCriterion } from '../model-tests/index.ts';
import type { CriterionArguments } from './arguments.ts';
import { couldNotRun } from './outcome.ts';

/** The request that the options come to; refuses those that do not go together. */
export function criterionRequest(name: string, { k, count }: CriterionArguments): CriterionRequest {
  const criterion = parseCriterion(name);
  if (criterion === undefined) {
    throw couldNotRun(`--criterion ${name}: expected transitions, pairs, switch-N, wp, hsi or random`);
  }
  if (k !== undefined && !isOneOf(criterion, ['wp', 'hsi'])) {
    throw couldNotRun(`--k is for the criteria wp and hsi, and ${criterion} has no extra states`);
  }
  if (count !== undefined && criterion !== 'random') {
    throw couldNotRun(`--count is for the criterion random, and of ${criterion} there is one suite`);
  }
  return { criterion, ...(k === undefined ? {} : { k }), ...(count === undefined ? {} : { count }) };
}

const isOneOf = (criterion: Criterion, names: readonly Criterion[]) => names.includes(criterion);
