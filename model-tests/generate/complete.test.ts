import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CompleteMethod, completeSuite } from './complete.ts';
import { compare, killedBy, reachOf } from './conformance.ts';
import { type Identifiers, identifiersOf, type SequenceTree, sequencesOf } from './identifiers.ts';
import { type Machine, stateBehind } from './machine.ts';
import { quotient } from './quotient.ts';
import { everyTable, implementationOf, machineFrom, type Table, tableOf, tables } from './small-machines.test-support.ts';

const methods: readonly CompleteMethod[] = ['wp', 'hsi'];

/** How many implementations were tried, and those that a suite judged wrongly. */
interface Trial {
  conforming: number;
  wrong: number;
  readonly misjudged: Table[];
}

/** Tries implementations that the theorem is about: each passes exactly when it conforms. */
function judge(
  machine: Machine,
  k: number,
  method: CompleteMethod,
  candidates: Iterable<Table>,
  identify = identifiersOf,
): Trial {
  const suite = completeSuite(method, machine, { k, identify });
  const paths = [...suite.paths()];
  const trial: Trial = { conforming: 0, wrong: 0, misjudged: [] };
  for (const table of candidates) {
    const implementation = implementationOf(table);
    const conforms = compare(suite.machine, implementation).difference === undefined;
    const passes = killedBy(suite.machine, implementation, paths) === undefined;
    trial[conforms ? 'conforming' : 'wrong'] += 1;
    if (conforms !== passes) trial.misjudged.push(table);
  }
  return trial;
}

/** Only machines whose states can all be told apart are promised something for a number of states. */
const hasNoBlindPairs = (machine: Machine) => identifiersOf(quotient(machine).machine).blind.length === 0;

const tiny = (holes: boolean) => tables({ states: 2, inputs: 2, outputs: 2, holes, looks: false });
const machines = (size: Parameters<typeof tables>[0]) => tables(size).map((table) => machineFrom(table, size.outputs));

/** Implementations near a machine: `changes` cells of it differ, and it may have states that the machine does not have. */
const implementationsNear = (machine: Machine, states: number) => {
  const table = tableOf(machine, states);
  const change = fc.tuple(
    fc.nat({ max: table.next.length - 1 }),
    fc.nat({ max: states - 1 }),
    fc.nat({ max: 1 }),
    fc.nat({ max: 9 }),
  );
  return fc.array(change, { minLength: 1, maxLength: 6 }).map((changes) => {
    const [next, output, sights] = [[...table.next], [...table.output], [...table.sights]];
    for (const [cell, target, seen, what] of changes) {
      if (what < 6) next[cell] = target;
      else if (what < 9) output[cell] = seen;
      else sights[target] = seen;
    }
    return { ...table, next, output, sights };
  });
};

