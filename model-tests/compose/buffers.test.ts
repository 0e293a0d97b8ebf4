import { describe, expect, test } from 'vitest';
import { compose } from './compose.ts';
import type { Environment, LinkDescription } from './description.ts';
import { play, reach, receiver, sender, texts } from './small-systems.test-support.ts';
import type { View } from './system.ts';

type Buffer = Exclude<LinkDescription<'a' | 'b'>, { kind: 'connection' }>;

/** `a` sends two messages to `b` on a link of this kind. */
const overLink = (link: Omit<Buffer, 'from' | 'to'>, environment: Environment<'link'> = {}, limit = 4) =>
  compose({
    machines: { a: { chart: sender('link', 2), events: ['send'] }, b: { chart: receiver(limit), maxStates: 200 } },
    links: { link: { from: 'a', to: 'b', ...link } as Buffer },
    environment,
  });

/** Every sequence of numbers that `b` may end with. */
function received(system: ReturnType<typeof overLink>): string[] {
  const got = reach(system).views.map((view) => system.machine('b').context<{ got: number[] }>(view)?.got.join(' ') ?? '');
  return [...new Set(got)].sort();
}

describe('a channel', () => {
  test('delivers in order', () => {
    expect(received(overLink({ kind: 'channel', capacity: 2 }))).toEqual(['', '1', '1 2']);
  });

  test('that is full lets nobody send, so its sender waits', () => {
    const system = overLink({ kind: 'channel', capacity: 1 });
    expect(play(system, ['a: send']).possible).toEqual(['b gets message(number: 1) from link']);
    expect(received(system)).toEqual(['', '1', '1 2']);
  });

  test('that drops what finds no room lets its sender go on', () => {
    const system = overLink({ kind: 'channel', capacity: 1, whenFull: 'drop' });
    expect(received(system)).toEqual(['', '1', '1 2']);
    const { moves, possible } = play(system, ['a: send', 'a: send']);
    expect(moves[1]?.effects).toContainEqual({
      kind: 'lost',
      machine: 'a',
      to: 'link',
      event: { type: 'message', number: 2 },
      why: 'full',
    });
    expect(possible).toEqual(['b gets message(number: 1) from link']);
  });

  test('that loses may lose any message, and no other', () => {
    expect(received(overLink({ kind: 'channel', capacity: 2, loses: true }))).toEqual(['', '1', '1 2', '2']);
    expect(received(overLink({ kind: 'channel', capacity: 2, loses: true }, { drop: 0 }))).toEqual(['', '1', '1 2']);
  });

  test('that duplicates keeps the copies together', () => {
    const system = overLink({ kind: 'channel', capacity: 3, duplicates: true }, { duplicate: 1 });
    expect(received(system)).toEqual(['', '1', '1 1', '1 1 2', '1 2', '1 2 2']);
  });
});

describe('an unordered link', () => {
  test('delivers in any order', () => {
    expect(received(overLink({ kind: 'unordered', capacity: 2 }))).toEqual(['', '1', '1 2', '2', '2 1']);
  });

  test('holds equal messages as often as they were sent', () => {
    const system = overLink({ kind: 'unordered', capacity: 3, duplicates: true }, { duplicate: 1 });
    expect(received(system)).toEqual([
      '',
      '1',
      '1 1',
      '1 1 2',
      '1 2',
      '1 2 1',
      '1 2 2',
      '2',
      '2 1',
      '2 1 1',
      '2 1 2',
      '2 2',
      '2 2 1',
    ]);
  });

  test('that duplicates without a budget is a set: what is in it is delivered again and again', () => {
    const system = overLink({ kind: 'unordered', duplicates: true }, {}, 2);
    expect(received(system)).toEqual(['', '1', '1 1', '1 2', '2', '2 1', '2 2']);
    const contents = new Set(reach(system).views.map((view) => JSON.stringify(system.link('link').messages(view))));
    expect([...contents].map((text) => (JSON.parse(text) as unknown[]).length)).toEqual([0, 1, 2]);
  });

  test('is the same state whichever message was sent first', () => {
    const system = compose({
      machines: { a: { chart: sender('link', 1), events: ['send'] }, b: { chart: receiver(0) } },
      links: { link: { kind: 'unordered', from: 'a', to: 'b', capacity: 3 } },
      environment: { intruder: { injects: ['link'], knows: [{ type: 'message', number: 0 }] }, inject: 1, deliver: 0 },
    });
    expect(reach(system).worlds).toHaveLength(4);
  });
});

