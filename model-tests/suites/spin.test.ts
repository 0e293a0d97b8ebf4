/**
 * A second opinion, on systems of chance and on awkward ones: exported, they run in SPIN, which has to count the same states and moves and
 * to come to the same verdicts.
 * Needs spin and cc; STPCONNECT_REQUIRE=spin,cc makes it a failure when one is missing.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { twoFifos } from '../../bench/systems/two-fifos.ts';
import type { Property, System, View } from '../compose/system.ts';
import { firstIsOne, lastIsOne, smallSystems, systemOf } from '../explore/random-systems.test-support.ts';
import { secondOpinion } from '../export/promela/pan.ts';
import { exportPromela } from '../export-promela.ts';
import { exportComposition, PromelaExportError } from '../export-promela-composition.ts';
import { smallDescriptions } from './random-compositions.test-support.ts';
import { requireTool } from './required-tools.ts';
import { expectSameOpinion } from './spin.test-support.ts';
import { call, ofMoves } from './spin-examples.test-support.ts';

const isThere = [requireTool('spin', process.env, '-V'), requireTool('cc')].every((there) => there);
const run = promisify(execFile);
const text = { description: '' };

/** One property of each kind. */
const everyKind = (slots: number): Property<string>[] => [
  { ...text, id: 'always', kind: 'always', holds: (view) => !lastIsOne(slots)(view) },
  { ...text, id: 'never', kind: 'never', holds: (view) => firstIsOne(view) && lastIsOne(slots)(view) },
  { ...text, id: 'sometimes', kind: 'sometimes', holds: lastIsOne(slots) },
  { ...text, id: 'never move', kind: 'neverMove', of: (move) => move === '0.0' },
  { ...text, id: 'sometimes move', kind: 'sometimesMove', of: (move) => move === '1.0' },
  { ...text, id: 'no deadlock', kind: 'noDeadlock', mayEnd: firstIsOne },
  { ...text, id: 'eventually', kind: 'eventually', holds: lastIsOne(slots) },
  { ...text, id: 'leads to', kind: 'leadsTo', from: firstIsOne, to: lastIsOne(slots) },
  { ...text, id: 'no livelock', kind: 'noLivelock', progress: (move) => move.startsWith('0.') },
];

/** Names that are no names in Promela, values that end comments, more values than a byte has and than a d_step takes, a slot that nothing reads, equal firings. */
const awkward: System<{ readonly what: string; readonly to: number }> = {
  slots: [
    { name: 'do', initial: '*/ "' },
    { name: '2 → /* count', initial: 0 },
    { name: 'never read', initial: null },
  ],
  rules: [
    {
      name: 'count */',
      fair: true,
      *fire(view) {
        const count = view.get<number>(1);
        const next = (count + 1) % 1_200;
        yield { move: { what: 'on', to: next }, writes: [[1, next]] };
        if (count % 7 === 0 && count < 100) yield { move: { what: 'on too', to: next }, writes: [[1, next]] };
        if (count % 50 === 1 && count < 110) yield { move: { what: 'remember', to: count }, writes: [[2, [count]]] };
      },
    },
    {
      name: 'do',
      *fire(view) {
        if (view.get<number>(1) === 10) yield { move: { what: 'do', to: 0 }, writes: [[0, '\\']] };
        if (view.get<string>(0) === '\\') yield { move: { what: 'nothing', to: 0 }, writes: [] };
      },
    },
    { name: 'never', *fire() {} },
  ],
  lifelines: [],
  show: ({ what, to }) => ({ text: `${what} */ ${to}`, events: [] }),
};

/** A lamp blinks until somebody presses the button, which nobody has to; then nothing can happen but that he leaves. */
const button = (isFair: boolean): System<string> => ({
  slots: [
    { name: 'lamp', initial: 0 },
    { name: 'user', initial: 'waits' },
  ],
  rules: [
    {
      name: 'blink',
      fair: true,
      *fire(view) {
        if (view.get<string>(1) === 'waits') yield { move: 'blink', writes: [[0, 1 - view.get<number>(0)]] };
      },
    },
    {
      name: 'user',
      fair: isFair,
      *fire(view) {
        const now = view.get<string>(1);
        if (now !== 'left') yield { move: 'user', writes: [[1, now === 'waits' ? 'pressed' : 'left']] };
      },
    },
  ],
  lifelines: [],
  show: (move) => ({ text: move, events: [] }),
});