describe.each(methods)('%s', (method) => {
  test('kills every wrong implementation of up to n + 1 states, of a tiny machine, and no other', () => {
    let wrong = 0;
    fc.assert(
      fc.property(tiny(true), (table) => {
        const machine = machineFrom(table, 2);
        fc.pre(hasNoBlindPairs(machine) && quotient(machine).machine.states.length === 2);
        const trial = judge(machine, 1, method, everyTable(3, table.inputs, 2));
        wrong += trial.wrong;
        expect(trial.misjudged).toEqual([]);
      }),
      { numRuns: 12 },
    );
    expect(wrong).toBeGreaterThan(10_000);
  });

  test('kills every wrong implementation of three states, of machines of three states, and no other', () => {
    fc.assert(
      fc.property(tables({ states: 3, inputs: 2, outputs: 2, holes: true, looks: false }), (table) => {
        const machine = machineFrom(table, 2);
        fc.pre(hasNoBlindPairs(machine) && quotient(machine).machine.states.length === 3);
        expect(judge(machine, 0, method, everyTable(3, table.inputs, 2)).misjudged).toEqual([]);
      }),
      { numRuns: 10 },
    );
  });

  test('kills wrong implementations of up to n + k states near machines of chance, partial ones whose states have looks', () => {
    let wrong = 0;
    const size = { states: 7, inputs: 3, outputs: 2, holes: true, looks: true };
    const cases = machines(size).chain((machine) =>
      fc.record({
        machine: fc.constant(machine),
        k: fc.nat({ max: 2 }),
        near: fc
          .nat({ max: 2 })
          .chain((extra) =>
            fc.array(implementationsNear(machine, machine.states.length + extra), { minLength: 20, maxLength: 40 }),
          ),
      }),
    );
    fc.assert(
      fc.property(cases, ({ machine, k, near }) => {
        const { machine: small } = quotient(machine);
        fc.pre(hasNoBlindPairs(machine));
        const trial = judge(
          machine,
          k,
          method,
          near.filter(({ sights }) => sights.length <= small.states.length + k),
        );
        wrong += trial.wrong;
        expect(trial.misjudged).toEqual([]);
      }),
      { numRuns: 300 },
    );
    expect(wrong).toBeGreaterThan(500);
  });

  test('kills wrong implementations of any number of states that the state cover and k inputs reach, blind pairs or not', () => {
    let wrong = 0;
    const cases = machines({ states: 5, inputs: 2, outputs: 2, holes: true, looks: true }).chain((machine) =>
      fc.record({
        machine: fc.constant(machine),
        k: fc.nat({ max: 2 }),
        many: fc.array(implementationsNear(machine, machine.states.length + 6), { minLength: 20, maxLength: 40 }),
      }),
    );
    fc.assert(
      fc.property(cases, ({ machine, k, many }) => {
        const suite = completeSuite(method, machine, { k });
        fc.pre(suite.complete);
        const within = many.filter((table) => reachOf(suite.machine, implementationOf(table), k) <= k);
        const trial = judge(machine, k, method, within);
        wrong += trial.wrong;
        expect(trial.misjudged).toEqual([]);
      }),
      { numRuns: 400 },
    );
    expect(wrong).toBeGreaterThan(500);
  });

  test('with one identifier forgotten it lets faults through, so the checks above can fail', () => {
    const found = fc.check(
      fc.property(machines({ states: 4, inputs: 2, outputs: 2, holes: false, looks: false }), (machine) => {
        fc.pre(hasNoBlindPairs(machine));
        const near = fc.sample(implementationsNear(machine, machine.states.length), { numRuns: 100, seed: 1 });
        return judge(machine, 0, method, near, forgetful).misjudged.length === 0;
      }),
      { numRuns: 300, seed: 1 },
    );
    expect(found.failed).toBe(true);
  });

  test('has paths that are defined from reset to end, and none twice or as the beginning of another', () => {
    fc.assert(
      fc.property(machines({ states: 6, inputs: 3, outputs: 2, holes: true, looks: true }), fc.nat({ max: 2 }), (machine, k) => {
        const suite = completeSuite(method, machine, { k });
        const paths = [...suite.paths()];
        expect(paths.filter((path) => stateBehind(suite.machine, path) < 0)).toEqual([]);
        const texts = paths.map((path) => `${path.join()},`).sort();
        expect(texts.filter((text, at) => texts[at + 1]?.startsWith(text))).toEqual([]);
        expect(suite.size).toEqual({ paths: paths.length, steps: paths.reduce((sum, path) => sum + path.length, 0) });
        expect(suite.coverage.transitions.covered).toBe(suite.coverage.transitions.total);
        if (k > 0) expect(suite.coverage.pairs.covered).toBe(suite.coverage.pairs.total);
      }),
      { numRuns: 200 },
    );
  });
});

/** Identifiers without the last sequence of the last state that has one. */
function forgetful(machine: Machine): Identifiers {
  const all = identifiersOf(machine);
  const forget = (tree: SequenceTree): SequenceTree => {
    const [last] = [...tree.children.keys()].slice(-1);
    return { ...tree, children: new Map([...tree.children].filter(([input]) => input !== last)) };
  };
  const drop = (trees: readonly SequenceTree[]) => {
    const last = trees.findLastIndex(({ children }) => children.size > 0);
    return trees.map((tree, state) => (state === last ? forget(tree) : tree));
  };
  return { ...all, characterisation: forget(all.characterisation), ofState: drop(all.ofState), harmonised: drop(all.harmonised) };
}

