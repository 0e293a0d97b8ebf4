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

/** The requests of several criteria, with commas between them; `k` and `count` are for those that have them, and for one at least. */
export function criterionRequests(names: string, options: CriterionArguments): CriterionRequest[] {
  const all = names.split(',').map((name) => name.trim());
  if (all.length < 2) {
    return [criterionRequest(names, options)];
  }
  const { k, count } = options;
  const requests = all.map((name) => {
    const request = criterionRequest(name, {});
    const has = { k: isOneOf(request.criterion, ['wp', 'hsi']), count: request.criterion === 'random' };
    return criterionRequest(name, {
      ...(has.k && k !== undefined ? { k } : {}),
      ...(has.count && count !== undefined ? { count } : {}),
    });
  });
  for (const [option, value] of Object.entries({ k, count })) {
    if (value !== undefined && !requests.some((request) => option in request)) {
      throw couldNotRun(`--${option} means nothing with the criteria ${all.join(', ')}`);
    }
  }
  return requests;
}

const isOneOf = (criterion: Criterion, names: readonly Criterion[]) => names.includes(criterion);
