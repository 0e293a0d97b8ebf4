/** What SPIN and our own search say of the same system, side by side. */
import { expect } from 'vitest';
import type { Property, System } from '../compose/system.ts';
import { check } from '../explore/check.ts';
import { secondOpinion } from '../export/promela/pan.ts';
import type { PromelaModel } from '../export-promela.ts';

/** What is compared. */
interface Comparison {
  readonly states: number;
  readonly moves: number;
  readonly verdicts: Readonly<Record<string, string>>;
}

/**
 * Fails where SPIN, run on `model`, says something else of `system` than `check` does: other states, moves or verdicts. That SPIN counts
 * the storing of the initial state as a transition, and the step that a model may begin with, are taken into account.
 */
export async function expectSameOpinion<Move>(
  system: System<Move>,
  properties: readonly Property<Move>[],
  model: PromelaModel,
): Promise<Comparison> {
  const [result, second] = [await check(system, properties), await secondOpinion(model)];
  const ours: Comparison = {
    states: result.states,
    moves: result.edges,
    verdicts: Object.fromEntries(result.properties.map(({ id, verdict }) => [id, verdict])),
  };
  const begun = model.hasBeginning ? 1 : 0;
  const theirs: Comparison = {
    states: second.states - begun,
    moves: second.transitions - 1 - begun,
    verdicts: second.verdicts,
  };
  expect(theirs).toEqual(ours);
  return ours;
}
