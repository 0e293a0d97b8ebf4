/** The Mermaid text is given to Mermaid's own parser: what it reads has to be what was told. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runInThisContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scenarioMermaid } from './mermaid.ts';
import { message, note, scenarios, tell } from './scenario.test-support.ts';
import type { Scenario } from './scenario.ts';

/** As Mermaid's parser has it; `type` is a number for each kind of line. */
interface ParsedMessage {
  readonly from?: string;
  readonly to?: string;
  readonly message: string;
  readonly type: number;
}
interface SequenceDb {
  getMessages(): readonly ParsedMessage[];
  getActors(): ReadonlyMap<string, { readonly description: string }>;
}
const { SOLID, NOTE, SOLID_CROSS, DOTTED, LOOP_START, LOOP_END } = {
  SOLID: 0,
  DOTTED: 1,
  NOTE: 2,
  SOLID_CROSS: 3,
  LOOP_START: 10,
  LOOP_END: 11,
};

interface Mermaid {
  parse(text: string): Promise<unknown>;
  readonly mermaidAPI: { getDiagramFromText(text: string): Promise<{ readonly db: unknown }> };
}

/** Mermaid in one file, without what sequence diagrams do not need. It is a script for browsers: its globals have to be ours. */
function loadMermaid(): Mermaid {
  const filename = fileURLToPath(import.meta.resolve('@mermaid-js/tiny'));
  runInThisContext(readFileSync(filename, 'utf8'), { filename });
  return (globalThis as unknown as { mermaid: Mermaid }).mermaid;
}
const mermaid = loadMermaid();

/** What Mermaid draws for an entity code is put in only when it draws. */
const drawn = (text: string) =>
  text.replaceAll(/ﬂ°°(\d+)¶ß|#(\d+);/g, (_, first, second) => String.fromCharCode(Number(first ?? second)));

/** Titles for screen readers need a browser to be parsed; their lines are looked at apart. */
const heading = /^ {2}acc(Title|Descr): [^#;:"<>{}%\n]*(#\d+;[^#;:"<>{}%\n]*)*$/;

async function parse(scenario: Scenario): Promise<SequenceDb> {
  const lines = scenarioMermaid(scenario).split('\n');
  const accessible = lines.filter((line) => line.startsWith('  acc'));
  expect(accessible.filter((line) => !heading.test(line))).toEqual([]);
  const text = lines.filter((line) => !line.startsWith('  acc')).join('\n');
  await mermaid.parse(text);
  const { db } = await mermaid.mermaidAPI.getDiagramFromText(text);
  return db as unknown as SequenceDb;
}

describe('Mermaid reads', () => {
  test('messages, lost messages, faults and notes for what they are', async () => {
    const run = {
      moves: [
        message('server', 'client', 'HELLO'),
        message('client', 'server', 'DESCRIPTOR', { lost: true }),
        message('server', 'client', 'a guess', { fault: true }),
        note('client', 'crashes', { fault: true }),
        { text: 'time passes', events: [] },
      ],
    };
    const db = await parse(tell(['client', 'server'], run, { title: 'x', conclusion: { text: 'violated', fault: true } }));
    expect(db.getMessages().map(({ type, message: text }) => [type, drawn(text)])).toEqual([
      [SOLID, '1. HELLO'],
      [SOLID_CROSS, '2. ⚠ DESCRIPTOR'],
      [DOTTED, '3. ⚠ a guess'],
      [NOTE, '4. ⚠ crashes'],
      [NOTE, '5. time passes'],
      [NOTE, '✗ violated'],
    ]);
  });

  test('a loop around its steps and no others', async () => {
    const run = { moves: [message('a', 'b', 'once'), message('b', 'a', 'again'), note('a', 'waits')], loopFrom: 1 };
    const db = await parse(tell(['a', 'b'], run));
    expect(db.getMessages().map(({ type }) => type)).toEqual([SOLID, LOOP_START, SOLID, NOTE, LOOP_END]);
  });

  test('names and texts as they are, whatever signs are in them', async () => {
    const name = 'end; "x": #1 <b>';
    const text = 'wrap: %%{init: {}}%% $$x$$ #35; <script> -->> y; z';
    const db = await parse(tell([name, 'note'], { moves: [message(name, 'note', text)] }));
    expect([...db.getActors().values()].map(({ description }) => drawn(description))).toEqual([name, 'note']);
    expect(db.getMessages().map((row) => drawn(row.message).replaceAll('<br/>', ' '))).toEqual([`1. ${text}`]);
  });

  test('any run at all: a line for each event, between the lifelines that it is between', async () => {
    await fc.assert(
      fc.asyncProperty(scenarios, async (scenario) => {
        const db = await parse(scenario);
        const names = scenario.lifelines.map((_, index) => `p${index + 1}`);
        expect([...db.getActors().keys()]).toEqual(names);
        const place = (lifeline: string) => `p${scenario.lifelines.indexOf(lifeline) + 1}`;
        const expected = scenario.steps
          .flatMap((step) => step.events)
          .map((event) => (event.kind === 'note' ? [place(event.over)] : [place(event.from), place(event.to)]));
        const read = db
          .getMessages()
          .filter(({ type, from, to }) => ![LOOP_START, LOOP_END].includes(type) && !isAcross(from, to, type))
          .map(({ type, from, to }) => (type === NOTE ? [from] : [from, to]));
        const across = scenario.lifelines.length > 1;
        if (across) expect(read).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });
});

/** A note over all lifelines is none of a step's events. */
function isAcross(from: string | undefined, to: string | undefined, type: number): boolean {
  return type === NOTE && from !== to;
}
