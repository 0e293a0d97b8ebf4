/** Graphviz reads what was written for it, where it is there; STPCONNECT_REQUIRE=dot makes its absence a failure. */
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { System } from '../compose/system.ts';
import { exploreNaively, smallSystems, systemOf } from '../explore/random-systems.test-support.ts';
import { GraphTooLargeError } from '../explore/state-graph.ts';
import { exportGraph, type GraphFormat } from '../export-graph.ts';
import { requireTool } from './required-tools.ts';

/** A system whose moves have these names: in a ring, and from each place to the end. */
const ring = (...names: string[]): System<string> => ({
  slots: [{ name: 'place "x"', initial: 0 }],
  rules: [
    {
      name: 'go',
      *fire(view) {
        const place = view.get<number>(0);
        const name = names[place];
        if (name !== undefined) yield { move: name, writes: [[0, (place + 1) % names.length]] };
        if (place === 1) yield { move: 'leave', writes: [[0, 99]] };
      },
    },
  ],
  lifelines: ['it'],
  show: (text) => ({ text, events: [] }),
});
const plain = ring('a', 'b', 'c');
const strange = ring('say "hi" \\ <b>; x: #1', 'i', 'Grüße → 世界\n%%{init}%%');
const textOf = (system: System<string>, format: GraphFormat, most = 1_000) =>
  [...exportGraph(system, format, { title: 'a "ring"', most })].join('');

describe('a state graph', () => {
  test('in Aldebaran format is a header with the counts, and a line for each edge', () => {
    expect(textOf(plain, 'aut')).toBe('des (0, 4, 4)\n(0, "a", 1)\n(1, "b", 2)\n(1, "leave", 3)\n(2, "c", 0)\n');
  });

  test('in Aldebaran format has labels that its readers take: ASCII, no quotes inside, none that is the internal action', () => {
    expect(textOf(strange, 'aut').split('\n').slice(1, 5)).toEqual([
      `(0, "say 'hi' \\ <b>; x: #1", 1)`,
      '(1, "move i", 2)',
      '(1, "leave", 3)',
      '(2, "GrU+FCU+DFe -> U+4E16U+754C %%{init}%%", 0)',
    ]);
  });

  test('as JSON has every state with the values of its slots, every move and every edge', () => {
    expect(JSON.parse(textOf(plain, 'json'))).toEqual({
      title: 'a "ring"',
      slots: ['place "x"'],
      moves: ['a', 'b', 'leave', 'c'].map((text) => ({ text, move: text })),
      states: [[0], [1], [2], [99]],
      edges: [
        [0, 0, 1],
        [1, 1, 2],
        [1, 2, 3],
        [2, 3, 0],
      ],
    });
  });

  test('of a system without moves has one state and no edges', () => {
    const still: System<string> = { ...plain, rules: [] };
    expect(textOf(still, 'aut')).toBe('des (0, 0, 1)\n');
    expect(JSON.parse(textOf(still, 'json'))).toMatchObject({ states: [[0]], edges: [] });
  });

  test('for Mermaid begins and ends where the system does, and has only lines of its grammar', () => {
    const lines = textOf(strange, 'mermaid').trimEnd().split('\n');
    const line = /^ {2}(\[\*\]|s\d+) --> (\[\*\]|s\d+)( : ([^:;{}<>"%`#]|#\d+;)+)?$/;
    expect([lines[0], lines[1], lines.at(-1)]).toEqual(['stateDiagram-v2', '  [*] --> s0', '  s3 --> [*]']);
    expect(lines.slice(1).filter((text) => !line.test(text))).toEqual([]);
    expect(lines).toHaveLength(1 + 1 + 4 + 1);
  });

  test('of more states than asked for is an error before anything is written', () => {
    expect(() => exportGraph(plain, 'aut', { title: '', most: 3 })).toThrow(GraphTooLargeError);
    expect(() => exportGraph(plain, 'aut', { title: '', most: 3 })).toThrow('the system has more than 3 states');
    expect(textOf(plain, 'aut', 4)).toContain('des (0, 4, 4)');
  });

  test('has the states and edges that a naive search finds, and the same moves between them', () => {
    fc.assert(
      fc.property(smallSystems, (small) => {
        const system = systemOf(small);
        const naive = exploreNaively(system);
        const { states, edges, moves } = JSON.parse(textOf(system, 'json', 100_000)) as {
          states: unknown[];
          edges: [number, number, number][];
          moves: { text: string }[];
        };
        const named = edges.map(([from, move, to]) =>
          [JSON.stringify(states[from]), moves[move]?.text, JSON.stringify(states[to])].join(' '),
        );
        const expected = [...naive].flatMap(([from, all]) => all.map(({ move, to }) => [from, move, to].join(' ')));
        expect([states.length, named.sort()]).toEqual([naive.size, expected.sort()]);
      }),
      { numRuns: 200 },
    );
  });
});

describe.skipIf(!requireTool('dot', undefined, '-V'))('Graphviz', () => {
  test.each([
    ['plain', plain],
    ['strange', strange],
  ])('reads the %s graph, and finds its states and edges', (_, system) => {
    const { status, stdout, stderr } = spawnSync('dot', ['-Tplain'], { input: textOf(system, 'dot'), encoding: 'utf8' });
    const count = (word: string) => stdout.split('\n').filter((line) => line.startsWith(`${word} `)).length;
    expect([status, stderr, count('node'), count('edge')]).toEqual([0, '', 4, 4]);
  });
});
