/**
 * What the chart of a socket promises, as paths that each address family runs: `socketPaths(name, family)`.
 * The paths take every transition that the family can be brought to and make every call in every state, with the socket that connects and with
 * the one that accept gives, and once more with moves that do not wait for what peers did to arrive; see drive/socket.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { drivesOf, runSocketPath, type SocketDrive } from '../drive/socket/run-path.ts';
import type { SocketFamily, SocketSides } from '../drive/socket/sides.ts';
import { isCall, type SocketPath, SocketSystem, socketCalls, socketPathsOf } from '../drive/socket/system.ts';

/** Longest time in milliseconds for one path; it takes a few, and a call that is never answered fails long before. */
const patience = 5_000;

/** Registers the generated tests of one family. */
export function socketPaths(name: string, family: SocketFamily): void {
  const system = new SocketSystem(family.without);
  const paths = socketPathsOf(system);

  describe(`a socket of ${name} does what its chart says`, () => {
    let sides: SocketSides | undefined;
    beforeAll(async () => {
      sides = await family.open();
    });
    afterAll(() => sides?.close());

    const register = (words: string, path: SocketPath, drive: SocketDrive) =>
      test(words, { timeout: patience }, () => {
        if (!sides) throw new Error('the sides are open only while the tests run');
        return runSocketPath(system.chart, path, sides, drive);
      });
    for (const { words, path, drive } of drivesOf(paths)) register(words, path, drive);
  });

  test(`the paths for ${name} make every call in every state and take every transition that it can be brought to`, () => {
    const { calls, transitions } = covered(system, paths);
    const states = system.chart.states;
    expect(calls).toEqual(new Set(states.flatMap(({ path }) => socketCalls.map((call) => `${path} ${call}`))));
    const missed = system.chart.transitions.filter(({ id }) => !transitions.has(id));
    expect(missed.filter(({ event }) => !(family.without as readonly string[]).includes(event)).map(({ id }) => id)).toEqual([]);
  });
}

/** The calls that paths make, as `<state> <call>`, and the transitions of the chart that they take. */
function covered(system: SocketSystem, paths: readonly SocketPath[]) {
  const calls = new Set<string>();
  const transitions = new Set<string>();
  for (const path of paths) {
    let state = system.chart.initial;
    for (const event of path) {
      if (isCall(event)) calls.add(`${state.path} ${event.type}`);
      const step = system.chart.step(state.id, event);
      for (const { id } of step?.taken ?? []) transitions.add(id);
      state = step?.next ?? state;
    }
  }
  return { calls, transitions };
}
