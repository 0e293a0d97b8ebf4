/** What exploring finds can be driven: runs of the explored compositions become paths, and the implementation goes along. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ServerContext } from '../../machines/index.ts';
import { Charts } from '../drive/handshake/explored/cast.ts';
import { handshakeSystems } from '../drive/handshake/explored/index.ts';
import type { ExploredMove } from '../drive/handshake/explored/moves.ts';
import type { Faults } from '../drive/handshake/explored/options.ts';
import { type ExploredSystem, exploredSystem } from '../drive/handshake/explored/system.ts';
import { translate } from '../drive/handshake/explored/translate.ts';
import { runPath } from '../drive/handshake/run-path.ts';
import { simulatedRig } from '../drive/rigs.ts';
import { check } from '../explore/check.ts';
import { type Choice, choicesIn, initialState, type Walk, walksAlong } from '../explore/walk.ts';

const network: ServerContext = { mode: 'network', fallback: false };
const storage: ServerContext = { mode: 'storage', fallback: false };
const fallingBack: ServerContext = { mode: 'storage', fallback: true };

const casts = [
  [network],
  [storage],
  [fallingBack],
  [network, network],
  [network, storage],
  [storage, storage],
  [fallingBack, network],
];

const charts = new Charts();
const systemsWith = (faults: Faults) =>
  casts.map((servers) => exploredSystem({ servers, intruder: 2, everyCause: true, faults }, charts));

/** Each number chooses among the moves that are possible where the walk has come to. */
const numbers = fc.array(fc.nat({ max: 1_000 }), { minLength: 1, maxLength: 40 });

function walk(system: ExploredSystem, chosen: readonly number[]): Walk<ExploredMove> {
  const states = [initialState(system)];
  const choices: Choice<ExploredMove>[] = [];
  for (const number of chosen) {
    const possible = choicesIn(system, states.at(-1) ?? []);
    const choice = possible[number % Math.max(1, possible.length)];
    if (choice === undefined) break;
    choices.push(choice);
    states.push(choice.next);
  }
  return { states, choices };
}

test('whatever happens, both compositions are in the same local states behind it', { timeout: 60_000 }, () => {
  const rare = { reset: 2, refuse: 1, end: 1, abort: 1, stop: 1, stopListener: 1, crash: 1, tamper: 2, outcome: 2 };
  const systems = systemsWith(rare);
  const property = fc.property(fc.constantFrom(...systems), numbers, (system, chosen) => {
    const run = walk(system, chosen);
    const { path, stoppedAt } = translate(system, run);
    expect(path.length).toBeGreaterThanOrEqual(0);
    if (stoppedAt !== undefined) expect(stoppedAt.why).not.toBe('');
  });
  fc.assert(property, { numRuns: 400 });
});

test('the implementation goes along with what happens', { timeout: 60_000 }, async () => {
  const systems = systemsWith({ reset: 2, refuse: 1, abort: 1, tamper: 1, outcome: 1 });
  const property = fc.asyncProperty(fc.constantFrom(...systems), numbers, fc.nat(), async (system, chosen, seed) => {
    const { system: driven, path } = translate(system, walk(system, chosen));
    const rig = simulatedRig();
    try {
      expect(await runPath(driven, rig, path, seed)).toBeUndefined();
    } finally {
      await rig.close();
    }
  });
  await fc.assert(property, { numRuns: 120 });
});

test('a disagreement between the compositions is noticed', () => {
  const system = exploredSystem({ servers: [network] }, charts);
  const run = walk(system, [0, 0, 0]);
  const confused = run.choices.map((choice) => ({ ...choice, next: run.states[0] ?? [] }));
  expect(() => translate(system, { ...run, choices: confused })).toThrow(/in one composition and in .* in the other/);
});

describe('runs that reach something', () => {
  test.each(['hardened.network', 'hardened.storage', 'hardened.fall-back'])(
    '%s: each is driven as far as it can be, and as the model says',
    { timeout: 120_000 },
    async (id) => {
      const composition = handshakeSystems({ servers: 1 }).find((known) => known.id === id);
      const system = composition?.hardened;
      if (composition === undefined || system === undefined) throw new Error(`there is no ${id}`);
      const result = await check(
        composition.system,
        composition.properties.filter(({ kind }) => kind === 'sometimesMove'),
      );
      const whole: string[] = [];
      for (const [seed, { id: property, counterexample }] of result.properties.entries()) {
        if (counterexample === undefined) throw new Error(`${property} is not reached`);
        const [run] = walksAlong(system, counterexample);
        if (run === undefined) throw new Error(`the run that reaches ${property} cannot be followed`);
        const { system: driven, path, stoppedAt } = translate(system, run);
        const rig = simulatedRig();
        try {
          expect(await runPath(driven, rig, path, seed), property).toBeUndefined();
        } finally {
          await rig.close();
        }
        if (stoppedAt === undefined) whole.push(property);
      }
      expect(whole.length).toBeGreaterThan(0.85 * result.properties.length);
    },
  );
});
