/** What rules say that they touch is true: searches that leave out interleavings, merge exchanges or run on several threads come to the same verdicts. */
import { describe, expect, test } from 'vitest';
import { twoFifos } from '../../bench/systems/two-fifos.ts';
import { check } from '../explore/check.ts';
import type { CheckOptions } from '../explore/results.ts';
import { compose } from './compose.ts';
import type { Composed } from './composed.ts';
import type { ComposedMove } from './moves.ts';
import { receiver, sender } from './small-systems.test-support.ts';
import type { Property } from './system.ts';
import { managerNames, twoPhaseCommit } from './two-phase-commit.test-support.ts';

interface Case {
  readonly name: string;
  readonly system: () => Composed<string, string>;
  readonly properties: (system: Composed<string, string>) => readonly Property<ComposedMove>[];
}

const text = { description: '' };
const got = (system: Composed<string, string>, name: string) => (view: Parameters<Composed['rules'][0]['fire']>[0]) =>
  system.machine(name).context<{ got: readonly number[] }>(view)?.got.join(' ') ?? '';

const cases: readonly Case[] = [
  {
    name: 'two FIFOs',
    system: () => twoFifos(3, 3) as unknown as Composed<string, string>,
    properties: (system) => {
      const [client, server] = ['client', 'server'].map((name) => system.machine(name));
      return [
        {
          ...text,
          id: 'both closed',
          kind: 'sometimes',
          holds: (view) => client?.matches(view, 'closed') === true && server?.matches(view, 'closed') === true,
        },
        { ...text, id: 'never drain', kind: 'never', holds: (view) => client?.matches(view, 'drain') === true },
        { ...text, id: 'ends', kind: 'noDeadlock', mayEnd: () => false },
      ];
    },
  },
  {
    name: 'two pairs, one with an intruder and a link that loses, one that crashes',
    system: () => {
      const to = receiver(2);
      return compose<string, string>({
        machines: {
          a: { chart: sender('first', 2), events: ['send'] },
          b: { chart: to },
          c: { chart: sender('second', 2, 'other sender'), events: ['send'] },
          d: { chart: to, crashes: true, restarts: true },
        },
        links: {
          first: { kind: 'channel', from: 'a', to: 'b', capacity: 2, loses: true },
          second: { kind: 'unordered', from: 'c', to: 'd', capacity: 2 },
        },
        environment: {
          crash: 1,
          inject: 1,
          intruder: { injects: ['first'], guesses: [{ type: 'message', number: 7 }], overhears: ['second'] },
        },
      });
    },
    properties: (system) => [
      { ...text, id: 'forged', kind: 'sometimes', holds: (view) => got(system, 'b')(view) === '7' },
      { ...text, id: 'overheard', kind: 'sometimes', holds: (view) => got(system, 'b')(view) === '2' },
      { ...text, id: 'reversed', kind: 'never', holds: (view) => got(system, 'd')(view) === '2 1' },
      { ...text, id: 'tripled', kind: 'never', holds: (view) => got(system, 'd')(view) === '3' },
      { ...text, id: 'ends', kind: 'noDeadlock', mayEnd: () => false },
    ],
  },
  {
    name: 'two-phase commit',
    system: () => twoPhaseCommit(3),
    properties: (system) => {
      const some = (state: string) => managerNames(3).map((name) => system.machine(name).in(state));
      const [committed, aborted] = [some('committed'), some('aborted')];
      return [
        {
          ...text,
          id: 'consistent',
          kind: 'never',
          holds: (view) => committed.some((is) => is(view)) && aborted.some((is) => is(view)),
        },
        { ...text, id: 'commits', kind: 'sometimes', holds: (view) => committed.every((is) => is(view)) },
        { ...text, id: 'no abort', kind: 'never', holds: (view) => aborted.some((is) => is(view)) },
      ];
    },
  },
];

describe.each(cases)('$name', ({ system, properties }) => {
  const verdicts = async (options: CheckOptions) => {
    const composed = system();
    const result = await check(composed, properties(composed), options);
    return { states: result.states, verdicts: Object.fromEntries(result.properties.map(({ id, verdict }) => [id, verdict])) };
  };

  test('partial-order reduction finds the same verdicts in fewer states', async () => {
    const [full, reduced] = [await verdicts({}), await verdicts({ partialOrder: true })];
    expect(reduced.verdicts).toEqual(full.verdicts);
    expect(reduced.states).toBeLessThanOrEqual(full.states);
  });

  test('two threads find the same states and verdicts', async () => {
    expect(await verdicts({ threads: 2 })).toEqual(await verdicts({}));
  });
});
