/** Small charts, and ways to look at everything that a system can do. */
import { assign, emit, sendTo, setup } from 'xstate';
import { explore } from '../explore/explore.ts';
import { asTransitionSystem, type SlotValues, viewOf } from './as-transition-system.ts';
import type { ComposedMove } from './moves.ts';
import type { System, View } from './system.ts';

/** Sends `one`, `two`, … on a link, one message for each wish of its user. */
export const sender = (link: string, count: number, id = 'sender') =>
  setup({}).createMachine({
    id,
    initial: 'sent0',
    states: Object.fromEntries(
      Array.from({ length: count + 1 }, (_, sent) => [
        `sent${sent}`,
        sent === count
          ? {}
          : { on: { send: { target: `sent${sent + 1}`, actions: sendTo(link, { type: 'message', number: sent + 1 }) } } },
      ]),
    ),
  });

/** Keeps the numbers of the messages that it gets, as many as `limit`. */
export const receiver = (limit = 10) =>
  setup({
    types: { context: {} as { got: readonly number[] }, events: {} as { type: 'message'; number: number } },
  }).createMachine({
    id: 'receiver',
    context: { got: [] },
    on: {
      message: {
        guard: ({ context }) => context.got.length < limit,
        actions: [assign({ got: ({ context, event }) => [...context.got, event.number] }), emit({ type: 'got' })],
      },
    },
  });

/** Everything that a system can reach, as views, and every move that it can make. */
export function reach(system: System<ComposedMove>): {
  views: readonly View[];
  moves: readonly ComposedMove[];
  worlds: readonly SlotValues[];
} {
  const graph = explore(asTransitionSystem(system), { maxStates: 50_000 });
  if (!graph.complete) throw new Error('the system is larger than a test should be');
  const worlds = graph.vertices.map(({ world }) => world);
  return { worlds, views: worlds.map(viewOf), moves: graph.edges.map(({ move }) => move) };
}

/** Different texts of all that is shown of `moves`, in alphabetical order. */
export function texts(system: System<ComposedMove>, moves: readonly ComposedMove[]): string[] {
  return [...new Set(moves.map((move) => system.show(move).text))].sort();
}

/** What happens and which states are entered, without what is sent and emitted. */
function shortText(text: string): string {
  const [headline, ...effects] = text.split(' · ');
  return [headline, ...effects.filter((effect) => /^\w+: /.test(effect))].join(' · ');
}

/** Plays the moves whose texts begin with these, one after the other, and gives what the system then holds. */
export function play(
  system: System<ComposedMove>,
  steps: readonly string[],
): { view: View; moves: ComposedMove[]; possible: string[] } {
  const graph = asTransitionSystem(system);
  let world = graph.initial;
  const moves: ComposedMove[] = [];
  for (const step of steps) {
    const successors = [...graph.moves(world)];
    const found = successors.find(({ move }) => system.show(move).text.startsWith(step));
    if (found === undefined) {
      throw new Error(`no move "${step}": there are ${successors.map(({ move }) => system.show(move).text).join(' | ')}`);
    }
    moves.push(found.move);
    world = found.next;
  }
  const possible = [...graph.moves(world)].map(({ move }) => shortText(system.show(move).text));
  return { view: viewOf(world), moves, possible };
}