describe('states that no defined input tells apart', () => {
  // Inputs a, b, c lead from state 0; x is defined in state 1 only, y in state 2 only; z leads from 1 back to itself, if it circles.
  const [a, b, c, x, y, z] = [0, 1, 2, 3, 4, 5];
  const tableWith = (cells: readonly (readonly [state: number, input: number, next: number, output: number])[]): Table => {
    const [next, output] = [new Array<number>(18).fill(-1), new Array<number>(18).fill(0)];
    for (const [state, input, target, seen] of cells) [next[state * 6 + input], output[state * 6 + input]] = [target, seen];
    return { inputs: 6, next, output, sights: [0, 1, 1] };
  };
  const cells = [
    [0, a, 1, 0],
    [0, b, 2, 0],
    [0, c, 1, 0],
    [1, x, 0, 1],
    [2, y, 0, 1],
  ] as const;
  const wrong = (machine: Machine): Table => {
    const table = tableOf(machine, 3);
    return { ...table, next: table.next.with(c, table.next[b] ?? 0) };
  };

  test.each(methods)('%s goes on behind them, and so kills an implementation that confuses them', (method) => {
    const machine = machineFrom(tableWith(cells), 2);
    const suite = completeSuite(method, machine);
    expect(suite.blind).toEqual([['s1', 's2']]);
    expect(suite.complete).toBe(true);
    expect(reachOf(machine, implementationOf(wrong(machine)), 0)).toBe(0);
    expect(judge(machine, 0, method, [wrong(machine)])).toEqual({ conforming: 0, wrong: 1, misjudged: [] });
    expect([...suite.paths()]).toContainEqual([c, x]);
  });

  test.each(methods)('%s says that it is not complete where they lie on a circle', (method) => {
    const suite = completeSuite(method, machineFrom(tableWith([...cells, [1, z, 1, 0]]), 2));
    expect(suite.complete).toBe(false);
    expect(suite.assumptions.at(-1)).toMatch(/^NOT COMPLETE: .*: s1\.$/);
  });
});

describe('identifiers', () => {
  test('tell each state from every other that is apart from it, and harmonised ones by a sequence that both have', () => {
    fc.assert(
      fc.property(machines({ states: 7, inputs: 3, outputs: 2, holes: true, looks: true }), (given) => {
        const { machine } = quotient(given);
        const { ofState, harmonised, blind } = identifiersOf(machine);
        const isBlind = (one: number, other: number) =>
          blind.some(([a, b]) => (a === one && b === other) || (a === other && b === one));
        const separates = (sequence: readonly number[], one: number, other: number) => {
          let [a, b] = [one, other];
          for (const input of sequence) {
            const [cellA, cellB] = [a * machine.inputs.length + input, b * machine.inputs.length + input];
            [a, b] = [machine.next[cellA] ?? -1, machine.next[cellB] ?? -1];
            if (a < 0 || b < 0) return false;
            if (machine.output[cellA] !== machine.output[cellB] || machine.states[a]?.sight !== machine.states[b]?.sight)
              return true;
          }
          return false;
        };
        for (const one of machine.states.keys()) {
          for (const other of machine.states.keys()) {
            if (one === other || isBlind(one, other) || machine.states[one]?.sight !== machine.states[other]?.sight) continue;
            expect([...sequencesOf(ofState[one] as SequenceTree)].some((sequence) => separates(sequence, one, other))).toBe(true);
            const prefixes = (tree: SequenceTree) =>
              new Set([...sequencesOf(tree)].flatMap((sequence) => sequence.map((_, at) => sequence.slice(0, at + 1).join())));
            const [mine, others] = [prefixes(harmonised[one] as SequenceTree), prefixes(harmonised[other] as SequenceTree)];
            const common = [...mine].filter((text) => others.has(text)).map((text) => text.split(',').map(Number));
            expect(common.some((sequence) => separates(sequence, one, other))).toBe(true);
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});
