import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type DrivenRun, findRun, type NamedComposition, type NamedRun } from '../model-tests/index.ts';
import { createFolder } from './cli.test-support.ts';
import { collectFaults, readSuffix, suffixOf } from './composition-options.ts';
import { type ExploreArguments, exploreVerb } from './explore.ts';
import type { Exploration } from './explore-report.ts';
import { type Drive, type ReplayArguments, replayVerb } from './replay.ts';
import { safe, tiny, tinyCatalogue } from './tiny-composition.test-support.ts';

const written = { out: '', err: '' };
beforeEach(() => {
  Object.assign(written, { out: '', err: '' });
  for (const [stream, name] of [
    [process.stdout, 'out'],
    [process.stderr, 'err'],
  ] as const) {
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      written[name] += String(text);
      return true;
    });
  }
});
afterEach(() => {
  vi.restoreAllMocks();
});

const both = [tiny, safe] as readonly NamedComposition<unknown>[];
const explore = async (options: Partial<ExploreArguments> = {}, compositions = both) => {
  written.out = '';
  const exitCode = await exploreVerb({ variant: 'hardened', mode: 'both', servers: 2, ...options }, () => compositions);
  return { exitCode, out: written.out };
};
const exploreAsJson = async (options: Partial<ExploreArguments> = {}, compositions = both) => {
  const { exitCode, out } = await explore({ ...options, json: true }, compositions);
  return { exitCode, result: JSON.parse(out) as Exploration };
};
const idOf = async (property: string) =>
  (await exploreAsJson()).result.properties.find(({ id }) => id === property)?.counterexample ?? '';