describe.skipIf(!isThere)('SPIN', { timeout: 120_000 }, () => {
  test.each(fc.sample(smallSystems, { seed: 3, numRuns: 4 }).map((small, index) => ({ small, number: index + 1 })))(
    'agrees on a system of chance, number $number, about a property of each kind',
    async ({ small }) => {
      const system = systemOf(small);
      const properties = everyKind(small.slots);
      await expectSameOpinion(system, properties, await exportPromela(system, properties));
    },
  );

  test('agrees that what is fair happens, and that what is not need not, even where nothing else can', async () => {
    const user = (what: string) => (view: View) => view.get<string>(1) === what;
    const properties: Property<string>[] = [
      { ...text, id: 'presses', kind: 'eventually', holds: user('pressed') },
      { ...text, id: 'leaves', kind: 'leadsTo', from: user('pressed'), to: user('left') },
      { ...text, id: 'blinks for ever', kind: 'noLivelock', progress: (move) => move === 'user' },
    ];
    const verdictsOf = async (system: System<string>) =>
      (await expectSameOpinion(system, properties, await exportPromela(system, properties))).verdicts;
    const all = (verdict: string) => ({ presses: verdict, leaves: verdict, 'blinks for ever': verdict });
    expect(await verdictsOf(button(false))).toEqual(all('violated'));
    expect(await verdictsOf(button(true))).toEqual(all('holds'));
  });

  test('agrees on a system whose names and values Promela would not take as they are', async () => {
    const holds = (view: View) => view.get<string>(0) === '\\';
    const properties: Property<{ readonly what: string; readonly to: number }>[] = [
      { ...text, id: '1 */ done?', kind: 'sometimes', holds },
      { ...text, id: 'done', kind: 'eventually', holds },
      {
        ...text,
        id: 'again',
        kind: 'leadsTo',
        from: (view) => view.get<number>(1) === 20,
        to: (view) => view.get<number>(1) === 51,
      },
      { ...text, id: 'goes on', kind: 'noDeadlock', mayEnd: () => false },
      { ...text, id: 'no rest', kind: 'noLivelock', progress: ({ what }) => what === 'on' },
    ];
    const { states, verdicts } = await expectSameOpinion(awkward, properties, await exportPromela(awkward, properties));
    expect(states).toBeGreaterThan(2_400);
    expect(verdicts).toMatchObject({ '1 */ done?': 'holds', done: 'violated', again: 'holds' });
  });

  test('composes systems of chance as we do', async () => {
    const refused: string[] = [];
    let compared = 0;
    for (const description of fc.sample(smallDescriptions, { seed: 5, numRuns: 36 })) {
      const model = await exportComposition(description, () => [], { most: 3_000 }).catch((error: Error) => {
        refused.push(error.name);
        return undefined;
      });
      if (model === undefined || model.states < 30) continue;
      const { states, transitions } = await secondOpinion(model);
      const begun = model.hasBeginning ? 1 : 0;
      expect([states, transitions, description.links]).toEqual([
        model.states + begun,
        model.edges + 1 + begun,
        description.links,
      ]);
      compared += 1;
    }
    expect(new Set(refused)).toEqual(new Set(['IncompleteError']));
    expect(compared).toBeGreaterThan(7);
  });

  test('does by hand what the head of a model says', async () => {
    const model = await exportComposition(call.description, call.propertiesOf);
    const folder = await mkdtemp(join(tmpdir(), 'stpconnect-spin-'));
    try {
      await writeFile(join(folder, 'model.pml'), model.text);
      const commands = [...model.text.matchAll(/^ \* [\w ]+: +(spin .*)$/gm)].map(([, command = '']) => command);
      const names = { state: 'done_p1', cycle: 'ends_p2' };
      const printed = [];
      for (const command of commands) {
        const name = command.includes('-DFAIR') ? names.cycle : names.state;
        // Only as fast as is needed here.
        const line = command.replace('FILE', 'model.pml').replace('NAME', name).replace('-O2', '-O0');
        const { stdout } = await run('sh', ['-ec', line], { cwd: folder });
        printed.push(stdout);
      }
      expect(printed).toEqual([
        expect.stringMatching(/errors: 0\n +1864 states, stored/),
        expect.stringMatching(/never claim\s+\+ \(done_p1\)[\s\S]*errors: 1/),
        expect.stringMatching(/never claim\s+\+ \(ends_p2\)[\s\S]*fairness enabled[\s\S]*errors: 1/),
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('does not agree when one number of the export is another one', async () => {
    const system = twoFifos(2, 2);
    const model = await exportPromela(system);
    const wrong = model.text.replace(/(client_0) = 2;/, '$1 = 3;');
    expect(wrong).not.toBe(model.text);
    await expect(expectSameOpinion(system, [], { ...model, text: wrong })).rejects.toThrow();
  });
});

describe('a composition in Promela', () => {
  test('is refused with the property that it cannot have', async () => {
    await expect(exportComposition(call.description, () => [ofMoves])).rejects.toThrow(PromelaExportError);
    await expect(exportComposition(call.description, () => [ofMoves])).rejects.toThrow(/property no reset is one of moves/);
    const looksDeep: typeof call.propertiesOf = (system) => [
      { ...text, id: 'two', kind: 'never', holds: (view) => system.link('line').messages(view, 'acceptor').length === 2 },
    ];
    await expect(exportComposition(call.description, looksDeep)).rejects.toThrow(/link line: a property asks what waits behind/);
  });
});
