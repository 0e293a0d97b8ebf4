/** Drives the implementation along prepared paths: what it does otherwise, in words. Returns how many paths were driven. */
import type { Mode } from '../../../machines/index.ts';
import { compositions } from '../../drive/compositions.ts';
import { runPath } from '../../drive/handshake/run-path.ts';
import { HandshakeSystem } from '../../drive/handshake/system.ts';
import type { Move, World } from '../../drive/handshake/world.ts';
import { type Rig, realRig, simulatedRig } from '../../drive/rigs.ts';
import { driveRolePath } from '../../drive/role/drive.ts';
import { OwnClient } from '../../drive/role/own-client.ts';
import { OwnServer } from '../../drive/role/own-server.ts';
import type { Role } from '../../drive/role/path.ts';
import { testSecret } from '../../drive/role/verify-own.ts';
import type { Edge, Vertex } from '../../explore/explore.ts';
import { compositionPathsOf, type PathChoice, rolePathsOf } from './prepared.ts';

/** What the WKP is made of. */
export type Wkp = Rig['name'];

const openRig = async (wkp: Wkp) => (wkp === 'simulated' ? simulatedRig() : await realRig(wkp));

/** One role against a puppet. */
export async function* complaintsAboutRole(role: Role, wkp: Wkp, choice: PathChoice): AsyncGenerator<string, number> {
  const paths = rolePathsOf(role, choice);
  const rig = await openRig(wkp);
  const subject = role === 'client' ? new OwnClient(rig, 1) : new OwnServer(rig, 1);
  const nonces = new Set<string>();
  try {
    for (const [place, path] of paths.entries()) {
      const failure = await driveRolePath(path, { subject, secret: testSecret, nonces, seed: place, limits: {} });
      if (failure !== undefined)
        yield `${path.name}, ${failure.input}: ${failure.what}: expected ${failure.expected}, seen ${failure.seen}`;
    }
    return paths.length;
  } finally {
    await subject.close();
    await rig.close();
  }
}

/** Both processes at once. */
export async function* complaintsAboutCompositions(mode: Mode, wkp: Wkp, choice: PathChoice): AsyncGenerator<string, number> {
  const paths = compositionPathsOf(mode, choice);
  const systems = compositions[mode].map(({ options }) => new HandshakeSystem(options));
  const rig = await openRig(wkp);
  try {
    for (const [place, { composition, moves }] of paths.entries()) {
      const system = systems[composition] as HandshakeSystem;
      const failure = await runPath(system, rig, edgesOf(system, moves), place);
      if (failure !== undefined)
        yield `${mode} ${place}, ${failure.move}: ${failure.what}: expected ${JSON.stringify(failure.expected)}, seen ${JSON.stringify(failure.seen)}`;
    }
    return paths.length;
  } finally {
    await rig.close();
  }
}

/** The moves as a way through a graph of which nothing else is known. */
function edgesOf(system: HandshakeSystem, moves: readonly Move[]): Edge<World, Move>[] {
  const vertex = (world: World, id: number): Vertex<World, Move> => ({ id, world, depth: id, via: undefined, edges: [] });
  let from = vertex(system.initial, 0);
  return moves.map((move, at) => {
    const successor = system.apply(from.world, move);
    if (successor === undefined) throw new Error(`the model has no such move here: ${JSON.stringify(move)}`);
    const edge = { id: at, from, to: vertex(successor.next, at + 1), move };
    from = edge.to;
    return edge;
  });
}
