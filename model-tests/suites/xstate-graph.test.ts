/** The shortest paths that xstate/graph finds in each chart alone, driven against the implementation. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestModel } from 'xstate/graph';
import { chartTransitions } from '../compile/chart-transitions.ts';
import { runPath } from '../drive/handshake/run-path.ts';
import { describeMove } from '../drive/handshake/world.ts';
import { type Rig, realRig, simulatedRig } from '../drive/rigs.ts';
import { type Projection, project } from './chart-path-adapter.ts';
import { type ChartPath, chartPaths, modelledRoles, traversalOf } from './graph-paths.ts';

const rigs: [Rig['name'], () => Promise<Rig>][] = [
  ['simulated', async () => simulatedRig()],
  ['tcp', () => realRig('tcp')],
];

/** Steps that a chart allows and that no run has, since the other process never does what they need. */
const impossible: readonly { readonly step: RegExp; readonly why: string }[] = [
  {
    step: /^(first|second)\.ended in handshaking\.network\.awaitingReady\.\1$/,
    why: 'READY goes out on both connections at once: where it came on one, it comes on the other before the end',
  },
  {
    step: /^first\.decline in handshaking\.storage\.connectingArray$/,
    why: 'a reason that allows a fall back comes before PORT or behind GROUP, and nobody else can make its tag right',
  },
];

const whyNot = ({ tokens }: ChartPath, reached: number) => {
  const before = tokens[reached - 1]?.split(' to ').at(-1) ?? 'the beginning';
  const step = `${tokens[reached]?.split(' by ', 1)[0]} in ${before}`;
  return { step, why: impossible.find((known) => known.step.test(step))?.why };
};

describe.each(modelledRoles)('$name', (role) => {
  const { derived, fromState, events, leftOut } = traversalOf(role);
  const paths = chartPaths(role, createTestModel(derived).getShortestPaths({ fromState, events } as never));
  let projection: Projection;
  beforeAll(() => {
    projection = project(role, paths);
  });

  test('has a run of both processes for each path but those whose last step the other process never allows', () => {
    const { runs, unreached, exhaustive } = projection;
    const reasons = unreached.map(({ path, reachedSteps }) => whyNot(path, reachedSteps));
    const lines = reasons.map(({ step, why }) => `  no run: ${step}: ${why ?? 'nobody knows why'}`);
    const head = `${role.name}: ${paths.length} shortest paths, ${runs.length} with a run, ${unreached.length} without; not tried, since it cannot happen there: ${leftOut.size} events a wildcard of the chart accepts`;
    console.info([head, ...lines].join('\n'));
    expect(reasons.filter(({ why }) => why === undefined)).toEqual([]);
    expect(exhaustive).toBe(true);
    expect(runs.length + unreached.length).toBe(paths.length);
    expect(runs.length).toBeGreaterThan(70);
  });

  test('takes each transition of its chart that one of its paths takes in a run, too', () => {
    const takenBy = (some: readonly ChartPath[]) =>
      new Set(some.flatMap(({ tokens }) => tokens.map((token) => token.replace(/^.* by /, '').replace(/ to .*$/, ''))));
    const inRuns = takenBy(projection.runs.map(({ path }) => path));
    expect([...takenBy(paths)].filter((id) => !inRuns.has(id))).toEqual([]);
    expect(inRuns.size).toBeLessThanOrEqual(chartTransitions(role.machine).size);
  });

  describe.each(rigs)('over the %s rig', (_, open) => {
    let rig: Rig;
    beforeAll(async () => {
      rig = await open();
    });
    afterAll(() => rig.close());

    test('does in every run what the charts say', { timeout: 120_000 }, async () => {
      const failures: unknown[] = [];
      for (const [seed, { path, system, edges }] of projection.runs.entries()) {
        const failure = await runPath(system, rig, edges, seed);
        if (failure !== undefined)
          failures.push({ failure, seed, path: path.tokens, moves: edges.map(({ move }) => describeMove(move)) });
      }
      expect(failures).toEqual([]);
    });
  });
});

test('together the paths take every transition of both charts', () => {
  const taken = new Set<string>();
  for (const role of modelledRoles) {
    const { derived, fromState, events } = traversalOf(role);
    for (const { tokens } of chartPaths(role, createTestModel(derived).getShortestPaths({ fromState, events } as never)))
      for (const token of tokens) taken.add(token.replace(/^.* by /, '').replace(/ to .*$/, ''));
  }
  const rows = [...new Set(modelledRoles.map(({ machine }) => machine))].flatMap((machine) => [
    ...chartTransitions(machine).values(),
  ]);
  expect(rows.map(({ id }) => id).filter((id) => !taken.has(id))).toEqual([]);
});
