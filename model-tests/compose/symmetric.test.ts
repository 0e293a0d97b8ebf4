import { describe, expect, test } from 'vitest';
import { sendTo, setup } from 'xstate';
import { check } from '../explore/check.ts';
import { compose } from './compose.ts';
import { reach, receiver } from './small-systems.test-support.ts';
import type { Symmetry, View } from './system.ts';
import { managerNames, twoPhaseCommit } from './two-phase-commit.test-support.ts';

/** A state of two-phase commit in which no manager has a name: what is true of each, in alphabetical order. */
function nameless(system: ReturnType<typeof twoPhaseCommit>, names: readonly string[], view: View): string {
  const { prepared } = system.machine('coordinator').context<{ prepared: Record<string, boolean> }>(view) ?? { prepared: {} };
  const isSent = (name: string) =>
    system
      .link('toCoordinator')
      .messages(view)
      .some(({ manager }) => manager === name);
  const each = names.map((name) => `${system.machine(name).state(view)} ${prepared[name]} ${isSent(name)}`).sort();
  return JSON.stringify([system.machine('coordinator').state(view), system.link('toManagers').messages(view), each]);
}

test.each([2, 3, 4])('of states of %d managers that differ by an exchange one is explored', async (count) => {
  const system = twoPhaseCommit(count);
  const classes = new Set(reach(system).views.map((view) => nameless(system, managerNames(count), view)));
  const { states, complete } = await check(system, [], { symmetry: true });
  expect([states, complete]).toEqual([classes.size, true]);
  expect(states).toBeLessThan((await check(system)).states);
});

describe('machines that are exchanged', () => {
  const user = setup({ types: { context: {} as { line: string }, input: {} as { line: string } } }).createMachine({
    id: 'user',
    context: ({ input }) => input,
    initial: 'idle',
    states: {
      idle: {
        on: {
          send: {
            target: 'done',
            actions: sendTo(({ context }) => context.line as never, { type: 'message', number: 1 } as never),
          },
        },
      },
      done: {},
    },
  });
  const server = receiver(2);
  const link = (from: string) => ({ kind: 'channel', from, to: 'server', capacity: 1 }) as const;
  const users = (second: object = {}) =>
    compose<string, string>({
      machines: {
        a: { chart: user, input: { line: 'fromA' }, events: ['send'], sendsTo: ['fromA'] },
        b: { chart: user, input: { line: 'fromB' }, events: ['send'], sendsTo: ['fromB'], ...second },
        server: { chart: server },
      },
      links: { fromA: link('a'), fromB: link('b') },
      symmetric: [{ members: ['a', 'b'] }],
    });

  test('take their own links with them, and the names of these', async () => {
    const { symmetries, slots } = users();
    const [{ members, rename }] = symmetries as [Symmetry];
    expect(members.map((own) => own.map((slot) => slots[slot]?.name))).toEqual([
      ['a', 'fromA'],
      ['b', 'fromB'],
    ]);
    const value = { state: 'idle', context: { line: 'fromA', a: 1, b: 2, c: ['b'] } };
    expect(JSON.stringify(rename?.(value, 0, [1, 0]))).toBe('{"state":"idle","context":{"line":"fromB","a":2,"b":1,"c":["a"]}}');
    const [full, reduced] = [await check(users()), await check(users(), [], { symmetry: true })];
    expect([full.states, reduced.states]).toEqual([9, 6]);
  });

  test('must be alike', () => {
    expect(() => users({ crashes: true })).toThrow(
      'symmetric: machines a and b are not alike: they differ in more than their names and input',
    );
  });
});