describe('explore', () => {
  test('prints for each composition how much was explored, and each property with the run that was found', async () => {
    const { exitCode, out } = await explore();
    expect(exitCode).toBe(1);
    expect(out).toContain('tiny.call: One call\n5 states, 5 edges, ');
    expect(out).toMatch(/│ no loss +│ violated +│ tiny\.call\.no-loss\.\w+ +│/);
    expect(out).toMatch(/│ quiet +│ holds +│ +│/);
    expect(out).toMatch(/│ answers +│ reached +│ tiny\.call\.answers\.\w+ +│/);
    expect(out).toMatch(/│ shouting +│ not reached here +│ +│/);
    expect(out).toContain('tiny.safe: One call that nothing can disturb\n4 states, ');
    expect(out).toMatch(
      /\n9 states in \d+\.\d s \([\d,]+ a second\): of 3 properties 2 violated; of 2 things to reach 1 not reached\n/,
    );
    expect(out).toMatch(
      /\n\nno loss is violated: Nothing is ever lost\.\n {2}stpconnect replay tiny\.call\.no-loss\.\w+\n\nends is violated: /,
    );
    expect(written.err).toBe('tiny.call: exploring\ntiny.safe: exploring\n');
  });

  test('with --json prints one object: sums, each property over all compositions, and each composition', async () => {
    const { exitCode, result } = await exploreAsJson();
    expect(exitCode).toBe(1);
    expect(result).toMatchObject({ states: 9, edges: 8, complete: true });
    expect(result.seconds).toBeGreaterThan(0);
    expect(result.statesPerSecond).toBeGreaterThan(0);
    expect(result.peakRssBytes).toBeGreaterThan(1e6);
    expect(result.properties.map(({ id, verdict }) => [id, verdict])).toEqual([
      ['no loss', 'violated'],
      ['ends', 'violated'],
      ['quiet', 'holds'],
      ['answers', 'holds'],
      ['shouting', 'violated'],
    ]);
    expect(result.properties[0]?.counterexample).toMatch(/^tiny\.call\.no-loss\./);
    expect(result.properties[2]).not.toHaveProperty('counterexample');
    expect(result.compositions.map(({ id, states, complete }) => [id, states, complete])).toEqual([
      ['tiny.call', 5, true],
      ['tiny.safe', 4, true],
    ]);
  });

  test('is content when all properties hold, and a composition that does not reach what another reaches is no violation', async () => {
    const without = { ...safe, properties: safe.properties.filter(({ id }) => id === 'answers') } as NamedComposition<unknown>;
    const deaf = { ...without, id: 'tiny.deaf', system: { ...without.system, rules: without.system.rules.slice(0, 1) } };
    expect((await exploreAsJson({}, [safe] as readonly NamedComposition<unknown>[])).exitCode).toBe(0);
    const { exitCode, result } = await exploreAsJson({}, [deaf, without]);
    expect([exitCode, result.properties]).toEqual([
      0,
      [{ id: 'answers', verdict: 'holds', counterexample: expect.stringMatching(/^tiny\.safe\.answers\./) }],
    ]);
    expect((await exploreAsJson({}, [deaf])).exitCode).toBe(1);
  });

  test('with --property looks at these properties alone, by their id or by its name in runs', async () => {
    const { exitCode, result } = await exploreAsJson({ property: ['no-loss', 'quiet'] });
    expect([exitCode, result.properties.map(({ id }) => id)]).toEqual([1, ['no loss', 'quiet']]);
    expect((await exploreAsJson({ property: ['quiet'] })).exitCode).toBe(0);
    await expect(explore({ property: ['loud'] })).rejects.toThrow(
      'there is no property loud; expected no-loss, ends, quiet, answers, shouting',
    );
  });

  test('tells properties of one aspect together, as far as they hold', async () => {
    const parts = ['quiet', 'no loss', 'quiet', 'answers', 'answers'].map((id, index) => {
      const property = tiny.properties.find((known) => known.id === id);
      return { ...property, id: `${index < 3 ? 'calm' : 'some'}: part ${index}` };
    });
    const split = { ...tiny, properties: parts } as unknown as NamedComposition<unknown>;
    const { out } = await explore({}, [split]);
    expect(out).toMatch(
      /│ property +│ verdict +│ run +│\n├[─┼]+┤\n│ calm: part 1 +│ violated +│ tiny.*│\n│ some +│ reached +│ 2 of 2, each by a run/,
    );
    expect(out).toContain('of 1 properties 1 violated; all 2 things to reach are reached\n\ncalm is violated: Nobody shouts.\n');
    const { result } = await exploreAsJson({}, [split]);
    expect(result.properties.map(({ id, verdict }) => [id, verdict])).toEqual([
      ['calm', 'violated'],
      ['some: part 3', 'holds'],
      ['some: part 4', 'holds'],
    ]);
    expect(result.compositions[0]?.properties).toHaveLength(5);
    const calm = await explore({ property: ['calm'] }, [split]);
    expect(calm.out).toMatch(/calm: part 0[^\n]*holds[^\n]*\n[^\n]*calm: part 1[^\n]*violated[^\n]*\n[^\n]*calm: part 2/);
    expect(calm.out).not.toContain('some');
  });

  test('says what it does not know when a limit stops it, and exits with 2', async () => {
    const late = await exploreAsJson({ maxSeconds: 0, property: ['quiet'] }, [endless]);
    expect([late.exitCode, late.result.properties[0]?.reason]).toEqual([2, 'the limit of 0 seconds was reached']);
    const cut = await exploreAsJson({ maxStates: 1, property: ['quiet'] }, [endless]);
    expect([cut.exitCode, cut.result.complete]).toEqual([2, false]);
    expect(cut.result.properties).toEqual([
      { id: 'quiet', verdict: 'inconclusive', reason: 'the limit of 1 states was reached' },
    ]);
    expect((await explore({ maxStates: 1, property: ['quiet'] }, [endless])).out).toContain(
      'not complete: the limit of 1 states was reached',
    );
  });

  test('gives what it knows after a signal, and the exit code of the signal', async () => {
    const interrupted = explore({ json: true, property: ['quiet'] }, [endless]);
    process.emit('SIGINT', 'SIGINT');
    const { exitCode, out } = await interrupted;
    const { complete, properties } = JSON.parse(out) as Exploration;
    expect([exitCode, complete, properties[0]?.verdict]).toEqual([130, false, 'inconclusive']);
  });
});