test('an event that a chart does not accept is dropped, or waits where the machine says so', () => {
  const system = (unexpected: 'dropped' | 'waits') =>
    compose({
      machines: { a: { chart: sender('link', 2), events: ['send'] }, b: { chart: receiver(1), unexpected } },
      links: { link: { kind: 'channel', from: 'a', to: 'b', capacity: 2 } },
    });
  const steps = ['a: send', 'a: send', 'b gets message(number: 1)'];
  expect(play(system('dropped'), steps).possible).toEqual(['b gets message(number: 2) from link']);
  const dropped = play(system('dropped'), [...steps, 'b gets message(number: 2)']);
  expect(dropped.moves[3]?.effects).toEqual([{ kind: 'ignored', machine: 'b', event: { type: 'message', number: 2 } }]);
  expect(play(system('waits'), steps).possible).toEqual([]);
});

test('of several receivers whichever accepts a message may get it, and of several senders all may send', () => {
  const [from, to] = [sender('link', 1), receiver(1)];
  const system = compose({
    machines: { a: { chart: from, events: ['send'] }, b: { chart: to }, c: { chart: from, events: ['send'] }, d: { chart: to } },
    links: { link: { kind: 'channel', from: ['a', 'c'], to: ['b', 'd'], capacity: 2 } },
  });
  const got = (name: 'b' | 'd') => (view: View) => system.machine(name).context<{ got: number[] }>(view)?.got.length ?? 0;
  const ends = reach(system).views.filter(
    (view) => system.link('link').isEmpty(view) && system.machine('a').matches(view, 'sent1'),
  );
  expect(new Set(ends.map((view) => `${got('b')(view)}${got('d')(view)}`))).toEqual(new Set(['10', '01', '11']));
  expect(system.lifelines).toEqual(['a', 'b', 'c', 'd', 'link']);
  const { moves } = play(system, ['c: send', 'd gets']);
  expect(moves.flatMap((move) => system.show(move).events).filter(({ kind }) => kind === 'message')).toEqual([
    { kind: 'message', from: 'c', to: 'link', text: 'message(number: 1)' },
    { kind: 'message', from: 'link', to: 'd', text: 'message(number: 1)' },
  ]);
});

test('what is shown of a move names who got what, and what became of it', () => {
  const system = overLink({ kind: 'channel', capacity: 2, loses: true });
  expect(texts(system, reach(system).moves)).toEqual([
    'a: send · a: sent1 · a sends message(number: 1) to link',
    'a: send · a: sent2 · a sends message(number: 2) to link',
    'b gets message(number: 1) from link · b emits got',
    'b gets message(number: 2) from link · b emits got',
    'link loses message(number: 1)',
    'link loses message(number: 2)',
  ]);
  const lost = play(system, ['a: send', 'link loses']).moves[1];
  expect(system.show(lost as never).events).toEqual([
    { kind: 'message', from: 'a', to: 'b', text: 'message(number: 1)', fault: true, lost: true },
  ]);
  const got = play(system, ['a: send', 'b gets']).moves[1];
  expect(system.show(got as never).events).toEqual([
    { kind: 'message', from: 'a', to: 'b', text: 'message(number: 1)' },
    { kind: 'note', over: 'b', text: 'emits got' },
  ]);
});
