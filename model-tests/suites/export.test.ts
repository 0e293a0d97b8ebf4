import { describe, expect, test } from 'vitest';
import { type AnyStateMachine, createMachine, StateMachine, setup } from 'xstate';
import * as machines from '../../machines/index.ts';
import { chartDelays, chartTransitions, stateNodes } from '../compile/chart-transitions.ts';
import { ChartExportError, exportChart } from '../export.ts';

const charts = Object.values(machines).filter((value): value is typeof machines.clientMachine => value instanceof StateMachine);
const named = charts.map((machine): [string, AnyStateMachine] => [machine.id, machine]);

/** Everything that other charts may have and ours have not, with names that each format takes for something else. */
const say = 'say: "hi"; {x} <b> #1 %% ` \\';
const strange = setup({
  actions: { [say]: () => {} },
  guards: { 'a:b; "c" --> d': () => true },
}).createMachine({
  id: 'end',
  initial: 'state',
  on: { 'from: everywhere': '.end' },
  states: {
    state: {
      entry: say,
      exit: [say, say],
      on: { 'x: ::y;': { guard: 'a:b; "c" --> d', target: 'end', actions: say }, '*': {} },
      after: { 1000: 'note' },
    },
    note: {
      type: 'parallel',
      states: {
        'a b': { initial: 'x', states: { x: { always: { target: '#end.end' } }, h: { type: 'history' } } },
        a_b: { initial: 'x', states: { x: { on: { again: { target: '#end.note.a_b', reenter: true } } } } },
      },
    },
    end: { type: 'final' },
  },
});
const drawn = [...named, ['strange', strange] as [string, AnyStateMachine]];

/** What a chart says: its transitions in order with their actions, its delays, its states with what they do. */
function contentOf(machine: AnyStateMachine) {
  return {
    transitions: [...chartTransitions(machine)].map(([definition, row]) => ({
      ...row,
      actions: Reflect.get(definition, 'actions'),
    })),
    delays: [...chartDelays(machine).values()],
    states: stateNodes(machine).map(({ id, type, description, config, initial }) => ({
      id,
      type,
      description,
      entry: config.entry,
      exit: config.exit,
      initial: initial?.target.map((target) => target.id),
    })),
  };
}

/** Where functions stand in a value. */
function functionsIn(value: unknown, path: string[] = []): string[] {
  if (typeof value === 'function') return [path.join('.')];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => functionsIn(inner, [...path, name]));
}

test('there are charts to export', () => {
  expect(named.map(([name]) => name)).toEqual(expect.arrayContaining(['client', 'server', 'describedClient', 'describedServer']));
});

describe.each(named)('the %s chart as JSON', (_, machine) => {
  const text = exportChart(machine, 'json');

  test('gives createMachine a machine with the same states and transitions', () => {
    expect(contentOf(createMachine(JSON.parse(text)))).toEqual(contentOf(machine));
  });

  test('has everything that the config has, but for a context that is computed', () => {
    const { context, ...rest } = JSON.parse(text) as Record<string, unknown>;
    const { context: original, ...config } = machine.config as Record<string, unknown>;
    expect(rest).toEqual(config);
    expect(functionsIn(config)).toEqual([]);
    if (typeof original !== 'function') expect(context).toEqual(original);
  });

  test('shows of a computed context which part of the input each field is', () => {
    const { context } = JSON.parse(text) as { context?: Record<string, unknown> };
    if (typeof machine.config.context !== 'function') return;
    expect(Object.keys(context ?? {}).length).toBeGreaterThan(0);
    for (const [name, value] of Object.entries(context ?? {})) expect(value).toBe(`{{input.${name}}}`);
  });
});

describe('what JSON cannot hold', () => {
  test.each([
    ['a guard without a name', { on: { go: { guard: () => true } } }, 'chart it: on.go.guard is a function'],
    ['an action without a name', { entry: [() => {}] }, 'chart it: entry.0 is a function'],
    ['a number that is none', { meta: { weight: Number.NaN } }, 'chart it: meta.weight is a number (NaN)'],
    ['an object of a class', { meta: { since: new Date(0) } }, 'chart it: meta.since is an object that is not plain'],
  ])('%s is an error that names its place, and is not left out', (_, config, message) => {
    const machine = createMachine({ id: 'it', ...config } as never);
    expect(() => exportChart(machine, 'json')).toThrow(ChartExportError);
    expect(() => exportChart(machine, 'json')).toThrow(message);
  });

  test('so is a context that computes with its input', () => {
    const machine = createMachine({
      id: 'it',
      context: ({ input }) => ({ size: (input as { list: unknown[] }).list.map(String) }),
    });
    expect(() => exportChart(machine, 'json')).toThrow(
      'chart it: context is a function that does more than copy parts of its input',
    );
  });
});