/** More states than a search looks at in one go. */
const endless: NamedComposition<unknown> = {
  id: 'tiny.endless',
  title: 'It counts',
  properties: tiny.properties.slice(2, 3) as NamedComposition<unknown>['properties'],
  system: {
    slots: [{ name: 'count', initial: 0 }],
    rules: [
      {
        name: 'count',
        *fire(view) {
          yield { move: 'count', writes: [[0, (view.get<number>(0) + 1) % 60_000]] };
        },
      },
    ],
    lifelines: ['it'],
    show: () => ({ text: 'counts', events: [] }),
  },
};

describe('replay', () => {
  const folder = createFolder();
  afterAll(folder.remove);
  const replay = async (
    id: string | undefined,
    options: Partial<ReplayArguments> = {},
    drive: Drive = () => Promise.reject(new Error('nobody asked to drive')),
  ) => {
    written.out = '';
    const exitCode = await replayVerb(id, { format: 'text', ...options }, tinyCatalogue, drive);
    return { exitCode, out: written.out };
  };

  test('shows a run by the id that explore printed', async () => {
    expect(await replay(await idOf('no loss'))).toEqual({
      exitCode: 0,
      out: `tiny.call: no loss
One call

 1   the caller’s turn: call
 2 ! the caller’s turn: lose

no loss is violated: Nothing is ever lost.
`,
    });
  });

  test('shows a run that goes on for ever, and one that reaches what it is to reach', async () => {
    expect((await replay(await idOf('ends'))).out).toContain('again and again, for ever.\n\nends is violated');
    expect((await replay(await idOf('answers'))).out).toContain('\nanswers is reached: Some call is answered.\n');
  });

  test('draws it for Mermaid and as SVG, into a file if one is named', async () => {
    const id = await idOf('no loss');
    expect((await replay(id, { format: 'mermaid' })).out).toMatch(/^sequenceDiagram\n/);
    const output = folder.path('run.svg');
    expect(await replay(id, { format: 'svg', output })).toEqual({ exitCode: 0, out: '' });
    expect(readFileSync(output, 'utf8')).toMatch(/^<svg /);
    await expect(replay(id, { output: folder.path('missing/run.svg') })).rejects.toThrow(
      /^--output .*missing\/run\.svg cannot be written: there is no such file or folder$/,
    );
  });

  test.each([
    ['hello', 'hello is not the id of a run; expected COMPOSITION.PROPERTY.CODE, as explore prints it'],
    ['big.call.ends.0', 'there is no composition big.call; expected one that explore names, for example tiny.call, tiny.safe'],
    ['tiny.call.starts.0', 'tiny.call has no property starts; it has no-loss, ends, quiet, answers, shouting'],
    ['tiny.call.ends.x!', /^x! is not the code of a run of tiny\.call: expected 3 to 4000 of the characters/],
    ['tiny.call.ends.00000', '00000 is not the code of a run of tiny.call: it is mistyped, or was made by another version'],
  ])('of %s, which is no id, says what is wrong with it', async (id, message) => {
    await expect(replay(id)).rejects.toThrow(message);
  });

  test('of a run that shows something else says so', async () => {
    const code = (await idOf('no loss')).split('.').at(-1);
    await expect(replay(`tiny.call.quiet.${code}`)).rejects.toThrow(/shows nothing of quiet/);
  });

  test('shows a run that explore --save wrote', async () => {
    await explore({ save: folder.path('runs/deep') });
    const names = readdirSync(folder.path('runs/deep')).sort();
    expect(names).toEqual(['tiny.call.answers.json', 'tiny.call.ends.json', 'tiny.call.no-loss.json', 'tiny.safe.answers.json']);
    const file = folder.path('runs/deep/tiny.call.ends.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ steps: expect.arrayContaining(['the caller’s turn: lose']) });
    expect(await replay(undefined, { file })).toEqual(await replay(await idOf('ends')));
  });

  test.each([
    ['nothing', '', /is not JSON; expected a run as explore --save and the inspector write it$/],
    [
      'something else',
      '{"id":"a"}',
      /is JSON, but not a run as explore --save writes it: field composition is missing or wrong$/,
    ],
    [
      'a run that cannot happen',
      '{"id":"a","composition":"tiny.call","property":"no loss","moves":["shout"]}',
      /holds a run that does not show no loss in tiny\.call, or cannot happen in this version$/,
    ],
    [
      'a loop that begins nowhere',
      '{"id":"a","composition":"tiny.call","property":"ends","moves":["call"],"loopFrom":7}',
      /does not show ends/,
    ],
  ])('of a file with %s says what was expected', async (_, content, pattern) => {
    const file = folder.path('strange.json');
    writeFileSync(file, content);
    await expect(replay(undefined, { file })).rejects.toThrow(pattern);
  });

  test('says how far the implementation went along, and why not farther', async () => {
    const id = await idOf('no loss');
    const options = { drive: true, wkp: 'simulated', seed: 7 } as const;
    const asked: unknown[] = [];
    const drive = (driven: DrivenRun) => async (run: NamedRun<unknown>, how: object) => {
      asked.push([run.id, how]);
      return driven;
    };
    const said = async (driven: DrivenRun) => {
      written.err = '';
      const { exitCode } = await replay(id, options, drive(driven));
      return [exitCode, written.err];
    };
    expect(await said({ moves: 2 })).toEqual([0, 'stpconnect: the implementation went along with all 2 steps, over simulated\n']);
    expect(await said({ moves: 1, stoppedAt: { move: 1, text: 'lose', why: 'nothing is lost' } })).toEqual([
      0,
      expect.stringMatching(
        /with the first 1 of 2 steps, over simulated\n.* step 2 \(lose\) cannot be driven: nothing is lost\n$/,
      ),
    ]);
    const failure = { at: 1, move: 'lose', what: 'states differ', expected: ['lost'], seen: 'found' };
    expect(await said({ moves: 2, failure })).toEqual([
      1,
      expect.stringMatching(/behind step 2 of 2 \(lose\): states differ\n.*expected \["lost"\]\n.*seen {5}found\n$/),
    ]);
    expect(asked[0]).toEqual([id, { wkp: 'simulated', seed: 7 }]);
  });

  test('takes an id or a file, and not both or neither', async () => {
    await expect(replay(undefined)).rejects.toThrow(/takes either the id of a run/);
    await expect(replay('a.b.c', { file: 'x' })).rejects.toThrow(/takes either the id of a run/);
    await expect(replay(undefined, { file: folder.path('none') })).rejects.toThrow(/cannot be read: there is no such file/);
  });

  test('of an id in capital letters is the same run', async () => {
    const id = await idOf('ends');
    const [, code = ''] = /\.(\w+)$/.exec(id) ?? [];
    expect(findRun(id.replace(code, code.toUpperCase()), tinyCatalogue).id).toBe(id);
  });
});

describe('the name of a composition', () => {
  test.each([
    [{}, ''],
    [{ withoutIntruder: true }, '+intruder=0'],
    [{ withoutIntruder: true, faults: { timeout: Number.POSITIVE_INFINITY, crash: 1 } }, '+intruder=0+crash=1+timeout=inf'],
  ])('says what was changed: %j is %j', (options, suffix) => {
    expect(suffixOf(options)).toBe(suffix);
    expect(readSuffix(suffix)).toEqual(options);
  });

  test.each(['+', '+reset', '+reset=x', '+reset=1+crash=0+crash=1', '+reset=1+intruder=0', '+crash=9999999'])(
    'is refused where it says nothing: %s',
    (suffix) => {
      expect(readSuffix(suffix)).toBeUndefined();
    },
  );
});

describe('--faults', () => {
  test('may be given together or one after the other', () => {
    expect(collectFaults('crash=2', collectFaults('reset=1,timeout=inf'))).toEqual({
      reset: 1,
      timeout: Number.POSITIVE_INFINITY,
      crash: 2,
    });
  });

  test.each(['', 'reset', 'reset=', 'reset=-1', 'reset=1.5', 'reset=1,', 'reset=1;crash=1', '=1'])(
    'is refused when it is %j, with what was expected',
    (text) => {
      expect(() => collectFaults(text)).toThrow(InvalidArgumentError);
      expect(() => collectFaults(text)).toThrow('expected NAME=COUNT, such as reset=1,crash=1,timeout=inf.');
    },
  );
});
