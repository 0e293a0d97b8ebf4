/** A process is killed: it says nothing more, and the kernel closes what it held. */

import { close, type End, reset } from '../../../compose/connection.ts';
import { at } from '../stage.ts';
import type { Cast } from './cast.ts';
import type { SlotStage } from './slot-stage.ts';

/** A kernel that closes a connection with unread input, or one that nobody has accepted, resets it. */
function abandon(stage: SlotStage, link: number, end: End): void {
  const { connection, client } = stage.link(link);
  const unread = (end === 'acceptor' && client < 0) || connection.inbox[end].some(({ kind }) => kind === 'message');
  stage.changeLink(link, { connection: close(unread ? reset(connection) : connection, end) });
}

/** A server process is killed. */
export function crashServer(stage: SlotStage, server: number): void {
  const end = stage.may('restart') ? { down: nextLife(stage, server) } : 'over';
  for (const [index, link] of stage.cast.plan.links.entries())
    if (link.server === server && stage.exists(index)) abandon(stage, index, 'dialer');
  stage.endServer(server, end);
}

/** The attempt that a server process begins with when it is started again: each life has as many as it can fall back to. */
function nextLife(stage: SlotStage, server: number): number {
  const { mode, fallback } = at(stage.cast.plan.options.servers, server);
  const perLife = mode === 'storage' && fallback ? 2 : 1;
  return (Math.floor(stage.attemptOf(server) / perLife) + 1) * perLife;
}

/** What the killed client process held of a server process's connections, or of the intruder's (-1), is closed; its instances are gone. */
export function cleanUp(stage: SlotStage, server: number): void {
  for (const [index, planned] of stage.cast.plan.links.entries()) {
    if (planned.server !== server) continue;
    if (stage.exists(index) && stage.link(index).connection.phase === 'open') abandon(stage, index, 'acceptor');
    if (planned.instanceSlot >= 0) stage.endClient(index);
  }
}

/** Every group of connections that has to be closed one after the other: each server process's, and the intruder's. */
export const groupsOf = ({ plan }: Cast): readonly number[] => [...new Set(plan.links.map(({ server }) => server))];
