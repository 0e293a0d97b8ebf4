/** The older generator, @xstate/test, on the same charts: whoever comes from it finds the same paths. */
import { createTestModel as createOldTestModel } from '@xstate/test';
import { describe, expect, test } from 'vitest';
import type { AnyStateMachine } from 'xstate';
import { createTestModel } from 'xstate/graph';
import { leafPaths } from '../compile/compile.ts';
import { type GeneratedPath, modelledRoles, traversalOf } from './graph-paths.ts';

/**
 * The machine as that release can use it: its scope of actions lacks the executor that XState calls since then. Its charts' actions are
 * done nowhere, here as there.
 */
function withActionExecutor(machine: AnyStateMachine): AnyStateMachine {
  const transition: AnyStateMachine['transition'] = (snapshot, event, scope) =>
    machine.transition(snapshot, event, { ...scope, actionExecutor: () => {} });
  return Object.assign(Object.create(machine) as AnyStateMachine, { transition });
}

const spelled = (paths: readonly GeneratedPath[]) =>
  paths.map(({ steps }) => steps.map(({ event, state }) => `${JSON.stringify(event)} -> ${leafPaths(state.value).join()}`));

describe.each(modelledRoles)('$name', (role) => {
  test('has the same shortest paths in @xstate/test and in xstate/graph: same events, same states', () => {
    const { derived, fromState, events } = traversalOf(role);
    const options = { fromState, events } as never;
    const paths = spelled(createTestModel(derived).getShortestPaths(options));
    expect(paths.length).toBeGreaterThan(70);
    expect(spelled(createOldTestModel(withActionExecutor(derived), options).getShortestPaths(options))).toEqual(paths);
  });

  test('is refused by both as long as its delays are not events', () => {
    for (const create of [createTestModel, createOldTestModel]) {
      expect(() => create(role.machine as never)).toThrow('After events on test machines are not supported');
    }
  });
});
