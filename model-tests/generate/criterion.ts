/** Criteria by name, as a command line has them. */
import { completeSuite } from './complete.ts';
import type { Machine } from './machine.ts';
import type { Suite } from './suite.ts';
import { switchCover } from './switches.ts';
import { randomWalks, type WalkOptions } from './walks.ts';

/** What a suite has to take, or to find: see docs/guides/criteria.md. */
export type Criterion = 'transitions' | 'pairs' | `switch-${number}` | 'wp' | 'hsi' | 'random';

/** What a criterion may be told. `k` is for wp and hsi, the rest for random. */
export interface CriterionOptions extends WalkOptions {
  readonly k?: number;
}

/** What a suite is to be made for. */
export interface CriterionRequest extends CriterionOptions {
  readonly criterion: Criterion;
}

/** The criterion of this name; undefined where there is none. */
export function parseCriterion(name: string): Criterion | undefined {
  return /^(transitions|pairs|switch-\d{1,2}|wp|hsi|random)$/.test(name) ? (name as Criterion) : undefined;
}

/** The suite of a criterion for a machine. */
export function suiteFor(machine: Machine, criterion: Criterion, options: CriterionOptions = {}): Suite {
  switch (criterion) {
    case 'transitions':
      return switchCover(machine, 0);
    case 'pairs':
      return switchCover(machine, 1);
    case 'wp':
    case 'hsi':
      return completeSuite(criterion, machine, options);
    case 'random':
      return randomWalks(machine, options);
    default:
      return switchCover(machine, Number(criterion.slice('switch-'.length)));
  }
}
