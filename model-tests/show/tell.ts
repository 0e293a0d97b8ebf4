/** A run that has a name, with words around it. */
import { isReached, type NamedRun } from '../explore/named-runs.ts';
import { runOf } from '../explore/walk.ts';
import { type Scenario, scenarioOf } from './scenario.ts';

/** What it is a run of, its steps, and what it shows. */
export function tellRun<Move>({ composition, property, walk }: NamedRun<Move>): Scenario {
  const reached = isReached(property.kind);
  return scenarioOf(composition.system, runOf(walk), {
    title: `${composition.id}: ${property.id}`,
    description: composition.title,
    conclusion: { text: `${property.id} is ${reached ? 'reached' : 'violated'}: ${property.description}`, fault: !reached },
  });
}