describe.each(drawn)('the %s chart as a picture', (_, machine) => {
  const rows = [...chartTransitions(machine).values()];
  const nodes = stateNodes(machine).slice(1);

  test('for Mermaid has only lines of its grammar, balanced, and arrows between states that it declares', () => {
    const lines = exportChart(machine, 'mermaid').trimEnd().split('\n');
    expect(lines.shift()).toBe('stateDiagram-v2');
    const declared = new Set<string>();
    const arrows: string[] = [];
    let depth = 0;
    for (const line of lines) {
      const state = /^ +state "([^"\n]+)" as (\w+)( \{)?$/.exec(line);
      const arrow = /^ +(\[\*\]|\w+) --> (\[\*\]|\w+)(?: : ((?:[^:;{}<>"%`]|#\d+;)+))?$/.exec(line);
      if (state !== null) declared.add(String(state[2]));
      if (state?.[3] !== undefined) depth += 1;
      if (arrow !== null) arrows.push(String(arrow[1]), String(arrow[2]));
      if (/^ +\}$/.test(line)) depth -= 1;
      expect(state ?? arrow ?? (/^ +(\}|--)$/.test(line) || line)).not.toBe(line);
    }
    expect(depth).toBe(0);
    expect(declared.size).toBe(nodes.length);
    expect([...new Set(arrows)].filter((name) => name !== '[*]' && !declared.has(name))).toEqual([]);
  });

  test('for Mermaid has an arrow for each transition, with its event, its guard and its actions', () => {
    const text = exportChart(machine, 'mermaid');
    const plain = text.replaceAll(/#(\d+);/g, (_code, number) => String.fromCharCode(Number(number)));
    for (const { event, guard } of rows) expect(plain).toContain(` : ${event}${guard === undefined ? '' : ` [${guard}]`}`);
    const labelled = text.split('\n').filter((line) => line.includes(' : ')).length;
    expect(labelled).toBeGreaterThanOrEqual(rows.length);
  });

  test('for Graphviz has only lines of its grammar, balanced, and names only nodes that it declares', () => {
    const text = exportChart(machine, 'dot');
    const string = '"(?:[^"\\\\\\n]|\\\\["\\\\n])*"';
    const attributes = `(?:\\[\\w+=(?:\\w+|${string})(?:, \\w+=(?:\\w+|${string}))*\\])`;
    const grammar = new RegExp(
      `^(digraph ${string} \\{| *subgraph ${string} \\{| *\\}| *\\w+=(\\w+|${string});| *(node|edge) ${attributes};| *${string}( -> ${string})?( ${attributes})?;)$`,
    );
    const lines = text.trimEnd().split('\n');
    expect(lines.filter((line) => !grammar.test(line))).toEqual([]);
    expect(lines.filter((line) => line.endsWith('{')).length).toBe(lines.filter((line) => line.trim() === '}').length);
    const declared = new Set(lines.flatMap((line) => new RegExp(`^ *(${string}) \\[`).exec(line)?.[1] ?? []));
    const ends = lines.flatMap((line) => new RegExp(`^ *(${string}) -> (${string})`).exec(line)?.slice(1, 3) ?? []);
    expect(ends.filter((end) => !declared.has(end))).toEqual([]);
    const clusters = new Set(lines.flatMap((line) => new RegExp(`subgraph (${string})`).exec(line)?.[1] ?? []));
    const tied = [...text.matchAll(new RegExp(`l(?:head|tail)=(${string})`, 'g'))].map((match) => String(match[1]));
    expect(tied.filter((cluster) => !clusters.has(cluster))).toEqual([]);
  });

  test('is the same text each time', () => {
    for (const format of ['mermaid', 'dot'] as const) expect(exportChart(machine, format)).toBe(exportChart(machine, format));
  });
});

test('labels say event, guard and actions with their parameters, and limits by name', () => {
  const text = exportChart(machines.clientMachine, 'mermaid');
  expect(text).toContain(
    'client_awaitingFirstFrame --> client_failed : first.hello [connectionsDiffer] / sendDecline(connectionsMismatch), reportFailed(connectionsMismatch)\n',
  );
  expect(text).toContain('client_closing --> client_closed : after lingerTimeout\n');
  expect(text).toContain('state "openingPort<br>entry / openPort" as client_handshaking_storage_openingPort\n');
});

test('names that a format would take for something else are escaped', () => {
  expect(exportChart(strange, 'mermaid')).toContain(
    'end_state --> end_end : x#58; #58;#58;y#59; [a#58;b#59; #34;c#34; --#62; d] / say#58; #34;hi#34;#59;',
  );
  expect(exportChart(strange, 'dot')).toContain('say: \\"hi\\"; {x} <b> #1 %% ` \\\\');
});
