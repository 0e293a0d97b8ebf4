/** What can be seen of a run after each move, once from the model and once from the outside of the implementation. */
import type { Item } from '../../compose/connection.ts';
import type { HandshakeSystem } from './system.ts';
import { type Frame, type Link, ownerOf, processes, type World } from './world.ts';

/** A process: where it is, and which limits it has running. */
export interface ProcessView {
  readonly who: string;
  readonly state: string;
  readonly limits: readonly string[];
}

/** A connection: what waits at each end, or undefined where nobody takes notice of what comes. */
export interface LinkView {
  readonly link: string;
  readonly dialing: boolean;
  readonly toDialer: readonly string[] | undefined;
  readonly toAcceptor: readonly string[] | undefined;
}

export interface Observation {
  readonly processes: readonly ProcessView[];
  readonly links: readonly LinkView[];
  /** Calls that wait for an answer, for example `openPort of client 0`. */
  readonly calls: readonly string[];
}

/** What the model says can be seen. */
export function observeModel(system: HandshakeSystem, world: World): Observation {
  const calls: string[] = [];
  for (const [index, slot] of world.clients.entries()) {
    if (slot.port === 'opening') calls.push(`bindPort of client ${index}`);
    if (slot.attaching) calls.push(`attachGroup of client ${index}`);
  }
  for (const [index, slot] of world.servers.entries()) if (slot.attaching) calls.push(`attachGroup of server ${index}`);
  return {
    processes: processes(world).map((who) => {
      const { path, delays } = system.stateOf(world, who);
      return { who: `${who.role} ${who.index}`, state: path, limits: delays };
    }),
    links: world.links.map((link, index) => ({
      link: linkName(index, link),
      dialing: link.connection.phase === 'dialing',
      toDialer: seenAt(system, world, link, 'dialer'),
      toAcceptor: seenAt(system, world, link, 'acceptor'),
    })),
    calls: calls.sort(),
  };
}

export const linkName = (index: number, link: Pick<Link, 'name' | 'server'>) =>
  `link ${index} (${link.name} of ${link.server < 0 ? 'a stranger' : `server ${link.server}`})`;

function seenAt(system: HandshakeSystem, world: World, link: Link, end: 'dialer' | 'acceptor'): readonly string[] | undefined {
  const { connection } = link;
  if (connection.phase !== 'open') return undefined;
  const stranger = end === 'dialer' && ownerOf(link, end) === undefined && !connection.closed.dialer;
  if (!stranger && !system.listens(world, link, end)) return undefined;
  return connection.inbox[end].map(itemName);
}

function itemName(item: Item<Frame>): string {
  if (item.kind !== 'message') return item.kind;
  const frame = item.message;
  switch (frame.name) {
    case 'hello':
      return `hello(${frame.mode})`;
    case 'descriptor':
      return `descriptor(of link ${frame.number})`;
    case 'decline':
      return `decline(${frame.reason})`;
    case 'data':
      return firstBytes;
    default:
      return `${frame.name}()`;
  }
}

/** What the user of the client process writes to each channel as soon as it has one. */
export const firstBytes = 'first bytes from the client process\n';
