import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Property, System, View } from '../compose/system.ts';
import { check } from './check.ts';
import { UnboundedSlotError } from './domain.ts';
import {
  edgesFrom,
  exploreNaively,
  firstIsOne,
  lastIsOne,
  type SmallSystem,
  smallSystems,
  staysForever,
  systemOf,
  viewOf,
} from './random-systems.test-support.ts';
import type { CheckResult, Counterexample } from './results.ts';
import { ExploreError } from './tables.ts';

const text = { description: '' };

/** A counter modulo `size`. */
const counter = (size: number, fair = true): System<string> => ({
  slots: [{ name: 'count', initial: 0 }],
  rules: [
    {
      name: 'step',
      fair,
      *fire(view) {
        yield { move: 'step', writes: [[0, (view.get<number>(0) + 1) % size]] };
      },
    },
  ],
  lifelines: [],
  show: (move) => ({ text: move, events: [] }),
});

const verdictOf = <Move>({ properties }: CheckResult<Move>, id: string) =>
  properties.find((property) => property.id === id)?.verdict;

test('a search finds every state and every edge, and says that it is complete', async () => {
  expect(await check(counter(100))).toMatchObject({ states: 100, edges: 100, depth: 99, complete: true });
});

test('of states more than a byte, a word and a chunk can hold, none is lost', async () => {
  expect(await check(counter(65_535))).toMatchObject({ states: 65_535, edges: 65_535 });
});

test('a slot that takes too many values is refused by its name', async () => {
  await expect(check(counter(70_000))).rejects.toThrow(UnboundedSlotError);
  await expect(check(counter(70_000))).rejects.toThrow(/slot count takes more than 65535 values/);
});

test('a limit of states, seconds or bytes cuts the search, and what is not decided is inconclusive with the reason', async () => {
  const properties: Property<string>[] = [
    { ...text, id: 'small', kind: 'always', holds: (view) => view.get<number>(0) < 30_000 },
    { ...text, id: 'five', kind: 'sometimes', holds: (view) => view.get<number>(0) === 5 },
  ];
  for (const [limits, reason] of [
    [{ states: 10 }, /limit of 10 states/],
    [{ seconds: 0 }, /limit of 0 seconds/],
    [{ bytes: 1 }, /limit of 1 bytes/],
  ] as const) {
    const result = await check(counter(60_000), properties, { limits });
    expect(result.complete).toBe(false);
    expect(result.stoppedBy).toMatch(reason);
    expect(result.properties[0]).toMatchObject({ verdict: 'inconclusive', reason: result.stoppedBy });
    expect(verdictOf(result, 'five')).toBe('holds');
  }
});

test('an abort ends the search with what is known by then', async () => {
  const result = await check(counter(60_000), [], { signal: AbortSignal.abort() });
  expect(result).toMatchObject({ complete: false, stoppedBy: 'stopped by the caller' });
  expect(result.states).toBeGreaterThan(1);
});

test('a rule that is impure, throws, or goes beyond what it touches is named, with the state', async () => {
  let calls = 0;
  const base = counter(5);
  const withRule = (rule: Partial<System<string>['rules'][number]>): System<string> => ({
    ...base,
    slots: [...base.slots, { name: 'other', initial: 0 }],
    rules: [{ ...(base.rules[0] as System<string>['rules'][number]), ...rule }],
  });
  const moody = withRule({
    *fire(view) {
      calls += 1;
      yield { move: 'step', writes: [[0, (view.get<number>(calls % 2) + 1) % 3]] };
    },
  });
  const broken = withRule({
    *fire(view) {
      if (view.get<number>(0) === 2) throw new Error('out of cheese');
      yield { move: 'step', writes: [[0, view.get<number>(0) + 1]] };
    },
  });
  await expect(check(moody)).rejects.toThrow(/^rule step is not pure/);
  await expect(check(broken)).rejects.toThrow(ExploreError);
  await expect(check(broken)).rejects.toThrow('rule step: out of cheese; in state {"count":2,"other":0}');
  await expect(check(withRule({ touches: [1] }))).rejects.toThrow(/slot count is read, which `touches` does not have/);
});

const properties = (slots: number): Property<string>[] => [
  { ...text, id: 'always', kind: 'always', holds: (view) => !lastIsOne(slots)(view) },
  { ...text, id: 'never', kind: 'never', holds: (view) => firstIsOne(view) && lastIsOne(slots)(view) },
  { ...text, id: 'sometimes', kind: 'sometimes', holds: lastIsOne(slots) },
  { ...text, id: 'neverMove', kind: 'neverMove', of: (move) => move === '0.0' },
  { ...text, id: 'sometimesMove', kind: 'sometimesMove', of: (move) => move === '1.0' },
  { ...text, id: 'noDeadlock', kind: 'noDeadlock', mayEnd: firstIsOne },
];

