/** What an edge of an explored composition does, worked out once however many paths take it. */
import type { Edge } from '../../explore/explore.ts';
import type { HandshakeSuccessor, HandshakeSystem } from './system.ts';
import { describeMove, type Move, type World } from './world.ts';

const known = new WeakMap<Edge<World, Move>, HandshakeSuccessor>();

/** The successor of the edge's move, with the steps that the charts make in it. Throws Error where the model has no such move. */
export function successorOf(system: HandshakeSystem, edge: Edge<World, Move>): HandshakeSuccessor {
  const before = known.get(edge);
  if (before !== undefined) return before;
  const successor = system.apply(edge.from.world, edge.move);
  if (successor === undefined) throw new Error(`the model has no such move here: ${describeMove(edge.move)}`);
  known.set(edge, successor);
  return successor;
}
