/** Random walks of larger compositions than the covers take: fast-check chooses, shrinks, and prints the seed that plays a failure again. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type HandshakePath, runPath } from '../drive/handshake/run-path.ts';
import { type HandshakeOptions, HandshakeSystem } from '../drive/handshake/system.ts';
import type { Move, World } from '../drive/handshake/world.ts';
import { realRig, simulatedRig } from '../drive/rigs.ts';
import { wkpKinds } from '../drive/verify.ts';

const network = { mode: 'network', fallback: false } as const;
const storage = { mode: 'storage', fallback: true } as const;

/** Compositions that are too large to be covered. */
const large: readonly HandshakeOptions[] = [
  { servers: [network, network], faults: 2, strangers: true, forging: true },
  { servers: [storage, network], faults: 2, strangers: true },
  { servers: [storage, storage], faults: 1 },
];

/** A walk: each number chooses among the moves that are possible where the walk has come to. */
const choices = fc.array(fc.nat({ max: 1_000 }), { minLength: 1, maxLength: 40 });

function walk(system: HandshakeSystem, numbers: readonly number[]): HandshakePath {
  const vertex = (world: World) => ({ id: 0, world, depth: 0, via: undefined, edges: [] });
  const path: { id: number; from: ReturnType<typeof vertex>; to: ReturnType<typeof vertex>; move: Move }[] = [];
  let world = system.initial;
  for (const number of numbers) {
    const moves = [...system.moves(world)].filter(({ next }) => system.key(next) !== system.key(world));
    const chosen = moves[number % Math.max(1, moves.length)];
    if (chosen === undefined) break;
    path.push({ id: path.length, from: vertex(world), to: vertex(chosen.next), move: chosen.move });
    world = chosen.next;
  }
  return path;
}

test.each(wkpKinds)('random walks over %s do what the charts say', { timeout: 120_000 }, async (wkp) => {
  const property = fc.asyncProperty(fc.constantFrom(...large), choices, fc.nat(), async (options, numbers, seed) => {
    const system = new HandshakeSystem(options);
    // A rig of its own: what a failing walk leaves behind must not fail the walks that shrink it.
    const rig = wkp === 'simulated' ? simulatedRig() : await realRig(wkp);
    try {
      expect(await runPath(system, rig, walk(system, numbers), seed)).toBeUndefined();
    } finally {
      await rig.close();
    }
  });
  await fc.assert(property, { numRuns: 150 });
});