const liveness = (slots: number): Property<string>[] => [
  { ...text, id: 'eventually', kind: 'eventually', holds: lastIsOne(slots) },
  { ...text, id: 'leadsTo', kind: 'leadsTo', from: firstIsOne, to: lastIsOne(slots) },
  { ...text, id: 'noLivelock', kind: 'noLivelock', progress: (move) => move.startsWith('0.') },
];

/** What the naive search says of each property. */
function naiveVerdicts(small: SmallSystem): Record<string, boolean> {
  const system = systemOf(small);
  const graph = exploreNaively(system);
  const [initial = ''] = graph.keys();
  const [states, edges] = [[...graph.keys()], [...graph.values()].flat()];
  const [first, last] = [(id: string) => firstIsOne(viewOf(id)), (id: string) => lastIsOne(small.slots)(viewOf(id))];
  const stays = (from: Iterable<string>, holds: (id: string) => boolean, options = {}) =>
    staysForever(system, graph, from, holds, options);
  return {
    always: !states.some(last),
    never: !states.some((id) => first(id) && last(id)),
    sometimes: states.some(last),
    neverMove: !edges.some(({ move }) => move === '0.0'),
    sometimesMove: edges.some(({ move }) => move === '1.0'),
    noDeadlock: !states.some((id) => graph.get(id)?.length === 0 && !first(id)),
    eventually: !stays([initial], (id) => !last(id)),
    leadsTo: !stays(
      states.filter((id) => first(id) && !last(id)),
      (id) => !last(id),
    ),
    noLivelock: !stays(states, () => true, { endsCount: false, mayUse: (move: string) => !move.startsWith('0.') }),
  };
}

test('counts and verdicts are those of a naive search, for systems of chance', async () => {
  await fc.assert(
    fc.asyncProperty(smallSystems, async (small) => {
      const system = systemOf(small);
      const graph = exploreNaively(system);
      const result = await check(system, [...properties(small.slots), ...liveness(small.slots)]);
      expect([result.states, result.edges]).toEqual([graph.size, [...graph.values()].flat().length]);
      const naive = naiveVerdicts(small);
      for (const { id, verdict } of result.properties)
        expect([id, verdict]).toEqual([id, naive[id] === true ? 'holds' : 'violated']);
    }),
    { numRuns: 1_000 },
  );
});

test('every counterexample is a run of the system that shows what it is to show', async () => {
  await fc.assert(
    fc.asyncProperty(smallSystems, async (small) => {
      const system = systemOf(small);
      const all = [...properties(small.slots), ...liveness(small.slots)];
      for (const { id, counterexample } of (await check(system, all)).properties) {
        if (counterexample === undefined) continue;
        expect([id, shows(system, all.find((property) => property.id === id) as Property<string>, counterexample)]).toEqual([
          id,
          true,
        ]);
      }
    }),
    { numRuns: 500 },
  );
});

/** Follows the moves; where one move has several outcomes, every one. */
function shows(system: System<string>, property: Property<string>, { moves, loopFrom }: Counterexample<string>): boolean {
  const run = (texts: string[], rest: readonly string[]): boolean => {
    const [move, ...others] = rest;
    if (move === undefined) return decides(system, property, texts, moves, loopFrom);
    const last = texts.at(-1) as string;
    return edgesFrom(system, last).some((edge) => edge.move === move && run([...texts, edge.to], others));
  };
  return run([JSON.stringify(system.slots.map(({ initial }) => initial))], moves);
}

function decides(
  system: System<string>,
  property: Property<string>,
  texts: readonly string[],
  moves: readonly string[],
  loopFrom: number | undefined,
): boolean {
  const last = texts.at(-1) as string;
  const isEnd = edgesFrom(system, last).length === 0;
  const mayEnd = !edgesFrom(system, last).some(({ rule }) => system.rules[rule]?.fair === true);
  const at = (holds: (view: View) => boolean) => texts.map((id) => holds(viewOf(id)));
  const isEndless =
    loopFrom !== undefined && loopFrom < moves.length && texts[loopFrom] === last && isFairLoop(system, texts, moves, loopFrom);
  switch (property.kind) {
    case 'always':
      return at(property.holds).at(-1) === false;
    case 'never':
    case 'sometimes':
      return at(property.holds).at(-1) === true;
    case 'neverMove':
    case 'sometimesMove':
      return property.of(moves.at(-1) ?? '');
    case 'noDeadlock':
      return isEnd && !property.mayEnd(viewOf(last));
    case 'eventually':
      return !at(property.holds).includes(true) && (mayEnd || isEndless);
    case 'leadsTo': {
      const [promised, kept] = [at(property.from), at(property.to)];
      const neverKept = promised.some((is, i) => is && !kept.slice(Math.min(i, loopFrom ?? i)).includes(true));
      return neverKept && (mayEnd || isEndless);
    }
    case 'noLivelock':
      return isEndless && !moves.slice(loopFrom).some(property.progress);
  }
}

