/**
 * A second opinion on the systems of the guide to protocols of one's own, as its own text makes them: SPIN counts the same states and
 * moves and comes to the same verdicts. Needs spin and cc; STPCONNECT_REQUIRE=spin,cc makes it a failure when one is missing.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ComposedMove } from '../compose/moves.ts';
import type { Property, System } from '../compose/system.ts';
import { exportPromela } from '../export-promela.ts';
import { requireTool } from './required-tools.ts';
import { expectSameOpinion } from './spin.test-support.ts';

const isThere = [requireTool('spin', process.env, '-V'), requireTool('cc')].every((there) => there);
const root = new URL('../../', import.meta.url);

interface Example {
  readonly system: System<ComposedMove>;
  readonly properties: readonly Property<ComposedMove>[];
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'guide-'));
  // The programs print what they find; snippets.test.ts reads it.
  vi.spyOn(console, 'log').mockReturnValue();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What the program of this name in the guide exports, run on the sources. */
async function exportsOf<Exports>(name: string): Promise<Exports> {
  const page = await readFile(new URL('docs/guides/your-own-protocol.md', root), 'utf8');
  const program = new RegExp(`\`\`\`js ${name}\n(.*?)\`\`\``, 's').exec(page)?.[1] ?? '';
  const local = program
    .replace("'stpconnect/model-tests'", JSON.stringify(fileURLToPath(new URL('model-tests/index.ts', root))))
    .replace("'xstate'", JSON.stringify(import.meta.resolve('xstate')));
  await writeFile(join(folder, name), local);
  return (await import(pathToFileURL(join(folder, name)).href)) as Exports;
}

describe.skipIf(!isThere)('SPIN agrees on', () => {
  test.each([3, Number.POSITIVE_INFINITY])('the alternating bit with %d losses', async (drop) => {
    const { alternatingBit, propertiesOf } = await exportsOf<{
      alternatingBit: (environment: object) => Example['system'];
      propertiesOf: (system: Example['system']) => Example['properties'];
    }>('alternating-bit.mjs');
    const system = alternatingBit({ drop });
    const properties = propertiesOf(system);
    const { states } = await expectSameOpinion(system, properties, await exportPromela(system, properties));
    expect(states).toBe(drop === 3 ? 840 : 210);
  });

  test('Peterson’s mutual exclusion', async () => {
    const { system, properties } = await exportsOf<Example>('peterson.mjs');
    const { states } = await expectSameOpinion(system, properties, await exportPromela(system, properties));
    expect(states).toBe(32);
  });

  test('two-phase commit with three managers', async () => {
    const { twoPhaseCommit } = await exportsOf<{ twoPhaseCommit: (count: number) => Example }>('two-phase-commit.mjs');
    const { system, properties } = twoPhaseCommit(3);
    const { states, moves } = await expectSameOpinion(system, properties, await exportPromela(system, properties));
    expect([states, moves]).toEqual([288, 1_145]);
  });
});