function isFairLoop(system: System<string>, texts: readonly string[], moves: readonly string[], loopFrom: number): boolean {
  const loop = texts.slice(loopFrom);
  return system.rules.every(
    ({ fair, fire }, rule) =>
      fair !== true ||
      loop.some((id) => [...fire(viewOf(id))].length === 0) ||
      moves.slice(loopFrom).some((move) => move.startsWith(`${rule}.`)),
  );
}

test('partial-order reduction says the same of states, moves and deadlocks, and looks at no more states', async () => {
  let [full, reduced] = [0, 0];
  const watched = fc.subarray(['always', 'never', 'sometimes', 'neverMove', 'sometimesMove', 'noDeadlock'], {
    minLength: 1,
    maxLength: 2,
  });
  await fc.assert(
    fc.asyncProperty(smallSystems, watched, async (small, ids) => {
      const system = systemOf(small);
      const some = properties(small.slots).filter(({ id }) => ids.includes(id));
      const [all, fewer] = [await check(system, some), await check(system, some, { partialOrder: true })];
      expect(fewer.properties.map(({ id, verdict }) => [id, verdict])).toEqual(
        all.properties.map(({ id, verdict }) => [id, verdict]),
      );
      expect(fewer.states).toBeLessThanOrEqual(all.states);
      full += all.states;
      reduced += fewer.states;
    }),
    { numRuns: 1_000 },
  );
  expect(reduced).toBeLessThan(full);
  expect(full).toBeGreaterThan(10_000);
});

/** `count` processes that take a token in turn, each with its state in a slot of its own; the token names its holder. */
const tokenRing = (count: number): System<string> => ({
  slots: [
    { name: 'token', initial: -1 },
    ...Array.from({ length: count }, (_, i) => ({ name: `process ${i}`, initial: 'idle' })),
  ],
  rules: Array.from({ length: count }, (_, i) => ({
    name: `process ${i}`,
    fair: true,
    *fire(view: View) {
      const [token, state] = [view.get<number>(0), view.get<string>(i + 1)];
      if (state === 'idle') yield { move: `${i} asks`, writes: [[i + 1, 'asking'] as const] };
      if (state === 'asking' && token < 0) yield { move: `${i} takes`, writes: [[i + 1, 'in'] as const, [0, i] as const] };
      if (state === 'in') yield { move: `${i} leaves`, writes: [[i + 1, 'idle'] as const, [0, -1] as const] };
    },
  })),
  symmetries: [
    {
      members: Array.from({ length: count }, (_, i) => [i + 1]),
      rename: (value, slot, to) => (slot === 0 && typeof value === 'number' && value >= 0 ? (to[value] as number) : value),
    },
  ],
  lifelines: [],
  show: (move) => ({ text: move, events: [] }),
});

test('symmetry merges exchanged processes, says the same, and its counterexamples are runs of the system itself', async () => {
  const system = tokenRing(4);
  const inside = (view: View) => [1, 2, 3, 4].filter((slot) => view.get<string>(slot) === 'in').length;
  const watched: Property<string>[] = [
    { ...text, id: 'exclusion', kind: 'always', holds: (view) => inside(view) <= 1 },
    { ...text, id: 'holder', kind: 'always', holds: (view) => view.get<number>(0) >= 0 === (inside(view) === 1) },
    {
      ...text,
      id: 'crowd',
      kind: 'never',
      holds: (view) => inside(view) === 1 && [1, 2, 3, 4].every((slot) => view.get<string>(slot) !== 'idle'),
    },
  ];
  const [full, merged] = [await check(system, watched), await check(system, watched, { symmetry: true })];
  expect(merged.properties.map(({ verdict }) => verdict)).toEqual(full.properties.map(({ verdict }) => verdict));
  expect(full.states).toBe(2 ** 4 + 4 * 2 ** 3);
  // How many ask, and whether one is in.
  expect(merged.states).toBe(5 + 4);
  const crowd = merged.properties[2];
  expect(crowd?.verdict).toBe('violated');
  expect(shows(system, watched[2] as Property<string>, crowd?.counterexample as Counterexample<string>)).toBe(true);
});

test('with a reduction, what has to be for ever is inconclusive and says why', async () => {
  const property: Property<string> = { ...text, id: 'back', kind: 'eventually', holds: (view) => view.get<number>(0) === 3 };
  for (const options of [{ symmetry: true }, { partialOrder: true }]) {
    const [result] = (await check(counter(5), [property], options)).properties;
    expect(result).toMatchObject({ verdict: 'inconclusive', reason: expect.stringContaining('full state graph') });
  }
});

test('weak fairness decides: what may be put off for ever without it happens with it', async () => {
  const system = (fair: boolean): System<string> => ({
    ...counter(3),
    slots: [
      { name: 'count', initial: 0 },
      { name: 'done', initial: false },
    ],
    rules: [
      ...counter(3).rules,
      {
        name: 'finish',
        fair,
        *fire(view) {
          if (!view.get<boolean>(1)) yield { move: 'finish', writes: [[1, true]] };
        },
      },
    ],
  });
  const done: Property<string> = { ...text, id: 'done', kind: 'eventually', holds: (view) => view.get<boolean>(1) };
  expect(verdictOf(await check(system(true), [done]), 'done')).toBe('holds');
  const [unfair] = (await check(system(false), [done])).properties;
  expect(unfair?.verdict).toBe('violated');
  expect(unfair?.counterexample).toMatchObject({ moves: ['step', 'step', 'step'], loopFrom: 0 });
});

test('two threads find the same states, edges and verdicts as one, and shortest runs as short', async () => {
  const size = 40;
  const grid: System<string> = {
    slots: [0, 1, 2].map((axis) => ({ name: `axis ${axis}`, initial: 0 })),
    rules: [0, 1, 2].map((axis) => ({
      name: `along ${axis}`,
      fair: true,
      *fire(view: View) {
        const at = view.get<number>(axis);
        if (at < size) yield { move: `${axis} to ${at + 1}`, writes: [[axis, at + 1] as const] };
        if (at > 0) yield { move: `${axis} back to ${at - 1}`, writes: [[axis, at - 1] as const] };
      },
    })),
    lifelines: [],
    show: (move) => ({ text: move, events: [] }),
  };
  const corner = (view: View) => [0, 1, 2].every((axis) => view.get<number>(axis) === size);
  const watched: Property<string>[] = [
    { ...text, id: 'corner', kind: 'never', holds: corner },
    { ...text, id: 'beyond', kind: 'never', holds: (view) => view.get<number>(0) > size },
    { ...text, id: 'last step', kind: 'sometimesMove', of: (move) => move === `2 to ${size}` },
    { ...text, id: 'no end', kind: 'noDeadlock', mayEnd: () => false },
    { ...text, id: 'home', kind: 'leadsTo', from: corner, to: (view) => view.get<number>(0) === 0 },
  ];
  const [one, two] = [await check(grid, watched), await check(grid, watched, { threads: 2 })];
  expect(one).toMatchObject({ states: (size + 1) ** 3, depth: 3 * size, complete: true });
  expect([two.states, two.edges, two.depth, two.complete]).toEqual([one.states, one.edges, one.depth, true]);
  const summary = ({ properties: all }: CheckResult<string>) =>
    all.map(({ id, verdict, counterexample }) => [id, verdict, id === 'home' ? 'some run' : counterexample?.moves.length]);
  expect(summary(two)).toEqual(summary(one));
  expect(one.properties.map(({ verdict }) => verdict)).toEqual(['violated', 'holds', 'holds', 'holds', 'violated']);
});

test('two threads say the same as one of systems of chance, too', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(smallSystems, async (small) => {
      const system = systemOf(small);
      const all = [...properties(small.slots), ...liveness(small.slots)];
      const [one, two] = [await check(system, all), await check(system, all, { threads: 2 })];
      expect([two.states, two.edges]).toEqual([one.states, one.edges]);
      expect(two.properties.map(({ id, verdict }) => [id, verdict])).toEqual(
        one.properties.map(({ id, verdict }) => [id, verdict]),
      );
    }),
    { numRuns: 20 },
  );
});

test('threads and a reduction together, and a number of threads that cannot be, are refused', async () => {
  await expect(check(counter(5), [], { threads: 2, symmetry: true })).rejects.toThrow(
    /a reduction needs the whole search in one thread/,
  );
  await expect(check(counter(5), [], { threads: 0 })).rejects.toThrow(/threads is 0, expected a whole number from 1 to 64/);
});
